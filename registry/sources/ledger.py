"""What is known about harvesting: sources, their runs, every problem a run met, and what waits for a person."""

import contextlib
import fcntl
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, cast
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from registry.errors import BusyError, ConflictError, NotFoundError
from registry.masking import masked
from registry.model import LEVELS, Finding, Findings, Level, Problem, Run, Source
from registry.model.former import read_finding, read_run
from registry.model.text import plain
from registry.sources.staging import Staging, open_staging
from registry.store.database import Tables, connect, make_tables, placed, reading, writing

TABLES: Final = Tables(
    "ledger_version",
    (
        "CREATE TABLE ledger_sources (name TEXT PRIMARY KEY, body {blob} NOT NULL)",
        """CREATE TABLE ledger_runs (
            number {big} PRIMARY KEY, source TEXT NOT NULL, outcome TEXT NOT NULL, body {blob} NOT NULL)""",
        "CREATE INDEX ledger_runs_source ON ledger_runs (source, number)",
        """CREATE TABLE ledger_problems (
            run {big} NOT NULL, place {big} NOT NULL, record TEXT NOT NULL, rule TEXT NOT NULL, level TEXT NOT NULL,
            field TEXT NOT NULL, node TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, place))""",
        """CREATE TABLE ledger_waits (
            run {big} NOT NULL, remote_id TEXT NOT NULL, action TEXT NOT NULL, PRIMARY KEY (run, remote_id))""",
    ),
    (
        "DROP TABLE ledger_problems",  # one row a problem, told again by each run; the next run reports anew
        """CREATE TABLE ledger_findings (
            run {big} NOT NULL, place {big} NOT NULL, record TEXT NOT NULL, levels INTEGER NOT NULL,
            findings {blob} NOT NULL, PRIMARY KEY (run, place))""",
    ),
)
KEPT: Final = 30  # runs of a source whose problems are kept one by one
PAGE: Final = 1_000  # things whose problems are read at a time
_BITS: Final = {level: 1 << place for place, level in enumerate(LEVELS)}  # a column of a row: which levels it has
_LOCK: Final = 0x4C6F7473  # class of PostgreSQL's advisory locks on sources; "Lots"
_PATIENCE: Final = 0.5  # seconds; somebody may just be looking whether the lock is held


def open_ledger(database_url: str, data: Path) -> "Ledger":
    """Sources, runs and problems in the store's database; staged payloads and locks in the data folder (with
    PostgreSQL in its tables and advisory locks)."""
    engine = connect(database_url)
    make_tables(engine, TABLES)
    return Ledger(engine, open_staging(database_url, data), data / "locks")


class Ledger:
    """For any number of threads and processes; who harvests a source holds it."""

    def __init__(self, engine: sa.Engine, staging: Staging, locks: Path) -> None:
        self.engine = engine
        self.staging = staging
        self._locks = locks

    # -- sources

    def sources(self) -> tuple[Source, ...]:
        """In order of name."""
        rows = self._fetch("SELECT body FROM ledger_sources ORDER BY name")
        return tuple(msgspec.json.decode(row.body, type=Source) for row in rows)

    def source(self, name: str) -> Source:
        """NotFoundError that names those there are."""
        for row in self._fetch("SELECT body FROM ledger_sources WHERE name = ?", name):
            return msgspec.json.decode(row.body, type=Source)
        names = ", ".join(source.name for source in self.sources()) or "none yet"
        raise NotFoundError("source-unknown", {"source": name}, name=name, names=names)

    def add(self, source: Source) -> None:
        """ConflictError if the name is taken."""
        try:
            self._write("INSERT INTO ledger_sources VALUES (?, ?)", [(source.name, msgspec.json.encode(source))])
        except sa.exc.IntegrityError:
            raise ConflictError("source-exists", {"source": source.name}, name=source.name) from None

    def revise(self, source: Source) -> None:
        """Replaces what is said of a source; NotFoundError."""
        self.source(source.name)
        self._write("UPDATE ledger_sources SET body = ? WHERE name = ?", [(msgspec.json.encode(source), source.name)])

    def remove(self, name: str) -> None:
        """Forgets a source and what is staged of it; its runs remain. Its records are the catalogue's business."""
        self.source(name)
        self._write("DELETE FROM ledger_sources WHERE name = ?", [(name,)])
        self.staging.forget(name)

    # -- runs

    def runs(self, source: str | None = None, most: int = 100) -> list[Run]:
        """Newest first. One whose holder died shows as interrupted."""
        where, words = ("source = ?", (source,)) if source else ("1 = 1", ())
        return [self._as_seen(run) for run in self._runs(where, *words, most=most)]

    def run(self, number: int) -> Run:
        """NotFoundError."""
        for run in self._runs("number = ?", number):
            return self._as_seen(run)
        raise NotFoundError("run-unknown", {"run": number}, number=number)

    def last(self, source: str, *outcomes: str) -> Run | None:
        """The newest run of a source, or the newest with one of these outcomes."""
        marks = f" AND outcome IN ({', '.join('?' * len(outcomes))})" if outcomes else ""
        return next(map(self._as_seen, self._runs(f"source = ?{marks}", source, *outcomes, most=1)), None)

    def begin(self, run: Run) -> Run:
        """Gives a run its number; the runs of that source that still seem to run were interrupted, for the caller
        holds the source. Problems of runs long gone are let go."""
        with writing(self.engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE ledger_runs IN EXCLUSIVE MODE"))
            last = connection.execute(sa.text("SELECT coalesce(max(number), 0) FROM ledger_runs")).scalar()
            begun = replace(run, number=cast(int, last) + 1)
            words = (begun.number, begun.source, begun.outcome, msgspec.json.encode(begun))
            self._change(connection, "running", run.source, "interrupted")
            connection.exec_driver_sql(placed(self.engine, "INSERT INTO ledger_runs VALUES (?, ?, ?, ?)"), words)
        self._forget_problems(run.source)
        return begun

    def _forget_problems(self, source: str) -> None:
        """Of the last KEPT runs of a source, and of one that waits, each problem is kept; of the others the counts."""
        waiting = self._runs("source = ? AND outcome = 'waiting'", source, most=KEPT)
        told = {number for run in (*self._runs("source = ?", source, most=KEPT), *waiting)
                for number in (run.number, run.reported)}  # fmt: skip
        query = f"""DELETE FROM ledger_findings WHERE run IN (SELECT number FROM ledger_runs WHERE source = ?)
            AND run NOT IN ({", ".join("?" * len(told))})"""  # noqa: S608
        self._write(query, [(source, *told)])

    def note(self, run: Run) -> None:
        """How a run stands now."""
        self._write(
            "UPDATE ledger_runs SET outcome = ?, body = ? WHERE number = ?",
            [(run.outcome, msgspec.json.encode(run), run.number)],
        )

    def supersede(self, run: Run) -> None:
        """What waits of older runs of that source is void."""
        with writing(self.engine) as connection:
            self._change(connection, "waiting", run.source, "superseded", before=run.number)

    # -- problems, and what waits

    def report(self, run: int, found: Iterable[tuple[str, Findings]], first: int = 0) -> int:
        """Writes down what was found about each remote thing, from place `first` on; the next free place. What is
        personal in a value is masked."""
        rows = [
            (run, place, plain(record), sum(_BITS[level] for level in {one.level for one in findings}),
             msgspec.json.encode([_writable(one) for one in findings]))
            for place, (record, findings) in enumerate(found, first)
        ]  # fmt: skip
        self._write("INSERT INTO ledger_findings VALUES (?, ?, ?, ?, ?)", rows)
        return first + len(rows)

    def problems(self, run: int, levels: Collection[Level] = LEVELS) -> Iterator[Problem]:
        """All of a run in the order they were met, or those of some levels; a page at a time. A run that found what
        another had found tells of that one's."""
        place, bits = -1, sum(_BITS[level] for level in set(levels))
        decode = msgspec.json.Decoder(Findings).decode
        run = next((one.reported for one in self._runs("number = ?", run)), 0) or run
        query = f"""SELECT place, record, findings FROM ledger_findings WHERE run = ? AND place > ? AND levels & ? > 0
            ORDER BY place LIMIT {PAGE}"""  # noqa: S608
        while rows := self._fetch(query, run, place, bits):
            for row in rows:
                yield from (
                    Problem(row.record, read_finding(one)) for one in decode(row.findings) if one.level in levels
                )
            place = rows[-1].place

    def wait(self, run: int, acts: Sequence[tuple[str, str]]) -> None:
        """Which acts of a run wait for a person: remote id and action."""
        self._write("INSERT INTO ledger_waits VALUES (?, ?, ?)", [(run, *act) for act in acts])

    def waits(self, run: int) -> dict[str, str]:
        """Remote id -> action."""
        rows = self._fetch("SELECT remote_id, action FROM ledger_waits WHERE run = ? ORDER BY remote_id", run)
        return {row.remote_id: row.action for row in rows}

    def erase(self, source: str, remote_id: str) -> None:
        """Forgets whatever was staged or said of one remote thing (personal data)."""
        self._write(
            "DELETE FROM ledger_findings WHERE record = ? AND run IN (SELECT number FROM ledger_runs WHERE source = ?)",
            [(remote_id, source)],
        )
        self.staging.erase(source, remote_id)

    # -- who harvests

    @contextlib.contextmanager
    def hold(self, source: str) -> Iterator[None]:
        """Only one at a time harvests a source; BusyError with `run` and `progress` while another does. Free the moment
        its holder dies."""
        end = time.monotonic() + _PATIENCE
        while (held := self._lock(source)) is None:
            if time.monotonic() > end:
                raise self._busy(source)
            time.sleep(0.02)
        with held:
            yield

    def held(self, source: str) -> bool:
        """Whether somebody harvests it."""
        free = self._lock(source)
        if free:
            free.close()
        return free is None

    def _busy(self, source: str) -> BusyError:
        row = next(iter(self._fetch("SELECT max(number) AS number FROM ledger_runs WHERE source = ?", source)), None)
        run = self.run(row.number) if row and row.number else None
        progress = {"done": run.done, "of": run.of} if run else {"done": 0, "of": None}
        number = run.number if run else None
        detail = {"source": source, "run": number, "progress": progress}
        return BusyError("source-busy", detail, source=source, number=number, done=progress["done"])

    def _lock(self, source: str) -> contextlib.ExitStack | None:
        """What frees the lock when it is closed; None if another holds it."""
        with contextlib.ExitStack() as stack:
            if self.engine.dialect.name == "postgresql":
                connection = stack.enter_context(self.engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
                words = {"key": _LOCK, "source": zlib.crc32(source.encode()) - (1 << 31)}
                if not connection.execute(sa.text("SELECT pg_try_advisory_lock(:key, :source)"), words).scalar():
                    return None
                stack.callback(connection.execute, sa.text("SELECT pg_advisory_unlock(:key, :source)"), words)
            else:
                self._locks.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context((self._locks / f"{quote(source, safe='')}.lock").open("a"))
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return None
            return stack.pop_all()

    def _as_seen(self, run: Run) -> Run:
        return replace(run, outcome="interrupted") if run.outcome == "running" and not self.held(run.source) else run

    # -- how

    def _change(self, connection: sa.Connection, old: str, source: str, new: str, before: int = 1 << 62) -> None:
        query = "SELECT body FROM ledger_runs WHERE source = ? AND outcome = ? AND number < ?"
        change = "UPDATE ledger_runs SET outcome = ?, body = ? WHERE number = ?"
        for row in connection.exec_driver_sql(placed(self.engine, query), (source, old, before)).fetchall():
            run = read_run(row.body)
            body = msgspec.json.encode(replace(run, outcome=new))
            connection.exec_driver_sql(placed(self.engine, change), (new, body, run.number))

    def _runs(self, where: str, *words: object, most: int = 1) -> Iterator[Run]:
        query = f"SELECT body FROM ledger_runs WHERE {where} ORDER BY number DESC LIMIT {int(most)}"  # noqa: S608
        return (read_run(row.body) for row in self._fetch(query, *words))

    def _fetch(self, query: str, *words: object) -> Sequence[sa.Row]:  # type: ignore[type-arg]
        with reading(self.engine) as connection:
            return connection.exec_driver_sql(placed(self.engine, query), words).fetchall()

    def _write(self, query: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with writing(self.engine) as connection:
                connection.exec_driver_sql(placed(self.engine, query), list(rows))


def _writable(one: Finding) -> Finding:
    """Masked, and without what databases do not take."""
    value, field, node = masked(one), plain(one.field), plain(one.node)
    same = value == one.value and field == one.field and node == one.node
    return one if same else replace(one, value=value, field=field, node=node)
