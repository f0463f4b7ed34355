"""Where each field of a record comes from: the source or the person, and when it was said like this.

Entry point: `origins`. It is read from the versions and the overrides, so it needs no bookkeeping of its own.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from api.web.addresses import Lang
from registry.model import Metadata, Record, Version
from registry.model.message import sentence
from vocab.fields import Field, fields_of


class Origin(NamedTuple):
    """A field, who said it, since when, and the reason that was given for it."""

    label: str
    who: str
    at: datetime
    why: str


def origins(record: Record, versions: Sequence[Version], who: Callable[[str], str], lang: Lang) -> list[Origin]:
    """The origin of each field that says something, in the order of vocab/fields.py. `versions`: the newest first;
    `who`: what is shown for an account or a source."""
    overrides = {override.field: override for override in record.overrides}
    listed = []
    for row in fields_of(record.kind):
        value = _value(record.metadata, row)
        if not value:
            continue
        if override := overrides.get(row.name):
            listed.append(Origin(row.label(lang), who(override.by), override.at, sentence(override.why, lang)))
        elif first := _first_with(versions, row, value):
            listed.append(Origin(row.label(lang), who(first.by), first.at, ""))
    return list({origin.label: origin for origin in listed}.values())


def _first_with(versions: Sequence[Version], row: Field, value: Any) -> Version | None:
    """The version since which the field has this value without a break."""
    first = None
    for version in versions:
        if _value(version.record.metadata, row) != value:
            break
        first = version
    return first


def _value(metadata: Metadata, row: Field) -> Any:
    if row.form == "link":
        return tuple(link for link in metadata.links if link.relation == row.name)
    return getattr(metadata, row.name)
