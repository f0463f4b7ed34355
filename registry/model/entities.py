"""Decodes HTML entities in the texts of a record: sources that escape for HTML write `Stra&szlig;en &amp; Wege`.

Entry points: `may_hold_entities`, `without_entities`. Descriptions and abstracts stay as they are: they are HTML or
Markdown, decoded when they are shown.
"""

import html
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from registry.model.metadata import Metadata

_ENTITY: Final = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_ENTITY_BYTES: Final = re.compile(_ENTITY.pattern.encode())
_PLAIN_TEXTS: Final = frozenset(("version", "street", "locality", "country", "unit"))  # fields without a language
_UNDECODED_EMPTY: Final[Mapping[str, Any]] = {"description": {}, "abstract": {}, "extras": {}, "statements": ""}


def may_hold_entities(payload: bytes) -> bool:
    """Whether there is an entity anywhere in what a source said. Looks at the bytes, so it costs next to nothing."""
    return b"&" in payload and _ENTITY_BYTES.search(payload) is not None


def without_entities(metadata: Metadata) -> tuple[Metadata, dict[str, str]]:
    """The Metadata with each text decoded once, and of each field that changed the first text as it was written."""
    written: dict[str, str] = {}
    decoded_part = msgspec.structs.replace(metadata, **_UNDECODED_EMPTY)
    if not may_hold_entities(msgspec.json.encode(decoded_part)):  # far faster than a walk; most are in descriptions
        return metadata, written
    fields = {
        field: decoded
        for field in metadata.__struct_fields__
        if field not in _UNDECODED_EMPTY
        and (decoded := _decoded(value := getattr(metadata, field), field, field, written)) is not value
    }
    return (msgspec.structs.replace(metadata, **fields) if fields else metadata), written


def _decoded(value: Any, name: str, field: str, written: dict[str, str]) -> Any:
    """The value itself where nothing in it changes. `name`: its own field; `field`: that of the record.

    Decoded are texts by language and _PLAIN_TEXTS: an address or an identifier may hold `&`."""
    if not value or type(value) is str:  # nearly all fields
        return _decoded_text(value, field, written) if name in _PLAIN_TEXTS else value
    if isinstance(value, Mapping):
        texts = {tag: _decoded_text(text, field, written) for tag, text in value.items()}
        return texts if texts != value else value
    if isinstance(value, tuple):
        members = tuple(_decoded(member, name, field, written) for member in value)
        changed = any(new is not old for new, old in zip(members, value, strict=True))
        return members if changed else value
    if isinstance(value, msgspec.Struct):
        fields = {
            inner_name: decoded
            for inner_name in value.__struct_fields__
            if (decoded := _decoded(inner := getattr(value, inner_name), inner_name, field, written)) is not inner
        }
        return msgspec.structs.replace(value, **fields) if fields else value
    return value


def _decoded_text(text: Any, field: str, written: dict[str, str]) -> Any:
    if isinstance(text, tuple):  # keywords
        return tuple(dict.fromkeys(_decoded_text(keyword, field, written) for keyword in text))
    if not isinstance(text, str) or "&" not in text or not _ENTITY.search(text):
        return text
    written.setdefault(field, text)
    return html.unescape(text)
