"""The harvest runs of all sources: their outcomes, their problems, and the acts that wait for a person's decision.

Entry points: `open_runs`, `Runs`. Invariants: only one process harvests a source at a time, under the lock of
`Runs.hold`; the problems of a source's older runs are deleted, their counts stay; personal data in values is masked.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from registry.errors import BusyError, NotFoundError
from registry.model import LEVELS, Findings, Level, Problem, Run
from registry.model.former import read_finding, read_run
from registry.model.message import message
from registry.model.text import storable
from registry.sources import tables
from registry.sources.packed import levels_of, packed, rules_of, storable_finding, unpacked
from registry.sources.staging import Staging, open_staging
from registry.sources.tables import FINDINGS, RUNS, WAITS
from registry.store.database import ManyRows, connect, make_tables, reading, writing
from registry.store.locks import lock_table, poll, source_lock, try_lock

REPORTED_RUNS: Final = 30  # runs of a source whose problems are kept one by one
THINGS_PER_PAGE: Final = 1_000  # records whose problems are read in one query
CRASHED: Final = message("run-ended-without-word")  # reason of a run whose process ended without storing an outcome
MAX_RUN_NUMBER: Final = (1 << 63) - 1  # the largest value of the column
HOLD_TIMEOUT: Final = 0.5  # seconds; `held` of another process takes the lock for a moment
_BITS: Final[Mapping[str, int]] = {
    level: 1 << position for position, level in enumerate(LEVELS)
}  # bit of each level in FINDINGS.c.levels


def open_runs(database_url: str, data: Path, staging: Staging | None = None) -> "Runs":
    """Opens runs and problems in the store's database. Locks are files in `data`, or advisory locks of PostgreSQL.
    `staging`: if it is open already."""
    engine = connect(database_url)
    make_tables(engine, tables.TABLES)
    return Runs(engine, staging or open_staging(database_url, data), data)


class Runs:
    """The runs of an installation; safe for any number of threads and processes.

    Only the process that has a source locked by `hold` may `begin` and change its runs.
    """

    def __init__(self, engine: sa.Engine, staging: Staging, data: Path) -> None:
        self._engine = engine
        self._staging = staging
        self._data = data
        parameters: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in FINDINGS.c}
        self._report = ManyRows(engine, FINDINGS.insert().values(parameters))

    def newest(self, source: str | None = None, most: int = 100) -> list[Run]:
        """The newest runs of one source or of all, newest first. A run whose process died is shown as interrupted."""
        where = [RUNS.c.source == source] if source else []
        return [_as_seen(self, run) for run in _select(self._engine, *where, most=most)]

    def get(self, number: int) -> Run:
        """The run with this number; NotFoundError."""
        if 0 < number <= MAX_RUN_NUMBER:
            for run in _select(self._engine, RUNS.c.number == number):
                return _as_seen(self, run)
        raise NotFoundError("run-unknown", {"run": number}, number=number)

    def last(self, source: str, *outcomes: str) -> Run | None:
        """The newest run of a source, or its newest run with one of these outcomes; None if there is none."""
        where = [RUNS.c.source == source, *([RUNS.c.outcome.in_(outcomes)] if outcomes else [])]
        return next((_as_seen(self, run) for run in _select(self._engine, *where)), None)

    def begin(self, run: Run) -> Run:
        """Stores a new run and returns it with its number.

        Runs of the source that are still stored as running become interrupted: the caller holds the lock, so no
        process works on them any more. The problems of old runs are deleted.
        """
        with writing(self._engine) as connection:
            lock_table(connection, RUNS)
            last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(RUNS.c.number), 0))).scalar()
            begun = replace(run, number=cast(int, last) + 1)
            _change(connection, run.source, RUNS.c.outcome == "running", outcome="interrupted", reason=CRASHED)
            connection.execute(RUNS.insert().values(number=begun.number, source=begun.source, **_row(begun)))
        _forget_problems(self._engine, run.source)
        return begun

    def note(self, run: Run) -> None:
        """Stores the present state of a run."""
        with writing(self._engine) as connection:
            connection.execute(RUNS.update().where(RUNS.c.number == run.number).values(**_row(run)))

    def supersede(self, run: Run) -> None:
        """Marks the older runs of this source that wait for a decision as superseded."""
        with writing(self._engine) as connection:
            older = (RUNS.c.outcome == "waiting", RUNS.c.number < run.number)
            _change(connection, run.source, *older, outcome="superseded")

    # -- problems, and acts that wait for a decision

    def report(self, run: int, problems: Iterable[tuple[str, Findings | bytes]], first: int = 0) -> int:
        """Stores the findings about each remote record at positions from `first` on; returns the next free position.
        Personal data in their values is masked; in bytes that are `is_storable` it is already."""
        rows = []
        for position, (record, findings) in enumerate(problems, first):
            body = findings if isinstance(findings, bytes) else packed(list(map(storable_finding, findings)))
            levels = {finding.level for finding in (rules_of(body) if isinstance(findings, bytes) else findings)}
            row = {"run": run, "place": position, "record": storable(record)}
            rows.append({**row, "levels": sum(_BITS[level] for level in levels), "findings": body})
        if rows:
            with writing(self._engine) as connection:
                self._report.execute(connection, rows)
        return first + len(rows)

    def problems(self, run: int, levels: Collection[Level] = LEVELS) -> Iterator[Problem]:
        """Yields the problems of a run, or those of some levels, in the order they were stored; reads them in pages.

        A run that met the same problems as an earlier one names that run in `reported`: its problems are yielded.
        """
        columns = (FINDINGS.c.place, FINDINGS.c.record, FINDINGS.c.findings)
        query = sa.select(*columns).where(*_reported(self._engine, run, levels))
        last = -1  # position of the last row read
        while rows := _fetch(
            self._engine, query.where(FINDINGS.c.place > last).order_by(FINDINGS.c.place).limit(THINGS_PER_PAGE)
        ):
            for row in rows:
                yield from (
                    Problem(row.record, read_finding(finding))
                    for finding in unpacked(row.findings)
                    if finding.level in levels
                )
            last = rows[-1].place

    def count_problems(self, run: int, levels: Collection[Level] = LEVELS) -> int:
        """How many problems of these levels a run has."""
        counted = next((stored.levels for stored in _select(self._engine, RUNS.c.number == run)), {})
        if counted:
            return sum(count for level, count in counted.items() if level in levels)
        query = sa.select(FINDINGS.c.findings).where(*_reported(self._engine, run, levels))
        with reading(self._engine) as connection:
            return sum(level in levels for row in connection.execute(query) for level in levels_of(row.findings))

    def wait(self, run: int, acts: Sequence[tuple[str, str]]) -> None:
        """Stores the acts of a run that wait for a person's decision, or that a dry run would carry out. Each is a
        remote id and an action."""
        rows = [{"run": run, "remote_id": remote_id, "action": action} for remote_id, action in acts]
        if rows:
            with writing(self._engine) as connection:
                connection.execute(WAITS.insert(), rows)

    def waits(self, run: int) -> dict[str, str]:
        """The acts of a run that wait for a person's decision: remote id -> action."""
        query = sa.select(WAITS.c.remote_id, WAITS.c.action).where(WAITS.c.run == run).order_by(WAITS.c.remote_id)
        return {row.remote_id: row.action for row in _fetch(self._engine, query)}

    def erase(self, source: str, remote_id: str) -> None:
        """Deletes everything that is staged of one remote record or reported about it, which may be personal data."""
        with writing(self._engine) as connection:
            connection.execute(
                FINDINGS.delete().where(FINDINGS.c.record == remote_id, FINDINGS.c.run.in_(_numbers(source)))
            )
            _change(connection, source, levels={})  # they are counted again when they are asked for
        self._staging.erase(source, remote_id)

    # -- the lock of a source

    @contextlib.contextmanager
    def hold(self, source: str) -> Iterator[None]:
        """Locks a source for harvesting; BusyError, with `run` and `progress`, while another process has the lock.

        The lock is free as soon as its process dies.
        """
        name = source_lock(self._data, source)
        lock = poll(HOLD_TIMEOUT, lambda: try_lock(self._engine, name))
        if lock is None:
            raise _busy(source, self.last(source))
        with contextlib.closing(lock):
            yield

    def held(self, source: str) -> bool:
        """Whether a process has the source locked for harvesting."""
        lock = try_lock(self._engine, source_lock(self._data, source))
        if lock:
            lock.close()
        return lock is None


def _as_seen(runs: Runs, run: Run) -> Run:
    """The run; as interrupted if it is stored as running but no process has its source locked."""
    if run.outcome == "running" and not runs.held(run.source):
        return replace(run, outcome="interrupted", reason=CRASHED)
    return run


def _reported(engine: sa.Engine, run: int, levels: Collection[Level]) -> tuple[Any, Any]:
    """The conditions for the problems of a run: those of the run that reported them, at these levels."""
    number = next((stored.reported for stored in _select(engine, RUNS.c.number == run)), 0) or run
    bits = sum(_BITS[level] for level in set(levels))
    return FINDINGS.c.run == number, FINDINGS.c.levels.bitwise_and(bits) > 0


def _busy(source: str, run: Run | None) -> BusyError:
    progress = {"done": run.done, "of": run.of} if run else {"done": 0, "of": None}
    number = run.number if run else None
    detail = {"source": source, "run": number, "progress": progress}
    return BusyError("source-busy", detail, source=source, number=number, done=progress["done"])


def _fetch(engine: sa.Engine, query: sa.Select[Any]) -> Sequence[Any]:
    with reading(engine) as connection:
        return connection.execute(query).fetchall()


def _select(engine: sa.Engine, *where: Any, most: int = 1) -> Iterator[Run]:
    """The newest `most` runs that meet the conditions `where`, newest first."""
    rows = _fetch(engine, sa.select(RUNS.c.body).where(*where).order_by(RUNS.c.number.desc()).limit(most))
    return (read_run(row.body) for row in rows)


def _forget_problems(engine: sa.Engine, source: str) -> None:
    """Deletes the problems of a source's older runs, and the acts that waited; their counts stay in the runs.

    Kept are those of the last REPORTED_RUNS runs, and of runs that wait for a decision.
    """
    own = RUNS.c.source == source
    waiting = _select(engine, own, RUNS.c.outcome == "waiting", most=REPORTED_RUNS)
    last = _select(engine, own, most=REPORTED_RUNS)
    kept = {number for run in (*last, *waiting) for number in (run.number, run.reported)}
    with writing(engine) as connection:
        for table in (FINDINGS, WAITS):
            connection.execute(
                table.delete().where(table.c.run.in_(_numbers(source)), table.c.run.not_in(sorted(kept)))
            )


def _row(run: Run) -> dict[str, Any]:
    return {"outcome": run.outcome, "body": msgspec.json.encode(run)}


def _numbers(source: str) -> sa.Select[Any]:
    return sa.select(RUNS.c.number).where(RUNS.c.source == source)


def _change(connection: sa.Connection, source: str, *where: Any, **fields: Any) -> None:
    """Replaces `fields` in the runs of a source that meet the conditions `where`."""
    for row in connection.execute(sa.select(RUNS.c.body).where(RUNS.c.source == source, *where)).fetchall():
        before = read_run(row.body)
        run = replace(before, **fields)
        if run != before:
            connection.execute(RUNS.update().where(RUNS.c.number == run.number).values(**_row(run)))
