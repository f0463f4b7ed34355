"""Calendars (iCalendar, RFC 5545) of the appointments of records.

Entry point: `calendar`. Invariants: the same records give the same bytes; an appointment keeps its UID when its date
moves; DTSTAMP is the date of the record's last change, not that of the request.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event, Timezone, vText

from api.data.appointments import Appointment, appointments
from api.text.formatting import link, pick_language
from api.web.addresses import Lang, absolute, page
from registry.model import Record

REFRESH: Final = timedelta(hours=12)  # after which calendar programs should ask again
MAX_TEXT_CHARACTERS: Final = 2_000  # of the description of an appointment
_ZONE: Final = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""  # the one of icalendar lists single dates, as far as 2038


def calendar(records: Iterable[Record], title: str, url: str, base: str, lang: Lang) -> bytes:
    """A calendar with all appointments of the records; `url`: where it is."""
    document = Calendar()
    document.add("prodid", f"-//Lotse//{urlsplit(base).hostname or 'lotse'}//{lang.upper()}")
    document.add("version", "2.0")
    document.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        document.add(name, vText(" ".join(_clean(title).split())))
    document.add("source", url, {"VALUE": "URI"})
    document.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    document.add_component(Timezone.from_ical(_ZONE))
    for record in records:
        for event in _events(record, base, lang):
            document.add_component(event)
    written: bytes = document.to_ical()
    return written


def _events(record: Record, base: str, lang: Lang) -> Iterator[Event]:
    host, counts = urlsplit(base).hostname or "lotse", Counter[str]()
    for appointment in appointments(record, lang):
        counts[appointment.key] += 1
        number = f"-{counts[appointment.key]}" if counts[appointment.key] > 1 else ""
        name = "-".join(filter(None, (record.id, appointment.key)))
        yield _event(record, appointment, f"{name}{number}@{host}", base, lang)


def _event(record: Record, appointment: Appointment, uid: str, base: str, lang: Lang) -> Event:
    event = Event()
    event.add("uid", uid)
    changed = (record.changed or datetime.fromtimestamp(0, UTC)).astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("summary", _clean(appointment.title))
    event.add("dtstart", appointment.start)
    if appointment.end:
        event.add("dtend", appointment.end)
    if isinstance(appointment.start, date) and not isinstance(appointment.start, datetime):
        event.add("transp", "TRANSPARENT")  # a day in a calendar does not make people busy
    here = absolute(base, page(record.kind, record.id, lang))
    further = link(appointment.address)
    if text := "\n".join(filter(None, (_clean(appointment.text)[:MAX_TEXT_CHARACTERS], further))):
        event.add("description", text)
    if where := ", ".join(filter(None, (pick_language(place.name, lang).words for place in record.metadata.places))):
        event.add("location", _clean(where))
    event.add("url", here)
    return event


def _clean(text: str) -> str:
    """The text without control characters, which RFC 5545 does not allow; line breaks and tabs stay."""
    return "".join(
        "\n" if sign in "\r\x85\u2028\u2029" else sign
        for sign in text.replace("\r\n", "\n")
        if sign in "\n\r\t" or not ("\0" <= sign < " " or "\x7f" <= sign < "\x85")
    )
