"""RDF against rdflib, on one made-up catalogue of Hydra pages: `python -m tests.benchmarks.bench_rdf [DATASETS]`.

Reading counts everything from bytes to Metadata, where rdflib only parses; writing is the same graph to text on both
sides. rdflib is given one page of PAGES_PER_SAMPLE only, between ours, so that a busy machine slows both. At last the
pages are harvested from a server on loopback until all can be found, by the clock. Ends 1 where a ratio is not reached.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import rdflib

from registry import rdf
from registry.model import Agent, Catalogue, Record
from tests.benchmarks.bench_harvest import harvests, server
from tests.benchmarks.made_up import aged, made_up

DATASETS = 10_000
PAGE = 100
PAGES_PER_SAMPLE = 5  # rdflib is given one page of so many
READ, WRITE = 5.0, 10.0  # so many times as fast
BASE = "https://katalog.example.org"
NAMES = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


def pages_of(datasets: int) -> list[list[Record]]:
    records = (aged(record, number) for number, record in enumerate(made_up(datasets * 2)) if record.kind == "dataset")
    kept = list(islice(records, datasets))
    return [kept[start : start + PAGE] for start in range(0, len(kept), PAGE)]


def page_bytes(pages: list[list[Record]], format: str) -> list[bytes]:
    catalogue = Catalogue(
        title={"de": "Katalog"}, description={"de": "Alle Daten"}, publisher=Agent(name={"de": "Stadt"})
    )
    total = sum(map(len, pages))
    address = f"{BASE}/catalog.{format}?page="
    documents = []
    for number, records in enumerate(pages, 1):
        following = f"{address}{number + 1}" if number < len(pages) else ""
        before = f"{address}{number - 1}" if number > 1 else ""
        page = rdf.HydraPage(
            f"{address}{number}", f"{address}1", before, following, f"{address}{len(pages)}", total, PAGE
        )
        documents.append(rdf.write_page(catalogue, records, page, format, BASE))
    return documents


def rates(ours: Callable[[list[Any]], int], theirs: Callable[[list[Any]], int], all: list[Any], sample: list[Any]
) -> tuple[float, float]:  # fmt: skip
    """Records a second of processor time, taken in turns."""
    done, spent = [0, 0], [0.0, 0.0]
    for number, page in enumerate(sample):
        for who, work, part in ((0, ours, all[number :: len(sample)]), (1, theirs, [page])):
            gc.collect()  # what the other left behind
            start = time.process_time()
            done[who] += work(part)
            spent[who] += time.process_time() - start
    return done[0] / spent[0], done[1] / spent[1]


def read_all(pages: list[bytes], format: str) -> int:
    done = 0
    for page in pages:
        for description in rdf.things(rdf.parse(page, name=f"page.{format}").graph):
            rdf.read(description.payload)
            done += 1
    return done


def parse_with_rdflib(pages: list[bytes], format: str) -> int:
    for page in pages:
        rdflib.Graph().parse(data=page, format=NAMES[format])
    return len(pages) * PAGE


def write_all(pages: list[list[Record]], format: str) -> int:
    """From records to text, as a page is answered."""
    for records in pages:
        for _ in rdf.write(records, format, base_url=BASE):
            pass
    return sum(map(len, pages))


def serialise_all(graphs: list[list[tuple[str, rdf.Graph]]], format: str) -> int:
    """From graphs to text, which is all that rdflib is asked for."""
    for page in graphs:
        for _ in rdf.written(page, format):
            pass
    return sum(map(len, graphs))


def serialise_with_rdflib(graphs: list[rdflib.Graph], format: str) -> int:
    for graph in graphs:
        graph.serialize(format=NAMES[format])
    return len(graphs) * PAGE


def main() -> int:
    datasets = int(sys.argv[1]) if len(sys.argv) > 1 else DATASETS
    pages = pages_of(datasets)
    print(f"{sum(map(len, pages))} datasets in {len(pages)} pages; records a second of processor time")
    gc.freeze()  # what the benchmark itself made is not looked through again and again while others are timed
    failed = False
    for format in ("ttl", "rdf"):
        data = page_bytes(pages, format)
        rate = rates(
            partial(read_all, format=format), partial(parse_with_rdflib, format=format), data, data[::PAGES_PER_SAMPLE]
        )
        failed |= report(f"read {format}: parse, map", *rate, READ)
    sample = pages[::PAGES_PER_SAMPLE]
    same = [graphs_of(page) for page in sample]
    graphs = [rdflib.Graph().parse(data=b"".join(rdf.written(page, "nt")), format="nt") for page in same]
    gc.freeze()
    for format in ("ttl", "jsonld"):
        ours, theirs = partial(serialise_all, format=format), partial(serialise_with_rdflib, format=format)
        failed |= report(f"write {format}: the same graphs", *rates(ours, theirs, same, graphs), WRITE)
        start = time.process_time()
        done = write_all(pages, format)
        print(f"{'  beginning with records':28} {done / (time.process_time() - start):8.0f}")
    harvested(page_bytes(pages, "ttl"))
    return int(failed)


def harvested(data: list[bytes]) -> None:
    """Harvested to searchable, against what rdflib needs to parse the pages."""
    sample = data[::PAGES_PER_SAMPLE]
    gc.collect()
    start = time.perf_counter()
    theirs = parse_with_rdflib(sample, "ttl") / (time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(data, 1):
            (Path(folder) / f"catalog.ttl?page={number}").write_bytes(page)
        with server("--files", folder, "--instead", BASE) as url:
            (figures,) = harvests(f"{url}/catalog.ttl?page=1", 1, "dcat")
    if not figures["found"] == figures["listed"] == len(data) * PAGE:
        sys.exit(f"{figures['found']} of {len(data) * PAGE} were found")
    report("harvest ttl: to searchable", figures["found"] / figures["seconds"], theirs, 0)


def graphs_of(page: list[Record]) -> list[tuple[str, rdf.Graph]]:
    written_nodes: set[tuple[str, str]] = set()
    return [(record.id, rdf.record_graph(record, BASE, written_nodes)) for record in page]


def report(what: str, ours: float, theirs: float, wanted: float) -> bool:
    ratio = ours / theirs
    verdict = "" if ratio >= wanted else "  MISSED"
    goal = f", at least {wanted:.0f}{verdict}" if wanted else ""
    print(f"{what:28} {ours:8.0f}   rdflib {theirs:6.0f}   {ratio:6.1f} times{goal}", flush=True)
    return ratio < wanted


if __name__ == "__main__":
    sys.exit(main())
