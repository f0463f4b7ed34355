"""What the map and the timeline of projects have in common: the list with its filters.

Entry point: `filtered`.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fastapi import Request
from msgspec.structs import replace

from api.pages import search
from api.pages.list_views import list_path, list_views, take
from api.pages.site import Pages
from api.web import addresses, query
from api.web.addresses import Lang
from registry.model import Record
from registry.model.timing import today
from registry.search.query import Query
from vocab.kinds import KIND_ROWS

MAX_PROJECTS: Final = 200  # that a timeline or a map shows


class Filtered(NamedTuple):
    """A list with its filters. `variables`: for the template, as the search page has them."""

    lang: Lang
    asked: Query
    path: str
    records: tuple[Record, ...]
    variables: Mapping[str, Any]


def filtered(pages: Pages, request: Request, name: str) -> Filtered:
    """The projects that a request for the view `name` asks for, the first MAX_PROJECTS of them."""
    address = addresses.parse_path(request.url.path)
    assert address is not None
    lang, path = address.lang, list_path(name, address.lang)
    params, wrong = query.without_wrong(request.query_params.multi_items())
    asked = replace(query.parse(params, lang, "project"), page=1, cursor="", size=query.DEFAULT_SIZE)
    variables = search.view(pages, asked, path, lang, today(), search.typed(params))
    hits = pages.catalog.index.search(replace(asked, size=MAX_PROJECTS, facets=())).hits
    listed = pages.records(hit.id for hit in hits if hit.exact)
    records = tuple(record for record in listed.values() if record.shown)
    crumbs = [(KIND_ROWS["project"].short[lang], addresses.path("project", lang))]
    views = list_views(asked, lang, name)
    shown = {
        "asked": asked,
        "title": KIND_ROWS["project"].plural[lang],
        "area": "project",
        "crumbs": [*crumbs, (next(view.label for view in views if view.current), "")],
        "notes": (*query.notes(params, pages.districts), *wrong),
        "views": views,
        "take": take(asked, addresses.path("project", lang), "project"),
        "hidden_projects": max(variables["results"].total - len(records), 0),
        "indexed": not asked.where.keys() - {"kind"} and not asked.words,
        "canonical": path,
    }
    return Filtered(lang, asked, path, records, {**variables, **shown})
