"""The next dates of records, as lists with a day in front show them. Entry points: `next_dates`, `day_and_month`."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from babel.dates import format_date, format_time
from markupsafe import Markup, escape

from api.data.appointments import Appointment, appointments
from api.text import sentences
from api.text.formatting import short_markup
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from registry.model import Record
from registry.model.timing import ZONE, first_day

MAX_DATES: Final = 4


class NextDate(NamedTuple):
    """`day`: the number of the day; `month`: with its year; `text`: time and place, or what happens on that day."""

    day: str
    month: str
    title: Markup
    address: str
    text: Markup


def next_dates(records: Iterable[Record], lang: Lang, today: date, most: int = MAX_DATES) -> tuple[NextDate, ...]:
    """The first dates that are not over, of all records together: events, and what people can take part in."""
    dates = [upcoming for record in records for upcoming in _upcoming(record, lang, today)]
    dates.sort(key=lambda entry: (max(entry[0], today), str(entry[1].title)))
    return tuple(entry for _begins, entry in dates[:most])


def _upcoming(record: Record, lang: Lang, today: date) -> Iterator[tuple[date, NextDate]]:
    _, metadata = translator(lang), record.metadata
    address, title = addresses.page(record.kind, record.id, lang), short_markup(metadata.title, lang)
    for appointment in appointments(record, lang) if record.kind == "event" else ():
        if _last(appointment) >= today:
            venue = next((short_markup(where.name, lang) for where in metadata.places if where.name), "")
            text = Markup(", ").join(part for part in (_time(appointment.start, lang), venue) if part)
            begins = _date(appointment.start)
            yield begins, NextDate(*day_and_month(begins, lang), title, address, text)
    for opportunity in metadata.opportunities:
        kind = sentences.concept("opportunities", opportunity.type, lang)
        for end, value in ((_("Beginn"), opportunity.starts), (_("Letzter Tag"), opportunity.ends)):
            moment = first_day(value)
            if moment and moment >= today and len(value) >= len("2026-12-01"):
                text = Markup("{} · {}").format(end, title)
                what = short_markup(opportunity.title, lang) or escape(kind)
                yield moment, NextDate(*day_and_month(moment, lang), what, address, text)


def day_and_month(day: date, lang: Lang) -> tuple[str, str]:
    """ "9." and "Dez. 2026"."""
    return (f"{day.day}." if lang == "de" else str(day.day)), format_date(day, "MMM y", lang)


def _time(start: date | datetime, lang: Lang) -> str:
    if not isinstance(start, datetime):
        return ""
    text = format_time(start.astimezone(ZONE), "H:mm" if lang == "de" else "HH:mm", tzinfo=ZONE, locale=lang)
    return f"{text.removesuffix(':00')}\N{NO-BREAK SPACE}Uhr" if lang == "de" else text


def _date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _last(appointment: Appointment) -> date:
    """The last day; the end of whole days is the first day after them."""
    end = appointment.end or appointment.start
    return end.date() if isinstance(end, datetime) else end - timedelta(days=1) if appointment.end else end
