"""The one builder of catalogues for tests: a data folder with its settings, and what is open on it."""

import json
import shutil
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fastapi import FastAPI
from msgspec.structs import replace

from harvesters.run.run import harvest
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.fetch.session import session
from registry.model import Metadata, Record, Run, Source, Step
from registry.search.query import Query
from registry.settings import Settings
from registry.store.store import Selection
from tests.servers import databases
from tests.servers.replay import Files

BASE = "https://daten.example.org"


class Town:
    """A catalogue in a folder. With a server of files, `harvest(items)` publishes a list there and harvests it.

    `template`: a closed data folder of another town, of which this one begins as a copy.
    """

    def __init__(self, data: Path, server: Files | None = None, template: Path | None = None, **settings: Any) -> None:
        if template:
            shutil.copytree(template, data)
            if databases.ACTIVE:
                databases.copy(template, data)
        self.settings = Settings(**({"data": data, "allow_hosts": ("127.0.0.1",)} | settings))
        self.catalog: Catalog = open_catalog(self.settings)
        self.server = server or Files({})  # not started: for a town that harvests nothing
        self.source = Source(name="amt", kind="json", url=f"{self.server.url}/amt.json", language="de")

    @cached_property
    def app(self) -> FastAPI:
        """The application over the catalogue with these settings, built once."""
        from api.app import create_app  # not needed where only the catalogue is tested

        return create_app(self.catalog, self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.catalog.close()

    def publish(self, items: Any, source: Source | None = None) -> None:
        name = (source or self.source).name
        content = items if isinstance(items, bytes) else json.dumps(items).encode()
        self.server.files[f"/{name}.json"] = (content, "application/json")

    def harvest(self, items: Any = None, source: Source | None = None, **options: Any) -> Run:
        source = source or self.source
        if items is not None:
            self.publish(items, source)
        if source.name not in [existing.name for existing in self.catalog.sources.all()]:
            self.catalog.sources.add(source)
        with session(self.settings) as http:
            return harvest(source, self.catalog, http, **options)

    def other(self, name: str, **fields: Any) -> Source:
        return replace(self.source, name=name, url=f"{self.server.url}/{name}.json", **fields)

    def records(self, source: str = "amt", state: str | None = "published") -> dict[str, Record]:
        """By remote id."""
        records = self.catalog.store.find(Selection(source=source, state=state))
        return {record.origin.remote_id: record for record in records if record.origin}

    def found(self) -> set[str]:
        """Ids that the index gives."""
        return {hit.id for hit in self.catalog.index.search(Query(size=100)).hits}

    def last(self) -> int:
        return self.catalog.store.last()

    def problems(self, run: Run) -> list[tuple[str, str]]:
        return [(problem.record, problem.finding.rule) for problem in self.catalog.runs.problems(run.number)]


def take(catalog: Catalog, *metadata: Metadata, source: str = "quelle", rank: int = 100) -> list[str]:
    """The ids of what a catalogue takes in as from a harvest, without a server; the index is up to date afterwards."""
    steps = [Step(action="add", remote_id=f"r{place}", metadata=item) for place, item in enumerate(metadata)]
    taken = catalog.take(Source(name=source, kind="json", url="https://x.example", rank=rank), steps)
    catalog.sync()
    return [item.id for item in taken]
