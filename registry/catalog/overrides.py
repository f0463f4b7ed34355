"""Turns the edit of a harvested record into overrides: values of a curator that replace those of the source.

Entry point: `overrides`. `Record.metadata` applies them.
"""

from datetime import datetime
from typing import Any, Final

import msgspec

from registry.errors import UsageError
from registry.model import Metadata, Override, Record
from registry.model.message import Message

FIXED: Final = ("kind", "iri", "statements", "extras")  # fields that only the source can set


def overrides(record: Record, metadata: Metadata, by: str, at: datetime, why: str | Message) -> tuple[Override, ...]:
    """The overrides that turn the source's metadata into `metadata`: one for each field that differs.

    An override with an unchanged value is kept with its author and date. UsageError for a FIXED field.
    """
    source, wanted = _json_fields(record.said), _json_fields(metadata)
    before = {override.field: override for override in record.overrides}
    changed = []
    for field in source:
        if wanted[field] == source[field]:
            continue
        if field in FIXED:
            if not wanted[field]:  # a form does not carry what it cannot change
                continue
            raise UsageError("field-of-source", field=field)
        kept = before.get(field)
        if kept and kept.value == wanted[field]:
            changed.append(kept)
        else:
            changed.append(Override(field, wanted[field], source[field], by, at, why))
    return tuple(changed)


def _json_fields(metadata: Metadata) -> dict[str, Any]:
    """Field -> value as JSON, empty ones included."""
    fields: dict[str, Any] = _EMPTY | msgspec.json.decode(msgspec.json.encode(metadata))
    return fields


def _empty() -> dict[str, Any]:
    values = {
        field.name: field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        for field in msgspec.structs.fields(Metadata)
        if not field.required
    }
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(values))
    return fields


_EMPTY: Final = _empty()
