"""Where each field of a record comes from: the source or the person, by which rule, and since when it is so.

Entry point: `origins`. It is read from the versions, the overrides and the settings of the source, so it needs no
bookkeeping of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from api.editing.form_fields import SECTIONS, form_of
from api.text.i18n import translator
from api.web.addresses import Lang
from harvesters.mapping.mapping_rules import mapping_rule
from registry.catalog.organizations import CITY
from registry.model import Record, Source, Version
from registry.model.message import Message, message, sentence
from registry.model.record import is_source
from registry.people.channels import DRAFT_NOTE, channel_in, value_of
from vocab.fields import Field, fields_of

OVERRIDDEN: Final = message("rule-override")


class Origin(NamedTuple):
    """A field, who said it, by which rule, since when, and the reason that was given for it."""

    label: str
    who: str
    rule: str
    at: datetime
    why: str


def origins(
    record: Record, versions: Sequence[Version], who: Callable[[str], str], lang: Lang, sources: Mapping[str, Source]
) -> list[Origin]:
    """The origin of each field that says something, in the order of vocab/fields.py. `versions`: the newest first;
    `who`: what is shown for an account or a source; `sources`: by their names."""
    overrides = {override.field: override for override in record.overrides}
    listed = []
    for row in fields_of(record.kind):
        value = value_of(record.metadata, row)
        if not value:
            continue
        if override := overrides.get("links" if row.form == "link" else row.name):
            rule, why = sentence(OVERRIDDEN, lang), sentence(override.why, lang)
            listed.append(Origin(row.label(lang), who(override.by), rule, override.at, why))
        elif first := _first_with(versions, row, value):
            rule = sentence(_rule(first, row, sources, lang), lang)
            listed.append(Origin(row.label(lang), who(first.by), rule, first.at, ""))
    return list({origin.label: origin for origin in listed}.values())


def _first_with(versions: Sequence[Version], row: Field, value: Any) -> Version | None:
    """The version since which the field has this value without a break."""
    first = None
    for version in versions:
        if value_of(version.record.metadata, row) != value:
            break
        first = version
    return first


def _rule(version: Version, row: Field, sources: Mapping[str, Source], lang: Lang) -> str | Message:
    """What gave the field its value in that version; "" if nothing is known of it."""
    origin, note = version.record.origin, version.note
    if is_source(version.by):
        source = sources.get(origin.source) if origin else None
        return mapping_rule(source, row) if source else message("rule-source-removed")
    if version.by == CITY:
        return message("rule-city-list")
    if not isinstance(note, Message) or note.code != DRAFT_NOTE:
        return note if isinstance(note, Message) else message("rule-decision")
    if channel := channel_in(note, row.name):
        return message(f"rule-channel-{channel}")
    section = next((field.section for field in form_of(version.record.kind) if field.metadata_field == row.name), None)
    return message("rule-form", section=translator(lang)(SECTIONS[section][0])) if section else ""
