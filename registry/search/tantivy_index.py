"""The embedded search index: Tantivy in a folder, written by one process, read by many.

Entry point: `TantivyIndex`. Its files:
current                  name of the folder that readers use
0003/                    a generation: the result of one rebuild, and the changes applied since
0003/position.json       position, written after the commit: after a crash the same changes are applied again; with
                         `building` while a rebuild has not reached its end
0003/counts.json         the facet counts of all records at a position
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

import tantivy
from tantivy import Document

from registry.errors import NotReadyError
from registry.isolation import isolated
from registry.memory import give_memory_back
from registry.model import Change, Position, Record
from registry.model.timing import today
from registry.private_files import make_private_folder
from registry.projections.projection import note
from registry.search.answering import Question, beginning, page_of, question, suggestions
from registry.search.candidates import ENOUGH_EXACT_HITS, Refiner
from registry.search.entry import entry
from registry.search.facets import INDEX_VERSION, TEXT_FACETS
from registry.search.filters import Filters
from registry.search.index_files import IndexFiles
from registry.search.index_position import generation_of, position_in
from registry.search.index_position import kept as kept_state
from registry.search.query import HealthCheck, Query, ResultPage, Suggestion, with_outside
from registry.search.rebuilding import Checkpoints, input_digest
from registry.search.synonyms import Synonyms
from registry.search.tantivy_reading import MAX_KEPT_HITS, Reading, keep
from registry.search.tantivy_trees import SCHEMA, document_of
from registry.search.whole_counts import WholeCounts
from registry.search.whole_counts import read as read_counts
from vocab.concepts import ConceptList

WRITER_HEAP_BYTES = 60_000_000  # that a writer may collect in memory before it writes a segment
MANY_DOCUMENTS = 2_000  # that were added, from which on it is worth giving the memory of the writer back
MAX_KEPT_ANSWERS = 2_000  # pages of hits that are kept until the next change
MAX_KEPT_QUESTIONS = 100  # with up to RANKED hits each; about 5 MB
MISSING = "index-missing-or-older"


class TantivyIndex:
    """A SearchIndex in a folder, which is made by the first `rebuild`. `districts`: see `entry`; `refiner` and
    `synonyms`: see `answer`."""

    def __init__(
        self,
        path: Path,
        districts: ConceptList | None = None,
        refiner: Refiner | None = None,
        synonyms: Synonyms | None = None,
    ) -> None:
        self.path = path
        self.districts = districts
        self.refiner = refiner
        self.synonyms = synonyms
        self.outside: Mapping[str, Callable[[], tuple[str, ...]]] = {}
        self._reading: Reading | None = None
        self._lock = Lock()
        self._files = IndexFiles()
        self._half_built_files = IndexFiles()
        self._whole_counts = WholeCounts()

    def position(self) -> Position | None:
        """The stored position; None also for an index of another INDEX_VERSION, which must be built again."""
        return position_in(_kept(self._generation()))

    def damage(self) -> str:
        generation = self._generation()
        return self._files.damaged(generation) if generation and _kept(generation) else ""

    def faults(self) -> Mapping[str, str]:
        kept = _kept(self._generation())
        return dict(kept["faults"]) if kept else {}

    def health(self) -> tuple[HealthCheck, ...]:
        return ()

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        generation = self._generation()
        kept = _kept(generation)
        if generation is None or kept is None:
            raise NotReadyError(MISSING)
        wrote = self._write(generation, changes, kept["faults"])
        if not wrote and self.position() == position:
            return
        counted = self._count(generation, position) if wrote else kept.get("counted", 0)
        _keep(generation, position, kept["faults"], {"counted": counted})

    def resumes_after(self, epoch: str) -> int:
        generation, kept = self._half_built()
        return int(kept["number"]) if generation and kept["epoch"] == epoch else 0

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        last = self._generation()
        generation, kept = self._half_built()
        if generation is None or kept["epoch"] != position.epoch:
            generation, kept = self._new_generation(last), {"faults": {}}
        with ExitStack() as undo:
            undo.push(lambda kind, *_: _remove_if_failed(generation, kind))
            self._build(generation, changes, position, kept["faults"])
            _replace(self.path / "current", generation.name)
        for folder in self.path.glob("[0-9]*"):
            if folder not in (generation, last):  # the last one stays: processes may still read it
                shutil.rmtree(folder, ignore_errors=True)

    def _build(self, generation: Path, changes: Iterable[Change], position: Position, faults: dict[str, str]) -> None:
        checkpoints = Checkpoints(changes)
        building = {"building": input_digest(self.districts)}
        for part in checkpoints:
            self._write(generation, part, faults)
            _keep(generation, Position(position.epoch, checkpoints.number), faults, building)
        _keep(generation, position, faults, {"counted": self._count(generation, position)})

    def _count(self, generation: Path, position: Position) -> int:
        """Keeps the counts of all records, before anybody reads the commit; the number by which they are read."""
        with _Tantivy("index-not-readable", lambda: generation):
            index = tantivy.Index.open(str(generation))
            reading = Reading(("", 0, 0), index, index.searcher())
            counts = partial(reading.facets, None, Filters(), TEXT_FACETS)
            return self._whole_counts.write(generation, position.number, counts)

    def _new_generation(self, last: Path | None) -> Path:
        """An empty generation after `last`. Half-built ones that cannot go on are removed."""
        for folder in self._after(last):
            shutil.rmtree(folder, ignore_errors=True)
        generation = self.path / f"{1 + (int(last.name) if last else 0):04}"
        make_private_folder(generation.parent)
        generation.mkdir()
        with _Tantivy("index-not-writable", lambda: generation):
            tantivy.Index(SCHEMA, str(generation))
        return generation

    def _half_built(self) -> tuple[Path | None, dict[str, Any]]:
        """The generation of a rebuild that was killed, and what it keeps; (None, {}) if none can go on."""
        for folder in self._after(self._generation()):
            kept = _kept(folder)
            if (
                kept
                and kept.get("building") == input_digest(self.districts)
                and not self._half_built_files.damaged(folder)
            ):
                return folder, kept
        return None, {}

    def _after(self, generation: Path | None) -> list[Path]:
        """The folders of later generations, which are not complete."""
        number = int(generation.name) if generation else 0
        folders = (folder for folder in self.path.glob("[0-9]*") if folder.name.isdecimal())
        return [folder for folder in folders if int(folder.name) > number]

    def _generation(self) -> Path | None:
        return generation_of(self.path)

    def _write(self, generation: Path, changes: Iterable[Change], faults: dict[str, str]) -> bool:
        """Whether there were changes; nothing is opened if not."""
        changes = iter(changes)
        first = next(changes, None)
        if first is None:
            return False
        with _Tantivy("index-not-writable", lambda: generation):
            self._commit(generation, chain((first,), changes), faults)
        return True

    def _commit(self, generation: Path, changes: Iterable[Change], faults: dict[str, str]) -> None:
        index = tantivy.Index(SCHEMA, str(generation))
        writer, before, added = index.writer(WRITER_HEAP_BYTES, 1), index.searcher(), set[str]()
        try:
            writer.garbage_collect_files()  # left by a process that was killed before it committed
            for change in changes:
                if change.id in added or before.doc_freq("id", change.id):  # looking is cheaper than to delete nothing
                    writer.delete_documents_by_term("id", change.id)
                faults.pop(change.id, None)
                if change.record and (document := self._document(change.record, faults)):
                    writer.add_document(document)
                    added.add(change.id)
            writer.commit()
        finally:
            writer.wait_merging_threads()  # ends the writer and frees its lock; uncommitted changes are dropped
        if len(added) >= MANY_DOCUMENTS:
            give_memory_back()

    def _document(self, record: Record, faults: dict[str, str]) -> Document | None:
        """The document of a record; None if that fails: then it is in `faults`, which `lotse doctor` shows."""
        return isolated(
            lambda: document_of(entry(record, self.districts)),
            lambda error: note(faults, record.id, f"{type(error).__name__}: {error}"),
        )

    def search(self, query: Query) -> ResultPage:
        with _Tantivy("index-not-readable", self._generation):
            query = with_outside(query, self.outside)
            reading, day = self._read(), today().toordinal()
            key = (query.key, day, id(self.refiner), id(self.synonyms), id(self.districts))
            page = reading.answers.get(key)
            if page is None:
                page = page_of(query, self._question(query, reading, day))
                if self._by_words_alone(query, page) and len(page.hits) <= MAX_KEPT_HITS:
                    keep(reading.answers, key, page, MAX_KEPT_ANSWERS)
            return page

    def _question(self, query: Query, reading: Reading, day: int) -> Question:
        """The question of a query, kept for the other pages of its list, but not with vectors: these change alone."""
        key = (query.list_key, day, id(self.synonyms), id(self.districts))
        kept = reading.questions.get(key) if self.refiner is None else None
        if kept is None:
            kept = question(query, reading, day, self.refiner, self.synonyms, self.districts)
            if self.refiner is None:
                keep(reading.questions, key, kept, MAX_KEPT_QUESTIONS)
        return kept

    def _by_words_alone(self, query: Query, page: ResultPage) -> bool:
        """Whether an answer is the same until the index changes: no vectors had a part in it, which change by
        themselves."""
        return not self.refiner or not query.words.strip() or page.total >= ENOUGH_EXACT_HITS

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]:
        wanted = beginning(prefix)
        if not wanted:
            return ()
        with _Tantivy("index-not-readable", self._generation):
            entries = self._read().searcher.terms_with_prefix("words", wanted, limit=size * 5)
        return suggestions(entries, size)

    def _read(self) -> Reading:
        """A searcher of the last commit whose position was written, also by another process."""
        with self._lock:
            generation = self._generation()
            if generation is None:
                raise NotReadyError(MISSING)
            state = (generation / "position.json").stat()
            stamp = (generation.name, state.st_mtime_ns, state.st_ino)
            if self._reading is None or self._reading.stamp != stamp:
                if self._reading is not None:
                    self._reading.questions.clear()  # each names the reading, whose files could not be closed else
                self._reading = _open(generation, stamp, self._reading)
            return self._reading


# -- a generation on disk


class _Tantivy:
    """Raises NotReadyError where Tantivy cannot read or write its files.

    Tantivy raises a ValueError with the words of the system or, for damaged files, a panic of Rust: no Exception.
    """

    def __init__(self, code: str, generation: Callable[[], Path | None]) -> None:
        self._code, self._generation = code, generation

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind and (issubclass(kind, ValueError) or kind.__name__ == "PanicException"):
            raise NotReadyError(self._code, generation=self._generation(), error=error) from error


def _kept(generation: Path | None) -> dict[str, Any] | None:
    return kept_state(generation, INDEX_VERSION)


def _keep(
    generation: Path, position: Position, faults: Mapping[str, str], more: Mapping[str, str] | Mapping[str, int]
) -> None:
    """Stores the position. `more`: `building` if the generation is not complete, so that nobody reads it yet; else
    `counted`, after which change `WholeCounts` were counted."""
    kept = {"schema": INDEX_VERSION, "epoch": position.epoch, "number": position.number, "faults": faults}
    _replace(generation / "position.json", json.dumps({**kept, **more}, ensure_ascii=False))


def _remove_if_failed(generation: Path, kind: type[BaseException] | None) -> None:
    """Removes what a failed rebuild wrote, or a full disk would hold half an index for each attempt. One that was
    interrupted or killed goes on later."""
    if kind and issubclass(kind, Exception):
        shutil.rmtree(generation, ignore_errors=True)


def _replace(path: Path, text: str) -> None:
    """Writes a file in one step, so that readers see the old or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _open(generation: Path, stamp: tuple[str, int, int], before: Reading | None) -> Reading:
    kept = _kept(generation)
    if kept is None:
        raise NotReadyError(MISSING)
    try:
        if before and before.stamp[0] == stamp[0]:
            index = before.index
        else:
            index = tantivy.Index.open(str(generation))
            index.config_reader("manual")
        index.reload()
    except ValueError as error:
        raise NotReadyError("index-not-readable", generation=generation, error=error) from error
    return Reading(stamp, index, index.searcher(), whole=partial(read_counts, generation, kept.get("counted", 0)))
