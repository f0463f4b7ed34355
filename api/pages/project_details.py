"""What lists of projects say beside what every list says: where and what is next, and the calls to choose by.

Entry points: `details` (a line below a card), `next_step`, `project_offers`; `steps` (phases and costs on its page).
"""

from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape
from msgspec.structs import replace

from api.data.tables import next_milestone
from api.text import sentences
from api.text.formatting import day, short_markup
from api.text.i18n import translator
from api.web import query
from api.web.addresses import Lang
from registry.model import Metadata
from registry.search.query import Query, SearchIndex
from vocab.concepts import concept_list

MAX_PLACES: Final = 3


class Offer(NamedTuple):
    """A filter that is offered, with its number of hits."""

    label: str
    address: str
    icon: str
    number: int


def details(metadata: Metadata, lang: Lang) -> Markup | str:
    """The places of a project and its next step; "" for a thing of another kind, and where neither is known."""
    if metadata.kind != "project":
        return ""
    _ = translator(lang)
    names = dict.fromkeys(short_markup(where.name, lang) for where in metadata.places if where.name)
    step = next_step(metadata, lang)
    upcoming = Markup("{} {}").format(_("Als Nächstes:"), step) if step else ""
    return Markup(" · ").join(part for part in (Markup(", ").join(list(names)[:MAX_PLACES]), upcoming) if part)


def next_step(metadata: Metadata, lang: Lang) -> Markup | str:
    """The next milestone with the date for which it is planned; "" if there is none."""
    upcoming = next_milestone(metadata)
    if upcoming is None:
        return ""
    parts = (short_markup(upcoming.title, lang), escape(day(upcoming.planned, lang)))
    return Markup(", ").join(part for part in parts if part)


def steps(metadata: Metadata, lang: Lang) -> dict[str, list[tuple[str, Any]]]:
    """The phases with dates and the costs as they were known, each with its label; phases in the order of their dates,
    and costs in that of theirs."""
    phases = sorted(metadata.phase_steps, key=lambda step: step.reached or step.planned or "9")
    costs = sorted(metadata.cost_steps, key=lambda step: step.date or "9")
    return {
        "phase_steps": [(sentences.concept("phases", step.phase, lang), step) for step in phases],
        "cost_steps": [(sentences.concept("budget-states", step.state, lang), step) for step in costs],
    }


def chances() -> tuple[str, ...]:
    """The calls by which people can take part: all but those for partners."""
    concepts = (concept.notation for concept in concept_list("opportunities"))
    return tuple(notation for notation in concepts if notation not in sentences.SEEKING)


def project_offers(index: SearchIndex, asked: Query, path: str, lang: Lang) -> tuple[Offer, ...]:
    """The filters "take part" and "partners wanted" where they narrow the list; none if the list has such a filter."""
    if asked.where.get("opportunity"):
        return ()
    _ = translator(lang)
    named = ((_("Mitmachen möglich"), "people", chances()), (_("Partner gesucht"), "partner", sentences.SEEKING))
    offers = []
    for label, icon, values in named:
        chosen = replace(asked, where={**asked.where, "opportunity": values}, page=1, cursor="")
        number = index.search(replace(chosen, size=1, facets=())).total
        if number:
            offers.append(Offer(label, query.url(chosen, path), icon, number))
    return tuple(offers)
