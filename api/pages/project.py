"""What the page of a project shows beside what every record has: phases, milestones, calls, chances and risks.

Entry point: `project_view`, the variables of `project.html`.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final
from urllib.parse import unquote

from markupsafe import Markup

from api.pages.districts import drawing
from api.pages.next_dates import day_and_month
from api.pages.profile_sheet import uses
from api.pages.project_details import steps
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import as_date, host, link, text_markup
from api.web.addresses import Lang
from registry.model import Milestone, Opportunity, Record, Text
from registry.search.facet_values import WHOLE_CITY, districts_of

MAX_NAMED: Final = 200  # milestones
MAX_FILE_NAME: Final = 80  # characters of the name of a document


def project_view(pages: Pages, record: Record, lang: Lang, today: date) -> dict[str, Any]:
    """The variables of the template."""
    metadata = record.metadata
    chances, calls = sentences.open_calls(metadata, today)
    here = set(districts_of(record, pages.districts)) - {WHOLE_CITY}
    return {
        **steps(metadata, lang),
        "track": sentences.track(metadata, today, lang),
        "phase": sentences.concept("phases", metadata.phase, lang),
        "milestones": _milestones(metadata.milestones[:MAX_NAMED], today),
        "chances": chances,
        "calls": calls,
        "opportunity": lambda opportunity: sentences.concept("opportunities", opportunity.type, lang),
        "day_of": lambda opportunity: _day_of(opportunity, lang),
        "chances_told": [_noted(text, lang) for text in metadata.chances],
        "risks_told": [_noted(text, lang) for text in metadata.risks],
        "documents": [(_document_name(address), link(address)) for address in metadata.documentation],
        "map": drawing(pages, {}, {}, lang, here) if here else None,
        "uses": uses(record, lang),
    }


def _day_of(opportunity: Opportunity, lang: Lang) -> tuple[str, str] | None:
    moment = as_date(opportunity.ends or opportunity.starts)
    return day_and_month(moment, lang) if moment else None


def _noted(text: Text, lang: Lang) -> tuple[Markup, Markup]:
    """The first sentence, and what follows it, such as the precaution against a risk, in small print."""
    whole = text_markup(text, lang)
    first, mark, rest = whole.partition(". ")
    return (first, rest) if mark and "<" not in whole else (whole, Markup())


def _document_name(address: str) -> str:
    """The name of the file; of an address without one its host."""
    name = unquote(address.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2])
    return name[:MAX_FILE_NAME] if "." in name and name != host(address) else host(address)


def _milestones(milestones: Iterable[Milestone], today: date) -> dict[str, Any]:
    """The milestones with their places on a line from the first year to the end of the last."""
    milestones = tuple(milestones)
    dates = [
        moment
        for milestone in milestones
        for value in (milestone.planned, milestone.reached)
        if (moment := as_date(value))
    ]
    if not milestones or not dates:
        return {"marks": [(milestone, None, None) for milestone in milestones], "first": 0, "last": 0, "today": None}
    first, last = min(dates).year, max(dates).year
    whole = (date(last, 12, 31) - date(first, 1, 1)).days

    def at(value: date | None) -> int | None:
        return round(8 + 164 * (value - date(first, 1, 1)).days / whole) if value else None

    return {
        "marks": [
            (milestone, at(as_date(milestone.planned)), at(as_date(milestone.reached))) for milestone in milestones
        ],
        "first": first,
        "last": last,
        "today": at(today) if first <= today.year <= last else None,
    }
