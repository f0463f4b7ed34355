"""Districts: the list with its figures, the schematic map, and a page for each; what the city's folder does not have
is left out."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.pages import search
from api.pages.site import Pages
from api.text.formatting import ZONE
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang, language
from registry.errors import NotFoundError, UsageError
from registry.model import DCAT_KINDS
from registry.search.query import Query
from vocab.concepts import Concept
from vocab.kinds import KIND_ROWS

SHOWN: Final = 5
View = Callable[[Request], Response]


class Row(NamedTuple):
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
    box: str
    water: str
    shapes: tuple[Shape, ...]


class Block(NamedTuple):
    """Some entries of a kind, and the way to all of them."""

    label: str
    cards: tuple[Any, ...]
    total: int
    address: str
    all: str
    kind: str = ""


def known(pages: Pages) -> tuple[Concept, ...]:
    return tuple(pages.districts or ())


def rows(pages: Pages, data: Mapping[str, int], projects: Mapping[str, int], lang: Lang) -> list[Row]:
    """One row a district, the whole city last."""
    found = []
    for one in known(pages):
        whole = one.extra.get("kind") == "city"
        where = Query(where={"district": (one.notation,)}, lang=lang)
        address = query.url(where, addresses.path("search", lang))
        if not whole:
            address = addresses.page("district", one.notation, lang)
        counts = data.get(one.notation, 0), projects.get(one.notation, 0)
        found.append(Row(one.label(lang), address, *counts, whole))
    return sorted(found, key=lambda one: one.whole)


# -- map


def drawing(
    pages: Pages, data: Mapping[str, int], projects: Mapping[str, int], lang: Lang, here: str = ""
) -> Drawing | None:
    """The city's schematic map with a shade by the number of entries; None if its folder has none."""
    path = pages.city.folder / "map.json"
    plan = _plan(path) if pages.city.districts and path.is_file() else None
    if plan is None:
        return None
    counts = {one.notation: data.get(one.notation, 0) + projects.get(one.notation, 0) for one in known(pages)}
    most = max((counts[one] for one in plan["shapes"] if one in counts), default=0)
    shapes = [
        Shape(
            one.label(lang),
            addresses.page("district", one.notation, lang),
            plan["shapes"][one.notation]["path"],
            int(plan["shapes"][one.notation]["at"][0]),
            int(plan["shapes"][one.notation]["at"][1]),
            counts[one.notation],
            _step(counts[one.notation], most),
            one.notation == here,
        )
        for one in known(pages)
        if one.notation in plan["shapes"]
    ]
    return Drawing(plan["box"], plan.get("water", ""), tuple(shapes))


def _step(count: int, most: int) -> int:
    return 1 + min(4, count * 5 // most) if most else 1


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


def listing(pages: Pages) -> View:
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
    found = pages.catalog.index.search(Query(where={"kind": kinds}, size=1, facets=("district",)))
    return {one.value: one.count for one in found.facets.get("district", ())}


def one(pages: Pages) -> View:
    def district(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        asked = request.path_params["id"]
        found = next((each for each in known(pages) if asked in (each.notation, each.iri)), None)
        if found is None:
            raise NotFoundError("district-unknown")
        path = addresses.page("district", found.notation, lang)
        if path != request.url.path:
            return RedirectResponse(path, 301)
        label = found.label(lang)
        made = blocks(pages, "district", found.notation, lang, datetime.now(ZONE).date())
        return pages.page(
            request,
            "district.html",
            lang,
            title=label,
            blocks=made,
            map=drawing(pages, {}, {}, lang, found.notation),
            area="district",
            crumbs=[(_("Stadtteile"), addresses.path("district", lang)), (label, "")],
            feed=query.url(Query(where={"district": (found.notation,)}, lang=lang), "/feed.atom"),
        )

    return district


def blocks(pages: Pages, facet: str, value: str, lang: Lang, today: date) -> list[Block]:
    """What there is of each kind under a facet value: the newest, projects first."""
    made = [_block(pages, {facet: (value,)}, kinds, lang, today) for kinds in (("project",), DCAT_KINDS, ("event",))]
    return [one for one in made if one.total]


def _block(
    pages: Pages, where: Mapping[str, tuple[str, ...]], kinds: tuple[str, ...], lang: Lang, today: date
) -> Block:
    _ = translator(lang)
    asked = Query(where={**where, "kind": kinds}, size=SHOWN, sort="newest", lang=lang, facets=())
    found = pages.catalog.index.search(asked)
    shown = search.cards(pages, (hit.id for hit in found.hits), lang, today)
    label = KIND_ROWS[kinds[0]].short[lang]
    path = addresses.path("search" if len(kinds) > 1 else kinds[0], lang)
    address = query.url(Query(where=asked.where if len(kinds) > 1 else where, lang=lang), path)
    return Block(label, tuple(shown), found.total, address, _("Alle %(number)s") % {"number": found.total}, kinds[0])
