"""Districts: the list with its figures, the schematic map, and a page for each.

Entry points: `districts_page`, `district_page`; `rows` and `drawing` for other pages. Lists and maps that the
city's folder does not have are left out.
"""

import json
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.pages.key_figures import key_figures
from api.pages.overview import overview
from api.pages.site import Pages
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang, language
from registry.errors import NotFoundError, UsageError
from registry.model import DCAT_KINDS
from registry.model.timing import today
from registry.search.query import Query
from vocab.concepts import Concept

MAX_CARDS_PER_BLOCK: Final = 5
View = Callable[[Request], Response]


class Row(NamedTuple):
    """A district in the table; `whole`: it is the city as a whole."""

    label: str
    address: str
    data: int
    projects: int
    whole: bool


class Shape(NamedTuple):
    """A district on the map; `step` 1 to 5 is its shade, `here` marks the one a page is about."""

    label: str
    address: str
    path: str
    x: int
    y: int
    number: int
    step: int
    here: bool


class Drawing(NamedTuple):
    """The map as SVG: its viewBox, the path of the water, and the districts."""

    box: str
    water: str
    shapes: tuple[Shape, ...]


def known(pages: Pages) -> tuple[Concept, ...]:
    """The districts of the city, in the order of its list; none if it has no list."""
    return tuple(pages.districts or ())


def rows(pages: Pages, data: Mapping[str, int], projects: Mapping[str, int], lang: Lang) -> list[Row]:
    """One row for each district with its numbers of data and projects; the whole city last."""
    table = []
    for concept in known(pages):
        whole = concept.extra.get("kind") == "city"
        where = Query(where={"district": (concept.notation,)}, lang=lang)
        address = query.url(where, addresses.path("search", lang))
        if not whole:
            address = addresses.page("district", concept.notation, lang)
        counts = data.get(concept.notation, 0), projects.get(concept.notation, 0)
        table.append(Row(concept.label(lang), address, *counts, whole))
    return sorted(table, key=lambda row: row.whole)


# -- map


def drawing(
    pages: Pages, data: Mapping[str, int], projects: Mapping[str, int], lang: Lang, here: Collection[str] = ()
) -> Drawing | None:
    """The city's schematic map with a shade by the number of entries; None if its folder has none."""
    path = pages.city.folder / "map.json"
    plan = _plan(path) if pages.city.districts and path.is_file() else None
    if plan is None:
        return None
    counts = {
        concept.notation: data.get(concept.notation, 0) + projects.get(concept.notation, 0) for concept in known(pages)
    }
    largest = max((counts[notation] for notation in plan["shapes"] if notation in counts), default=0)
    shapes = [
        Shape(
            concept.label(lang),
            addresses.page("district", concept.notation, lang),
            plan["shapes"][concept.notation]["path"],
            int(plan["shapes"][concept.notation]["at"][0]),
            int(plan["shapes"][concept.notation]["at"][1]),
            counts[concept.notation],
            _step(counts[concept.notation], largest),
            concept.notation in here,
        )
        for concept in known(pages)
        if concept.notation in plan["shapes"]
    ]
    return Drawing(plan["box"], plan.get("water", ""), tuple(shapes))


def _step(count: int, largest: int) -> int:
    return 1 + min(4, count * 5 // largest) if largest else 1


@cache
def _plan(path: Path) -> Any:
    try:
        plan = json.loads(path.read_text("utf-8"))
        for shape in plan["shapes"].values():
            _, _ = shape["path"], [int(value) for value in shape["at"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("district-map-form", path=path, error=repr(error)) from None
    return plan


# -- pages


def districts_page(pages: Pages) -> View:
    def districts(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        data, projects = _counted(pages, DCAT_KINDS), _counted(pages, ("project",))
        return pages.page(
            request,
            "districts.html",
            lang,
            districts=rows(pages, data, projects, lang),
            map=drawing(pages, data, projects, lang),
            area="district",
            crumbs=[(_("Stadtteile"), "")],
        )

    return districts


def _counted(pages: Pages, kinds: tuple[str, ...]) -> dict[str, int]:
    page = pages.catalog.index.search(Query(where={"kind": kinds}, size=1, facets=("district",)))
    return {count.value: count.count for count in page.facets.get("district", ())}


def district_page(pages: Pages) -> View:
    def district(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        asked = request.path_params["id"]
        concept = next((concept for concept in known(pages) if asked in (concept.notation, concept.iri)), None)
        if concept is None:
            raise NotFoundError("district-unknown")
        path = addresses.page("district", concept.notation, lang)
        if path != request.url.path:
            return RedirectResponse(path, 301)
        label = concept.label(lang)
        where = {"district": (concept.notation,)}
        whole = next((other.notation for other in known(pages) if other.extra.get("kind") == "city"), "")
        return pages.page(
            request,
            "district.html",
            lang,
            title=label,
            **overview(pages, where, lang, today(), whole),
            figures=key_figures(pages, concept, lang),
            map=drawing(pages, {}, {}, lang, (concept.notation,)),
            area="district",
            crumbs=[(_("Stadtteile"), addresses.path("district", lang)), (label, "")],
            feed=query.url(Query(where=where, lang=lang), "/feed.atom"),
            follow=query.url(Query(where=where, lang=lang), addresses.path("alerts", lang)),
        )

    return district
