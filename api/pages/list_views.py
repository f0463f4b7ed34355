"""The forms in which a list of projects can be seen: list, map, timeline, each with the same filters.

Entry points: `list_views` (the switch between them), `list_path`, `with_parameter`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang
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


def with_parameter(items: Iterable[Any], name: str, value: str) -> tuple[Any, ...]:
    """Links (chips, tabs) whose addresses keep a parameter that the search does not know; unchanged for ""."""
    if not value:
        return tuple(items)
    return tuple(item._replace(address=joined(item.address, name, value)) for item in items)


def joined(address: str, name: str, value: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{name}={value}"
