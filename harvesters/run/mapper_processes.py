"""Helper processes that map, so that a run uses more than one core.

Mapping is the most expensive part of a run, and pure: it can be done anywhere. A helper is a child process
(`registry/child_process.py`) that gets the source first, then batches; a run that is killed leaves none behind. Which
process maps a batch is decided here alone.
"""

import gc
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Final

import msgspec

from harvesters.run.ids import Ids
from harvesters.source_kinds import harvester as harvester_of
from registry.child_process import ChildDiedError, ChildError, ChildProcess, Parent, available_cores
from registry.model import Source
from registry.model.harvest import Mapped, Staged

MAX_HELPERS: Final = 3
MIN_ITEMS_FOR_HELPERS: Final = 2_000  # below that a helper takes longer to start than it saves
MAX_OFFERED_ITEMS: Final = 4_000  # for each helper, that may wait while the source is still being read
Batch = list[Staged]


class Mappers:
    """Helpers that map the items of one source, started when there are enough items. A context manager.

    `base_url`: what our own IRIs begin with.
    """

    def __init__(self, source: Source, base_url: str = "") -> None:
        self._source = source
        self._base_url = base_url
        self._harvester = harvester_of(source.kind)
        self._spare = min(available_cores() - 1, MAX_HELPERS)
        self._helpers: list[ChildProcess] = []
        self._free: deque[ChildProcess] = deque()
        self._threads = ThreadPoolExecutor(max(1, self._spare), "mapper")  # one for each helper
        self._asked: deque[tuple[Batch, Future[list[Mapped]]]] = deque()
        self._waiting: Counter[str] = Counter()  # remote id -> in how many batches of `_asked` it is
        self._digests: dict[str, str] = {}  # remote id, of what is waiting -> digest of what was offered last

    def __enter__(self) -> "Mappers":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Stops the helpers; there is nothing left to map."""
        self._waiting.clear()
        self._digests.clear()
        for helper in self._helpers:
            helper.kill()
        self._threads.shutdown(cancel_futures=True)
        for helper in self._helpers:
            helper.close()

    def offer(self, batch: Batch, expected_items: int) -> None:
        """Lets a helper map a batch while the source is still being read, unless enough items wait already.

        `expected_items`: about how many items the whole source will have.
        """
        self._start(expected_items)
        if batch and self._waiting.total() < MAX_OFFERED_ITEMS * len(self._helpers):
            self._submit(batch)
        self._digests |= {staged.remote_id: staged.digest for staged in batch if staged.remote_id in self._waiting}

    def without_offered(self, parts: Iterable[list[tuple[str, str]]]) -> Iterator[list[str]]:
        """Of parts of items, given by remote id and digest, the remote ids of those that no helper has by now."""
        offered = {(staged.remote_id, staged.digest) for batch, _ in self._asked for staged in batch}
        return ([item[0] for item in part if item not in offered] for part in parts)

    def finished(self) -> Iterator[list[Mapped]]:
        """The results that helpers have ready while the source is still being read, but for items with links to other
        items of the source: these are mapped later."""
        while self._asked and self._asked[0][1].done():
            results = self._answered(Ids(base_url=self._base_url))
            yield [result for result in results if not result.again]

    def map(self, batches: Iterable[Batch], expected_items: int, ids: Ids) -> Iterator[list[Mapped]]:
        """The results of these batches and of those that were offered, in any order.

        What the helpers have not begun with is mapped in this process. `ids`: where links to other items of the source
        lead; helpers do not know it, so items with such links are mapped once more here.
        """
        self._start(expected_items)
        for batch in batches:
            if len(self._asked) < 2 * len(self._helpers):
                self._submit(batch)
            else:
                yield self._map_here(batch, ids)
            while self._asked and self._asked[0][1].done():
                yield self._answered(ids)
        while self._asked:
            batch, answer = self._asked[-1]
            if not self._asked[0][1].done() and answer.cancel():
                self._asked.pop()
                yield self._newest(batch, self._map_here(batch, ids))
            else:
                yield self._answered(ids)

    def _map_here(self, batch: Batch, ids: Ids) -> list[Mapped]:
        from harvesters.run.map_item import map_batch  # late: a run without changes maps nothing

        return map_batch(batch, self._source, self._harvester, ids)

    def _submit(self, batch: Batch) -> None:
        self._waiting.update(staged.remote_id for staged in batch)
        self._asked.append((batch, self._threads.submit(self._ask, batch)))

    def _answered(self, ids: Ids) -> list[Mapped]:
        batch, answer = self._asked.popleft()
        try:
            results = self._linked(batch, answer.result(), ids)
        except ChildError:  # a helper has died, or none is left
            results = self._map_here(batch, ids)
        return self._newest(batch, results)

    def _linked(self, batch: Batch, results: list[Mapped], ids: Ids) -> list[Mapped]:
        """The results, with those that have links to other items of the source mapped again."""
        links = {result.remote_id for result in results if result.again}
        if not links:
            return results
        again = self._map_here([staged for staged in batch if staged.remote_id in links], ids)
        return [*(result for result in results if not result.again), *again]

    def _newest(self, batch: Batch, results: list[Mapped]) -> list[Mapped]:
        """Without the items that the source named again, with other content, after this batch was offered. The batch
        no longer waits."""
        newest = {
            staged.remote_id for staged in batch if self._digests.get(staged.remote_id, staged.digest) == staged.digest
        }
        for staged in batch:
            self._waiting[staged.remote_id] -= 1
            if not self._waiting[staged.remote_id]:  # else another batch has it that may be answered after this one
                del self._waiting[staged.remote_id]
                self._digests.pop(staged.remote_id, None)
        return [result for result in results if result.remote_id in newest]

    def _start(self, expected_items: int) -> None:
        if expected_items >= MIN_ITEMS_FOR_HELPERS and not self._helpers:
            self._helpers = [_start(self._source, self._base_url) for _ in range(self._spare)]
            self._free.extend(self._helpers)

    def _ask(self, batch: Batch) -> list[Mapped]:
        if not self._free:
            raise ChildDiedError("No helper is left.")
        helper = self._free.popleft()
        answer = helper.ask(msgspec.msgpack.encode(batch))
        self._free.append(helper)
        return msgspec.msgpack.decode(answer, type=list[Mapped])


def _start(source: Source, base_url: str) -> ChildProcess:
    helper = ChildProcess("harvesters.run.mapper_processes")
    with suppress(ChildDiedError):  # `_ask` notices
        helper.send(msgspec.msgpack.encode((source, base_url)))
    return helper


def main(parent: Parent) -> None:
    """A helper process: reads the source and our base URL, then batches, and sends the results of each."""
    from harvesters.run.map_item import map_batch

    gc.disable()  # mapping makes no reference cycles, and searching for them takes a tenth of the time
    messages = iter(parent)
    source, base_url = msgspec.msgpack.decode(next(messages), type=tuple[Source, str])
    harvester = harvester_of(source.kind)
    decode = msgspec.msgpack.Decoder(list[Staged]).decode
    for message in messages:
        results = map_batch(decode(message), source, harvester, Ids(base_url=base_url))
        parent.send(msgspec.msgpack.encode(results))
