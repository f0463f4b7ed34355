"""Lists of records as tables: the columns of each kind, and a row for a record.

Entry points: `columns_of`, `row`. A cell is a text, a number, a day, a moment or empty. A date that names only a month
or a year stays a text, because a day would be invented.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from api.data.delays import delay
from api.text import sentences
from api.text.formatting import pick_language
from api.web.addresses import Lang, absolute, page
from registry.model import DCAT_KINDS, Agent, Date, Metadata, Milestone, Record, Text
from registry.model.timing import ZONE, today
from registry.rdf import thing_iri
from registry.search.facet_values import WHOLE_CITY, districts_of
from vocab.concepts import ConceptList
from vocab.kinds import KIND_ROWS

Cell = str | Decimal | date | datetime | None
MAX_VALUES_PER_CELL: Final = 50  # values of a list in one cell
_PROJECTS: Final = ("project",)


class Context(NamedTuple):
    """What cells depend on beside the record: the language, the public address, the city's districts."""

    lang: Lang
    base: str
    districts: ConceptList | None


class Column(NamedTuple):
    """`name`: in CSV, the same in every language; `labels`: in XLSX and on pages; `kinds`: that have it, () for all."""

    name: str
    labels: Text
    cell: Callable[[Record, Context], Cell]
    kinds: tuple[str, ...] = ()


def columns_of(kinds: Iterable[str]) -> tuple[Column, ...]:
    """The columns of a list with these kinds of records: those that all of them have; only the common ones for ()."""
    listed = tuple(kinds)
    return tuple(column for column in COLUMNS if not column.kinds or (listed and set(listed) <= set(column.kinds)))


def row(record: Record, columns: Iterable[Column], context: Context) -> list[Cell]:
    return [column.cell(record, context) for column in columns]


# -- cells


def _text(value: Text, lang: Lang) -> str:
    return pick_language(value, lang).words


def _joined(values: Iterable[str]) -> str:
    """Several values in a cell."""
    return " | ".join(list(dict.fromkeys(filter(None, values)))[:MAX_VALUES_PER_CELL])


def dated(value: Date) -> Cell:
    """A day as a date and a time as a moment in the city's time, what is less exact as it was written."""
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value) if len(value) > 10 else None
    except ValueError:
        return value
    if moment is None:
        return value or None
    return moment.astimezone(ZONE).replace(tzinfo=None) if moment.tzinfo else moment


def number(value: str) -> Cell:
    """A decimal as a number, any other text as it was written."""
    try:
        decimal = Decimal(value)
    except InvalidOperation:
        return value or None
    return decimal if decimal.is_finite() else value


def _publisher(record: Record, context: Context) -> str:
    agent = record.metadata.publisher or record.metadata.organizer
    return _name(agent, context)


def _name(agent: Agent | None, context: Context) -> str:
    return _text(agent.name, context.lang) if agent else ""


def _concepts(name: str, iris: Iterable[str], context: Context) -> str:
    return _joined(sentences.concept(name, iri, context.lang) for iri in iris)


def _districts(record: Record, context: Context) -> str:
    concepts = context.districts
    named = [value for value in districts_of(record, concepts) if value != WHOLE_CITY]
    concepts_named = (concepts.get(value) if concepts else None for value in named)
    return _joined(concept.label(context.lang) for concept in concepts_named if concept)


def _starts(record: Record, context: Context) -> Cell:
    metadata = record.metadata
    return dated(metadata.starts or (metadata.period.start if metadata.period else ""))


def _ends(record: Record, context: Context) -> Cell:
    metadata = record.metadata
    return dated(metadata.ends or (metadata.period.end if metadata.period else ""))


def next_milestone(metadata: Metadata) -> Milestone | None:
    """The first milestone that is not reached yet; of these the one planned first."""
    ahead = [milestone for milestone in metadata.milestones if not milestone.reached]
    return min(ahead, key=lambda milestone: milestone.planned or "9", default=None)


def _milestone_title(record: Record, context: Context) -> str:
    milestone = next_milestone(record.metadata)
    return _text(milestone.title, context.lang) if milestone else ""


def _milestone_planned(record: Record, context: Context) -> Cell:
    milestone = next_milestone(record.metadata)
    return dated(milestone.planned) if milestone else None


def _behind(record: Record, context: Context) -> Cell:
    late = delay(record.metadata, today())
    return Decimal(late.days) if late else None


def _open_for(record: Record, context: Context) -> str:
    chances, calls = sentences.open_calls(record.metadata, today())
    return _concepts("opportunities", (call.type for call in (*chances, *calls)), context)


def _open_until(record: Record, context: Context) -> Cell:
    chances, calls = sentences.open_calls(record.metadata, today())
    return dated(min((call.ends for call in (*chances, *calls) if call.ends), default=""))


def _partners(record: Record, context: Context) -> str:
    return _joined(
        ": ".join(filter(None, (sentences.concept("roles", part.role, context.lang), _name(part.agent, context))))
        for part in record.metadata.participants
    )


def _licences(record: Record, context: Context) -> str:
    files = record.metadata.distributions
    return _concepts("licences", (record.metadata.licence, *(file.licence for file in files)), context)


def _formats(record: Record, context: Context) -> str:
    files = (file.format for file in record.metadata.distributions)
    return _concepts("file-types", (*files, *record.metadata.formats), context)


def _changed(record: Record, context: Context) -> Cell:
    return record.changed.astimezone(ZONE).replace(tzinfo=None, microsecond=0) if record.changed else None


def _column(name: str, labels: str, cell: Callable[[Record, Context], Cell], kinds: Iterable[str] = ()) -> Column:
    de, _, en = labels.partition("|")
    return Column(name, {"de": de, "en": en}, cell, tuple(kinds))


COLUMNS: Final = (
    _column("id", "Kennung|Id", lambda record, at: record.id),
    _column("kind", "Art|Kind", lambda record, at: KIND_ROWS[record.kind].singular[at.lang]),
    _column("title", "Titel|Title", lambda record, at: _text(record.metadata.title, at.lang)),
    _column("description", "Beschreibung|Description",
            lambda record, at: _text(record.metadata.abstract or record.metadata.description, at.lang)),
    _column("phase", "Phase|Phase", lambda record, at: _concepts("phases", (record.metadata.phase,), at), _PROJECTS),
    _column("lead", "Federführung|Lead", lambda record, at: _name(sentences.lead(record.metadata), at), _PROJECTS),
    _column("publisher", "Stelle|Publisher", _publisher),
    _column("participants", "Beteiligte|Participants", _partners, _PROJECTS),
    _column("themes", "Themen|Topics", lambda record, at: _concepts("themes", record.metadata.themes, at)),
    _column("districts", "Stadtteile|Districts", _districts),
    _column("places", "Orte|Places",
            lambda record, at: _joined(_text(place.name, at.lang) for place in record.metadata.places)),
    _column("starts", "Beginn|Start", _starts),
    _column("ends", "Ende|End", _ends),
    _column("next_milestone", "Nächster Meilenstein|Next milestone", _milestone_title, _PROJECTS),
    _column("next_milestone_planned", "Meilenstein geplant|Milestone planned", _milestone_planned, _PROJECTS),
    _column("behind_plan_days", "Tage hinter dem Plan|Days behind the plan", _behind, _PROJECTS),
    _column("open_for", "Offen für|Open for", _open_for, _PROJECTS),
    _column("open_until", "Melden bis|Answer until", _open_until, _PROJECTS),
    _column("budget", "Kosten|Budget",
            lambda record, at: number(record.metadata.budget.value) if record.metadata.budget else None, _PROJECTS),
    _column("currency", "Währung|Currency",
            lambda record, at: record.metadata.budget.currency if record.metadata.budget else "", _PROJECTS),
    _column("budget_state", "Stand der Kosten|State of the budget",
            lambda record, at: _concepts("budget-states", (record.metadata.budget.state,), at)
            if record.metadata.budget else "", _PROJECTS),
    _column("formats", "Formate|Formats", _formats, DCAT_KINDS),
    _column("licences", "Lizenzen|Licences", _licences, DCAT_KINDS),
    _column("frequency", "Rhythmus|Frequency",
            lambda record, at: _concepts("frequencies", (record.metadata.frequency,), at), ("dataset", "series")),
    _column("issued", "Veröffentlicht|Issued", lambda record, at: dated(record.metadata.issued), DCAT_KINDS),
    _column("modified", "Geändert|Modified", lambda record, at: dated(record.metadata.modified), DCAT_KINDS),
    _column("access_urls", "Zugänge|Access addresses",
            lambda record, at: _joined(file.access_url for file in record.metadata.distributions), DCAT_KINDS),
    _column("download_urls", "Dateien|Download addresses",
            lambda record, at: _joined(file.download_url for file in record.metadata.distributions), DCAT_KINDS),
    _column("keywords", "Schlagwörter|Keywords",
            lambda record, at: _joined(word for words in record.metadata.keywords.values() for word in words)),
    _column("changed", "Eintrag geändert|Entry changed", _changed),
    _column("url", "Seite|Page", lambda record, at: absolute(at.base, page(record.kind, record.id, at.lang))),
    _column("iri", "Adresse der Sache|Address of the thing", lambda record, at: thing_iri(record, at.base)),
)  # fmt: skip
