"""Bulk requests to Elasticsearch: what it cannot take at the moment is sent again, with exponential back-off.

Entry points: `operation` (one change of a document), `write` (sends many). A document that the server refuses costs
only itself. docs/decisions/0167.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec
from elasticsearch import ApiError, ConnectionError, ConnectionTimeout, Elasticsearch, SSLError

from registry.errors import NotReadyError
from registry.search.elastic_client import RETRIED_STATUSES, reachable

DOCUMENTS_PER_REQUEST: Final = 500
MAX_REQUEST_BYTES: Final = 8_000_000
FIRST_PAUSE: Final = 0.5  # seconds before the second attempt; each pause is twice the one before
MAX_PAUSE: Final = 15.0  # seconds
MAX_ATTEMPTS: Final = 8  # pauses of 45 seconds in all: a new master or copy takes less
SHARD_SECONDS: Final = 10  # that the server waits in each attempt for a part of the index that is on no node
MAX_REASON: Final = 460  # characters
SERVER_FAILED: Final = 500  # the server failed at this document: it is tried again, then left out
DOCUMENT_STATUSES: Final = (400, 413, SERVER_FAILED)  # the document is the cause; of a whole request: one of them
MOOT_ERRORS: Final = (  # a newer state is there already; what would be updated is gone
    "version_conflict_engine_exception",
    "document_missing_exception",
)
INDEX_ERRORS: Final = ("index_not_found_exception", "index_closed_exception")

log = logging.getLogger("lotse.search")


class Operation(NamedTuple):
    """`lines` of the request: the action and, if it has one, the document."""

    id: str
    lines: tuple[bytes, ...]


class _Refused(NamedTuple):
    """An operation that was not executed, and why; `status`: as in HTTP."""

    operation: Operation
    status: int
    why: str


def operation(
    action: Literal["index", "update", "delete"], id: str, body: Mapping[str, Any] | None = None, **about: Any
) -> Operation:
    """One operation. `body`: of `index` the document, of `update` what changes; `about`: such as the version."""
    lines = [{action: {"_id": id, **about}}, *([body] if body is not None else [])]
    return Operation(id, tuple(map(msgspec.json.encode, lines)))


def write(
    client: Elasticsearch, index: str, operations: Iterable[Operation], refused: Callable[[str, str], None]
) -> int:
    """How many operations were sent. `refused` gets id and reason of each document that the server does not take.

    NotReadyError if the server takes nothing for all attempts; what was written until then stays.
    """
    sent = 0
    for batch in _batches(operations):
        with reachable():
            _write_batch(client, index, batch, refused)
        sent += len(batch)
    return sent


def _batches(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    batch: list[Operation] = []
    size = 0
    for item in operations:
        length = sum(map(len, item.lines))
        if batch and (len(batch) >= DOCUMENTS_PER_REQUEST or size + length > MAX_REQUEST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch


def _write_batch(
    client: Elasticsearch, index: str, batch: Sequence[Operation], refused: Callable[[str, str], None]
) -> None:
    for attempt in range(1, MAX_ATTEMPTS + 1):
        left = []
        for failed in _send(client, index, batch):
            if failed.status in (*RETRIED_STATUSES, SERVER_FAILED):
                left.append(failed)
            else:
                _leave_out(failed, refused)
        if not left:
            return
        if attempt < MAX_ATTEMPTS:
            pause = _pause(attempt)
            log.info("search server: %s operations again in %.1f s: %s", len(left), pause, left[0].why[:200])
            time.sleep(pause)
        batch = [failed.operation for failed in left]
    for failed in left:
        _leave_out(failed, refused)


def _leave_out(failed: _Refused, refused: Callable[[str, str], None]) -> None:
    """Reports a document that is left out; NotReadyError if it is not the document's fault."""
    if failed.status not in DOCUMENT_STATUSES:
        raise NotReadyError("search-server-refuses", error=failed.why)
    refused(failed.operation.id, failed.why)


def _pause(attempt: int) -> float:
    """Seconds to wait after an attempt: half of it by chance, so that several processes do not come back together."""
    return min(FIRST_PAUSE * 2.0 ** (attempt - 1), MAX_PAUSE) * random.uniform(0.5, 1)  # noqa: S311 (no secret)


def _send(client: Elasticsearch, index: str, batch: Sequence[Operation]) -> Iterator[_Refused]:
    """Sends one request; yields what was not executed."""
    lines: list[Any] = [line for item in batch for line in item.lines]
    try:
        once = client.options(retry_on_status=(), retry_on_timeout=False)  # only a dead node: the next one is asked
        response = once.bulk(index=index, operations=lines, timeout=f"{SHARD_SECONDS}s")
    except (ConnectionError, ConnectionTimeout) as error:
        if isinstance(error, SSLError):
            raise
        yield from (_Refused(item, 503, type(error).__name__) for item in batch)
    except ApiError as error:
        yield from _split(client, index, batch, error)
    else:
        for item, answer in zip(batch, response["items"], strict=True):
            (result,) = answer.values()
            kind = result.get("error", {}).get("type", "")
            if kind and kind not in MOOT_ERRORS:
                status = 404 if kind in INDEX_ERRORS else result["status"]
                yield _Refused(item, status, str(result["error"])[:MAX_REASON])


def _split(client: Elasticsearch, index: str, batch: Sequence[Operation], error: ApiError) -> Iterator[_Refused]:
    """What was not executed after a request was refused as a whole: in halves, a malformed document is found."""
    if error.status_code in RETRIED_STATUSES or (error.status_code in (400, 413) and len(batch) == 1):
        yield from (_Refused(item, error.status_code, type(error).__name__) for item in batch)
    elif error.status_code in (400, 413):
        half = len(batch) // 2
        yield from _send(client, index, batch[:half])
        yield from _send(client, index, batch[half:])
    else:
        raise error
