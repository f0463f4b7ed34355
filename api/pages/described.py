"""How well a dataset is described, in points that anybody understands: one for each question that it answers.

Entry point: `described`. The points of data.europa.eu (MQA) are another measure, on the page of the quality.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from api.pages.cards import licence_of
from api.text.i18n import marked as _
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import DCAT_KINDS, Metadata, Record
from vocab.concepts import concept_list
from vocab.fields import fields_of


class Described(NamedTuple):
    """`points` of `most`; `missing`: what is not told, in words."""

    points: int
    most: int
    missing: tuple[str, ...]


class _Question(NamedTuple):
    """`field`: kinds without it are not asked."""

    field: str
    label: str
    is_answered: Callable[[Metadata], object]


_QUESTIONS: Final = (
    _Question("description", _("eine Beschreibung"), lambda metadata: metadata.description or metadata.abstract),
    _Question("publisher", _("die Stelle"), lambda metadata: metadata.publisher),
    _Question("contacts", _("ein Kontakt"), lambda metadata: metadata.contacts),
    _Question("title", _("eine bekannte Lizenz"), lambda metadata: licence_of(metadata) in concept_list("licences")),
    _Question("themes", _("ein Thema"), lambda metadata: metadata.themes),
    _Question("period", _("ein Zeitraum"), lambda metadata: metadata.period),
    _Question("places", _("ein Ort"), lambda metadata: metadata.places),
    _Question("frequency", _("ein Rhythmus"), lambda metadata: metadata.frequency),
    _Question("distributions", _("ein Format für jede Datei"), lambda metadata: _has_formats(metadata)),
    _Question("endpoint", _("die Adresse der Schnittstelle"), lambda metadata: metadata.endpoint),
)


def _has_formats(metadata: Metadata) -> bool:
    return bool(metadata.distributions) and all(file.format for file in metadata.distributions)


def described(record: Record, lang: Lang) -> Described | None:
    """The points of a dataset, a series or a service; None for another kind."""
    if record.kind not in DCAT_KINDS:
        return None
    say, fields = translator(lang), {row.name for row in fields_of(record.kind)}
    asked = [question for question in _QUESTIONS if question.field in fields]
    missing = tuple(say(question.label) for question in asked if not question.is_answered(record.metadata))
    return Described(len(asked) - len(missing), len(asked), missing)
