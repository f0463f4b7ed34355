"""The short form of a record in lists: kind, publisher, title, one sentence, and up to three lines that help to decide.

Entry points: `cards`, `card`. Also `whose` and `formats`, which pages of records use too.
Invariant: a record of which no card can be made gets a bare one, so that the list is shown.
"""

import logging
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from api.pages.project_details import details
from api.text import sentences
from api.text.formatting import day, marked, pick_language, sentence, short_markup
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from registry.isolation import isolated
from registry.model import DCAT_KINDS, Metadata, Record
from registry.search.analysis import Word
from vocab.concepts import concept_list
from vocab.kinds import KIND_ROWS

log: Final = logging.getLogger("lotse.pages")


class Line(NamedTuple):
    """A line of a card; `look` is its CSS class, `icon` a name of macros.html, `address` where it leads."""

    text: str
    look: str = ""  # first | offer | warn
    icon: str = ""
    address: str = ""


class Card(NamedTuple):
    """A record as lists show it. `track`: the marks of a project's phases; `why`: why a search found it, if its words
    do not tell; `details`: where a project is and what comes next, for lists of projects alone."""

    id: str
    kind: str
    kind_label: str
    publisher: Markup | str
    title: Markup
    address: str
    text: Markup
    track: tuple[str, ...]
    lines: tuple[Line, ...]
    why: str = ""
    details: Markup | str = ""


def cards(records: Iterable[Record], lang: Lang, today: date, query: list[Word] | None = None) -> list[Card]:
    """One card for each record. If making a card fails, a bare one takes its place, and the failure is logged."""
    return [_card_or_bare(record, lang, today, query) for record in records]


def _card_or_bare(record: Record, lang: Lang, today: date, query: list[Word] | None) -> Card:
    return isolated(lambda: card(record, lang, today, query), lambda error: _bare(record, lang, error))


def _bare(record: Record, lang: Lang, error: Exception) -> Card:
    log.error("no card of %s", record.id, exc_info=error)
    address = addresses.page(record.kind, record.id, lang)
    kind_label = KIND_ROWS[record.kind].singular[lang]
    return Card(record.id, record.kind, kind_label, "", escape(record.id), address, escape(""), (), ())


def card(record: Record, lang: Lang, today: date, query: list[Word] | None = None) -> Card:
    """The card of a record; the words of `query` are marked in its text."""
    metadata = record.metadata
    phase = concept_list("phases").get(metadata.phase) if metadata.phase else None
    return Card(
        id=record.id,
        kind=record.kind,
        kind_label=KIND_ROWS[record.kind].singular[lang],
        publisher=whose(metadata, lang),
        title=short_markup(metadata.title, lang) or escape(record.id),
        address=addresses.page(record.kind, record.id, lang),
        text=_text(metadata, lang, query or []),
        track=sentences.states(phase.notation) if phase else (),
        lines=_lines(metadata, lang, today),
        details=details(metadata, lang),
    )


def _text(metadata: Metadata, lang: Lang, query: list[Word]) -> Markup:
    text, other = pick_language(metadata.abstract or metadata.description, lang)
    markup = marked(sentence(text), query)
    return Markup('<span lang="{}">{}</span>').format(other, markup) if other and markup else markup


def whose(metadata: Metadata, lang: Lang) -> Markup | str:
    """The name of whoever is responsible for a thing; of an organization its kind."""
    if metadata.kind == "organization":
        return sentences.concept("organization-kinds", metadata.classification, lang)
    agent = sentences.lead(metadata) if metadata.kind == "project" else (metadata.publisher or metadata.organizer)
    return short_markup(agent.name, lang) if agent else ""


def _lines(metadata: Metadata, lang: Lang, today: date) -> tuple[Line, ...]:
    if metadata.kind in DCAT_KINDS:
        return _of_data(metadata, lang, today)
    if metadata.kind == "project":
        return _of_project(metadata, lang, today)
    if metadata.kind == "event" and metadata.starts:
        return (Line(day(metadata.starts[:10], lang), "first"),)
    return ()


def _of_data(metadata: Metadata, lang: Lang, today: date) -> tuple[Line, ...]:
    fresh = sentences.freshness(metadata, today, lang)
    lines = []
    if fresh:
        overdue = fresh.state == "overdue"
        lines.append(Line(fresh.short, "warn" if overdue else "first", "warning" if overdue else ""))
    if families := formats(metadata, lang):
        lines.append(Line(families))
    if metadata.distributions or metadata.licence:
        lines.append(Line(sentences.licence_in_short(licence_of(metadata), lang)))
    return tuple(lines)


def licence_of(metadata: Metadata) -> str:
    """The IRI of the licence: of a service, else of the first distribution that names one; "" if there is none."""
    licences = (metadata.licence, *(distribution.licence for distribution in metadata.distributions))
    return next(filter(None, licences), "")


def formats(metadata: Metadata, lang: Lang) -> str:
    """The families of formats that the data come in, as a list in words: table, map, interface …"""
    types, families = concept_list("file-types"), concept_list("format-families")
    types_given = [
        types.get(iri)
        for iri in (*(distribution.format for distribution in metadata.distributions), *metadata.formats)
        if iri
    ]
    named = [families.get(concept.extra["family"]) for concept in types_given if concept]
    return sentences.listing(concept.label(lang) for concept in named if concept)


def _of_project(metadata: Metadata, lang: Lang, today: date) -> tuple[Line, ...]:
    _ = translator(lang)
    lines = []
    if metadata.phase:
        end = metadata.ends or (metadata.period.end if metadata.period else "")
        until = f", {_('bis')} {day(end[:7], lang)}" if end else ""  # a list has room for the month
        lines.append(Line(sentences.concept("phases", metadata.phase, lang) + until, "first"))
    chances, calls = sentences.open_calls(metadata, today)
    if calls:
        lines.append(Line(_("Partner gesucht"), "offer", "partner"))
    elif chances:
        lines.append(Line(_("Mitmachen möglich"), "offer", "people"))
    return tuple(lines)
