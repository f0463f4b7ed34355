"""Checks single values: dates, and concepts of our lists.

Entry points: `values` for the values of a struct, `known`, `licence_of`.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from registry.model import Finding
from registry.rdf.references import SCHEMES
from registry.rdf.terms import date_type
from registry.rules import finding
from vocab import folding, licences
from vocab.concepts import Concept, concept_list
from vocab.fields import fields_of
from vocab.formats import IANA

_VAGUE: Final = "http://dcat-ap.de/def/licenses/other-"


class Checked(NamedTuple):
    """A field whose values can be wrong."""

    name: str
    many: bool
    values: str  # the list; "" = a date


@cache
def checked(cls: str) -> tuple[Checked, ...]:
    return tuple(
        Checked(row.name, row.many, row.values)
        for row in fields_of(cls)
        if row.form == "date" or (row.form == "concept" and row.values)
    )


def values(struct: Any, cls: str, node: str) -> Iterator[Finding]:
    """The findings about the values of a struct of a class."""
    for name, many, list_name in checked(cls):
        value = getattr(struct, name)
        if not value:
            continue
        if not list_name:
            if not date_type(value):
                yield finding("date-unreadable", name, value, node)
        elif name == "themes":
            if not any(known(list_name, iri) for iri in value):
                yield finding("theme-unlisted", name, value[0], node)
        elif name == "licence":
            yield from _licence(value, node)
        else:
            for iri in value if many else (value,):
                if not known(list_name, iri):
                    yield finding(_unlisted(name, list_name, iri), name, iri, node)


@lru_cache(4096)
def _unlisted(field: str, values: str, iri: str) -> str:
    if field in ("format", "formats"):
        return "format-unknown"
    return "concept-former" if folding.match(values, iri) else "concept-unknown"


@lru_cache(4096)
def known(values: str, iri: str) -> bool:
    """Whether an IRI is in a list; for media types and languages, of which our lists have a part, in its scheme."""
    if iri in concept_list(values).by_iri:
        return True
    if values == "media-types":
        return iri.startswith(IANA)
    scheme = SCHEMES.get(values, ("",))[0]
    is_language = values == "languages" and iri.startswith(scheme + "/")
    return is_language and folding.match(values, iri) is None  # …/language/GER is another name of one in our list


def _licence(iri: str, node: str) -> Iterator[Finding]:
    """The findings about a licence: it must be one of GovData's list (convention 32 of DCAT-AP.de)."""
    listed = concept_list("licences").by_iri.get(iri)
    if listed and listed.extra["govdata"] == "true":
        if iri.startswith(_VAGUE):
            yield finding("licence-vague", "licence", iri, node)
    else:
        yield finding("licence-unlisted" if licence_of(iri) else "licence-unknown", "licence", iri, node)


@lru_cache(4096)
def licence_of(iri: str) -> Concept | None:
    """The licence of our list with this IRI or address."""
    return concept_list("licences").by_iri.get(iri) or licences.licence(iri)
