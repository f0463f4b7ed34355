"""Fuzz run over everything that reads files and words of others: `make fuzz`, a few cases of it in every `make test`.

    python -m tests.fuzz [--seconds 600] [--seed 1] [READER …]

Each reader gets changed copies of the files in `tests/fixtures/fuzz/`: bytes changed, pieces cut, doubled, or taken
from another file. A reader may answer, or refuse with one of our own errors. Everything else is a fault: another
exception, or more than CASE_SECONDS. What sources send goes the way of a harvest, with RDF and workbooks in a child
process. A fault is printed with the seed that shows it again; no changed copy is stored in the repository.
"""

import argparse
import contextlib
import io
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import openpyxl

from harvesters.harvester import Item
from harvesters.source_kinds import harvester
from registry.answers.times import times
from registry.backup.archive import open_archive
from registry.ckan import solr
from registry.errors import LotseError
from registry.fetch.session import session
from registry.model import Source
from registry.search.query import Query
from registry.sparql.answering import answer
from registry.sparql.queries import checked
from registry.sparql.triple_store import newest_checkpoint
from tests.builders import a_dataset
from tests.paths import ROOT
from tests.servers.replay import files_server
from tests.town import Town, take
from vocab import formats, frequencies, geometry, licences, numbers, values

CORPUS: Final = ROOT / "tests" / "fixtures" / "fuzz"
CASE_SECONDS: Final = 60
MAX_BYTES: Final = 20_000  # of a changed copy
MAX_CHANGES: Final = 8
SHEET: Final = {"id": "Nr", "map.title": "Titel", "map.description": "Text", "map.keywords": "Worte"}
ON_TEXT: Final[tuple[Callable[[str], object], ...]] = (
    values.language_tag, values.date, values.rough_date, values.address, values.absolute_iri, values.email,
    values.telephone, values.duration, values.interval, numbers.size, numbers.decimal, numbers.hex_binary,
    formats.file_type, formats.media_type, formats.ending, frequencies.frequency, licences.licence,
    lambda text: list(times(text)),
)  # fmt: skip
ON_SHAPES: Final[tuple[Callable[[str], object], ...]] = (
    lambda text: (shape := geometry.shape(text)) and geometry.wkt(shape), geometry.looks_like_shape, geometry.bounds,
    geometry.geojson,
)  # fmt: skip

Reader = Callable[[bytes], object]


class Fault(NamedTuple):
    """`seed`: shows it again with `python -m tests.fuzz --seed SEED READER`."""

    reader: str
    seed: int
    error: str


class Fuzz:
    """All readers, over a catalogue and a server of files."""

    def __init__(self, town: Town) -> None:
        self.town, self.faults, self.outcomes = town, list[Fault](), Counter[str]()
        take(town.catalog, a_dataset("Baumkataster"))
        town.catalog.sync(only=("sparql",))
        checkpoint = str(newest_checkpoint(town.settings.data / "sparql"))
        self.readers: dict[str, Reader] = {
            "turtle": self._source("dcat", "k.ttl", "text/turtle"),
            "rdfxml": self._source("dcat", "k.rdf", "application/rdf+xml"),
            "jsonld": self._source("dcat", "k.jsonld", "application/ld+json"),
            "ntriples": self._source("dcat", "k.nt", "application/n-triples"),
            "ckan": self._source("ckan", "", "application/json"),
            "json": self._source("json", "list.json", "application/json", {"id": "id"}),
            "csv": self._source("sheet", "list.csv", "text/csv", SHEET),
            "xlsx": self._source("sheet", "list.xlsx", "application/vnd.ms-excel", SHEET),
            "words": lambda data: town.catalog.index.search(Query(words=_text(data))),
            "filters": lambda data: town.catalog.index.search(Query(where={"theme": tuple(_text(data).split("|"))})),
            "solr": lambda data: (solr.parse(_text(data)), solr.parse(_text(data), filters=True)),
            "sparql": lambda data: list(answer(checkpoint, checked(_text(data)), "srj", "ttl", [], [])),
            "values": lambda data: _each(data, ON_TEXT),
            "geometry": lambda data: _each(data, ON_SHAPES),
            "backup": self._backup,
        }

    def _source(self, kind: str, name: str, media_type: str, settings: dict[str, str] | None = None) -> Reader:
        """Reads what a source answers and maps each item; an item whose mapping fails costs itself, as in a harvest."""
        url = f"{self.town.server.url}/{name}".rstrip("/")
        source = Source(name="amt", kind=kind, url=url, language="de", settings=settings or {})

        def read(data: bytes) -> None:
            for path in (
                ("/api/3/action/package_search", "/api/action/package_search") if kind == "ckan" else (f"/{name}",)
            ):
                self.town.server.files[path] = (data, media_type)
            with session(self.town.settings) as http:
                for item in harvester(kind).read(source, http, None):
                    if isinstance(item, Item) and not item.error:
                        try:
                            harvester(kind).to_metadata(item, source)
                        except Exception as error:
                            self.outcomes[f"{kind}: an item, {type(error).__name__}"] += 1

        return read

    def _backup(self, data: bytes) -> None:
        file = self.town.settings.data.parent / "changed.backup"
        file.write_bytes(data)
        with open_archive(file) as (_, rows):
            while rows.read(100_000):
                pass

    def seeds(self, name: str) -> list[bytes]:
        """The files of a reader, the smallest first."""
        if name == "xlsx":
            return [_workbook(file) for file in _files("csv")]
        if name == "backup":
            file = self.town.settings.data.parent / "whole.backup"
            if not file.exists():
                from registry.backup.backup import back_up

                back_up(self.town.settings, file)
            return [file.read_bytes()[:MAX_BYTES]]
        return _files({"filters": "words"}.get(name, name))

    def run(self, name: str, seed: int) -> None:
        """One case: the reader with a copy that follows from the seed; the first ones are the files as they are."""
        files = self.seeds(name)
        data = files[seed] if seed < len(files) else changed(files, random.Random(f"{name} {seed}"))
        try:
            with _bounded():
                self.readers[name](data)
            outcome = "answered"
        except LotseError:
            outcome = "refused"
        except Exception as error:
            outcome = "fault"
            self.faults.append(Fault(name, seed, f"{type(error).__name__}: {error}"[:300]))
        self.outcomes[f"{name}: {outcome}"] += 1


def changed(files: list[bytes], chooser: random.Random) -> bytes:
    """A copy of one of the files with some changes; now and then the file as it is."""
    data = bytearray(chooser.choice(files))
    for _ in range(chooser.randint(0, MAX_CHANGES)):
        start = chooser.randrange(len(data) + 1)
        end = min(len(data), start + chooser.choice((1, 1, 2, 5, 20, 100)))
        piece = bytes(data[start:end])
        match chooser.randrange(5):
            case 0:
                data[start:end] = bytes(chooser.randrange(256) for _ in piece)
            case 1:
                del data[start:end]
            case 2:
                data[start:start] = piece * chooser.choice((1, 2, 10))
            case 3:
                other = chooser.choice(files)
                begin = chooser.randrange(len(other) + 1)
                data[start:end] = other[begin : begin + chooser.choice((1, 5, 50))]
            case 4:
                data[start:end] = chooser.choice(
                    (b"0", b"-1", b"99999999999", b"\xc3\xa4", b"\\", b'"', b"\n", b"\x00")
                )
    return bytes(data[:MAX_BYTES])


def _files(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def _workbook(text: bytes) -> bytes:
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for line in text.decode().splitlines():
        book.active.append(line.replace("#", "").split(";"))
    book.save(packed)
    return packed.getvalue()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _each(data: bytes, functions: tuple[Callable[[str], object], ...]) -> None:
    for piece in _text(data).split("|"):
        for function in functions:
            function(piece.strip())


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """TimeoutError after CASE_SECONDS; in the main thread."""

    def stop(*_: Any) -> None:
        raise TimeoutError(f"more than {CASE_SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(CASE_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def fuzz(folder: Path) -> Iterator[Fuzz]:
    with files_server({}) as server, Town(folder / "data", server) as town:
        yield Fuzz(town)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", nargs="*")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, help="run this case alone")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="lotse-fuzz-", ignore_cleanup_errors=True) as folder,
        fuzz(Path(folder)) as ready,
    ):
        names, end, seed = arguments.readers or list(ready.readers), time.monotonic() + arguments.seconds, 0
        while time.monotonic() < end and not (arguments.seed is not None and seed):
            for name in names:
                ready.run(name, seed if arguments.seed is None else arguments.seed)
            seed += 1
        for outcome, count in sorted(ready.outcomes.items()):
            print(f"{count:8} {outcome}")
        for fault in ready.faults:
            print(f"FAULT {fault.error}\n      python -m tests.fuzz --seed {fault.seed} {fault.reader}")
        return int(bool(ready.faults))


if __name__ == "__main__":
    sys.exit(main())
