"""A curator's word over a harvested one: what an edit of a harvested record becomes."""

from datetime import datetime
from typing import Any, Final

import msgspec

from registry.errors import UsageError
from registry.model import Metadata, Override, Record
from registry.model.message import Message

FIXED: Final = ("kind", "iri", "statements", "extras")  # what only the source says


def overrides(record: Record, metadata: Metadata, by: str, at: datetime, why: str | Message) -> tuple[Override, ...]:
    """The overrides that make `metadata` of what the source said: one a differing field. One that says the same as
    before stays as it is; a field that is set back to the source's word has none. UsageError for FIXED fields."""
    said, wanted = _words(record.said), _words(metadata)
    before = {one.field: one for one in record.overrides}
    changed = []
    for field in said:
        if wanted[field] == said[field]:
            continue
        if field in FIXED:
            if not wanted[field]:  # a form does not carry what it cannot change
                continue
            raise UsageError("field-of-source", field=field)
        kept = before.get(field)
        if kept and kept.value == wanted[field]:
            changed.append(kept)
        else:
            changed.append(Override(field, wanted[field], said[field], by, at, why))
    return tuple(changed)


def _words(metadata: Metadata) -> dict[str, Any]:
    """Every field as JSON values, empty ones too."""
    words: dict[str, Any] = _EMPTY | msgspec.json.decode(msgspec.json.encode(metadata))
    return words


def _empty() -> dict[str, Any]:
    fields = [field for field in msgspec.structs.fields(Metadata) if not field.required]
    values = {one.name: one.default_factory() if one.default is msgspec.NODEFAULT else one.default for one in fields}
    words: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return words


_EMPTY: Final = _empty()
