"""The answers of a SensorThings or OData service, as the worker hands them to the child. Pure."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec


class Answer(NamedTuple):
    """An address that was asked, and what it answered: nothing if it refused."""

    url: str
    content: bytes


def packed(answers: list[Answer]) -> bytes:
    return msgspec.msgpack.encode(answers)


def unpacked(content: bytes) -> list[Answer]:
    return msgspec.msgpack.decode(content, type=list[Answer])


def parsed(content: bytes) -> Any:
    """The JSON of an answer; None if there is none."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def moment_of_milliseconds(count: int) -> datetime | None:
    """The moment so many milliseconds after 1970 began; None for one beyond the years of our calendar."""
    try:
        return datetime.fromtimestamp(count / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def moment_of_text(text: str) -> datetime | None:
    """The moment that a text writes (ISO 8601); None for another text."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def objects(document: Any, *keys: str) -> list[dict[str, Any]]:
    """The objects of the list behind these keys of a document; [] if there is none."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return [item for item in document if isinstance(item, dict)] if isinstance(document, list) else []
