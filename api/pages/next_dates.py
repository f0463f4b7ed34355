"""The next dates of records, as lists with a day in front show them. Entry points: `next_dates`, `day_and_month`."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from babel.dates import format_date, format_time

from api.data.appointments import MILESTONE, Appointment, appointments
from api.text.formatting import pick_language
from api.web import addresses
from api.web.addresses import Lang
from registry.model import Record
from registry.model.timing import ZONE

MAX_DATES: Final = 4


class NextDate(NamedTuple):
    """`day`: the number of the day, "" where only a month is known; `month`: with its year; `text`: time and place."""

    day: str
    month: str
    title: str
    address: str
    text: str


def next_dates(records: Iterable[Record], lang: Lang, today: date, most: int = MAX_DATES) -> tuple[NextDate, ...]:
    """The first dates that are not over, of all records together: events, and what people can take part in."""
    dated = [
        (_date(appointment.start), appointment, record)
        for record in records
        for appointment in appointments(record, lang)
        if not appointment.key.startswith(MILESTONE) and _last(appointment) >= today
    ]
    dated.sort(key=lambda entry: (max(entry[0], today), entry[1].title))
    return tuple(_next_date(begins, appointment, record, lang) for begins, appointment, record in dated[:most])


def _next_date(begins: date, appointment: Appointment, record: Record, lang: Lang) -> NextDate:
    venue = next((pick_language(where.name, lang).words for where in record.metadata.places if where.name), "")
    return NextDate(
        *day_and_month(begins, lang),
        appointment.title,
        addresses.page(record.kind, record.id, lang),
        ", ".join(filter(None, (_time(appointment.start, lang), venue if record.kind == "event" else ""))),
    )


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
