"""All that is told about a record, field by field, in groups: what stands under "all details" on its page.

Entry point: `everything`. The values are written as everywhere on the pages (`api.text.field_texts`).
"""

from typing import Any, Final, NamedTuple

from api.text.field_texts import field_texts
from api.text.i18n import marked as _
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Record
from vocab.fields import Field, fields_of

NOTHING: Final[tuple[Any, ...]] = (None, "", (), {})  # values of fields that are not filled
MAX_TEXTS_PER_FIELD: Final = 60  # values of a field that are shown
MAX_TEXT_CHARACTERS: Final = 2_000  # characters of each; who wants all takes the data


class FieldGroup(NamedTuple):
    """Fields that belong together: the label and the texts of each."""

    label: str
    fields: tuple[tuple[str, list[str]], ...]


# A heading of "all details", and the fields below it; what is named nowhere stands under the last heading.
_GROUPS: Final = (
    (_("Worum es geht"), "title abstract description types themes subjects keywords languages hvd_categories goals "
     "benefits chances risks classification aliases phase"),
    (_("Wer zuständig ist"), "publisher creators contributors custodians originators contacts participants organizer "
     "address"),
    (_("Wann und wo"), "period starts ends issued modified frequency temporal_resolution places spatial_resolution "
     "geocoding_levels geocoding geocoding_description milestones opportunities"),
    (_("Wie man es nutzen darf"), "licence access rights availability legislation legal_basis conforms_to"),
    (_("Dateien und Zugänge"), "distributions samples endpoint endpoint_description formats landing_page "
     "documentation"),
    (_("Kosten und Ergebnisse"), "budget funding indicators decisions"),
    (_("Weitere Angaben"), ""),
)  # fmt: skip


_HEADINGS: Final = {name: label for label, names in _GROUPS for name in names.split()}  # field -> heading


def everything(record: Record, lang: Lang) -> list[FieldGroup]:
    """Label and values of each field that is filled, below the headings of _GROUPS, in the order of vocab/fields.py."""
    groups: dict[str, list[tuple[str, list[str]]]] = {label: [] for label, _names in _GROUPS}
    for row in fields_of(record.kind):
        value = None if row.form == "link" else getattr(record.metadata, row.all or row.name)
        if value not in NOTHING and (texts := _texts(value, row, lang)):
            groups[_HEADINGS.get(row.name, _GROUPS[-1][0])].append((row.label(lang), texts))
    say = translator(lang)
    return [FieldGroup(say(label), tuple(fields)) for label, fields in groups.items() if fields]


def _texts(value: Any, row: Field, lang: Lang) -> list[str]:
    bounded = value[:MAX_TEXTS_PER_FIELD] if isinstance(value, tuple) else value
    return [text[:MAX_TEXT_CHARACTERS] for text in field_texts(bounded, row, lang)]
