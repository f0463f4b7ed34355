"""Feeds everything that is derived from the store: one process at a time, each projection at its own pace."""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from registry.errors import BusyError, NotReadyError
from registry.model import Position
from registry.projections.projection import Projection
from registry.store.store import Store

Progress = Callable[[str, int, int], None]  # name of a projection, number it has, number it goes to

SLICE = 20_000  # numbers taken in at once; then the position is kept, and a crash repeats no more than that
SHARE, FLOOR = 20, 1000  # when more than a twentieth, and more than so many, changed: built beside and swapped in
IDLE = 1.0  # seconds until the next look when nothing is heard
SEARCH = ("search",)  # what a command waits for
GLANCE = 0.5  # seconds
LETTING_GO = 120.0  # seconds that a holder may need to end what it is doing
_LOCK, _WISH = 0x4C6F74736550, 0x4C6F74736557  # keys of PostgreSQL's session locks; "LotseP", "LotseW"
_NAMES = {_LOCK: "projector", _WISH: "rebuild"}

log = logging.getLogger("lotse.projector")


class Projector:
    """`projections`: by name. Only who holds the lock writes them; it is free the moment its holder dies."""

    def __init__(self, store: Store, projections: Mapping[str, Projection], data: Path) -> None:
        self.store = store
        self.projections = projections
        self._data = data
        self._lock: Any = None  # what is held: an open file, or a connection
        self._mutex = threading.RLock()  # between the threads of this process

    def positions(self) -> dict[str, Position | None]:
        return {name: projection.position() for name, projection in self.projections.items()}

    def try_hold(self) -> bool:
        """Whether this process holds the lock now; at once."""
        with self._mutex:
            if self._lock is None:
                self._lock = self._grab(_LOCK)
            elif isinstance(self._lock, sa.Connection) and not _alive(self._lock):
                self._lock = None
                return self.try_hold()
            return self._lock is not None

    def release(self) -> None:
        with self._mutex:
            if self._lock is not None:
                self._lock.close()  # ends the session, too: the connection is not a pooled one
                self._lock = None

    def sync(self, only: Collection[str] | None = None, progress: Progress | None = None) -> None:
        """Brings each projection (or those named) to the store's last change; NotReadyError without the lock.

        One that fails does not hold up the others; the first failure is raised when all were tried.
        """
        failures = []
        with self._mutex:
            if not self.try_hold():
                raise NotReadyError("projections-fed-elsewhere")
            for name, projection in self.projections.items():
                if only is None or name in only:
                    try:
                        self._advance(name, projection, progress)
                    except Exception as error:  # one projection, such as a server that is down, costs itself alone
                        failures.append((name, error))
        for other, failure in failures[1:]:
            log.warning("projection %s: %s: %s", other, type(failure).__name__, failure)
        if failures:
            raise failures[0][1]

    def rebuild(self, only: Collection[str] | None = None, progress: Progress | None = None) -> None:
        """Builds each projection (or those named) from nothing. Who holds the lock lets go of it meanwhile; BusyError
        if it does not, or if another process rebuilds."""
        wish = _until(time.monotonic() + GLANCE, lambda: self._grab(_WISH))  # a holder may just be looking at it
        if wish is None:
            raise BusyError("projections-rebuilt-elsewhere")
        held = self._lock is not None
        try:
            if not _until(time.monotonic() + LETTING_GO, self.try_hold):
                raise BusyError("projections-not-released")
            self._rebuild_all(only, progress)
        finally:
            if not held:
                self.release()
            wish.close()

    def _rebuild_all(self, only: Collection[str] | None, progress: Progress | None) -> None:
        with self._mutex:
            for name, projection in self.projections.items():
                if only is None or name in only:
                    self._rebuild(name, projection, self.store.position(), progress)
                    self._advance(name, projection, progress)

    def wait_for(
        self, number: int, timeout: float, progress: Progress | None = None, only: Collection[str] = SEARCH
    ) -> bool:
        """For a command that wrote: syncs if the lock is free, else waits for its holder; False if the time is up."""
        deadline = time.monotonic() + timeout
        while not self.reached(number, only):
            if not self._sync_if_free(only, progress):
                if progress:
                    for name in only:
                        progress(name, self._number(name), number)
                time.sleep(0.05)
            if time.monotonic() > deadline:
                return self.reached(number, only)
        return True

    def reached(self, number: int, only: Collection[str] = SEARCH) -> bool:
        """Whether these projections have taken in that change of today's numbering."""
        epoch = self.store.epoch
        found = [self.projections[name].position() for name in only if name in self.projections]
        return all(at is not None and at.epoch == epoch and at.number >= number for at in found)

    def run(self, stop: threading.Event) -> None:
        """Feeds for as long as the process lives; takes over within a second when another holder dies."""
        while not stop.is_set():
            try:
                number = self.store.last()
                if self._wished():
                    self.release()
                    stop.wait(GLANCE)
                    continue
                if not self.try_hold():
                    stop.wait(IDLE)
                    continue
                self.sync()
                self.store.wait_for_change(number, IDLE)
            except Exception as error:  # the database is away, or a projection; it comes back without us
                log.warning("projector: %s: %s", type(error).__name__, error)
                stop.wait(IDLE)
        self.release()

    def _grab(self, key: int) -> Any:
        """An OS lock on this machine, or a lock of the PostgreSQL session; None: another has it."""
        if self.store.engine.dialect.name == "postgresql":
            return _session_lock(self.store.engine, key)
        return _file_lock(self._data / f"{_NAMES[key]}.lock")

    def _wished(self) -> bool:
        """Whether another process wants the lock for a rebuild."""
        wish = self._grab(_WISH)
        if wish is None:
            return True
        wish.close()
        return False

    def _sync_if_free(self, only: Collection[str], progress: Progress | None) -> bool:
        with self._mutex:
            held = self._lock is not None
            if not self.try_hold():
                return False
            try:
                self.sync(only, progress)
            finally:
                if not held:
                    self.release()
            return True

    def _advance(self, name: str, projection: Projection, progress: Progress | None) -> None:
        """To where the store is now; what is written meanwhile comes the next time."""
        goal = self.store.position()
        at = projection.position()
        if at is None or at.epoch != goal.epoch or at.number > goal.number or self._much_changed(at.number):
            at = self._rebuild(name, projection, goal, progress)
        while at.number < goal.number:
            upto = min(at.number + SLICE, goal.number)
            after = Position(goal.epoch, upto)
            projection.apply(self.store.changes(at.number, upto), after)
            at = after
            if progress:
                progress(name, at.number, goal.number)

    def _rebuild(self, name: str, projection: Projection, goal: Position, progress: Progress | None) -> Position:
        log.info("projection %s: built from nothing up to %s", name, goal.number)
        if progress:
            progress(name, 0, goal.number)
        projection.rebuild(self.store.changes(0, goal.number), goal)
        if progress:
            progress(name, goal.number, goal.number)
        return goal

    def _much_changed(self, since: int) -> bool:
        """New records cost the same either way; only those that replace others count."""
        changed = self.store.count(since=since, changed=True)
        return changed > FLOOR and changed * SHARE > self.store.count()

    def _number(self, name: str) -> int:
        at = self.projections[name].position()
        return at.number if at else 0


def _until(deadline: float, attempt: Callable[[], Any]) -> Any:
    """The first answer that is something, or the last one when the time is up."""
    while not (found := attempt()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _file_lock(path: Path) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _session_lock(engine: sa.Engine, key: int) -> sa.Connection | None:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # closing it ends the session, which frees the lock
    if connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
        return connection
    connection.close()
    return None


def _alive(connection: sa.Connection) -> bool:
    with suppress(sa.exc.SQLAlchemyError):
        return connection.execute(sa.text("SELECT 1")).scalar() == 1
    with suppress(sa.exc.SQLAlchemyError):
        connection.close()
    return False
