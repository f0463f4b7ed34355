"""The forms in which a list of projects can be seen: list, map, timeline, each with the same filters.

Entry points: `list_views` (the switch between them), `take` (its files), `list_path`, `with_parameter`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from api.data.appointments import WITH_DATES
from api.data.lists import list_address
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang
from api.web.negotiate import CSV, ICS, XLSX
from registry.search.query import Query


class ListView(NamedTuple):
    """A form of the list. `current`: it is the one that is shown."""

    label: str
    address: str
    current: bool


def list_views(asked: Query, lang: Lang, current: str) -> tuple[ListView, ...]:
    """List, map and timeline of the same projects; `current`: "", "map" or "timeline"."""
    _ = translator(lang)
    first = query.with_page(asked, 1)
    names = (("", _("Liste")), ("map", _("Karte")), ("timeline", _("Zeitleiste")))
    return tuple(ListView(label, query.url(first, list_path(name, lang)), name == current) for name, label in names)


def list_path(name: str, lang: Lang) -> str:
    return addresses.place("project", lang, name) if name else addresses.path("project", lang)


def take(asked: Query, path: str, kind: str | None) -> tuple[tuple[str, str], ...]:
    """Label and address of each form in which the whole list can be had, the feed first."""
    first = query.with_page(asked, 1)
    calendar = (ICS,) if kind in (None, *WITH_DATES) else ()
    files = ((form.label, list_address(asked, path, form)) for form in (CSV, XLSX, *calendar))
    return (
        ("Feed", query.url(first if first.sort != "starts" else query.with_sort(first, "relevance"), "/feed.atom")),
        *files,
        ("JSON", query.url(first, "/api/v1/search")),
    )


def with_parameter(items: Iterable[Any], name: str, value: str) -> tuple[Any, ...]:
    """Links (chips, tabs) whose addresses keep a parameter that the search does not know; unchanged for ""."""
    if not value:
        return tuple(items)
    return tuple(item._replace(address=joined(item.address, name, value)) for item in items)


def joined(address: str, name: str, value: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{name}={value}"
