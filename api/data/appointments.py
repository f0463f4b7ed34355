"""The dates of a record that belong in a calendar: when an event is, milestones and deadlines of a project.

Entry point: `appointments`. A date that names only a month or a year is an appointment over all of its days, and its
title says so: no day is invented.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from api.text import sentences
from api.text.formatting import day, pick_language
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Date, Milestone, Opportunity, Record, Text
from registry.model.timing import ZONE, first_day, last_day

WITH_DATES: Final = ("event", "project")  # kinds of things whose dates belong in a calendar
DIGEST_BYTES: Final = 5


class Appointment(NamedTuple):
    """`key`: what it is called within its record, which stays when its date moves; "" for the record itself. `start`,
    `end`: moments in the city's time, or days, of which `end` is the first one after it; None: no end is given."""

    key: str
    title: str
    start: date | datetime
    end: date | datetime | None
    text: str = ""
    address: str = ""


def appointments(record: Record, lang: Lang) -> Iterator[Appointment]:
    """All dates of the record that belong in a calendar; none for kinds of things that have no such dates."""
    if record.kind == "event":
        yield from _event(record, lang)
    elif record.kind == "project":
        for milestone in record.metadata.milestones:
            yield from _milestone(record, milestone, lang)
        for opportunity in record.metadata.opportunities:
            yield from _opportunity(record, opportunity, lang)


def _event(record: Record, lang: Lang) -> Iterator[Appointment]:
    metadata = record.metadata
    text = _text(metadata.abstract or metadata.description, lang)
    begins, until = metadata.starts or metadata.ends, metadata.ends
    if (days := _days(begins, until)) and (start := _moment(begins) or days[0]):
        end = _end(start, until, days[1])
        yield Appointment("", _exact(_text(metadata.title, lang) or record.id, begins, lang), start, end, text)


def _end(start: date | datetime, until: Date, day_after: date) -> date | datetime | None:
    """The end, in the form of the start, which RFC 5545 asks for; None for an event that only begins."""
    if not isinstance(start, datetime):
        return day_after
    if "T" not in until:
        return datetime.combine(day_after, time(), ZONE) if until else None
    end = _moment(until)
    return end if end and end > start else None


def _milestone(record: Record, milestone: Milestone, lang: Lang) -> Iterator[Appointment]:
    _ = translator(lang)
    when = milestone.reached or milestone.planned
    if days := _days(when, ""):
        title = _text(milestone.title, lang) or _("Meilenstein")
        state = _("erreicht") if milestone.reached else _("geplant")
        text = "\n".join(filter(None, (f"{_('Meilenstein')}, {state}", _text(milestone.reason, lang))))
        yield Appointment(_key("m", milestone.title), _of(record, _exact(title, when, lang), lang), *days, text)


def _opportunity(record: Record, opportunity: Opportunity, lang: Lang) -> Iterator[Appointment]:
    _ = translator(lang)
    kind = sentences.concept("opportunities", opportunity.type, lang)
    title = _text(opportunity.title, lang) or kind
    text = "\n".join(filter(None, (kind, _text(opportunity.description, lang))))
    for end, when, name in (("s", opportunity.starts, _("Beginn")), ("e", opportunity.ends, _("Letzter Tag"))):
        if days := _days(when, ""):
            title_of_end = f"{name}: {_exact(title, when, lang)}"
            yield Appointment(
                _key(end, opportunity.title), _of(record, title_of_end, lang), *days, text, opportunity.page
            )


def _of(record: Record, title: str, lang: Lang) -> str:
    return f"{title} ({_text(record.metadata.title, lang) or record.id})"


def _exact(title: str, when: Date, lang: Lang) -> str:
    """The title, with the month or the year where no day is known."""
    _ = translator(lang)
    return (
        title if len(when) >= 10 else _("%(title)s, %(month)s, Tag offen") % {"title": title, "month": day(when, lang)}
    )


def _days(begins: Date, until: Date) -> tuple[date, date] | None:
    """The first day and the day after the last one; None without a date, or for one beyond the calendar."""
    first, last = first_day(begins), last_day(until or begins)
    if first is None or last is None:
        return None
    try:
        return first, max(first, last) + timedelta(days=1)
    except OverflowError:
        return None


def _moment(value: Date) -> datetime | None:
    """A time of day in the city's zone; one without a zone is the city's. None for a date without a time."""
    try:
        moment = datetime.fromisoformat(value) if "T" in value else None
        return moment and (moment.astimezone(ZONE) if moment.tzinfo else moment.replace(tzinfo=ZONE))
    except (ValueError, OverflowError):
        return None


def _key(part: str, title: Text) -> str:
    """Milestones and calls have no ids: they are known by their titles."""
    name = title.get("de") or next(iter(title.values()), "")
    return f"{part}-{hashlib.blake2b(name.encode(), digest_size=DIGEST_BYTES).hexdigest()}"


def _text(value: Text, lang: Lang) -> str:
    return pick_language(value, lang).words
