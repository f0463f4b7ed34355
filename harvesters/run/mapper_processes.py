"""Maps in processes of their own, so that every core has something to do.

Mapping is the dearest part of a run and pure, so it can be done anywhere. A helper is a child process that gets the
source first, then batches; none is left behind by a run that is killed (`registry/child_process.py`).
"""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Final

import msgspec

from harvesters.run.map_item import Ids, mapped
from harvesters.source_kinds import harvester as harvester_of
from registry.child_process import ChildDiedError, ChildError, ChildProcess, Parent, available_cores
from registry.model import Source
from registry.model.harvest import Mapped, Staged

MAX_HELPERS: Final = 3
MIN_THINGS_FOR_HELPERS: Final = 2_000  # below that a helper takes longer to start than it helps
MAX_BATCHES_AHEAD: Final = 8  # that may wait for one helper while a source is read
Batch = list[Staged]
Map = Callable[[Batch], list[Mapped]]


class Mappers:
    """Helpers that map the things of one source, started when they are worth it. A context manager."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._spare = min(available_cores() - 1, MAX_HELPERS)
        self._helpers: list[ChildProcess] = []
        self._free: deque[ChildProcess] = deque()
        self._threads = ThreadPoolExecutor(max(1, self._spare), "mapper")  # as many as helpers
        self._asked: deque[tuple[Batch, Future[list[Mapped]]]] = deque()
        self._digests: dict[str, str] = {}  # of what was offered last, by remote id

    def __enter__(self) -> "Mappers":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Lets the helpers go; there is nothing left to map."""
        self._digests.clear()
        for helper in self._helpers:
            helper.kill()
        self._threads.shutdown(cancel_futures=True)
        for helper in self._helpers:
            helper.close()

    def offer(self, batch: Batch, things: int) -> None:
        """Lets the helpers map this while more is being read, if they have not enough to do already. `things`: about
        how many there will be."""
        self._digests |= {one.remote_id: one.digest for one in batch}
        self._start(things)
        if batch and len(self._asked) < MAX_BATCHES_AHEAD * len(self._helpers):
            self._submit(batch)

    def without_offered(self, things: Iterable[tuple[str, str]]) -> list[str]:
        """Of things, by remote id and digest, the remote ids of those that no helper has to map already."""
        offered = {(one.remote_id, one.digest) for batch, _ in self._asked for one in batch}
        return [thing[0] for thing in things if thing not in offered]

    def map(self, batches: Iterable[Batch], things: int, here: Map) -> Iterator[tuple[Batch, list[Mapped]]]:
        """Each batch, and each that was offered, with what became of it; `here` maps in this process what the helpers
        have not begun with. `things`: about how many.

        Links to other things of the source are left for `here`: what has any comes back with `again`.
        """
        self._start(things)
        for batch in batches:
            if len(self._asked) < 2 * len(self._helpers):
                self._submit(batch)
            else:
                yield batch, here(batch)
            while self._asked and self._asked[0][1].done():
                yield self._answered(here)
        while self._asked:
            batch, answer = self._asked[-1]
            if not self._asked[0][1].done() and answer.cancel():
                self._asked.pop()
                yield self._last(batch, here(batch))
            else:
                yield self._answered(here)

    def _submit(self, batch: Batch) -> None:
        self._asked.append((batch, self._threads.submit(self._ask, batch)))

    def _answered(self, here: Map) -> tuple[Batch, list[Mapped]]:
        batch, answer = self._asked.popleft()
        try:
            made = answer.result()
        except ChildError:  # a helper has died, or none is left
            made = here(batch)
        return self._last(batch, made)

    def _last(self, batch: Batch, made: list[Mapped]) -> tuple[Batch, list[Mapped]]:
        """Without what was read again, and otherwise, since it was offered."""
        last = {one.remote_id for one in batch if self._digests.get(one.remote_id, one.digest) == one.digest}
        return batch, [one for one in made if one.remote_id in last]

    def _start(self, things: int) -> None:
        if things >= MIN_THINGS_FOR_HELPERS and not self._helpers:
            self._helpers = [_start(self._source) for _ in range(self._spare)]
            self._free.extend(self._helpers)

    def _ask(self, batch: Batch) -> list[Mapped]:
        if not self._free:
            raise ChildDiedError("No helper is left.")
        helper = self._free.popleft()
        answer = helper.ask(msgspec.msgpack.encode(batch))
        self._free.append(helper)
        return msgspec.msgpack.decode(answer, type=list[Mapped])


def _start(source: Source) -> ChildProcess:
    helper = ChildProcess("harvesters.run.mapper_processes")
    with suppress(ChildDiedError):  # whoever asks it will notice
        helper.send(msgspec.msgpack.encode(source))
    return helper


def main(parent: Parent) -> None:
    """A helper: the source first, then batches until there are no more."""
    gc.disable()  # nothing here refers to itself in a circle, and looking for it takes a tenth of the time
    messages = iter(parent)
    source = msgspec.msgpack.decode(next(messages), type=Source)
    harvester = harvester_of(source.kind)
    decode = msgspec.msgpack.Decoder(list[Staged]).decode
    for message in messages:
        answer = [mapped(staged, source, harvester, Ids()) for staged in decode(message)]
        parent.send(msgspec.msgpack.encode(answer))
