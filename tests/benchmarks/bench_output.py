"""What leaves the catalogue, on made-up datasets: `python -m tests.benchmarks.bench_output [DATASETS] [--sparql]`.

Datasets a second of processor time for each format of the export, each profile, packages of CKAN and their entries;
rdflib and ckanext-dcat (`.venv-peer`, if it is there) write the first SAMPLE of them in each format of RDF, in pages of
a hundred. Then the triple store is built anew and typical queries are asked; `--sparql`: only that. Each figure comes
from a process of its own, with the most memory that it had; the datasets are read from a file one by one, as from the
store.
"""

import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pyoxigraph as ox
import rdflib

from api.data import data_json, profiles
from api.data.export import EXPORT_FORMATS, exported
from api.data.sparql import LIMITS
from registry import child_pool, rdf
from registry.ckan import to_package
from registry.ckan.entries import entry
from registry.errors import LotseError
from registry.model import Agent, Catalogue, Change, Position, Record
from registry.rdf import FORMATS, PROFILES
from registry.sparql import answering
from registry.sparql.triple_store import TripleStore, newest_checkpoint
from tests.benchmarks.bench_rdf import BASE, NAMES, PAGE, graphs_of
from tests.benchmarks.made_up import aged, made_up
from tests.paths import ROOT

DATASETS: Final = 10_000
SAMPLE: Final = 500  # datasets that the others write
MAX_IN_PROFILES: Final = 5_000  # datasets that are written in each profile: pages of a hundred, however many there are
PEER: Final = ROOT / ".venv-peer" / "bin" / "python"
_ALL_NAMES: Final = NAMES | {"nt": "nt"}
_CATALOGUE: Final = Catalogue(
    iri=f"{BASE}/catalog",
    title={"de": "Katalog"},
    description={"de": "Alle Daten"},
    publisher=Agent(name={"de": "Stadt"}),
)
_PREFIXES: Final = (
    "PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/> "
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
)
QUERIES: Final = {
    "count of datasets": "SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a dcat:Dataset }",
    "newest 20": "SELECT ?d ?m { ?d a dcat:Dataset ; dct:modified ?m } ORDER BY DESC(?m) LIMIT 20",
    "datasets per publisher": "SELECT ?n (COUNT(?d) AS ?c) { ?d a dcat:Dataset ; dct:publisher/foaf:name ?n } "
    "GROUP BY ?n",
    "words in titles": 'SELECT ?d ?t { ?d dct:title ?t FILTER(CONTAINS(LCASE(STR(?t)), "rad")) } LIMIT 100',
    "files of a licence": "SELECT ?d ?u { ?d dcat:distribution ?f . ?f dct:license "
    "<http://dcat-ap.de/def/licenses/dl-zero-de/2.0> ; dcat:accessURL ?u } LIMIT 100",
    "datasets per format": "SELECT ?f (COUNT(DISTINCT ?d) AS ?c) { ?d dcat:distribution/dct:format ?f } GROUP BY ?f",
    "count of statements": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
}


class Cost(NamedTuple):
    """`seconds` of processor time, `megabytes`: the most memory, and what the work answered."""

    seconds: float
    megabytes: float
    result: Any = None


def cost(act: Callable[[], Any]) -> Cost:
    """What an act costs in a forked process, whose answer must be JSON."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        began = time.process_time()
        result = act()
        os.write(writing, json.dumps([time.process_time() - began, result]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status, usage = os.wait4(process, 0)
    if status:
        sys.exit(f"a step ended with {status}")
    seconds, result = json.loads(answer)
    return Cost(seconds, usage.ru_maxrss / 1000, result)


class Datasets:
    """The made-up datasets in a file: the length of each before its JSON."""

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self.count = count

    def __iter__(self) -> Iterator[Record]:
        decode = msgspec.json.Decoder(Record).decode
        with self.path.open("rb") as file:
            while head := file.read(4):
                yield decode(file.read(struct.unpack("I", head)[0]))


def make(path: Path, count: int) -> Datasets:
    """Writes the datasets; the projects among the made-up records are left out."""
    encode = msgspec.json.Encoder().encode
    records = (aged(record, number) for number, record in enumerate(made_up(count * 2)) if record.kind == "dataset")
    with path.open("wb") as file:
        for record in islice(records, count):
            body = encode(record)
            file.write(struct.pack("I", len(body)) + body)
    return Datasets(path, count)


def length(pieces: Iterable[bytes]) -> int:
    return sum(map(len, pieces))


def rate(name: str, datasets: Datasets, act: Callable[[], Any]) -> float:
    """Prints a line, and returns the datasets a second of processor time."""
    spent = cost(act)
    a_second = datasets.count / max(spent.seconds, 1e-9)
    print(f"{name:28} {a_second:>9,.0f} datasets/s {spent.seconds:>8.1f} s {spent.megabytes:>7,.0f} MB", flush=True)
    return a_second


def exports(datasets: Datasets) -> None:
    """All that is written of datasets, and what the others need for the formats of RDF."""
    ours = {
        name: rate(f"export {name}", datasets, lambda name=name: length(exported(datasets, name, BASE, _CATALOGUE)))  # type: ignore[misc]
        for name in EXPORT_FORMATS
    }
    theirs = {"rdflib": _by_rdflib(datasets), "ckanext-dcat": _by_ckanext_dcat(datasets)}
    for who, rates in theirs.items():
        for name, a_second in rates.items():
            print(
                f"{who + ' ' + name:28} {a_second:>9,.0f} datasets/s   ours {ours[name] / a_second:.1f} times as fast"
            )
    rate("data.json", datasets, lambda: length(data_json.pieces(datasets, _CATALOGUE, BASE)))
    rate("packages of CKAN", datasets, lambda: sum(1 for record in datasets if to_package(record, BASE)))
    rate("entries of CKAN's search", datasets, lambda: sum(1 for record in datasets if entry(record, BASE)))
    few = Datasets(datasets.path, min(datasets.count, MAX_IN_PROFILES))
    for row in PROFILES:
        rate(f"profile {row.token} ttl", few, lambda row=row: _pages(few, row))  # type: ignore[misc]


def _pages(datasets: Datasets, row: rdf.OutputProfile) -> int:
    records, size = islice(datasets, datasets.count), 0
    while page := list(islice(records, PAGE)):
        size += len(profiles.document(row, page, "ttl", BASE))
    return size


def _sample(datasets: Datasets) -> list[list[Record]]:
    records = iter(datasets)
    return [page for _ in range(SAMPLE // PAGE) if (page := list(islice(records, PAGE)))]


def _by_rdflib(datasets: Datasets) -> dict[str, float]:
    """Format -> datasets a second for the same graphs, which rdflib is given."""
    pages = _sample(datasets)
    graphs = [
        rdflib.Graph().parse(data=b"".join(rdf.written(graphs_of(page), "nt")), format="nt") for page in pages
    ]  # fmt: skip
    count = sum(map(len, pages))
    return {
        name: count / cost(lambda name=name: sum(len(graph.serialize(format=_ALL_NAMES[name])) for graph in graphs))[0]  # type: ignore[misc]
        for name in FORMATS
    }


def _by_ckanext_dcat(datasets: Datasets) -> dict[str, float]:
    """The same from packages to text, as CKAN publishes them; nothing without `.venv-peer`."""
    if not PEER.is_file():
        return {}
    path = datasets.path.with_suffix(".packages")
    packages = [to_package(record, BASE) for page in _sample(datasets) for record in page]
    path.write_text("".join(json.dumps(package) + "\n" for package in packages), encoding="utf-8")
    program = ROOT / "tests" / "peers" / "written_by_ckanext_dcat.py"
    names = [_ALL_NAMES[name] for name in FORMATS]
    done = subprocess.run([PEER, program, path, str(PAGE), *names], capture_output=True, text=True, check=True)
    seconds = json.loads(done.stdout.splitlines()[-1])
    return {name: len(packages) / seconds[_ALL_NAMES[name]] for name in FORMATS}


def sparql(datasets: Datasets, folder: Path) -> None:
    """The triple store built anew, and the queries: in a process without limits, then as a server asks them."""
    store = TripleStore(folder, BASE)
    changes = (Change(number, record.id, record) for number, record in enumerate(datasets, 1))
    rate("triple store built anew", datasets, lambda: store.rebuild(changes, Position("e", datasets.count)))
    sizes = {stat.st_ino: stat.st_size for path in folder.rglob("*") if path.is_file() for stat in (path.stat(),)}
    checkpoint = str(newest_checkpoint(folder))
    statements = cost(lambda: len(ox.Store.read_only(checkpoint))).result
    print(f"{statements:,} statements, {sum(sizes.values()) / 1e6:,.0f} MB on disk", flush=True)
    one_more = next(iter(datasets))
    changed = [Change(datasets.count + 1, one_more.id, one_more)]
    spent = cost(lambda: store.apply(changed, Position("e", datasets.count + 1)))
    print(f"one changed dataset          {1000 * spent.seconds:>9,.0f} ms {spent.megabytes:>29,.0f} MB", flush=True)
    checkpoint = str(newest_checkpoint(folder))
    for name, query in QUERIES.items():
        arguments = (checkpoint, _PREFIXES + query, "srj", "ttl", [], [])
        spent = cost(lambda arguments=arguments: length(answering.answer(*arguments)))  # type: ignore[misc]
        print(f"SPARQL {name:22} {1000 * spent.seconds:>8,.0f} ms {spent.megabytes:>29,.0f} MB", _served(arguments))


def _served(arguments: tuple[Any, ...]) -> str:
    began = time.monotonic()
    try:
        length(child_pool.call("sparql", LIMITS, "registry.sparql.answering:answer", *arguments))
    except LotseError as error:
        return f" as served: {type(error).__name__}"
    return f" as served: {1000 * (time.monotonic() - began):,.0f} ms by the clock"


def main(arguments: list[str]) -> None:
    numbers = [int(word) for word in arguments if word.isdigit()]
    print(
        f"load {os.getloadavg()[0]:.0f}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB at first"
    )
    with tempfile.TemporaryDirectory() as folder:
        datasets = make(Path(folder) / "datasets", numbers[0] if numbers else DATASETS)
        if "--sparql" not in arguments:
            exports(datasets)
        sparql(datasets, Path(folder) / "triples")
    child_pool.close()
    print(f"load {os.getloadavg()[0]:.0f} at the end")


if __name__ == "__main__":
    main(sys.argv[1:])
