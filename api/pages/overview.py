"""What belongs to a district or a topic: the projects that go on, the next dates, and the data.

Entry point: `overview`, the variables of `overview.html`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from api.data.lists import list_address
from api.pages.cards import Card, cards
from api.pages.next_dates import next_dates
from api.pages.project_details import chances
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import short_markup
from api.web import addresses, query
from api.web.addresses import Lang
from api.web.negotiate import ICS
from registry.model import DCAT_KINDS, Record
from registry.search.limits import Limits
from registry.search.query import Query, ResultPage
from vocab.concepts import concept_list

MAX_CARDS: Final = 4
MAX_DATA: Final = 8  # data that are listed
MAX_LOOKED_AT: Final = 40  # projects of which those that go on are shown, and whose dates are read
ENDED: Final = ("abgeschlossen", "pausiert", "abgebrochen")  # phases that come last

Where = Mapping[str, tuple[str, ...]]


class Data(NamedTuple):
    """A dataset in one line; `when`: its rhythm or last update."""

    title: Markup
    address: str
    when: str


class WholeCity(NamedTuple):
    """What holds for the whole city beside a district, and the address of its list."""

    total: int
    address: str


def overview(pages: Pages, where: Where, lang: Lang, today: date, city: str = "") -> dict[str, Any]:
    """The variables. `city`: the notation of the district that is the whole city, for the page of a district."""
    alone = Limits(whole_city=not city)  # the lists of a district are without what holds for the whole city
    projects = _searched(pages, where, ("project",), MAX_LOOKED_AT)
    data = _searched(pages, where, DCAT_KINDS, MAX_DATA)
    events = _searched(pages, where, ("event",), MAX_LOOKED_AT)
    records = sorted(pages.records(hit.id for hit in projects.hits).values(), key=_has_ended)
    dated = (*pages.records(hit.id for hit in events.hits).values(), *records)
    return {
        "projects": cards(records[:MAX_CARDS], lang, today),
        "projects_of_city": () if records or not city else _of_city(pages, city, lang, today),
        "projects_total": projects.total,
        "projects_address": query.url(Query(where=where, lang=lang, limits=alone), addresses.path("project", lang)),
        "taking_part": _searched(pages, {**where, "opportunity": chances()}, ("project",), 1).total,
        "dates": next_dates(dated, lang, today),
        "calendar": _calendar(where, events.total, lang),
        "data": tuple(_data(record, lang, today) for record in pages.records(hit.id for hit in data.hits).values()),
        "data_total": data.total,
        "data_address": query.url(
            Query(where={**where, "kind": DCAT_KINDS}, lang=lang, limits=alone), addresses.path("search", lang)
        ),
        "whole_city": {
            "project": _whole_city(pages, city, ("project",), addresses.path("project", lang), lang),
            "data": _whole_city(pages, city, DCAT_KINDS, addresses.path("search", lang), lang),
        }
        if city
        else {},
    }


def _searched(pages: Pages, where: Where, kinds: tuple[str, ...], size: int) -> ResultPage:
    """The newest things of these kinds that name the district or topic themselves; the next events first."""
    order = "starts" if kinds == ("event",) else "newest"
    asked = Query(where={**where, "kind": kinds}, size=size, sort=order, facets=(), limits=Limits(whole_city=False))
    return pages.catalog.index.search(asked)


def _of_city(pages: Pages, city: str, lang: Lang, today: date) -> list[Card]:
    """Some projects for the whole city, for a district that has none of its own."""
    page = _searched(pages, {"district": (city,)}, ("project",), MAX_LOOKED_AT)
    records = sorted(pages.records(hit.id for hit in page.hits).values(), key=_has_ended)
    return cards(records[:MAX_CARDS], lang, today)


def _has_ended(project: Record) -> bool:
    phase = concept_list("phases").get(project.metadata.phase) if project.metadata.phase else None
    return phase is not None and phase.notation in ENDED


def _calendar(where: Where, events: int, lang: Lang) -> str:
    kind = "event" if events else "project"
    return list_address(Query(where=where, lang=lang), addresses.path(kind, lang), ICS)


def _data(record: Record, lang: Lang, today: date) -> Data:
    fresh = sentences.freshness(record.metadata, today, lang)
    rhythm = sentences.concept("frequencies", record.metadata.frequency, lang)
    late = fresh.short if fresh and fresh.state == "overdue" else ""
    return Data(
        short_markup(record.metadata.title, lang),
        addresses.page(record.kind, record.id, lang),
        late or rhythm or (fresh.short if fresh else ""),
    )


def _whole_city(pages: Pages, city: str, kinds: tuple[str, ...], path: str, lang: Lang) -> WholeCity:
    where = {"district": (city,)}
    total = _searched(pages, where, kinds, 1).total
    asked = Query(where=where if len(kinds) == 1 else {**where, "kind": kinds}, lang=lang)
    return WholeCity(total, query.url(asked, path))
