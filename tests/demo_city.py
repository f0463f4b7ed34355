"""The demo, harvested for real in this process: four sources of three owners."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from msgspec import convert

from deploy.heidelberg.demo import HERE, addressed
from deploy.heidelberg.sample.server import owners
from harvesters.run.run import harvest
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.catalog.organizations import load_organizations
from registry.fetch.session import session
from registry.model import Record, Run, Source
from registry.settings import Settings
from registry.store.store import Selection

BASE = "https://lotse.example.org"


class Demo(NamedTuple):
    catalog: Catalog
    settings: Settings
    sources: tuple[Source, ...]
    runs: dict[str, Run]

    def records(self, **where: str) -> list[Record]:
        return list(self.catalog.store.find(Selection(shown=True, **where)))  # type: ignore[arg-type]

    def harvested(self) -> dict[str, Run]:
        with session(self.settings) as http:
            return {source.name: harvest(source, self.catalog, http) for source in self.sources}  # type: ignore[misc]

    def problems(self) -> set[tuple[str, str, str, str]]:
        """Source, record, rule and level of all that the first runs reported."""
        runs = self.catalog.runs
        return {
            (source, problem.record, problem.finding.rule, problem.finding.level)
            for source, run in self.runs.items()
            for problem in runs.problems(run.number)
        }


@contextmanager
def demo_city(data: Path) -> Iterator[Demo]:
    """The demo in a data folder, with its sample owners running."""
    settings = Settings(data=data, city=HERE, allow_hosts=("127.0.0.1",), base_url=BASE)
    catalog = open_catalog(settings)
    load_organizations(catalog, HERE / "organizations.toml")
    with owners() as addresses:
        tables = tomllib.loads(addressed((HERE / "sources.toml").read_text(encoding="utf-8"), addresses))
        sources = tuple(convert(table, Source) for table in tables["source"])
        for source in sources:
            catalog.sources.add(source)
        demo = Demo(catalog, settings, sources, {})
        yield demo._replace(runs=demo.harvested())
    catalog.close()
