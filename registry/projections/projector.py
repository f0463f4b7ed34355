"""Applies the store's changes to all projections: one process at a time, each projection in a thread of its own.

Entry points: `run` (for as long as the process lives), `wait_for` (a command that wrote), `sync`, `rebuild`. Only the
process that holds the projector's lock writes projections; within it one thread at a time writes each of them, and a
slow one never delays another. docs/decisions/0022, 0113.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from registry.errors import BusyError, LotseError, NotReadyError
from registry.isolation import isolated
from registry.model import Change, Position
from registry.projections.projection import Projection
from registry.store.database import damage_seen
from registry.store.locks import SharedLock, poll, projector_lock, rebuild_lock, try_lock
from registry.store.store import Store

# name of a projection, how far it is, how far it goes: records of a rebuild, else numbers of changes
Progress = Callable[[str, int, int], None]

NUMBERS_PER_APPLY: Final = 20_000  # numbers of changes between two stored positions: what a crash repeats at most
REBUILD_DIVISOR: Final = 20  # if more than 1/20 of the records has changed, a rebuild is faster than applying
MIN_CHANGED: Final = 1000  # changed records below which it is never rebuilt for that reason
IDLE_SECONDS: Final = 1.0  # between two checks of the store if no change is announced
SEARCH: Final = ("search",)  # projections that a command waits for
RESUMING: Final = ("meaning",)  # slow projections, which are interrupted when asked to stop and go on where they were
CHECK_SECONDS: Final = 1.0  # between two checks whether to interrupt, and between two reports of progress
REBUILD_TIMEOUT: Final = 0.5  # seconds; `_rebuild_wanted` of another process takes the rebuild lock for a moment
RELEASE_TIMEOUT: Final = 120.0  # seconds that the holder of the projector's lock may need to release it
UNREACHABLE: Final = (LotseError, sa.exc.SQLAlchemyError, OSError, ValueError, msgspec.MsgspecError)

log = logging.getLogger("lotse.projector")


class _Interrupted(BaseException):
    """The projector is to stop, or to release its lock. No failure: what is half done may stay and go on later."""


class Projector:
    """Applies the store's changes to its projections. `projections`: by name; `data`: the folder of the lock files."""

    def __init__(self, store: Store, projections: Mapping[str, Projection], data: Path) -> None:
        self.store = store
        self.projections = projections
        self._data = data
        self._lock = SharedLock(store.engine, projector_lock(data))
        self._writing = {name: threading.Lock() for name in projections}  # held by the thread that writes it
        self._looking = threading.Lock()  # one test of the rebuild lock at a time: the test takes it for a moment
        self._kept = False  # whether `try_hold` has the lock

    def positions(self) -> dict[str, Position | None]:
        """Name of each projection -> its position."""
        return {name: projection.position() for name, projection in self.projections.items()}

    def state(self) -> dict[str, Any]:
        """Whether store and search index answer (`ready`), and how far `behind` each projection is; for `/health`."""
        try:
            now = self.store.position()
            positions = self.positions()
            damages = {name: projection.damage() for name, projection in self.projections.items()}
        except UNREACHABLE as error:
            log.warning("not ready: %s: %s", type(error).__name__, error)  # only logged: it may name hosts and users
            return {"ready": False, "reason": type(error).__name__, "projections": {}}
        projections: dict[str, dict[str, Any]] = {
            name: {"number": at.number, "behind": now.number - at.number}
            if at and at.epoch == now.epoch
            else {"number": None, "behind": None}
            for name, at in positions.items()
        }
        for name, damage in damages.items():
            if damage:
                projections[name]["damaged"] = damage
        searchable = (at["number"] is not None and "damaged" not in at for at in map(projections.get, SEARCH) if at)
        ready = all(searchable) and not damage_seen(self.store.engine)
        return {"ready": ready, "store": {"epoch": now.epoch, "number": now.number}, "projections": projections}

    def try_hold(self) -> bool:
        """Takes the projector's lock until `release`; False, without waiting, if another process has it."""
        self._kept = self._kept or self._lock.acquire()
        return self._kept

    def release(self) -> None:
        if self._kept:
            self._kept = False
            self._lock.release()

    def sync(self, only: Collection[str] | None = None, progress: Progress | None = None) -> None:
        """Brings all projections (or those named) to the store's last change; NotReadyError without the lock.

        If one fails, the others are brought up to date all the same; then the first failure is raised.
        """
        with self._holding() as holds:
            if not holds:
                raise NotReadyError("projections-fed-elsewhere")
            self._advance_all(only, progress)

    def rebuild(self, only: Collection[str] | None = None, progress: Progress | None = None) -> None:
        """Builds all projections, or those named, again from all changes.

        Searches go on meanwhile. A rebuild that was killed goes on where it was (`Projection.resumes_after`). The
        process that holds the projector's lock releases it meanwhile. BusyError if it does not do so within
        RELEASE_TIMEOUT, or if another process rebuilds.
        """
        # Tries for a moment: another process may be testing this lock (`_rebuild_wanted`), and hold it for that.
        wanted = poll(REBUILD_TIMEOUT, lambda: try_lock(self.store.engine, rebuild_lock(self._data)))
        if wanted is None:
            raise BusyError("projections-rebuilt-elsewhere")
        with closing(wanted):
            if not poll(RELEASE_TIMEOUT, self._lock.acquire):
                raise BusyError("projections-not-released")
            try:
                self._advance_all(only, progress, anew=True)
            finally:
                self._lock.release()

    def wait_for(
        self, number: int, timeout: float, progress: Progress | None = None, only: Collection[str] = SEARCH
    ) -> bool:
        """Brings these projections to change `number`, or waits until the process that holds the lock has done so.

        For a command that wrote. False if that is not reached within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while not self.reached(number, only):
            with self._holding() as holds:
                if holds:
                    self.sync(only, progress)
            if not holds:
                if progress:
                    for name in only:
                        progress(name, self._number(name), number)
                time.sleep(0.05)
            if time.monotonic() > deadline:
                return self.reached(number, only)
        return True

    def reached(self, number: int, only: Collection[str] = SEARCH) -> bool:
        """Whether these projections have applied the change of this number in the store's present epoch."""
        epoch = self.store.epoch
        positions = [self.projections[name].position() for name in only if name in self.projections]
        return all(at is not None and at.epoch == epoch and at.number >= number for at in positions)

    def run(self, stop: threading.Event, only: Collection[str] | None = None) -> None:
        """Keeps all projections (or those named) up to date until `stop` is set, each in a thread of its own.

        If another process holds the lock and dies, this one takes over within IDLE_SECONDS.
        """
        feeders = [
            threading.Thread(target=self._feed, args=(name, stop), name=f"projector-{name}", daemon=True)
            for name in self._names(only)
        ]
        for feeder in feeders:
            feeder.start()
        stop.wait()
        for feeder in feeders:
            feeder.join()

    def _feed(self, name: str, stop: threading.Event) -> None:
        def failed(error: Exception) -> None:  # such as a lost connection: logged, and tried again
            log.warning("projection %s: %s: %s", name, type(error).__name__, error)

        while not stop.is_set():
            isolated(partial(self._feed_while_held, name, stop), failed)
            stop.wait(IDLE_SECONDS)

    def _feed_while_held(self, name: str, stop: threading.Event) -> None:
        def wanted() -> bool:
            return not stop.is_set() and self._lock.alive() and not self._rebuild_wanted()

        interrupting = wanted if name in RESUMING else None
        with self._holding() as holds, suppress(_Interrupted):
            while holds and wanted():
                number = self.store.last()
                damage = self.projections[name].damage()
                if damage:
                    log.error("projection %s: %s is damaged, so it is built anew", name, damage)
                self._advance(name, anew=bool(damage), wanted=interrupting)
                self.store.wait_for_change(number, IDLE_SECONDS)

    @contextmanager
    def _holding(self) -> Iterator[bool]:
        """Takes the lock for the block if it is free; yields whether it did."""
        holds = self._lock.acquire()
        try:
            yield holds
        finally:
            if holds:
                self._lock.release()

    def _rebuild_wanted(self) -> bool:
        """Whether another process waits to rebuild, which it shows by holding the rebuild lock."""
        with self._looking:
            lock = try_lock(self.store.engine, rebuild_lock(self._data))
            if lock is not None:
                lock.close()
            return lock is None

    def _advance_all(self, only: Collection[str] | None, progress: Progress | None, anew: bool = False) -> None:
        """Advances all projections, or those named, side by side; Ctrl-C and SIGTERM interrupt all of them."""
        stop = threading.Event()
        act = partial(self._advance, progress=progress, anew=anew, wanted=lambda: not stop.is_set())
        _side_by_side(self._names(only), act, stop)

    def _names(self, only: Collection[str] | None) -> list[str]:
        return [name for name in self.projections if only is None or name in only]

    def _advance(
        self, name: str, progress: Progress | None = None, anew: bool = False, wanted: Callable[[], bool] | None = None
    ) -> None:
        """Brings a projection to the store's present change; later ones follow with the next call. `anew`: rebuild;
        `wanted`: whether to go on, asked every CHECK_SECONDS."""
        with self._writing[name]:
            goal = self.store.position()
            at = self.projections[name].position()
            if anew or at is None or at.epoch != goal.epoch or at.number > goal.number or self._much_changed(name, at):
                at = self._rebuild(name, goal, progress, wanted)
                goal = self.store.position() if anew else goal
            while at.number < goal.number:
                upto = min(at.number + NUMBERS_PER_APPLY, goal.number)
                after = Position(goal.epoch, upto)
                changes = self._watched(at.number, upto, partial(_report_number, progress, name, upto), wanted)
                self.projections[name].apply(changes, after)
                at = after
                if progress:
                    progress(name, at.number, goal.number)

    def _rebuild(
        self, name: str, goal: Position, progress: Progress | None, wanted: Callable[[], bool] | None
    ) -> Position:
        since = self.projections[name].resumes_after(goal.epoch)
        total, left = self.store.count(), self.store.count(since=since)
        log.info("projection %s: built up to %s, from %s", name, goal.number, since or "nothing")

        def report(_change: Change, records: int) -> None:
            if progress:
                progress(name, min(total - left + records, total), total)

        if progress:
            progress(name, total - left, total)
        self.projections[name].rebuild(self._watched(since, goal.number, report, wanted), goal)
        if progress:
            progress(name, total, total)
        return goal

    def _watched(
        self, since: int, upto: int, report: Callable[[Change, int], None], wanted: Callable[[], bool] | None
    ) -> Iterator[Change]:
        """The store's changes. Every CHECK_SECONDS `report` gets the last one that was consumed and their count;
        _Interrupted if no more are wanted."""
        checked = time.monotonic()
        for count, change in enumerate(self.store.changes(since, upto), 1):
            yield change
            if time.monotonic() - checked > CHECK_SECONDS:
                if wanted and not wanted():
                    raise _Interrupted
                report(change, count)
                checked = time.monotonic()

    def _much_changed(self, name: str, at: Position) -> bool:
        """Whether a rebuild is faster than applying. New records cost the same either way, so only others count."""
        if name in RESUMING:
            return False
        changed = self.store.count(since=at.number, changed=True)
        return changed > MIN_CHANGED and changed * REBUILD_DIVISOR > self.store.count()

    def _number(self, name: str) -> int:
        at = self.projections[name].position()
        return at.number if at else 0


def _report_number(progress: Progress | None, name: str, goal: int, change: Change, _count: int) -> None:
    if progress:
        progress(name, change.number, goal)


def _side_by_side(names: list[str], act: Callable[[str], None], stop: threading.Event) -> None:
    """Calls `act` with each name, each in a thread of its own; waits for all, raises the first failure, logs others.
    Sets `stop` in the end, or when this thread is interrupted."""
    if len(names) < 2:
        for name in names:
            act(name)
        return
    with ThreadPoolExecutor(len(names), "projector") as threads:
        pending = {name: threads.submit(act, name) for name in names}
        try:
            wait(pending.values())
        finally:
            stop.set()
    failures = {name: failure for name, future in pending.items() if (failure := future.exception())}
    for name, failure in list(failures.items())[1:]:
        log.warning("projection %s: %s: %s", name, type(failure).__name__, failure)
    for failure in failures.values():
        raise failure
