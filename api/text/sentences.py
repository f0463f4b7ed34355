"""Sentences for pages from codes and dates of a record: licence, freshness, phase, period, calls for partners.

Entry points: `licence`, `freshness`, `track`, `span`, `hours`, `open_calls`.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple
from urllib.parse import unquote

from api.text.formatting import as_date, day, moment
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Agent, Metadata, Opportunity, Period
from registry.model.timing import first_day, last_day, last_update, promise, today
from vocab.concepts import Concept, concept_list

PHASES: Final = ("idee", "vorbereitung", "umsetzung", "abschluss", "dauerbetrieb")  # as drawn
_ENDED: Final = {"abgeschlossen": "abschluss"}  # phases that are drawn as another one, done
DAYS_OF_A_MONTH: Final = 30
SEEKING: Final = ("partnergesuch", "ausschreibung")  # calls for partners; by all others people take part


class Licence(NamedTuple):
    """A licence as pages show it. `sentence`: what is allowed; `name`, `url`: the licence itself; `open`: whether it is
    an open licence; `attribution`: whether the source must be named; `short`: the name in a line of text."""

    sentence: str
    name: str
    url: str
    open: bool
    attribution: bool
    short: str = ""


class Freshness(NamedTuple):
    """Whether data are as new as promised. `state`: fresh | overdue | plain (no promised rhythm). `short` is for
    lists."""

    state: str
    verdict: str
    detail: str
    short: str


def concept(list_name: str, iri: str, lang: Lang) -> str:
    """The label of a concept; for an unknown IRI its last part, any other text unchanged."""
    match = concept_list(list_name).get(iri) if iri else None
    return match.label(lang) if match else short(iri)


def short(iri: str) -> str:
    """The last part of an IRI as text; any other text unchanged."""
    last = re.split(r"[/#]", iri.rstrip("/#"))[-1] if "://" in iri else iri
    return unquote(last).replace("_", " ") or iri


# -- licence


def licence(iri: str, lang: Lang) -> Licence:
    """What a licence allows, in one sentence; an unknown one is shown as it was written."""
    _ = translator(lang)
    if not iri:
        return Licence(_("Keine Lizenz genannt. Bitte fragen Sie die Stelle."), "", "", False, False)
    known_licence = concept_list("licences").get(iri)
    if known_licence is None:
        return Licence(_("Eigene Bedingungen. Bitte lesen Sie nach."), short(iri), iri, False, False, short(iri))
    extra = known_licence.extra
    name = known_licence.label(lang)
    return Licence(
        _allows(known_licence, lang),
        name,
        extra["url"],
        extra["open"] == "true",
        extra["attribution"] == "true",
        extra["short"] or name,
    )


def _allows(licence: Concept, lang: Lang) -> str:
    _ = translator(lang)
    extra = licence.extra
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
    """What a licence allows, in a few words for lists."""
    _ = translator(lang)
    described = licence(iri, lang)
    if not iri:
        return _("Lizenz nicht genannt")
    if iri not in concept_list("licences"):
        return _("Eigene Bedingungen")
    if not described.open:
        return _("Nutzung eingeschränkt")
    return _("Frei, mit Namensnennung") if described.attribution else _("Frei, ohne Auflagen")


# -- freshness


def freshness(metadata: Metadata, today: date, lang: Lang) -> Freshness | None:
    """How current a dataset is, compared with its promised update rhythm; None if it has no date.

    `registry.model.timing.promise` says from when it is overdue.
    """
    _ = translator(lang)
    last = last_update(metadata)
    if last is None:
        return None
    updated = _updated(last, today, lang)
    promised = promise(metadata)
    if promised is None:
        return Freshness("plain", "", updated + ".", updated)
    rhythm = promised.frequency.label(lang)
    detail = _("%(updated)s. Zugesagt: %(rhythm)s.") % {"updated": updated, "rhythm": rhythm}
    if today <= promised.last_good_day:
        return Freshness("fresh", _("So aktuell wie zugesagt."), detail, updated)
    late = _overdue((today - promised.due).days, lang)
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


# -- projects


class PhaseMark(NamedTuple):
    """One mark of the track. `state`: done | now | plan | stopped."""

    name: str
    state: str
    note: str


def states(phase: str) -> tuple[str, ...]:
    """The state of each of PHASES for the notation of a phase; empty for a phase that is not one of them."""
    if phase in _ENDED:
        return ("done", "done", "done", "done", "plan")
    if phase not in PHASES:
        return ()
    at = PHASES.index(phase)
    return tuple("done" if i < at else "now" if i == at else "plan" for i in range(len(PHASES)))


def track(metadata: Metadata, today: date, lang: Lang) -> tuple[PhaseMark, ...]:
    """The phases of a project, each done, current or planned; empty if it is paused, cancelled or has no phase."""
    _ = translator(lang)
    phases = concept_list("phases")
    now = phases.get(metadata.phase) if metadata.phase else None
    marks = states(now.notation) if now else ()
    if not now or not marks:
        return ()
    if now.notation in _ENDED:
        names = (*PHASES[:3], "abgeschlossen")
        notes = ("", "", "", _("beendet %(day)s") % {"day": day(_end(metadata), lang)} if _end(metadata) else "")
        return tuple(PhaseMark(_label(n, lang), "done", note) for n, note in zip(names, notes, strict=True))
    since = _since(metadata, today, lang) if now.notation == PHASES[0] else ""
    told = {"abschluss": _planned_end(metadata, today, lang), now.notation: since}
    return tuple(
        PhaseMark(
            _label(name, lang),
            state,
            _begun(metadata, name, state, lang) or ("" if state == "done" else told.get(name, "")),
        )
        for name, state in zip(PHASES, marks, strict=True)
    )


def _begun(metadata: Metadata, phase: str, state: str, lang: Lang) -> str:
    """When a phase began, or is planned to begin, as the project says itself."""
    _ = translator(lang)
    iri = concept_list("phases").by_notation[phase].iri
    step = next((step for step in metadata.phase_steps if step.phase == iri), None)
    if step is None:
        return ""
    if state == "plan":
        return _("geplant: %(day)s") % {"day": day(step.planned, lang)} if step.planned else ""
    began = day(step.reached or step.planned, lang)
    return _("seit %(day)s") % {"day": began} if began and state == "now" else began


def _planned_end(metadata: Metadata, today: date, lang: Lang) -> str:
    """The end that is planned, for the last phase before permanent operation."""
    _ = translator(lang)
    end = as_date(_end(metadata))
    return _("geplant: %(day)s") % {"day": day(_end(metadata)[:7], lang)} if end and end > today else ""


def _since(metadata: Metadata, today: date, lang: Lang) -> str:
    """When the project began, for its first phase: there is no date for the begin of later ones."""
    start = metadata.starts or (metadata.period.start if metadata.period else "")
    begun = as_date(start)
    return span(start, "", lang) if begun and begun <= today else ""


def _label(notation: str, lang: Lang) -> str:
    return concept_list("phases").by_notation[notation].label(lang)


def _end(metadata: Metadata) -> str:
    return metadata.ends or (metadata.period.end if metadata.period else "")


def span(start: str, end: str, lang: Lang) -> str:
    """A period in words: without an end "seit …", or "ab …" if it is still to come; "bis …" without a start."""
    _ = translator(lang)
    if start and end:
        both = {"start": day(start, lang), "end": day(end, lang)}
        return day(start, lang) if start == end else _("%(start)s bis %(end)s") % both
    if start:
        begun = as_date(start)
        return (_("ab %(day)s") if begun and begun > today() else _("seit %(day)s")) % {"day": day(start, lang)}
    return _("bis %(day)s") % {"day": day(end, lang)} if end else ""


def whole_months(start: str, end: str) -> tuple[str, str]:
    """A period from the first to the last day of months as these months; any other unchanged."""
    first, last = first_day(start), last_day(end)
    if len(start) != len("2026-01-01") or not first or not last or first.day != 1 or last != last_day(end[:7]):
        return start, end
    return start[:7], end[:7]


def hours(start: str, end: str, lang: Lang) -> str:
    """Start and end of an event; the day is written once if both are on the same day."""
    if not end or not start:
        return moment(start, lang) or span("", end, lang)
    first, last = moment(start, lang), moment(end, lang)
    if "T" in start and "T" in end and day(start[:10], lang) == day(end[:10], lang):
        first, last = first.removesuffix("\N{NO-BREAK SPACE}Uhr"), last.rpartition(", ")[2]
    _ = translator(lang)
    return _("%(start)s bis %(end)s") % {"start": first, "end": last}


def periods(values: Iterable[Period], lang: Lang) -> str:
    """All periods in words, in their order."""
    return "; ".join(dict.fromkeys(period for value in values if (period := span(value.start, value.end, lang))))


def lead(metadata: Metadata) -> Agent | None:
    """The agent that leads a project: by its role, else the publisher, else the first participant."""
    role = concept_list("roles").by_notation["federfuehrung"].iri
    agent = next((participation.agent for participation in metadata.participants if participation.role == role), None)
    return agent or metadata.publisher or (metadata.participants[0].agent if metadata.participants else None)


def behind(days: int, lang: Lang) -> str:
    """How far behind the plan, in words."""
    _ = translator(lang)
    months = days // DAYS_OF_A_MONTH
    if months > 1:
        return _("%(number)s Monate hinter dem Plan") % {"number": months}
    return _("einen Monat hinter dem Plan") if months else _("wenige Wochen hinter dem Plan")


def open_calls(metadata: Metadata, today: date) -> tuple[list[Opportunity], list[Opportunity]]:
    """Opportunities that are not over: first those to take part, then those that look for partners."""
    current = [
        opportunity for opportunity in metadata.opportunities if not (end := last_day(opportunity.ends)) or end >= today
    ]
    seeking = {concept_list("opportunities").by_notation[opportunity].iri for opportunity in SEEKING}
    return [opportunity for opportunity in current if opportunity.type not in seeking], [
        opportunity for opportunity in current if opportunity.type in seeking
    ]


def seeks_partners(metadata: Metadata, today: date) -> bool:
    """Whether one of its calls, not yet over, is for partners."""
    return bool(_for_partners(metadata, today))


def partners_until(metadata: Metadata, today: date) -> str:
    """The last day on which partners may answer the first of these calls that ends; empty if none ends."""
    return min((opportunity.ends for opportunity in _for_partners(metadata, today) if opportunity.ends), default="")


def _for_partners(metadata: Metadata, today: date) -> list[Opportunity]:
    partners = concept_list("opportunities").by_notation["partnergesuch"].iri
    return [opportunity for opportunity in open_calls(metadata, today)[1] if opportunity.type == partners]


def listing(parts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))
