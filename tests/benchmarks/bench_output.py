"""What leaves the catalogue, on made-up records: `python -m tests.benchmarks.bench_output [DATASETS]`.

Records a second of processor time for each format of the export, each profile, packages of CKAN and their entries; the
triple store built anew, and milliseconds of typical queries on it. No ratio to anybody else: bench_rdf compares with
rdflib.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from api.data import data_json, profiles
from api.data.export import EXPORT_FORMATS, exported
from registry.ckan import to_package
from registry.ckan.entries import entry
from registry.model import Agent, Catalogue, Change, Position, Record
from registry.rdf import PROFILES
from registry.sparql import answering
from registry.sparql.triple_store import TripleStore, newest_checkpoint
from tests.benchmarks.bench_rdf import BASE, pages_of

DATASETS = 10_000
_CATALOGUE = Catalogue(
    iri=f"{BASE}/catalog",
    title={"de": "Katalog"},
    description={"de": "Alle Daten"},
    publisher=Agent(name={"de": "Stadt"}),
)
_DCAT = "PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> "  # noqa: E501
QUERIES = {
    "count of datasets": _DCAT + "SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a dcat:Dataset }",
    "newest 20": _DCAT + "SELECT ?d ?m { ?d a dcat:Dataset ; dct:modified ?m } ORDER BY DESC(?m) LIMIT 20",
    "datasets per publisher": _DCAT
    + "SELECT ?n (COUNT(?d) AS ?c) { ?d a dcat:Dataset ; dct:publisher/foaf:name ?n } GROUP BY ?n",
    "words in titles": _DCAT + 'SELECT ?d ?t { ?d dct:title ?t FILTER(CONTAINS(LCASE(STR(?t)), "rad")) } LIMIT 100',
}


def rate(name: str, count: int, act: Callable[[], Any]) -> None:
    began = time.process_time()
    act()
    spent = time.process_time() - began
    print(f"{name:32} {count / max(spent, 1e-9):>10,.0f} records/s {spent:>8.2f} s")


def all_of(pieces: Iterable[bytes]) -> int:
    return sum(map(len, pieces))


def main(datasets: int) -> None:
    records: list[Record] = [record for page in pages_of(datasets) for record in page]
    count = len(records)
    for name in EXPORT_FORMATS:
        rate(f"export {name}", count, lambda name=name: all_of(exported(records, name, BASE, _CATALOGUE)))  # type: ignore[misc]
    rate("data.json", count, lambda: all_of(data_json.pieces(records, _CATALOGUE, BASE)))
    for row in PROFILES:
        rate(f"profile {row.token} ttl", count, lambda row=row: profiles.document(row, records, "ttl", BASE))  # type: ignore[misc]
    rate("packages of CKAN", count, lambda: [to_package(record, BASE) for record in records])
    rate("entries of CKAN's search", count, lambda: [entry(record, BASE) for record in records])
    with tempfile.TemporaryDirectory() as folder:
        store = TripleStore(Path(folder), BASE)
        changes = [Change(number, record.id, record) for number, record in enumerate(records, 1)]
        rate("triple store built anew", count, lambda: store.rebuild(changes, Position("e", count)))
        checkpoint = newest_checkpoint(store.folder)
        for name, query in QUERIES.items():
            began = time.process_time()
            list(answering.answer(str(checkpoint), query, "srj", "ttl", [], []))
            print(f"SPARQL {name:25} {1000 * (time.process_time() - began):>10,.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DATASETS)
