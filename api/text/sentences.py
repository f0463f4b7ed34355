"""What a page says in words where the record has codes: licence, freshness, phase, period."""

import calendar
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple
from urllib.parse import unquote

from api.text.formatting import as_date, day, moment
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Metadata, Opportunity, Period
from vocab.concepts import Concept, concept_list
from vocab.values import interval

PHASES: Final = ("idee", "vorbereitung", "umsetzung", "abschluss", "dauerbetrieb")  # as drawn
_ENDED: Final = {"abgeschlossen": "abschluss"}  # phases that are drawn as another one, done
_SEEKING: Final = ("partnergesuch", "ausschreibung")


class Licence(NamedTuple):
    """`sentence`: what one may do; `name`, `url`: the licence itself. `look` warns where it is not open."""

    sentence: str
    name: str
    url: str
    open: bool
    attribution: bool


class Freshness(NamedTuple):
    """`state`: fresh | overdue | plain. `short` is for lists."""

    state: str
    verdict: str
    detail: str
    short: str


def concept(list_name: str, iri: str, lang: Lang) -> str:
    """The label of a concept; of an unknown one the last part of its IRI, and words stay as they are."""
    found = concept_list(list_name).get(iri) if iri else None
    return found.label(lang) if found else short(iri)


def short(iri: str) -> str:
    """The words at the end of an IRI; what is none stays as it is."""
    last = re.split(r"[/#]", iri.rstrip("/#"))[-1] if "://" in iri else iri
    return unquote(last).replace("_", " ") or iri


# -- licence


def licence(iri: str, lang: Lang) -> Licence:
    """What a licence allows, in one sentence; an unknown one is shown as it was written."""
    _ = translator(lang)
    if not iri:
        return Licence(_("Keine Lizenz genannt. Bitte fragen Sie die Stelle."), "", "", False, False)
    found = concept_list("licences").get(iri)
    if found is None:
        return Licence(_("Eigene Bedingungen. Bitte lesen Sie nach."), short(iri), iri, False, False)
    extra = found.extra
    attribution = extra["attribution"] == "true"
    return Licence(_allows(found, lang), found.label(lang), extra["url"], extra["open"] == "true", attribution)


def _allows(found: Concept, lang: Lang) -> str:
    _ = translator(lang)
    extra = found.extra
    if extra["family"] == "other":
        return _("Frei nach eigenen Bedingungen.") if extra["open"] == "true" else _("Nutzung nur nach Absprache.")
    if "-nc" in extra["family"]:
        return _("Frei, aber nicht geschäftlich. Bitte Quelle nennen.")
    if "-nd" in extra["family"]:
        return _("Frei, aber nur unverändert. Bitte Quelle nennen.")
    if extra["open"] != "true":
        return _("Nutzung eingeschränkt. Bitte lesen Sie die Bedingungen.")
    if extra["type"].endswith("ShareAlike"):
        return _("Frei, auch geschäftlich. Bitte Quelle nennen und unter gleichen Bedingungen weitergeben.")
    if extra["attribution"] == "true":
        return _("Frei, auch geschäftlich. Bitte Quelle nennen.")
    return _("Frei, auch geschäftlich, ohne Auflagen.")


def licence_in_short(iri: str, lang: Lang) -> str:
    _ = translator(lang)
    one = licence(iri, lang)
    if not iri:
        return _("Lizenz nicht genannt")
    if iri not in concept_list("licences"):
        return _("Eigene Bedingungen")
    if not one.open:
        return _("Nutzung eingeschränkt")
    return _("Frei, mit Namensnennung") if one.attribution else _("Frei, ohne Auflagen")


# -- freshness


def freshness(said: Metadata, today: date, lang: Lang) -> Freshness | None:
    """How old a dataset is, measured by the rhythm that was promised; None if no date is known."""
    _ = translator(lang)
    dates = [as_date(one) for one in (said.modified, *(file.modified for file in said.distributions))]
    last = max((one for one in dates if one), default=None) or as_date(said.issued)
    if last is None:
        return None
    updated = _updated(last, today, lang)
    rhythm = concept_list("frequencies").get(said.frequency) if said.frequency else None
    due = _due(last, rhythm.extra["interval"]) if rhythm else None
    if rhythm is None or due is None:
        return Freshness("plain", "", updated + ".", updated)
    detail = _("%(updated)s. Zugesagt: %(rhythm)s.") % {"updated": updated, "rhythm": rhythm.label(lang)}
    grace = min(max(timedelta(days=1), (due - last) / 10), timedelta(days=14))
    if today - grace <= due:
        return Freshness("fresh", _("So aktuell wie zugesagt."), detail, updated)
    late = _overdue((today - due).days, lang)
    return Freshness("overdue", f"{late}.", detail, late)


def _updated(last: date, today: date, lang: Lang) -> str:
    _ = translator(lang)
    if last == today:
        return _("Aktualisiert heute")
    if last == today - timedelta(days=1):
        return _("Aktualisiert gestern")
    shown = day(last, lang)
    if last.year == today.year:
        shown = shown.replace(f" {last.year}", "")
    return _("Aktualisiert am %(day)s") % {"day": shown}


def _overdue(days: int, lang: Lang) -> str:
    _ = translator(lang)
    if days < 60:
        return _("Überfällig seit %(number)s Tagen") % {"number": days}
    if days < 730:
        return _("Überfällig seit %(number)s Monaten") % {"number": days // 30}
    return _("Überfällig seit %(number)s Jahren") % {"number": days // 365}


def _due(last: date, duration: str) -> date | None:
    """When the next delivery is due; intervals below a day count as one."""
    parts = interval(duration)
    if not parts:
        return None
    days = parts.years * 365.25 + parts.months * 30.5 + parts.weeks * 7 + parts.days
    try:
        return last + timedelta(days=max(1.0, days))
    except OverflowError:
        return None


# -- projects


class PhaseMark(NamedTuple):
    """One mark of the track. `state`: done | now | plan | stopped."""

    name: str
    state: str
    note: str


def states(phase: str) -> tuple[str, ...]:
    """The five marks for the notation of a phase; empty where it cannot be placed on the line."""
    if phase in _ENDED:
        return ("done", "done", "done", "done", "plan")
    if phase not in PHASES:
        return ()
    at = PHASES.index(phase)
    return tuple("done" if i < at else "now" if i == at else "plan" for i in range(len(PHASES)))


def track(said: Metadata, today: date, lang: Lang) -> tuple[PhaseMark, ...]:
    """The phases of a project with where it stands; nothing for one that is paused, cancelled or says no phase."""
    _ = translator(lang)
    phases = concept_list("phases")
    now = phases.get(said.phase) if said.phase else None
    marks = states(now.notation) if now else ()
    if not now or not marks:
        return ()
    if now.notation in _ENDED:
        names = (*PHASES[:3], "abgeschlossen")
        notes = ("", "", "", _("beendet %(day)s") % {"day": day(_end(said), lang)} if _end(said) else "")
        return tuple(PhaseMark(_label(n, lang), "done", note) for n, note in zip(names, notes, strict=True))
    since = _since(said, today, lang) if now.notation == PHASES[0] else ""
    return tuple(
        PhaseMark(_label(name, lang), state, since if state == "now" else "")
        for name, state in zip(PHASES, marks, strict=True)
    )


def _since(said: Metadata, today: date, lang: Lang) -> str:
    """When the project began; of a later phase than the first nobody says when that began."""
    start = said.starts or (said.period.start if said.period else "")
    begun = as_date(start)
    return span(start, "", lang) if begun and begun <= today else ""


def _label(notation: str, lang: Lang) -> str:
    return concept_list("phases").by_notation[notation].label(lang)


def _end(said: Metadata) -> str:
    return said.ends or (said.period.end if said.period else "")


def span(start: str, end: str, lang: Lang) -> str:
    """A period in words; an open end is said."""
    _ = translator(lang)
    if start and end:
        both = {"start": day(start, lang), "end": day(end, lang)}
        return day(start, lang) if start == end else _("%(start)s bis %(end)s") % both
    if start:
        return _("seit %(day)s") % {"day": day(start, lang)}
    return _("bis %(day)s") % {"day": day(end, lang)} if end else ""


def hours(start: str, end: str, lang: Lang) -> str:
    """From when to when something takes place; the day is said once if it is the same."""
    if not end or not start:
        return moment(start, lang) or span("", end, lang)
    first, last = moment(start, lang), moment(end, lang)
    if "T" in start and "T" in end and day(start[:10], lang) == day(end[:10], lang):
        first, last = first.removesuffix("\N{NO-BREAK SPACE}Uhr"), last.rpartition(", ")[2]
    _ = translator(lang)
    return _("%(start)s bis %(end)s") % {"start": first, "end": last}


def period(value: Period | None, lang: Lang) -> str:
    return span(value.start, value.end, lang) if value else ""


def open_calls(said: Metadata, today: date) -> tuple[list[Opportunity], list[Opportunity]]:
    """Chances to take part, and calls for partners, that are not over."""
    still = [one for one in said.opportunities if not (end := _last_day(one.ends)) or end >= today]
    seeking = {concept_list("opportunities").by_notation[one].iri for one in _SEEKING}
    return [one for one in still if one.type not in seeking], [one for one in still if one.type in seeking]


def seeks_partners(said: Metadata, today: date) -> bool:
    """Whether one of its calls, not yet over, is for partners."""
    return bool(_for_partners(said, today))


def partners_until(said: Metadata, today: date) -> str:
    """The last day on which partners may answer the first of these calls that ends; empty if none ends."""
    return min((one.ends for one in _for_partners(said, today) if one.ends), default="")


def _for_partners(said: Metadata, today: date) -> list[Opportunity]:
    partners = concept_list("opportunities").by_notation["partnergesuch"].iri
    return [one for one in open_calls(said, today)[1] if one.type == partners]


def _last_day(value: str) -> date | None:
    """The last day that a date of any accuracy can mean."""
    first = as_date(value)
    if first is None or len(value) >= 10:
        return first
    month = first.month if len(value) == 7 else 12
    return first.replace(month=month, day=calendar.monthrange(first.year, month)[1])


def listing(parts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))
