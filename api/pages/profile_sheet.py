"""What a project's entry is used for, beside its page: the sheet of the list of projects, and a text for the press.

Entry points: `profile_page` (an A4 page), `press_text`, `uses` (all forms in which an entry appears). All is taken from
the record; what it does not say is named as missing on the sheet and left out of the text.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from api.data.appointments import appointments
from api.data.tables import next_milestone
from api.pages.facts import facts
from api.pages.site import Pages, View
from api.pages.timeline import span
from api.text import sentences
from api.text.formatting import day, pick_language, short_markup
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from api.web.answers import answer, tag
from api.web.negotiate import ATOM, CSV, DATA, ICS
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.model import Metadata, Milestone, Record, Text
from registry.model.timing import first_day, today

MONTHS_BEFORE: Final = 3  # before the first reading, by which an entry must be public
_READINGS: Final = ("gemeinderat", "ausschuss", "gremium", "beschluss", "council", "committee")


class Reading(NamedTuple):
    """A milestone that is a reading in the council by its title, and the day by which the entry must be public."""

    title: Markup | str
    planned: str
    deadline: str
    kept: bool | None  # None: the entry's first day is not known


class Use(NamedTuple):
    """A form in which the entry appears; `address` is empty for what has none of its own."""

    label: str
    address: str


def profile_page(pages: Pages) -> View:
    def profile(request: Request) -> Response:
        record, lang = _project(pages, request)
        _ = translator(lang)
        if record.id != request.path_params["id"]:
            return RedirectResponse(addresses.place("project", lang, record.id, "profile"), 301)
        metadata = record.metadata
        title = short_markup(metadata.title, lang) or escape(record.id)
        return pages.page(
            request,
            "profile.html",
            lang,
            title=title,
            rows=[(label, texts) for label, texts in sheet_rows(pages, record, lang)],
            reading=reading(record, lang),
            area="project",
            crumbs=[
                (_("Projekte"), addresses.path("project", lang)),
                (title, addresses.page("project", record.id, lang)),
                (_("Steckbrief"), ""),
            ],
            indexed=False,
        )

    return profile


def press_text(pages: Pages) -> View:
    def press(request: Request) -> Response:
        record, lang = _project(pages, request)
        return answer(
            request,
            lambda: text_for_press(pages, record, lang).encode("utf-8", "replace"),
            "text/plain; charset=utf-8",
            etag=tag(record.number, lang, today(), pages.settings.base_url),
        )

    return press


def _project(pages: Pages, request: Request) -> tuple[Record, Lang]:
    record = shown(pages.catalog, request.path_params["id"])
    if record.kind != "project":
        raise NotFoundError("nothing-here")
    return record, addresses.language(request)


# -- the sheet


def sheet_rows(pages: Pages, record: Record, lang: Lang) -> Iterator[tuple[str, list[Markup | str]]]:
    """Label and texts in the order of the list of projects; texts are empty for what the record does not say."""
    _ = translator(lang)
    metadata = record.metadata
    by_label = {fact.label: [item.text for item in fact.items] for fact in facts(pages, record, lang)}
    yield _("Kurzbeschreibung"), _texts((metadata.abstract or metadata.description,), lang)
    yield _("Ziele"), _texts(metadata.goals, lang)
    yield _("Nutzen"), _texts(metadata.benefits, lang)
    yield _("Ort"), by_label.get(_("Ort"), [])
    yield _("Stand"), by_label.get(_("Phase"), [])
    yield _("Zeitraum"), by_label.get(_("Zeitraum"), [])
    yield _("Nächste Schritte"), [_step(milestone, lang) for milestone in metadata.milestones if not milestone.reached]
    yield _("Kosten"), by_label.get(_("Kosten"), [])
    yield _("Förderung"), by_label.get(_("Förderung"), [])
    yield _("Beschlüsse"), [escape(address) for address in metadata.decisions]
    yield _("Beteiligung"), [_offer(call.title, call.type, call.ends, lang) for call in metadata.opportunities]
    yield _("Thema"), by_label.get(_("Thema"), [])
    yield _("Federführung"), by_label.get(_("Federführung"), [])
    yield _("Kontakt"), by_label.get(_("Kontakt"), [])


def _texts(texts: tuple[Text, ...], lang: Lang) -> list[Markup | str]:
    return [escaped for text in texts if (escaped := escape(pick_language(text, lang).words))]


def _step(milestone: Milestone, lang: Lang) -> Markup | str:
    return Markup(", ").join(filter(None, (short_markup(milestone.title, lang), escape(day(milestone.planned, lang)))))


def _offer(title: Text, type: str, ends: str, lang: Lang) -> Markup | str:
    name = short_markup(title, lang) or escape(sentences.concept("opportunities", type, lang))
    until = translator(lang)("bis %(day)s") % {"day": day(ends, lang)} if ends else ""
    return Markup(", ").join(filter(None, (name, escape(until))))


def reading(record: Record, lang: Lang) -> Reading | None:
    """The first milestone ahead or behind that is a reading in the council by its title, with the deadline of the list
    of projects: public MONTHS_BEFORE months before. None if no such milestone has a planned date."""
    planned = [
        (moment, milestone)
        for milestone in record.metadata.milestones
        if any(word in title.lower() for title in milestone.title.values() for word in _READINGS)
        and (moment := first_day(milestone.planned))
    ]
    if not planned:
        return None
    moment, milestone = min(planned, key=lambda pair: pair[0])
    deadline = _months_before(moment)
    kept = record.created.date() <= deadline if record.created else None
    return Reading(short_markup(milestone.title, lang), day(milestone.planned, lang), day(deadline, lang), kept)


def _months_before(moment: date) -> date:
    """The same day MONTHS_BEFORE months earlier, or the last one of that month."""
    month = moment.year * 12 + moment.month - 1 - MONTHS_BEFORE
    for last in range(moment.day, 0, -1):
        try:
            return date(month // 12, month % 12 + 1, last)
        except ValueError:
            continue
    return moment


# -- the text for the press


def text_for_press(pages: Pages, record: Record, lang: Lang) -> str:
    """Title, what it is, for whom, when, who leads, what comes next, and where to read more; only what is known."""
    _ = translator(lang)
    metadata = record.metadata
    lead = sentences.lead(metadata)
    parts = [
        pick_language(metadata.title, lang).words or record.id,
        pick_language(metadata.abstract or metadata.description, lang).words,
        *(pick_language(benefit, lang).words for benefit in metadata.benefits),
        _when(metadata, lang),
        _("Das Projekt leitet: %(name)s.") % {"name": pick_language(lead.name, lang).words}
        if lead and lead.name
        else "",
        _next(metadata, lang),
        *_contacts(metadata, lang),
        _("Mehr dazu:") + f" {addresses.absolute(pages.settings.base_url, addresses.page('project', record.id, lang))}",
        _("Stand: %(day)s") % {"day": day(record.changed, lang)} if record.changed else "",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _when(metadata: Metadata, lang: Lang) -> str:
    _ = translator(lang)
    starts = metadata.starts or (metadata.period.start if metadata.period else "")
    ends = metadata.ends or (metadata.period.end if metadata.period else "")
    phase = sentences.concept("phases", metadata.phase, lang)
    period = sentences.span(starts, ends, lang) if any(span(metadata)) else ""
    return ". ".join(
        filter(None, (f"{_('Stand')}: {phase}" if phase else "", f"{_('Zeitraum')}: {period}" if period else ""))
    )


def _next(metadata: Metadata, lang: Lang) -> str:
    _ = translator(lang)
    milestone = next_milestone(metadata)
    title = pick_language(milestone.title, lang).words if milestone else ""
    when = day(milestone.planned, lang) if milestone else ""
    return f"{_('Nächster Schritt')}: {', '.join(filter(None, (title, when)))}." if title else ""


def _contacts(metadata: Metadata, lang: Lang) -> Iterator[str]:
    for contact in metadata.contacts[:1]:
        texts = (pick_language(contact.name, lang).words, contact.email, contact.telephone)
        yield f"{translator(lang)('Kontakt')}: {', '.join(filter(None, texts))}"


# -- uses


def uses(record: Record, lang: Lang) -> tuple[Use, ...]:
    """All forms in which the entry of a project appears, that it was entered once for."""
    _ = translator(lang)
    page, here = addresses.page("project", record.id, lang), addresses.path("project", lang)
    dated = (Use(_("Kalender"), f"{page}.{ICS.name}"),) if any(appointments(record, lang)) else ()
    return (
        Use(_("diese Seite"), page),
        Use(_("Projektliste"), here),
        Use(_("Zeitleiste"), addresses.place("project", lang, "timeline")),
        Use(_("Karte"), addresses.place("project", lang, "map")),
        Use(_("Bericht"), addresses.path("report", lang)),
        Use(_("Steckbrief"), addresses.place("project", lang, record.id, "profile")),
        Use(_("Pressetext"), addresses.place("project", lang, record.id, "press")),
        Use("OC4IDS", f"/api/v1/records/{record.id}/oc4ids"),
        *(Use(form.label, f"{page}.{form.name}") for form in DATA),
        Use(_("Tabelle"), f"{here}.{CSV.name}"),
        Use(_("Feed"), f"{page}.{ATOM.name}"),
        *dated,
    )
