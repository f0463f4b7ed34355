"""What official shapes say of what we serve: `python -m tests.official_shapes` writes docs/build/official-shapes.md, or
with names of catalogues only their rows.

The demo and real catalogues are harvested over HTTP, read from `/catalog.ttl` page by page, and validated with all
eight sets (those of HVD: high-value datasets only). For each record that is not clean the report of its harvest must
have named the field beforehand.
"""

import gzip
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox
import rdflib
from fastapi.testclient import TestClient

from api.app import create_app
from registry.catalog import Catalog
from registry.model import Finding, Record, Source
from registry.quality.shacl import loaded, validate
from registry.rdf import thing_iri
from registry.settings import Settings
from registry.store.store import Selection
from tests.conftest import SHARED
from tests.demo_city import demo_city
from tests.paths import ROOT
from tests.servers.replay import files_server
from tests.shapes_oracle import BACKGROUND, SETS, background, shape_graph
from tests.town import Town
from vocab.fields import FIELDS
from vocab.legal_bases import HVD_ACT
from vocab.namespaces import curie

TABLE: Final = ROOT / "docs/build/official-shapes.md"
REAL: Final = {  # name -> file of ../shared/data/dcat
    "Bremen": "bremen-catalog-original-input.rdf.gz", "Brandenburg": "brandenburg-catalog-original-input.ttl.gz",
    "Destatis": "destatis-catalog-original-input.rdf.gz", "Rostock": "rostock-catalog-original-input.rdf.gz",
    "Civitavecchia": "civitavecchia/2025-03-13_3956f18_catalog.rdf",
    "Alessandria": "alessandria/2026-02-03_c29674f_catalog.rdf",
}  # fmt: skip
HIGH_VALUE: Final = {  # no whole catalogue with high-value data is there: name -> files of ../shared
    "High-value: SEMIC, made from ISO 19139": "data/csw-iso/semic-iso-to-dcat/hvd_dataset_multi*.rdf",
    "High-value: golden catalogue": "standards/derived/golden/heidelberg-golden.ttl",
}
TYPES: Final = {".ttl": "text/turtle", ".rdf": "application/rdf+xml"}
NAMES: Final = ("Demo", *REAL, *HIGH_VALUE)
IN_SCHEME: Final = "http://www.w3.org/2004/02/skos/core#inScheme"
MAX_STEPS: Final = 6  # from a node up to the record that holds it


class Row(NamedTuple):
    """What one set says of one catalogue. `causes`: property and kind of fault -> records; `unnamed`: records with a
    fault that the report of the harvest did not name, each with the property."""

    catalogue: str
    shape_set: str
    records: int
    clean: int
    causes: Counter[str]
    unnamed: tuple[tuple[str, str], ...]


class Served(NamedTuple):
    """A harvested catalogue as it is served. `records`: IRI -> record; `findings`: IRI -> what was reported of it."""

    name: str
    pages: tuple[bytes, ...]
    records: dict[str, Record]
    findings: dict[str, list[Finding]]


def served(name: str, catalog: Catalog, settings: Settings) -> Served:
    records = {thing_iri(record, settings.base_url): record for record in catalog.store.find(Selection(shown=True))}
    reported: dict[tuple[str, str], list[Finding]] = {}
    for source in catalog.sources.all():
        run = catalog.runs.last(source.name)
        for problem in catalog.runs.problems(run.number) if run else ():
            reported.setdefault((source.name, problem.record), []).append(problem.finding)
    findings = {
        iri: reported.get((record.origin.source, record.origin.remote_id), []) if record.origin else []
        for iri, record in records.items()
    }
    return Served(name, tuple(_pages(catalog, settings)), records, findings)


def _pages(catalog: Catalog, settings: Settings) -> Iterator[bytes]:
    client = TestClient(create_app(catalog, settings))
    url = "/catalog.ttl?" + "&".join(f"kind={kind}" for kind in ("dataset", "series", "service"))
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        yield answer.content
        following = [
            quad.object.value  # type: ignore[union-attr]
            for quad in ox.parse(answer.content, ox.RdfFormat.TURTLE)
            if quad.predicate.value == "http://www.w3.org/ns/hydra/core#next"
        ]
        url = following[0].removeprefix(settings.base_url) if following else ""


def rows(catalogue: Served, shape_sets: Collection[str] = tuple(SETS)) -> Iterator[Row]:
    """A row for each set; none of HVD where no record is marked."""
    graphs = [loaded(page, "page.ttl") for page in catalogue.pages]
    for shape_set in shape_sets:
        things = {
            iri: record
            for iri, record in catalogue.records.items()
            if record.kind in ("dataset", "series", "service")
            and (not shape_set.startswith("hvd") or HVD_ACT in record.metadata.legislation)
        }
        if things:
            yield _row(catalogue, shape_set, things, graphs)


def _row(catalogue: Served, shape_set: str, things: dict[str, Record], graphs: list[rdflib.Graph]) -> Row:
    faults: dict[str, set[tuple[str, str]]] = {}  # IRI of a record -> property and node
    for graph in graphs:
        together = graph + background() if shape_set in BACKGROUND else graph
        for result in validate(together, shape_graph(shape_set)):
            if result.level == "must":
                for iri in _holders(graph, result.node, things):
                    faults.setdefault(iri, set()).add((result.field, result.node))
    causes = Counter(curie(field) or "shape" for each in faults.values() for field in {field for field, _ in each})
    unnamed = tuple(
        (iri, field)
        for iri, each in sorted(faults.items())
        for field, node in sorted(each)
        if not _is_named(field, node, catalogue.findings[iri])
    )
    return Row(catalogue.name, shape_set, len(things), len(things) - len(faults), causes, unnamed)


def _holders(graph: rdflib.Graph, node: str, things: dict[str, Record]) -> set[str]:
    """The records that a node belongs to: itself, or those that lead to it."""
    nodes: set[rdflib.term.Node] = {rdflib.URIRef(node)} if rdflib.URIRef(node) in graph.all_nodes() else set()
    nodes = nodes or {each for each in graph.all_nodes() if isinstance(each, rdflib.BNode) and str(each) == node}
    for _ in range(MAX_STEPS):
        holders = {str(each) for each in nodes if str(each) in things}
        if holders or not nodes:
            return holders
        nodes = {subject for each in nodes for subject in graph.subjects(None, each)}
    return set()


@cache
def _fields() -> dict[str, set[str]]:
    """Property -> fields, also those that hold the node whose property it is."""
    fields: dict[str, set[str]] = {}
    for row in FIELDS:
        for name in (row.property, *row.former):
            fields.setdefault(name, set()).add(row.name)
    return fields


def _is_named(field: str, node: str, findings: list[Finding]) -> bool:
    """Whether the report named the property, or the node itself as a value that could not be used; for a value that is
    in no list whether it named some value that is in none."""
    if field == IN_SCHEME or not field.startswith("http"):
        return any(finding.rule.endswith(("-unknown", "-former", "-unlisted")) for finding in findings)
    names = _fields().get(field, set())
    return any(finding.field in names or finding.value in (node, *names) for finding in findings)


def real(name: str, folder: Path) -> Served:
    path = SHARED / "data/dcat" / REAL[name]
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    suffix = Path(path.name.removesuffix(".gz")).suffix
    with files_server({f"/catalog{suffix}": (data, TYPES[suffix])}) as server, Town(folder / "data") as town:
        town.harvest(source=Source(name="quelle", kind="dcat", url=f"{server.url}/catalog{suffix}"), wait=False)
        return served(name, town.catalog, town.settings)


def high_value(name: str, folder: Path) -> Served:
    """The files of HIGH_VALUE, each harvested as a source of its own."""
    files = {f"/{path.name}": (path.read_bytes(), TYPES[path.suffix]) for path in sorted(SHARED.glob(HIGH_VALUE[name]))}
    with files_server(files) as server, Town(folder / "data") as town:
        for number, path in enumerate(files):
            source = Source(name=f"quelle-{number}", kind="dcat", url=f"{server.url}{path}", language="en")
            town.harvest(source=source, wait=False)
        town.catalog.sync()
        return served(name, town.catalog, town.settings)


def catalogue_of(name: str, folder: Path) -> Served:
    if name == "Demo":
        with demo_city(folder / "data") as demo:
            return served(name, demo.catalog, demo.settings)
    return real(name, folder) if name in REAL else high_value(name, folder)


HEAD = """# Official shapes on what we serve

Each catalogue is harvested, served as `/catalog.ttl` and validated with the official SHACL shapes: DCAT-AP 3.0.1
(`ap301_…`), DCAT-AP.de 3.0 (`de30_spec`) and DCAT-AP HVD 3.0.0 (`hvd300_…`, only the records that name the regulation;
of the catalogues of cities none does, so two examples with such data stand for them). *Clean* are records without a
violation. What is not clean says why: the property and the number of records. These are values that the source gives
so, or does not give; the report of the harvest names each of them. One exception: in the file that SEMIC makes from
ISO 19139 the entry of a dataset and its attributions are statements that we keep as they are, and what these lack
(`foaf:primaryTopic`, types of `dct:conformsTo` and `prov:agent`) is not named. Written by
`python -m tests.official_shapes`, which takes eight minutes, or with names of catalogues for their rows only.

| catalogue | set | records | clean | not clean, because of |
|---|---|--:|--:|---|
"""


def lines_of(name: str) -> list[str]:
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(catalogue_of(name, Path(folder))):
            causes = ", ".join(f"{cause} ({number})" for cause, number in row.causes.most_common())
            lines.append(f"| {row.catalogue} | {row.shape_set} | {row.records} | {row.clean} | {causes or '–'} |\n")
            print(lines[-1], *row.unnamed[:5], sep="\n", flush=True)
    return lines


def main(names: list[str]) -> None:
    before = TABLE.read_text(encoding="utf-8").splitlines(keepends=True)
    lines = {name: [line for line in before if line.startswith(f"| {name} |")] for name in NAMES}
    lines |= {name: lines_of(name) for name in names or NAMES}
    TABLE.write_text(HEAD + "".join(line for name in NAMES for line in lines[name]), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
