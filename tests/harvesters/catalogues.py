"""Real catalogues, harvested as their portals would serve them; prints the table of docs/catalogues.md.

python -m tests.harvesters.catalogues            needs the oracle material beside the checkout
"""

import contextlib
import gzip
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from harvesters.harvester import Item
from harvesters.source_kinds import harvester
from registry.fetch.session import session
from registry.model import Record, Run, Source
from tests.conftest import SHARED
from tests.harvesters.kinds.test_json import MAINZ
from tests.servers.replay import ckan_server, files_server, load
from tests.town import Town


class Catalogue(NamedTuple):
    """`records`: how many things it names, counted by hand."""

    title: str
    kind: str
    file: str
    records: int
    settings: Mapping[str, str] = {}


CATALOGUES: Final = {
    "berlin": Catalogue("Berlin 2014", "ckan", "ckan/berlin_2014-12-18_packages.json.gz", 686),
    "koeln": Catalogue("Köln 2015", "ckan", "ckan/koeln_2015-01-21_packages.json.gz", 137),
    "rostock": Catalogue("Rostock, one page", "dcat", "dcat/rostock-catalog-original-input.rdf.gz", 100),
    "bremen": Catalogue("Bremen", "dcat", "dcat/bremen-catalog-original-input.rdf.gz", 153),
    "brandenburg": Catalogue("Brandenburg, RDF/XML", "dcat", "dcat/brandenburg-catalog-original-input.rdf.gz", 112),
    "brandenburg-ttl": Catalogue("Brandenburg, Turtle", "dcat", "dcat/brandenburg-catalog-original-input.ttl.gz", 112),
    "destatis": Catalogue("Destatis", "dcat", "dcat/destatis-catalog-original-input.rdf.gz", 135),
    "mainz": Catalogue("Mainz, measures", "json", "projects/mainz_klimaschutz_massnahmen.json", 55, MAINZ),
}
TYPES: Final = {".rdf": "application/rdf+xml", ".ttl": "text/turtle", ".json": "application/json"}


class Harvested(NamedTuple):
    """What came of a catalogue. `rules`: how often the mapping alone, without the checks of quality, noticed what."""

    first: Run
    second: Run
    numbers: tuple[int, int]  # of the last change, after each run
    records: Mapping[str, Record]
    rules: Counter[str]
    problems: tuple[tuple[str, str, str, str, str], ...]  # record, rule, level, field, value


@contextlib.contextmanager
def served(name: str, shared: Path) -> Iterator[Source]:
    one = CATALOGUES[name]
    path = shared / "data" / one.file
    if one.kind == "ckan":
        with ckan_server(load(path)) as server:
            yield Source(name=name, kind="ckan", url=server.url, language="de")
        return
    plain = path.name.removesuffix(".gz")
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    with files_server({f"/{plain}": (content, TYPES[Path(plain).suffix])}) as server:
        yield Source(name=name, kind=one.kind, url=f"{server.url}/{plain}", settings=one.settings, language="de")


def harvested(town: Town, name: str, shared: Path) -> Harvested:
    with served(name, shared) as source:
        first = town.harvest(source=source, wait=False)
        before = town.last()
        second = town.harvest(source=source, wait=False)
        rules: Counter[str] = Counter()
        with session(town.settings) as http:
            for item in harvester(source.kind).read(source, http, None):
                if isinstance(item, Item) and not item.error:
                    rules.update(one.rule for one in harvester(source.kind).to_metadata(item, source)[1])
    problems = tuple(
        (one.record, one.finding.rule, one.finding.level, one.finding.field, one.finding.value)
        for one in town.catalog.runs.problems(first.number)
    )
    return Harvested(first, second, (before, town.last()), town.records(name), rules, problems)


def row(name: str, found: Harvested) -> str:
    distributions = [one for record in found.records.values() for one in record.said.distributions]
    licensed, formats = (sum(bool(getattr(one, field)) for one in distributions) for field in ("licence", "format"))
    rules = ", ".join(
        f"{rule} {number}" for rule, number in sorted(found.rules.items(), key=lambda one: (-one[1], one[0]))
    )
    cells = (
        CATALOGUES[name].title,
        CATALOGUES[name].kind,
        found.first.listed,
        found.first.counts["added"],
        found.first.counts["failed"],
        found.second.counts["same"],
        len(distributions),
        licensed,
        formats,
        rules,
    )
    return f"| {' | '.join(map(str, cells))} |"


HEAD: Final = """\
| catalogue | kind | named | came in | failed | same in a second run | distributions | with licence | with format | what the mapping noticed |
|---|---|---|---|---|---|---|---|---|---|"""  # noqa: E501


def table(rows: Mapping[str, str]) -> str:
    return "\n".join((HEAD, *rows.values()))


def main() -> None:
    rows = {}
    for name in CATALOGUES:
        with tempfile.TemporaryDirectory() as folder, files_server({}) as server:
            town = Town(Path(folder) / "data", server)
            rows[name] = row(name, harvested(town, name, SHARED))
            town.catalog.close()
    print(table(rows))


if __name__ == "__main__":
    main()
