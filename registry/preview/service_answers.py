"""What a SensorThings or OData service was asked and what it answered -> the next questions, and the table.

Entry points: `may_be_service` (cheap, for any file), `requests`, `values_table`. The last two run in the child: nothing
of an answer is parsed in the process of the worker, which asks (`registry.preview.service_asking`).
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from registry.preview import odata, sensorthings
from registry.preview.reasons import unreadable
from registry.preview.service_model import Answer, unpacked
from registry.preview.table_writer import Table

SERVICE: Final = "SERVICE"  # what the answers of a service are declared as
FORMATS: Final = (sensorthings.FORMAT, odata.FORMAT)
MAX_ROOT_BYTES: Final = 1_000_000  # of the first answer of a service
_MARKS: Final = (b'"Datastreams', b"$metadata", b'"EntitySets"', b"http://www.w3.org/2007/app")


def may_be_service(content: bytes) -> bool:
    """Whether a file may be the first page of such a service."""
    return len(content) <= MAX_ROOT_BYTES and any(mark in content for mark in _MARKS)


def requests(content: bytes) -> Iterator[bytes]:
    """Yields the list of addresses to ask after these answers; an empty one at the end, or for another file."""
    answers = unpacked(content)
    reader = _reader(answers[0])
    yield msgspec.msgpack.encode(reader.requests(answers) if reader else [])


def values_table(content: bytes, where: str) -> Table:
    """The table of what a service offers, with the newest value of each; UnreadableError."""
    answers = unpacked(content)
    reader = _reader(answers[0])
    if reader is None:
        raise unreadable(where, "preview-service-empty")
    table: Table = reader.table(answers, where)
    return table


def _reader(root: Answer) -> Any:
    """The module that knows a service by its first answer; None if it is none."""
    return next((module for module in (sensorthings, odata) if module.is_root(root.url, root.content)), None)
