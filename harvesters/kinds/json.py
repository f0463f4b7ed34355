"""A list in JSON of any shape: its settings say where the items are and what their keys mean."""

import reprlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson

from harvesters.files.json_text import decoded, parsed
from harvesters.files.payload import lost_characters, payload, too_deep
from harvesters.harvester import Answer, Item, Mark, Recognised
from harvesters.mapping import item_mapping
from registry.errors import SourceError
from registry.fetch.session import body
from registry.masking import shown
from registry.model import Findings, Metadata, Source
from registry.model.message import message
from registry.rules import finding

if TYPE_CHECKING:
    from requests import Session

LABEL: Final = {"de": "JSON", "en": "JSON"}
VERSION: Final = 3
SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "items": "path to the list of items, such as data.items; default: the document is the list",
        "children": "key of the items inside an item; each is a record that is part of its parent",
        **item_mapping.SETTINGS,
    }
)
check = item_mapping.check_mapping
MAX_DOCUMENT_BYTES: Final = 50_000_000
MAX_NESTED_ITEMS: Final = 20  # items inside items


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """The whole document at once; SourceError where it is no JSON or there is no list."""
    response = http.get(source.url, stream=True, headers={"Accept": "application/json, */*;q=0.5"})
    text = decoded(body(response, MAX_DOCUMENT_BYTES), response.encoding)
    item_mapping.rules(source)
    yield from _items(_list(parsed(text, shown(source.url)), source), source, "", 0)
    yield Mark(end=True)


def recognises(answer: Answer) -> Recognised | None:
    """Whatever begins as JSON does."""
    return Recognised() if answer.body.lstrip()[:1] in (b"{", b"[") else None


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
    """The Metadata of an item of the list, with findings."""
    staged = orjson.loads(item.payload)
    metadata, findings = item_mapping.to_metadata(staged["item"], source, staged["parent"])
    return metadata, (*findings, *lost_characters(item.payload, staged["item"]))


def _items(members: list[Any], source: Source, parent: str, depth: int) -> Iterator[Item]:
    key = source.settings.get("children", "")
    for member in members:
        if not isinstance(member, dict):
            yield Item("", error=finding("unreadable", value=reprlib.repr(member)))
            continue
        inner = member.pop(key, None) if key else None
        inner = [inner] if isinstance(inner, dict) else inner  # a single one need not stand in a list
        if inner and not isinstance(inner, list):
            member[key] = inner
        remote_id = item_mapping.remote_id(member, source)
        yield _item(member, remote_id, parent, source)
        if isinstance(inner, list) and inner:
            if depth < MAX_NESTED_ITEMS:
                yield from _items(inner, source, remote_id or parent, depth + 1)
            else:
                yield Item("", error=finding("too-large", key, f"[{key}[{key}[…]]] > {MAX_NESTED_ITEMS}"))


def _item(member: Mapping[str, Any], remote_id: str, parent: str, source: Source) -> Item:
    try:
        staged = payload({"item": member, "parent": parent})
    except RecursionError:
        return Item(remote_id, url=source.url, error=too_deep(member))
    return Item(remote_id, staged, source.url, None if remote_id else item_mapping.nameless(member, source))


def _list(document: Any, source: Source) -> list[Any]:
    path = source.settings.get("items", "")
    members = item_mapping.at(document, path) if path else document
    if isinstance(members, list):
        return members
    keys = [key for key, value in document.items() if isinstance(value, list)] if isinstance(document, dict) else []
    where = message("json-list-at", path=path) if path else ""
    lists = message("json-lists-stand-at", names=", ".join(keys[:10])) if keys else ""
    raise SourceError("json-list-missing", url=shown(source.url), place=where, lists=lists)
