"""The runs over sources: how each ended, every problem it met, and what of it waits for a person."""

import contextlib
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from registry.errors import BusyError, NotFoundError
from registry.masking import masked
from registry.model import LEVELS, Finding, Findings, Level, Problem, Run
from registry.model.former import read_finding, read_run
from registry.model.message import message
from registry.model.text import storable
from registry.sources import tables
from registry.sources.staging import Staging, open_staging
from registry.sources.tables import FINDINGS, RUNS, WAITS
from registry.store.database import ManyRows, connect, make_tables, reading, writing
from registry.store.locks import lock_table, source_lock, try_lock

REPORTED_RUNS: Final = 30  # runs of a source whose problems are kept one by one
THINGS_PER_PAGE: Final = 1_000  # whose problems are read at a time
CRASHED: Final = message("run-ended-without-word")  # why such a run is interrupted
MAX_RUN_NUMBER: Final = (1 << 63) - 1  # what the column takes
HOLD_TIMEOUT: Final = 0.5  # seconds; somebody may just be looking whether the lock is held
_HOLD_POLL: Final = 0.02  # seconds
_BITS: Final = {level: 1 << place for place, level in enumerate(LEVELS)}  # of FINDINGS.c.levels


def open_runs(database_url: str, data: Path) -> "Runs":
    """Runs and problems in the store's database; locks in the data folder (with PostgreSQL its advisory locks)."""
    engine = connect(database_url)
    make_tables(engine, tables.TABLES)
    return Runs(engine, open_staging(database_url, data), data)


class Runs:
    """For any number of threads and processes; who harvests a source holds it."""

    def __init__(self, engine: sa.Engine, staging: Staging, data: Path) -> None:
        self._engine = engine
        self._staging = staging
        self._data = data
        parameters: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in FINDINGS.c}
        self._report = ManyRows(engine, FINDINGS.insert().values(parameters))

    def newest(self, source: str | None = None, most: int = 100) -> list[Run]:
        """Newest first, of one source or of all. One whose holder died shows as interrupted."""
        where = [RUNS.c.source == source] if source else []
        return [self._as_seen(run) for run in _select(self._engine, *where, most=most)]

    def get(self, number: int) -> Run:
        """NotFoundError."""
        if 0 < number <= MAX_RUN_NUMBER:
            for run in _select(self._engine, RUNS.c.number == number):
                return self._as_seen(run)
        raise NotFoundError("run-unknown", {"run": number}, number=number)

    def last(self, source: str, *outcomes: str) -> Run | None:
        """The newest run of a source, or the newest with one of these outcomes."""
        where = [RUNS.c.source == source, *([RUNS.c.outcome.in_(outcomes)] if outcomes else [])]
        return next(map(self._as_seen, _select(self._engine, *where)), None)

    def begin(self, run: Run) -> Run:
        """Gives a run its number; the runs of that source that still seem to run were interrupted, for the caller
        holds the source. Problems of runs long gone are let go."""
        with writing(self._engine) as connection:
            lock_table(connection, RUNS)
            last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(RUNS.c.number), 0))).scalar()
            begun = replace(run, number=cast(int, last) + 1)
            _change(connection, run.source, "running", outcome="interrupted", reason=CRASHED)
            connection.execute(RUNS.insert().values(number=begun.number, source=begun.source, **_row(begun)))
        _forget_problems(self._engine, run.source)
        return begun

    def note(self, run: Run) -> None:
        """How a run stands now."""
        with writing(self._engine) as connection:
            connection.execute(RUNS.update().where(RUNS.c.number == run.number).values(**_row(run)))

    def supersede(self, run: Run) -> None:
        """What waits of older runs of that source is void."""
        with writing(self._engine) as connection:
            _change(connection, run.source, "waiting", RUNS.c.number < run.number, outcome="superseded")

    # -- problems, and what waits

    def report(self, run: int, problems: Iterable[tuple[str, Findings]], first: int = 0) -> int:
        """Writes down the findings about each remote thing, from place `first` on; the next free place. What is
        personal in a value is masked."""
        rows = [
            {"run": run, "place": place, "record": storable(record), "levels": _levels(findings),
             "findings": msgspec.json.encode([_writable(finding) for finding in findings])}
            for place, (record, findings) in enumerate(problems, first)
        ]  # fmt: skip
        if rows:
            with writing(self._engine) as connection:
                self._report.execute(connection, rows)
        return first + len(rows)

    def problems(self, run: int, levels: Collection[Level] = LEVELS) -> Iterator[Problem]:
        """All of a run in the order they were met, or those of some levels; a page at a time. Of a run that found what
        another had found, those of the other."""
        decode = msgspec.json.Decoder(Findings).decode
        run = next((found.reported for found in _select(self._engine, RUNS.c.number == run)), 0) or run
        query = sa.select(FINDINGS.c.place, FINDINGS.c.record, FINDINGS.c.findings).where(
            FINDINGS.c.run == run, FINDINGS.c.levels.bitwise_and(sum(_BITS[level] for level in set(levels))) > 0
        )
        place = -1
        while rows := _fetch(
            self._engine, query.where(FINDINGS.c.place > place).order_by(FINDINGS.c.place).limit(THINGS_PER_PAGE)
        ):
            for row in rows:
                yield from (
                    Problem(row.record, read_finding(finding))
                    for finding in decode(row.findings)
                    if finding.level in levels
                )
            place = rows[-1].place

    def wait(self, run: int, acts: Sequence[tuple[str, str]]) -> None:
        """Which acts of a run wait for a person: remote id and action."""
        rows = [{"run": run, "remote_id": remote_id, "action": action} for remote_id, action in acts]
        if rows:
            with writing(self._engine) as connection:
                connection.execute(WAITS.insert(), rows)

    def waits(self, run: int) -> dict[str, str]:
        """Remote id -> action."""
        query = sa.select(WAITS.c.remote_id, WAITS.c.action).where(WAITS.c.run == run).order_by(WAITS.c.remote_id)
        return {row.remote_id: row.action for row in _fetch(self._engine, query)}

    def erase(self, source: str, remote_id: str) -> None:
        """Forgets whatever was staged of one remote thing or reported about it (personal data)."""
        with writing(self._engine) as connection:
            connection.execute(
                FINDINGS.delete().where(FINDINGS.c.record == remote_id, FINDINGS.c.run.in_(_numbers(source)))
            )
        self._staging.erase(source, remote_id)

    # -- who harvests

    @contextlib.contextmanager
    def hold(self, source: str) -> Iterator[None]:
        """Only one at a time harvests a source; BusyError with `run` and `progress` while another does. Free the moment
        its holder dies."""
        end = time.monotonic() + HOLD_TIMEOUT
        name = source_lock(self._data, source)
        while (held := try_lock(self._engine, name)) is None:
            if time.monotonic() > end:
                raise _busy(source, self.last(source))
            time.sleep(_HOLD_POLL)
        with contextlib.closing(held):
            yield

    def held(self, source: str) -> bool:
        """Whether somebody harvests it."""
        lock = try_lock(self._engine, source_lock(self._data, source))
        if lock:
            lock.close()
        return lock is None

    def _as_seen(self, run: Run) -> Run:
        if run.outcome == "running" and not self.held(run.source):
            return replace(run, outcome="interrupted", reason=CRASHED)
        return run


def _busy(source: str, run: Run | None) -> BusyError:
    progress = {"done": run.done, "of": run.of} if run else {"done": 0, "of": None}
    number = run.number if run else None
    detail = {"source": source, "run": number, "progress": progress}
    return BusyError("source-busy", detail, source=source, number=number, done=progress["done"])


def _fetch(engine: sa.Engine, query: sa.Select[Any]) -> Sequence[Any]:
    with reading(engine) as connection:
        return connection.execute(query).fetchall()


def _select(engine: sa.Engine, *where: Any, most: int = 1) -> Iterator[Run]:
    """The newest runs of which that is true, newest first."""
    rows = _fetch(engine, sa.select(RUNS.c.body).where(*where).order_by(RUNS.c.number.desc()).limit(most))
    return (read_run(row.body) for row in rows)


def _forget_problems(engine: sa.Engine, source: str) -> None:
    """Of the last REPORTED_RUNS runs of a source, and of one that waits, each problem is kept; of the others the
    counts."""
    own = RUNS.c.source == source
    waiting = _select(engine, own, RUNS.c.outcome == "waiting", most=REPORTED_RUNS)
    last = _select(engine, own, most=REPORTED_RUNS)
    kept = {number for run in (*last, *waiting) for number in (run.number, run.reported)}
    with writing(engine) as connection:
        connection.execute(
            FINDINGS.delete().where(FINDINGS.c.run.in_(_numbers(source)), FINDINGS.c.run.not_in(sorted(kept)))
        )


def _row(run: Run) -> dict[str, Any]:
    return {"outcome": run.outcome, "body": msgspec.json.encode(run)}


def _numbers(source: str) -> sa.Select[Any]:
    return sa.select(RUNS.c.number).where(RUNS.c.source == source)


def _change(connection: sa.Connection, source: str, before: str, *where: Any, **fields: Any) -> None:
    """Gives new `fields` to the runs of a source whose outcome was `before`."""
    for row in connection.execute(
        sa.select(RUNS.c.body).where(RUNS.c.source == source, RUNS.c.outcome == before, *where)
    ).fetchall():
        run = replace(read_run(row.body), **fields)
        connection.execute(RUNS.update().where(RUNS.c.number == run.number).values(**_row(run)))


def _levels(findings: Findings) -> int:
    return sum(_BITS[level] for level in {finding.level for finding in findings})


def _writable(finding: Finding) -> Finding:
    """Masked, and without what databases do not take."""
    value, field, node = masked(finding), storable(finding.field), storable(finding.node)
    same = value == finding.value and field == finding.field and node == finding.node
    return finding if same else replace(finding, value=value, field=field, node=node)
