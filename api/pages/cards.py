"""The short form of a record in lists: what it is, whose, one sentence, and three lines that help to decide."""

import logging
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from api.text import sentences
from api.text.formatting import day, marked, said, sentence, spoken
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from registry.isolation import isolated
from registry.model import DCAT_KINDS, Agent, Metadata, Record
from registry.search.analysis import Word
from vocab.concepts import concept_list
from vocab.kinds import KIND_ROWS

log: Final = logging.getLogger("lotse.pages")


class Line(NamedTuple):
    words: str
    look: str = ""  # first | offer | warn
    icon: str = ""


class Card(NamedTuple):
    """`track`: the marks of a project's phases."""

    id: str
    kind: str
    kind_label: str
    publisher: Markup | str
    title: Markup
    address: str
    text: Markup
    track: tuple[str, ...]
    lines: tuple[Line, ...]


def cards(several: Iterable[Record], lang: Lang, today: date, query: list[Word] | None = None) -> list[Card]:
    """One card a record. Where its words break ours, a bare one stands there: one record never takes a page down."""
    return [_card_or_bare(record, lang, today, query) for record in several]


def _card_or_bare(record: Record, lang: Lang, today: date, query: list[Word] | None) -> Card:
    return isolated(lambda: card(record, lang, today, query), lambda error: _bare(record, lang, error))


def _bare(record: Record, lang: Lang, error: Exception) -> Card:
    log.error("no card of %s", record.id, exc_info=error)
    address = addresses.page(record.kind, record.id, lang)
    kind_label = KIND_ROWS[record.kind].singular[lang]
    return Card(record.id, record.kind, kind_label, "", escape(record.id), address, escape(""), (), ())


def card(record: Record, lang: Lang, today: date, query: list[Word] | None = None) -> Card:
    """`query`: the words that were asked for, which are set off in the text."""
    words = record.metadata
    phase = concept_list("phases").get(words.phase) if words.phase else None
    return Card(
        id=record.id,
        kind=record.kind,
        kind_label=KIND_ROWS[record.kind].singular[lang],
        publisher=whose(words, lang),
        title=spoken(words.title, lang) or escape(record.id),
        address=addresses.page(record.kind, record.id, lang),
        text=_text(words, lang, query or []),
        track=sentences.states(phase.notation) if phase else (),
        lines=_lines(words, lang, today),
    )


def _text(words: Metadata, lang: Lang, query: list[Word]) -> Markup:
    text, other = said(words.abstract or words.description, lang)
    shown = marked(sentence(text), query)
    return Markup('<span lang="{}">{}</span>').format(other, shown) if other and shown else shown


def lead(words: Metadata) -> Agent | None:
    """Who leads a project."""
    role = concept_list("roles").by_notation["federfuehrung"].iri
    found = next((one.agent for one in words.participants if one.role == role), None)
    return found or words.publisher or (words.participants[0].agent if words.participants else None)


def whose(words: Metadata, lang: Lang) -> Markup | str:
    """Who answers for it, after the kind."""
    if words.kind == "organization":
        return sentences.concept("organization-kinds", words.classification, lang)
    agent = lead(words) if words.kind == "project" else (words.publisher or words.organizer)
    return spoken(agent.name, lang) if agent else ""


def _lines(words: Metadata, lang: Lang, today: date) -> tuple[Line, ...]:
    if words.kind in DCAT_KINDS:
        return _of_data(words, lang, today)
    if words.kind == "project":
        return _of_project(words, lang, today)
    if words.kind == "event" and words.starts:
        return (Line(day(words.starts[:10], lang), "first"),)
    return ()


def _of_data(words: Metadata, lang: Lang, today: date) -> tuple[Line, ...]:
    fresh = sentences.freshness(words, today, lang)
    lines = []
    if fresh:
        overdue = fresh.state == "overdue"
        lines.append(Line(fresh.short, "warn" if overdue else "first", "warning" if overdue else ""))
    if families := formats(words, lang):
        lines.append(Line(families))
    if words.distributions or words.licence:
        iri = words.licence or next((one.licence for one in words.distributions if one.licence), "")
        lines.append(Line(sentences.licence_in_short(iri, lang)))
    return tuple(lines)


def formats(words: Metadata, lang: Lang) -> str:
    """In which forms the data can be had: table, map, interface …"""
    types, families = concept_list("file-types"), concept_list("format-families")
    known = [types.get(iri) for iri in (*(one.format for one in words.distributions), *words.formats) if iri]
    named = [families.get(one.extra["family"]) for one in known if one]
    return sentences.listing(one.label(lang) for one in named if one)


def _of_project(words: Metadata, lang: Lang, today: date) -> tuple[Line, ...]:
    _ = translator(lang)
    lines = []
    if words.phase:
        end = words.ends or (words.period.end if words.period else "")
        until = f", {_('bis')} {day(end[:7], lang)}" if end else ""  # a list has room for the month
        lines.append(Line(sentences.concept("phases", words.phase, lang) + until, "first"))
    chances, calls = sentences.open_calls(words, today)
    if calls:
        lines.append(Line(_("Partner gesucht"), "offer", "partner"))
    elif chances:
        lines.append(Line(_("Mitmachen möglich"), "offer", "people"))
    return tuple(lines)
