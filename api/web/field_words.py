"""Filters that are typed into the search field: `organisation:umweltamt`, `format:csv`, `district:"Alt Süd"`.

Entry point: `taken`. What names no facet stays text: "Brücke: Zählung" and an address are no filters.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from registry.model.text import slug
from registry.search.analysis import base_letters, name_key
from registry.search.facets import FACETS, Facet, value_list
from vocab.folding import fold_text, index
from vocab.kinds import KIND_ROWS

MAX_FIELDS: Final = 20  # of one query
_FIELD: Final = re.compile(
    r'(?<!\S)(?P<name>[^\W\d_]{2,30}):(?:"(?P<quoted>[^"]{1,200})"|(?P<plain>[^\s":/][^\s"]{0,200}))'
)
_ALSO: Final = {  # further words for facets
    "thema": "theme", "themen": "theme", "topic": "theme", "organisation": "publisher", "amt": "publisher",
    "stelle": "publisher", "herausgeber": "publisher", "office": "publisher", "stadtteil": "district",
    "lizenz": "licence", "license": "licence", "phase": "phase", "quelle": "source", "jahr": "year", "art": "kind",
    "typ": "kind", "type": "kind", "sprache": "language",
}  # fmt: skip


def taken(question: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The query without the filters in it, and facet -> values that these ask for."""
    where: dict[str, tuple[str, ...]] = {}
    kept, at = "", 0
    for match in list(_FIELD.finditer(question))[:MAX_FIELDS]:
        facet = FACETS.get(_names().get(base_letters(match["name"]), ""))
        values = tuple(_values(facet, (match["quoted"] or match["plain"]).strip())) if facet else ()
        if facet and values:
            where[facet.name] = (*where.get(facet.name, ()), *values)
            kept, at = kept + question[at : match.start()], match.end()
    return " ".join((kept + question[at:]).split()), where


@cache
def _names() -> Mapping[str, str]:
    """The name of a facet, and its labels of one word -> the facet."""
    labels = {base_letters(label): name for name, facet in FACETS.items() for label in facet.label.values()}
    return {**labels, **_ALSO, **{name: name for name in FACETS}}


def _values(facet: Facet, text: str) -> Iterator[str]:
    """The values of a facet that a text can mean: a notation or a label of its list, the id or name of a record."""
    concepts = value_list(facet, None)
    if concepts:
        concept = concepts.get(text) or index(concepts).get(fold_text(text))
        yield concept.notation if concept else text
    elif facet.values == "kinds":
        kind = next((name for name, row in KIND_ROWS.items() if _is_kind(name, row.singular, row.plural, text)), "")
        if kind:
            yield kind
    elif facet.values in ("records", "districts"):
        yield from dict.fromkeys((slug(text), name_key(text)) if facet.values == "records" else (slug(text),))
    else:
        yield text


def _is_kind(name: str, singular: Mapping[str, str], plural: Mapping[str, str], text: str) -> bool:
    written = {name, *map(base_letters, (*singular.values(), *plural.values()))}
    return base_letters(text) in written
