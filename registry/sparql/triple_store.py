"""All records as RDF in a triple store (pyoxigraph), a graph for each: the projection that answers SPARQL queries.

Only the projector opens the store for writing. After each batch it makes a checkpoint (hard links, some milliseconds);
queries read the newest one in processes of their own, so nobody waits for anybody.

Entry points: `TripleStore`, `newest_checkpoint`. Layout of the folder: `current` names the store, its newest
checkpoint and the position; a rebuild writes a new store beside the old one.
"""

import shutil
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
import pyoxigraph as ox

from registry.isolation import isolated
from registry.kept_files import KeptFiles
from registry.model import DCAT_KINDS, Change, Position, Record
from registry.projections.projection import note
from registry.rdf import record_graph, statements_in, thing_iri
from registry.rdf.terms import iri_term
from vocab.kinds import KIND_ROWS

MAPPING_EDITION: Final = 1  # raised when records are written as other statements: the store is then built anew
KEPT_CHECKPOINTS: Final = 3  # older ones may still be read by a query that has just begun
RECORDS_PER_LOAD: Final = 500
MAX_SMALL_LOAD_BYTES: Final = 2_000_000  # N-Quads that are loaded in a transaction; more by the bulk loader


class _Current(msgspec.Struct, frozen=True):
    """What counts: folders of the store and of its newest checkpoint, the position of both, and of what edition they
    are."""

    store: str
    checkpoint: str
    position: Position
    edition: str = ""


def newest_checkpoint(folder: Path) -> Path | None:
    """The folder that queries read; None before the first one."""
    current = _current(folder)
    return folder / current.checkpoint if current else None


def _current(folder: Path) -> _Current | None:
    try:
        return _read(folder / "current")
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None


_read: Final = KeptFiles(lambda path: msgspec.json.decode(path.read_bytes(), type=_Current))


class TripleStore:
    """The projection in a folder. `base_url`: our public address, with which all our IRIs begin."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.base_url = base_url.rstrip("/")
        self.edition = f"{MAPPING_EDITION} {self.base_url}"
        self.faults: dict[str, str] = {}

    def position(self) -> Position | None:
        """None also if the store was written with another public address or by another edition of the mapping."""
        current = _current(self.folder)
        return current.position if current and current.edition == self.edition else None

    def damage(self) -> str:
        current = _current(self.folder)
        whole = current is None or (self.folder / current.checkpoint / "CURRENT").is_file()
        return "" if whole else "checkpoint"

    def resumes_after(self, epoch: str) -> int:
        return 0

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        current = _current(self.folder)
        if current is None:
            self.rebuild(changes, position)
            return
        store = ox.Store(str(self.folder / current.store))  # closed again, so that another process may take over
        self._write(store, changes, forget=True)
        self._publish(store, current.store, position)

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        self.faults.clear()
        current = _current(self.folder)
        number = int(current.store.partition("-")[2]) + 1 if current else 1
        name = f"store-{number}"
        shutil.rmtree(self.folder / name, ignore_errors=True)  # of a rebuild that was interrupted
        self.folder.mkdir(parents=True, exist_ok=True)
        store = ox.Store(str(self.folder / name))
        self._write(store, changes, forget=False)
        self._publish(store, name, position)

    def _write(self, store: ox.Store, changes: Iterable[Change], forget: bool) -> None:
        """Puts the graphs of the records in place of those they had."""
        remaining = iter(changes)
        while batch := list(islice(remaining, RECORDS_PER_LOAD)):
            if forget:
                for change in batch:
                    store.remove_graph(ox.NamedNode(graph_name(change.id, self.base_url)))
            records = (change.record for change in batch if change.record)
            text = "".join(self._quads(records)).encode()
            load = store.load if forget and len(text) <= MAX_SMALL_LOAD_BYTES else store.bulk_load
            load(text, format=ox.RdfFormat.N_QUADS)

    def _quads(self, records: Iterable[Record]) -> Iterator[str]:
        for record in records:
            yield isolated(lambda record=record: quads(record, self.base_url), self._left_out(record))  # type: ignore[misc]

    def _left_out(self, record: Record):  # type: ignore[no-untyped-def]
        def failed(error: Exception) -> str:
            note(self.faults, record.id, f"{type(error).__name__}: {error}")
            return ""

        return failed

    def _publish(self, store: ox.Store, name: str, position: Position) -> None:
        """Makes a checkpoint and names it; old ones and old stores are removed."""
        store.flush()
        checkpoint = f"checkpoint-{name.partition('-')[2]}-{position.number}"
        shutil.rmtree(self.folder / checkpoint, ignore_errors=True)  # the same change again, after a crash
        store.backup(str(self.folder / checkpoint))
        new = self.folder / "current.new"
        new.write_bytes(msgspec.json.encode(_Current(name, checkpoint, position, self.edition)))
        new.replace(self.folder / "current")
        checkpoints = sorted(self.folder.glob("checkpoint-*"), key=lambda path: path.stat().st_mtime_ns)
        kept = {path.name for path in checkpoints[-KEPT_CHECKPOINTS:]} | {name, checkpoint}
        for path in (*checkpoints, *self.folder.glob("store-*")):
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)


def graph_name(id: str, base_url: str) -> str:
    """The IRI of the graph of a record: its address in our namespace."""
    return f"{base_url}/id/{id}"


def quads(record: Record, base_url: str) -> str:
    """The statements of a record as N-Quads, and that the catalogue lists it."""
    graph = record_graph(record, base_url)
    if record.kind in DCAT_KINDS:
        listed = iri_term(KIND_ROWS[record.kind].catalog_property)
        graph[iri_term(f"{base_url}/catalog")] = {listed: {iri_term(thing_iri(record, base_url)): None}}
    return "".join(statements_in(graph, record.id, f" {iri_term(graph_name(record.id, base_url))} .\n"))
