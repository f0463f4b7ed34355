"""Answers questions with a number, where one prepared table gives it for certain; else with nothing.

Entry points: `Answers`, `open_answers`, `Answer`. Tables are kept in memory and read again when previews or their
records have changed, in a thread of their own. Invariants: a question with a word that no table knows costs a look into
a set; all readings of a question must lead to the same number; what a preview cannot tell is no answer.
"""

import logging
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from registry.answers import readings
from registry.answers.covering import MAX_TOKENS, Question, covers
from registry.answers.evaluating import NOTHING, Result, covers_whole, evaluated
from registry.answers.frames import FRAME, FRAME_WORDS
from registry.answers.readings import Reading
from registry.answers.tables import Table, table_of
from registry.answers.terms import forms_of, tokens_of
from registry.city import city
from registry.errors import LotseError
from registry.isolation import isolated
from registry.model import Position, Record
from registry.parts import parts
from registry.preview.previews import Previews
from registry.settings import Settings
from registry.store.store import Store
from vocab.concepts import ConceptList, load

SECONDS_BETWEEN_LOOKS: Final = 5.0  # at the table of previews
RECORDS_AT_ONCE: Final = 100  # whose tables are made
MAX_READINGS: Final = 6  # of a question, over all tables; one with more is not certain
log = logging.getLogger("lotse.answers")


class Answer(NamedTuple):
    """A number, and how it was counted. `fetched`: when the file was read."""

    record: Record
    reading: Reading
    result: Result
    fetched: datetime | None


class _Source(NamedTuple):
    """All that a table is made of: another prepared file or another state of its record makes another table."""

    record: str
    number: int
    distribution: str
    file: str


class _State(NamedTuple):
    """The tables of one moment. `files`: the prepared files of which they are; `position`: the last change of a record
    that counts in them; `vocabulary`: all their words; `version`: another number for other files or records."""

    tables: Mapping[_Source, Table]
    files: frozenset[str]
    position: Position
    vocabulary: frozenset[str]
    version: int


class Answers:
    """The answers of an installation. `names`: other names of values, such as those of districts; `city`: the name
    of the city."""

    def __init__(self, previews: Previews, store: Store, names: Mapping[str, tuple[str, ...]], city: str) -> None:
        self._previews = previews
        self._store = store
        self._names = names
        self._city = frozenset((*tokens_of(city), "stadt", "city")) if city else frozenset(("stadt", "city"))
        self._state = _State({}, frozenset(), Position("", 0), frozenset(), 0)
        self._looked = 0.0
        self._lock = threading.Lock()

    @property
    def version(self) -> int:
        """Another number after previews, or records that have one, have changed."""
        self._look()
        return self._state.version

    def answer(self, typed: str, record_id: str = "") -> Answer | None:
        """The number that a question asks for, None where it is not certain. `record_id`: only of this record."""
        return isolated(partial(self._answered, typed, record_id), _failed)

    def _answered(self, typed: str, record_id: str) -> Answer | None:
        question = Question(typed)
        if not 1 < len(question.tokens) <= MAX_TOKENS:
            return None
        self._look()
        state = self._state
        if not self._is_known(question, state):
            return None
        return self._certain(list(self._readings(question, state, record_id)))

    def _is_known(self, question: Question, state: _State) -> bool:
        """Whether each word stands in some table or is a word around a question; and one of them in a table."""
        content = 0
        for word in question.untimed():
            if any(form in state.vocabulary for form in forms_of(word)):
                content += 1
            elif not self._is_around(word):
                return False
        return content > 0

    def _is_around(self, word: str) -> bool:
        """Whether a word may stand in a question to any table."""
        return word in FRAME_WORDS or word in self._city or any(form in FRAME.vocabulary for form in forms_of(word))

    def _readings(self, question: Question, state: _State, record_id: str) -> Iterable[Reading]:
        rest = [forms_of(word) for word in question.untimed() if not self._is_around(word)]
        for table in state.tables.values():
            if record_id and table.record != record_id:
                continue
            if not all(any(form in table.vocabulary or form in table.verbs for form in forms) for forms in rest):
                continue
            for cover in covers(question, table, table.verbs, self._city):
                if reading := readings.reading_of(table, cover):
                    yield reading

    def _certain(self, candidates: list[Reading]) -> Answer | None:
        """The answer of the readings that name their table best, if all of them lead to the same number."""
        best = [reading for reading in candidates if reading.is_named or reading.measure == "rows"] or candidates
        distinct: list[Reading] = []
        for reading in best:
            if not any(_is_same(reading, other) for other in distinct):
                distinct.append(reading)
        if not distinct or len(distinct) > MAX_READINGS or len({reading.table.record for reading in distinct}) > 1:
            return None
        results = [(reading, evaluated(self._previews, reading)) for reading in _described(distinct)]
        results = [(reading, result) for reading, result in results if result != NOTHING]
        if not results or any(result is None for _, result in results):
            return None
        results = [pair for pair in results if pair[1] and covers_whole(pair[1], pair[0].time)] or results
        numbers = {(result.value, *(name for _, name in result.key)) for _, result in results if result}
        if len(numbers) != 1:
            return None
        reading, result = results[0]
        record = self._shown([reading.table.record]).get(reading.table.record)
        preview = self._previews.get(reading.table.record, reading.table.distribution)
        return Answer(record, reading, result, preview.fetched if preview else None) if record and result else None

    def _shown(self, ids: Collection[str]) -> dict[str, Record]:
        """Id -> record, of those that are published under this id."""
        return {id: record for id, record in self._store.get_many(ids).items() if record.shown}

    # -- keeping up with previews

    def refresh(self) -> None:
        """Reads the tables of all previews that are ready, as far as they or their records have changed."""
        with self._lock:
            files, position = frozenset(self._previews.store.files()), self._store.position()
            self._looked = time.monotonic()
            if files == self._state.files and not self._have_records_changed(position):
                self._state = self._state._replace(position=position)
                return
            tables: dict[_Source, Table] = {}
            for ids in parts(sorted(self._previews.store.records()), RECORDS_AT_ONCE):
                tables.update(self._tables_of(ids))
            vocabulary = frozenset(word for table in tables.values() for word in (*table.vocabulary, *table.verbs))
            self._state = _State(tables, files, position, vocabulary, hash((files, frozenset(tables))))

    def _have_records_changed(self, position: Position) -> bool:
        """Whether a record that has a preview was changed up to `position`, since the tables were read."""
        before = self._state.position
        if position.epoch != before.epoch:
            return True
        if position == before:
            return False
        return not self._store.changed_ids(before.number).isdisjoint(self._previews.store.records())

    def _tables_of(self, ids: Collection[str]) -> Iterator[tuple[_Source, Table]]:
        """The tables of some records; those that are already known are not made again."""
        records = self._shown(ids)
        previews = self._previews.of_records(list(records.values()))
        for id, record in records.items():
            for distribution in record.metadata.distributions:
                preview = previews[id][distribution.id]
                if preview.state == "ready":
                    source = _Source(id, record.number, distribution.id, preview.file)
                    table = self._state.tables.get(source)
                    yield source, table or _with_verbs(table_of(record, distribution, preview, self._names))

    def _look(self) -> None:
        """Looks for changes: of records at once, of previews from time to time. The first look waits for its end,
        others are in a thread."""
        is_due = time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS
        if not is_due and self._store.position() == self._state.position:
            return
        if not self._looked:
            self.refresh()
            return
        self._looked = time.monotonic()
        if not self._lock.locked():
            threading.Thread(target=self.refresh, name="answers", daemon=True).start()


def _failed(error: Exception) -> None:
    """Reports why a question got no answer: a prepared file was evicted meanwhile, or a query took too long."""
    log.warning("no answer", exc_info=None if isinstance(error, LotseError) else error)


def names_of(districts: ConceptList | None) -> dict[str, tuple[str, ...]]:
    """The German name of each district -> its other names, for tables that have districts as values."""
    return {concept.label("de"): (concept.label("en"), *concept.alternatives) for concept in districts or ()}


def open_answers(settings: Settings, previews: Previews, store: Store) -> Answers:
    """Opens the answers of an installation, with the names of its city and of the districts."""
    description = city(settings)
    districts = load(description.districts) if description.districts else None
    return Answers(previews, store, names_of(districts), description.name)


def _with_verbs(table: Table) -> Table:
    """The table with all verbs that fit one of its columns or its rows."""
    of_columns = (readings.verbs_of(column, table) for column in table.columns)
    return table._replace(verbs=readings.verbs_of(None, table).union(*of_columns))


def _described(candidates: list[Reading]) -> list[Reading]:
    """The readings of columns that a dictionary describes, if there are any: a copy of a file may have none."""
    described = [reading for reading in candidates if reading.column is None or reading.column.aggregate]
    return described or candidates


def _is_same(reading: Reading, other: Reading) -> bool:
    return reading[1:] == other[1:] and reading.table.distribution == other.table.distribution
