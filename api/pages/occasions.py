"""What only the pages of events and public services show: the date or the way to the office, and what else there is.

Entry point: `occasion`, the variable that `record_occasion.html` needs.
"""

from datetime import date
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from api.data.appointments import appointments
from api.pages.facts import Item, contact_items
from api.pages.next_dates import NextDate, day_and_month, next_dates
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import link, short_markup
from api.text.i18n import translations, translator
from api.web import addresses
from api.web.addresses import Lang
from registry.model import Record
from registry.model.timing import first_day, last_day
from registry.search.facet_values import publisher_value
from registry.search.query import Query

MAX_EVENTS_READ: Final = 20  # the next ones, of which some are listed
MAX_OTHERS: Final = 4


class Moment(NamedTuple):
    """When an event is: its day as in lists of dates, in words, and how far that is from today."""

    day: str
    month: str
    when: str
    until: str
    is_over: bool


class Occasion(NamedTuple):
    """An event has `moment` and `dates`, a public service has `ways` and `services`: title and address of others of the
    same office."""

    moment: Moment | None = None
    dates: tuple[NextDate, ...] = ()
    ways: tuple[Item, ...] = ()
    services: tuple[tuple[Markup, str], ...] = ()


def occasion(pages: Pages, record: Record, lang: Lang, today: date) -> dict[str, Any]:
    """The variable `occasion`; None for other kinds of things."""
    if record.kind == "event":
        moment = _moment(record, lang, today)
        return {"occasion": Occasion(moment=moment, dates=_other_events(pages, record, lang, today))}
    if record.kind == "publicservice":
        return {"occasion": Occasion(ways=_ways(record, lang), services=_other_services(pages, record, lang))}
    return {"occasion": None}


def _moment(record: Record, lang: Lang, today: date) -> Moment | None:
    """None for an event without a date."""
    metadata = record.metadata
    begins = first_day(metadata.starts or metadata.ends)
    ends = last_day(metadata.ends or metadata.starts)
    if begins is None or ends is None or not any(appointments(record, lang)):
        return None
    when = sentences.hours(metadata.starts, metadata.ends, lang)
    return Moment(*day_and_month(begins, lang), when, _until(begins, ends, today, lang), ends < today)


def _until(begins: date, ends: date, today: date, lang: Lang) -> str:
    _, count = translator(lang), translations(lang).ngettext
    if ends < today:
        return _("Diese Veranstaltung ist vorbei.")
    days = (begins - today).days
    if days <= 0:
        return _("Heute.") if begins == today else _("Diese Veranstaltung läuft gerade.")
    return count("Morgen.", "In %(num)s Tagen.", days) % {"num": days}


def _other_events(pages: Pages, record: Record, lang: Lang, today: date) -> tuple[NextDate, ...]:
    """The next events beside this one."""
    asked = Query(where={"kind": ("event",)}, size=MAX_EVENTS_READ, sort="starts", facets=(), lang=lang)
    ids = [hit.id for hit in pages.catalog.index.search(asked).hits if hit.id != record.id]
    return next_dates(pages.records(ids).values(), lang, today, MAX_OTHERS)


def _ways(record: Record, lang: Lang) -> tuple[Item, ...]:
    """How to reach whoever does it: the page for it first, as a button, then the contacts."""
    _, page = translator(lang), link(record.metadata.landing_page)
    first = (Item(_("Zur Leistung im Netz"), page),) if page else ()
    return (*first, *contact_items(record.metadata.contacts, lang))


def _other_services(pages: Pages, record: Record, lang: Lang) -> tuple[tuple[Markup, str], ...]:
    """Those of the same office; () for a service of which no office is named."""
    publisher = record.metadata.publisher
    office = publisher_value(publisher) if publisher else ""
    if not office:
        return ()
    where = {"kind": ("publicservice",), "publisher": (office,)}
    asked = Query(where=where, size=MAX_OTHERS + 1, sort="title", facets=(), lang=lang)
    ids = [hit.id for hit in pages.catalog.index.search(asked).hits if hit.id != record.id][:MAX_OTHERS]
    return tuple(
        (short_markup(other.metadata.title, lang), addresses.page(other.kind, other.id, lang))
        for other in pages.records(ids).values()
    )
