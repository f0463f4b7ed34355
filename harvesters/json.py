"""A list in JSON of any shape: its settings say where the items are and what their keys mean."""

import json
import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson

from harvesters import mapping
from harvesters.harvester import Item, Mark
from registry.errors import SourceError
from registry.fetch import body, shown
from registry.model import Findings, Metadata, Source
from registry.rules import finding

if TYPE_CHECKING:
    from requests import Session

VERSION: Final = 1
SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "items": "path to the list of items, such as data.items; default: the document is the list",
        "children": "key of the items inside an item; each is a record that is part of its parent",
        **mapping.SETTINGS,
    }
)
check = mapping.check
MOST_BYTES: Final = 50_000_000
MOST_DEPTH: Final = 20  # items inside items
MOST_NUMBER: Final = 400  # characters of a number


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """The whole document at once; SourceError where it is no JSON or there is no list."""
    response = http.get(source.url, stream=True, headers={"Accept": "application/json, */*;q=0.5"})
    content, charset = body(response, MOST_BYTES), response.encoding
    mapping.rules(source)
    yield from _items(_list(_parsed(content, charset, source.url), source), source, "", 0)
    yield Mark(end=True)


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
    staged = orjson.loads(item.payload)
    return mapping.to_metadata(staged["item"], source, staged["parent"])


def payload(item: Mapping[str, Any], parent: str = "") -> bytes:
    """The same item gives the same bytes, in whatever order its keys came."""
    return orjson.dumps({"item": item, "parent": parent}, option=orjson.OPT_SORT_KEYS)


def _items(members: list[Any], source: Source, parent: str, depth: int) -> Iterator[Item]:
    key = source.settings.get("children", "")
    for member in members:
        if not isinstance(member, dict):
            yield Item("", error=finding("unreadable", value=str(member)[:200]))
            continue
        inner = member.pop(key, None) if key else None
        inner = [inner] if isinstance(inner, dict) else inner  # a single one need not stand in a list
        if inner and not isinstance(inner, list):
            member[key] = inner
        remote_id = mapping.remote_id(member, source)
        try:
            error = None if remote_id else mapping.nameless(member, source)
            yield Item(remote_id, payload(member, parent), source.url, error)
        except (TypeError, RecursionError) as broken:  # a lone surrogate, or lists inside lists inside lists
            yield Item(remote_id, error=finding("unreadable", value=str(broken)[:200]))
        if isinstance(inner, list) and inner:
            if depth < MOST_DEPTH:
                yield from _items(inner, source, remote_id or parent, depth + 1)
            else:
                yield Item("", error=finding("too-large", key, f"more than {MOST_DEPTH} items inside items"))


def _list(document: Any, source: Source) -> list[Any]:
    path = source.settings.get("items", "")
    found = mapping.at(document, path) if path else document
    if isinstance(found, list):
        return found
    keys = [key for key, value in document.items() if isinstance(value, list)] if isinstance(document, dict) else []
    lists, place = ", ".join(keys[:10]), shown(source.url)
    english, german = (f" at {path!r}", f" bei {path!r}") if path else ("", "")
    raise SourceError(
        f"There is no list{english} in {place}. Say with the setting items where it is."
        + (f" Lists stand at: {lists}." if lists else ""),
        de=f"In {place} steht{german} keine Liste. Nennen Sie die Stelle mit der Einstellung items."
        + (f" Listen stehen bei: {lists}." if lists else ""),
    )


# -- parsing


def _parsed(content: bytes, charset: str | None, url: str) -> Any:
    try:
        return json.loads(
            decoded(content, charset),
            object_pairs_hook=_object,
            parse_constant=lambda name: None,  # NaN and Infinity say nothing
            parse_float=_float,
            parse_int=_int,
        )
    except (ValueError, RecursionError) as error:
        place, reason = shown(url), "nested too deeply" if isinstance(error, RecursionError) else str(error)
        english, german = f"no readable JSON ({reason})", f"kein lesbares JSON ({reason})"
        if content.lstrip()[:1] == b"<":
            english, german = "a web page, not JSON", "eine Internetseite, kein JSON"
        raise SourceError(
            f"{place} gives {english}. Check the address.", de=f"{place} liefert {german}. Prüfen Sie die Adresse."
        ) from None


def decoded(content: bytes, charset: str | None) -> str:
    """UTF-8, 16 or 32 (RFC 8259); what is none of them, by the charset of the answer, else as Windows writes it."""
    for name in (json.detect_encoding(content), charset or "", "windows-1252"):
        try:
            return content.decode(name).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands there twice: the last value has it, as everywhere; the others are kept beside it."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for place, (key, value) in enumerate(pairs):
            if value is not found[key]:
                found[f"{key} ({place + 1})"] = value
    return found


def _float(text: str) -> float | str | None:
    """As a number where that says the same, else as it was written."""
    number = float(text) if len(text) <= MOST_NUMBER else math.inf
    return number if math.isfinite(number) and repr(number) == text else text[:MOST_NUMBER]


def _int(text: str) -> int | str:
    return int(text) if len(text) < 19 else text[:MOST_NUMBER]
