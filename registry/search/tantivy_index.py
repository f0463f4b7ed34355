"""The embedded search index: Tantivy in a folder, written by one process, read by many.

Entry point: `TantivyIndex`. Its files:
current                  name of the folder that readers use
0003/                    a generation: the result of one rebuild, and the changes applied since
0003/position.json       position, written after the commit: after a crash the same changes are applied again
"""

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

import tantivy
from tantivy import Document, FieldType, Occur, Order
from tantivy import Query as Tree

from registry.errors import NotReadyError
from registry.isolation import isolated
from registry.model import Change, Position, Record
from registry.private_files import make_private_folder
from registry.projections.projection import note
from registry.search.answering import answer, beginning, bounds, suggestions
from registry.search.candidates import Refiner
from registry.search.entry import Entry, entry
from registry.search.facet_counts import MAX_KEYS, aggregations, counts
from registry.search.facets import COUNTED, DATED_FACETS, INDEX_VERSION, PARENTS, TEXT_FACETS
from registry.search.filters import Condition, Filters, Range, Texts
from registry.search.index_files import IndexFiles
from registry.search.matching import Asked, Need, WordGroup
from registry.search.organization_tree import OrganizationTree
from registry.search.query import Count, Found, Hit, Query, Ranking, ResultPage, Suggestion
from registry.search.space_time import NUMBERS
from vocab.concepts import ConceptList

WRITER_HEAP_BYTES = 60_000_000  # that a writer may collect in memory before it writes a segment
MAX_CACHED = 256  # answers with counts of facets, kept until the next change
MISSING = "index-missing-or-older"


class TantivyIndex:
    """A SearchIndex in a folder, which is made by the first `rebuild`. `districts`: see `entry`; `refiner`: see
    `answer`."""

    def __init__(self, path: Path, districts: ConceptList | None = None, refiner: Refiner | None = None) -> None:
        self.path = path
        self.districts = districts
        self.refiner = refiner
        self._reading: _Reading | None = None
        self._lock = Lock()
        self._files = IndexFiles()

    def position(self) -> Position | None:
        """The stored position; None also for an index of another INDEX_VERSION, which must be built again."""
        kept = _kept(self._generation())
        return Position(kept["epoch"], kept["number"]) if kept else None

    def damage(self) -> str:
        generation = self._generation()
        return self._files.damaged(generation) if generation and _kept(generation) else ""

    def faults(self) -> Mapping[str, str]:
        kept = _kept(self._generation())
        return dict(kept["faults"]) if kept else {}

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        generation = self._generation()
        kept = _kept(generation)
        if generation is None or kept is None:
            raise NotReadyError(MISSING)
        if not self._write(generation, changes, kept["faults"]) and self.position() == position:
            return
        _keep(generation, position, kept["faults"])

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        last = self._generation()
        number = 1 + max(
            (int(folder.name) for folder in self.path.glob("[0-9]*") if folder.name.isdecimal()), default=0
        )
        generation = self.path / f"{number:04}"
        make_private_folder(generation.parent)
        generation.mkdir()
        faults: dict[str, str] = {}
        with ExitStack() as undo:  # or a full disk would hold half an index for each attempt
            undo.callback(shutil.rmtree, generation, ignore_errors=True)
            with _Tantivy("index-not-writable", lambda: generation):
                tantivy.Index(_SCHEMA, str(generation))
            self._write(generation, changes, faults)
            _keep(generation, position, faults)
            _replace(self.path / "current", generation.name)
            undo.pop_all()
        for folder in self.path.glob("[0-9]*"):
            if folder not in (generation, last):  # the last one stays: processes may still read it
                shutil.rmtree(folder, ignore_errors=True)

    def _generation(self) -> Path | None:
        with suppress(FileNotFoundError):
            return self.path / (self.path / "current").read_text()
        return None

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
        writer = tantivy.Index(_SCHEMA, str(generation)).writer(WRITER_HEAP_BYTES, 1)
        try:
            writer.garbage_collect_files()  # left by a process that was killed before it committed
            for change in changes:
                writer.delete_documents_by_term("id", change.id)
                faults.pop(change.id, None)
                if change.record and (document := self._document(change.record, faults)):
                    writer.add_document(document)
            writer.commit()
        finally:
            writer.wait_merging_threads()  # ends the writer and frees its lock; uncommitted changes are dropped

    def _document(self, record: Record, faults: dict[str, str]) -> Document | None:
        """The document of a record; None if that fails: then it is in `faults`, which `lotse doctor` shows."""
        return isolated(
            lambda: _document(entry(record, self.districts)),
            lambda error: note(faults, record.id, f"{type(error).__name__}: {error}"),
        )

    def search(self, query: Query) -> ResultPage:
        with _Tantivy("index-not-readable", self._generation):
            return answer(query, self._read(), datetime.now(UTC).date().toordinal(), self.refiner)

    def suggest(self, prefix: str, size: int) -> tuple[Suggestion, ...]:
        wanted = beginning(prefix)
        if not wanted:
            return ()
        with _Tantivy("index-not-readable", self._generation):
            entries = self._read().searcher.terms_with_prefix("words", wanted, limit=size * 5)
        return suggestions(entries, size)

    def _read(self) -> "_Reading":
        """A searcher of the last commit whose position was written, also by another process."""
        with self._lock:
            generation = self._generation()
            if generation is None:
                raise NotReadyError(MISSING)
            state = generation / "position.json"
            stamp = (generation.name, state.stat().st_mtime_ns, state.stat().st_ino)
            if self._reading is None or self._reading.stamp != stamp:
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
    if generation is None:
        return None
    with suppress(FileNotFoundError, ValueError):
        kept = json.loads((generation / "position.json").read_text())
        return kept if kept.get("schema") == INDEX_VERSION else None
    return None


def _keep(generation: Path, position: Position, faults: Mapping[str, str]) -> None:
    kept = {"schema": INDEX_VERSION, "epoch": position.epoch, "number": position.number, "faults": faults}
    _replace(generation / "position.json", json.dumps(kept, ensure_ascii=False))


def _replace(path: Path, text: str) -> None:
    """Writes a file in one step, so that readers see the old or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for field in ("title_stems", "title_grams", "text_stems", "text_grams"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    counted_fields = (counted.field for counted in COUNTED)
    for field in (*(name for name in TEXT_FACETS if name != "kind"), *counted_fields, "by_title", "by_date"):
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    for field in ("short_words", "words", PARENTS.field):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("day", "quality", *DATED_FACETS, *(name for name, type in NUMBERS.items() if type is int)):
        builder.add_unsigned_field(field, fast=True)
    for field in (name for name, type in NUMBERS.items() if type is float):
        builder.add_float_field(field, fast=True)
    return builder.build()


_SCHEMA = _schema()


def _document(entry: Entry) -> Document:
    fields: dict[str, Any] = {
        "id": entry.id,
        "title_stems": entry.title.stems,
        "title_grams": entry.title.grams,
        "text_stems": entry.text.stems,
        "text_grams": entry.text.grams,
        "short_words": list(entry.short_words),
        "words": list(entry.words),
        "by_title": entry.by_title,
        "by_date": entry.by_date,
        "day": entry.day,
        "quality": entry.quality,
        **{field: list(values) for field, values in {**entry.facets, **entry.counted, **entry.numbers}.items()},
    }
    return Document.from_dict(fields, _SCHEMA)


# -- queries as Tantivy's query trees


def _term(field: str, text: str) -> Tree:
    return Tree.term_query(_SCHEMA, field, text, index_option="freq")


def _any(parts: Iterable[Tree], least: int = 1) -> Tree:
    return Tree.boolean_query([(Occur.Should, part) for part in parts], minimum_number_should_match=least)


def _all(parts: Iterable[Tree]) -> Tree:
    return Tree.boolean_query([(Occur.Must, part) for part in parts])


def _group(group: WordGroup) -> Tree:
    pieces = [_all(_term("text_grams", gram) for gram in grams) for grams in group.alternatives]
    short = [_term("short_words", group.short)] if group.short else []
    return _any((_term("text_stems", group.stem), *pieces, *short))


def _need(need: Need | None) -> Tree:
    if need is None:
        return Tree.all_query()
    groups = [_group(group) for group in need.groups]
    return _all(groups) if need.least == len(groups) else _any(groups, need.least)


def _condition(condition: Condition) -> Tree:
    if isinstance(condition, Texts):
        return Tree.term_set_query(_SCHEMA, condition.field, list(condition.values))
    return _any(_all(map(_range, ranges)) for ranges in condition.alternatives)


def _range(range: Range) -> Tree:
    type = FieldType.Float if NUMBERS.get(range.field) is float else FieldType.Unsigned
    return Tree.range_query(_SCHEMA, range.field, type, range.low, range.high)


def _filtered(need: Need | None, conditions: Iterable[Condition], *others: tuple[Occur, Tree]) -> Tree:
    """A tree for documents that fulfil need and filters, which do not change the score; `others` do."""
    exact = [(Occur.Must, Tree.const_score_query(part, 0.0)) for part in (_need(need), *map(_condition, conditions))]
    return Tree.boolean_query([*exact, *others])


def _filter_text(conditions: Iterable[Condition]) -> str:
    """Filters by facets in Tantivy's query language, which aggregations need."""
    return " AND ".join(f"({' OR '.join(_alternatives(condition))})" for condition in conditions)


def _alternatives(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Texts):
        yield from (f'{condition.field}:"{_escaped(value)}"' for value in condition.values)
    else:
        yield from (f"{range.field}:[{range.low} TO {range.high}]" for (range,) in condition.alternatives)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _open(generation: Path, stamp: tuple[str, int, int], before: "_Reading | None") -> "_Reading":
    if _kept(generation) is None:
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
    return _Reading(stamp, index, index.searcher(), {})


@dataclass(frozen=True)
class _Reading:
    """One state of the index as an `Engine`, with the counts that were made on it."""

    stamp: tuple[str, int, int]
    index: tantivy.Index
    searcher: tantivy.Searcher
    counted: dict[Any, Mapping[str, tuple[Count, ...]]]

    def find(self, wanted: Asked, need: Need, depth: int) -> Ranking:
        result = self.searcher.search(_filtered(need, wanted.filters.conditions(), *_scoring(wanted)), depth)
        return Ranking(tuple(self._found(result.hits)), _total(result))

    def documents(self, wanted: Asked, ids: Collection[str]) -> Sequence[Found]:
        if not ids:
            return ()
        named = Tree.const_score_query(Tree.term_set_query(_SCHEMA, "id", list(ids)), 0.0)
        tree = _filtered(None, wanted.filters.conditions(), (Occur.Must, named), *_scoring(wanted))
        return self._found(self.searcher.search(tree, len(ids)).hits)

    def sorted(self, wanted: Asked, need: Need | None, query: Query) -> tuple[list[Hit], int]:
        first, _ = bounds(query)
        field, order = ("by_title", Order.Asc) if query.sort == "title" else ("by_date", Order.Desc)
        tree = _filtered(need, wanted.filters.conditions())
        result = self.searcher.search(tree, max(query.size, 1), order_by_field=field, order=order, offset=first)
        return [Hit(id, kind, 0.0) for id, kind in self._names(result.hits[: query.size])], _total(result)

    def _names(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> Iterator[tuple[str, Any]]:
        for _, address in hits:
            document = self.searcher.doc(address)
            yield str(document.get_first("id")), document.get_first("kind")

    def _found(self, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[Found]:
        addresses = [address for _, address in hits]
        days = self.searcher.fast_field_values("day", addresses)
        qualities = self.searcher.fast_field_values("quality", addresses)
        named = zip(self._names(hits), hits, days, qualities, strict=True)
        return [Found(id, kind, hit[0], int(day or 0), int(quality or 0)) for (id, kind), hit, day, quality in named]

    def facets(self, need: Need | None, where: Filters, facets: tuple[str, ...]) -> Mapping[str, tuple[Count, ...]]:
        """As in `Engine`; the answers are kept until the next change of the index."""
        key = (need, where.key, facets)
        if not facets:
            return {}
        cached = self.counted.get(key)  # one look-up: another thread may clear the cache at any time
        if cached is None:
            parts = aggregations(where, facets, _filter_text, "segment_size")
            response = self.searcher.aggregate(_filtered(need, where.limits), parts)
            cached = {
                facet: counts(response, facet, where.where.get(facet, ()), self.organizations) for facet in facets
            }
            if len(self.counted) >= MAX_CACHED:
                self.counted.clear()
            self.counted[key] = cached
        return cached

    def organizations(self) -> OrganizationTree:
        return self._organizations

    @cached_property
    def _organizations(self) -> OrganizationTree:
        return OrganizationTree(pair for pair, _ in self.searcher.terms_with_prefix(PARENTS.field, "", limit=MAX_KEYS))


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count or 0)  # type: ignore[attr-defined]  # missing in Tantivy's stubs


def _scoring(wanted: Asked) -> list[tuple[Occur, Tree]]:
    return [(Occur.Should, Tree.boost_query(_term(term.field, term.text), term.weight)) for term in wanted.terms]
