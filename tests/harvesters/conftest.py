"""A catalogue on disk, and a list in JSON that it harvests over real HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harvesters.run.run import harvest
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.fetch.session import session
from registry.model import Record, Run, Source
from registry.search.query import Query
from registry.settings import Settings
from registry.sources.ledger import Ledger
from tests.servers.replay import Files, files_server


class Town:
    """A catalogue with its sources; `harvest(items)` publishes a list and harvests it."""

    def __init__(self, data: Path, server: Files) -> None:
        self.settings = Settings(data=data, allow_hosts=("127.0.0.1",))
        self.catalog: Catalog = open_catalog(self.settings)
        assert self.catalog.ledger
        self.ledger: Ledger = self.catalog.ledger
        self.server = server
        self.source = Source(name="amt", kind="json", url=f"{server.url}/amt.json", language="de")

    def publish(self, items: Any, source: Source | None = None) -> None:
        name = (source or self.source).name
        content = items if isinstance(items, bytes) else json.dumps(items).encode()
        self.server.files[f"/{name}.json"] = (content, "application/json")

    def harvest(self, items: Any = None, source: Source | None = None, **words: Any) -> Run:
        source = source or self.source
        if items is not None:
            self.publish(items, source)
        if source.name not in [one.name for one in self.ledger.sources()]:
            self.ledger.add(source)
        with session(self.settings) as http:
            return harvest(source, self.catalog, self.ledger, http, **words)

    def other(self, name: str, **words: Any) -> Source:
        return replace(self.source, name=name, url=f"{self.server.url}/{name}.json", **words)

    def records(self, source: str = "amt", state: str | None = "published") -> dict[str, Record]:
        """By remote id."""
        found = self.catalog.store.find(source=source, state=state)
        return {record.origin.remote_id: record for record in found if record.origin}

    def found(self) -> set[str]:
        """Ids that the index gives."""
        return {hit.id for hit in self.catalog.search(Query(size=100)).hits}

    def last(self) -> int:
        return self.catalog.store.last()

    def problems(self, run: Run) -> list[tuple[str, str]]:
        return [(one.record, one.finding.rule) for one in self.ledger.problems(run.number)]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with files_server({}) as server:
        made = Town(tmp_path / "data", server)
        yield made
        made.catalog.close()
