"""The whole catalogue for harvesters: its own description (dcat:Catalog) and its Hydra pages.

Entry points: `served` (the description), `page_request` (parameters), `began_at` (the snapshot), `ids_of_page` and
`links_of_page`. `api.data.catalogue_snapshot` lists the records of a snapshot.
Invariant: all pages that follow from one first page are cut from the same list of ids.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec.structs import replace

from api.data.examples import ID
from api.data.openapi import parameter
from api.web.addresses import absolute
from api.web.query import parse
from registry.city import City
from registry.errors import StartAgainError, UsageError
from registry.model import KINDS, Agent, Catalogue, Place, Position, Record
from registry.model.message import message, translations
from registry.rdf import HydraPage
from registry.search.facets import FACETS
from vocab.concepts import concept_list
from vocab.fields import fields_of
from vocab.profile import DE, EU, level

PAGE_SIZE: Final = 100  # records; some hundred kilobytes
MAX_DIGITS: Final = 18  # of the number of a change
MAX_PAGE_BYTES: Final = 3_000_000  # of the records as JSON; RDF/XML is up to 16 times as long, GovData takes 50 MB
SCHEME: Final = "http://publications.europa.eu/resource/authority/data-theme"


def parameters() -> list[dict[str, Any]]:
    """For the OpenAPI document."""
    kinds = {"type": "array", "items": {"enum": list(KINDS)}}
    number = {"type": "integer", "minimum": 1}
    date = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
    return [
        parameter("kind", "Only this kind of record; may repeat", ["dataset"], kinds),
        parameter(
            "modified_since", "Only records that changed since; a date alone will do", "2026-01-31T12:00:00Z", date
        ),
        parameter("q", "Only what a search for these words finds", "radwege"),
        parameter("organization", "Only what this organization publishes", "umweltamt"),
        parameter("theme", "Only this topic, and so each facet of the search; may repeat", "TRAN"),
        parameter("page", "Number of the page; better follow the links", 1, number),
        parameter("after", "The id before the first of the page, as the links have it", ID),
        parameter("snapshot", "The snapshot of the catalogue, as the links have it; 410 if it is not there any more"),
    ]


# -- description


def description(city: City, base: str, modified: datetime | None = None) -> Catalogue:
    """Our dcat:Catalog from `city.toml`; what is missing there is left out."""
    named = bool(city.publisher or city.publisher_iri)
    publisher = Agent(iri=city.publisher_iri, name=city.publisher, type=_type(city.publisher_type)) if named else None
    return Catalogue(
        iri=absolute(base, "/catalog"),
        title=city.title,
        description=city.description,
        publisher=publisher,
        homepage=city.homepage or absolute(base, "/"),
        licence=_licence(city.licence),
        languages=tuple(concept.iri for code in ("DEU", "ENG") if (concept := concept_list("languages").get(code))),
        issued=city.issued,
        modified=modified.astimezone(UTC).isoformat(timespec="seconds") if modified else "",
        places=(Place(iri=city.place),) if city.place else (),
        theme_taxonomies=(SCHEME,),
    )


def served(city: City, base: str, modified: datetime | None = None) -> Catalogue:
    """The description as harvesters get it: title, description and publisher, without which no profile takes a
    catalogue, are said plainly from its address where `city.toml` does not give them."""
    own = description(city, base, modified)
    name = city.name or urlsplit(base).netloc
    return replace(
        own,
        title=own.title or translations(message("catalogue-title", place=name)),
        description=own.description or translations(message("catalogue-description", url=absolute(base, "/"))),
        publisher=own.publisher or Agent(name=translations(message("catalogue-publisher", place=name))),
    )


def _licence(text: str) -> str:
    concept = concept_list("licences").get(text)
    return concept.iri if concept else text


def _type(text: str) -> str:
    concept = concept_list("publisher-types").get(text)
    return concept.iri if concept else text


def missing(catalogue: Catalogue) -> list[str]:
    """The fields of a catalogue that DCAT-AP or DCAT-AP.de make mandatory or recommended and that are empty."""
    page_request = [row.name for row in fields_of("catalog")
             if any(level("catalog", row.name, name) in ("M", "R") for name in (EU, DE))]  # fmt: skip
    return [name for name in page_request if name in Catalogue.__struct_fields__ and not getattr(catalogue, name)]


# -- pages


class PageRequest(NamedTuple):
    """The parameters of a request. `after`: the id before the first record of the page; `page`: its number instead.
    `words` and `where`: only what a search finds with these."""

    kinds: tuple[str, ...] = ()
    modified_since: datetime | None = None
    after: str = ""
    page: int = 1
    snapshot: str = ""
    words: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


def page_request(params: Sequence[tuple[str, str]]) -> PageRequest:
    """Reads the parameters of a page; UsageError for a value that is not valid."""
    first_values = dict(reversed(params))
    kinds = tuple(dict.fromkeys(value for name, value in params if name == "kind"))
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise UsageError("kind-unknown", kind=unknown[0][:40], kinds=", ".join(KINDS))
    number = first_values.get("page", "1")
    if not (number.isascii() and number.isdigit() and int(number[:9]) > 0):
        raise UsageError("page-form")
    since = first_values.get("modified_since", "")
    renamed = (("publisher" if name == "organization" else name, value) for name, value in params if name != "kind")
    asked = parse([(name, value) for name, value in renamed if name == "q" or name in FACETS])
    return PageRequest(
        kinds,
        _moment(since) if since else None,
        first_values.get("after", ""),
        int(number[:9]),
        first_values.get("snapshot", ""),
        asked.words,
        tuple(sorted(asked.where.items())),
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(
            text.replace(" ", "+").upper()
        )  # an unquoted "+" in a URL is decoded to a space
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: the time zone moves it beyond year 1 or 9999
        raise UsageError("modified-since-form") from None


def began_at(ask: PageRequest, position: Position) -> Position:
    """The snapshot that a request is for: that of its first page, else `position`, the newest one.

    StartAgainError for one of before a restore, or none of ours.
    """
    epoch, _, number = ask.snapshot.partition(".")
    if not ask.snapshot:
        return position
    is_ours = epoch == position.epoch and number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS
    if not is_ours or int(number) > position.number:
        raise StartAgainError("catalogue-restored")
    return Position(epoch, int(number))


def ids_of_page(ids: Sequence[str], ask: PageRequest) -> Sequence[str]:
    """The ids of a page of a sorted list of ids, PAGE_SIZE at most."""
    start = _first_of(ids, ask)
    return ids[start : start + PAGE_SIZE]


def _first_of(ids: Sequence[str], ask: PageRequest) -> int:
    """The index of the first id of a page."""
    return bisect_right(ids, ask.after) if ask.after else min((ask.page - 1) * PAGE_SIZE, len(ids))


def fitting_in(records: Sequence[Record]) -> int:
    """How many of the records, from the first, make a page that no harvester refuses; at least one."""
    sizes = accumulate(len(msgspec.json.encode(record.said)) for record in records)
    return max(1, sum(1 for size in sizes if size <= MAX_PAGE_BYTES))


def links_of_page(
    ids: Sequence[str], ask: PageRequest, url: str, snapshot: Position, count: int = PAGE_SIZE
) -> HydraPage:
    """The links of a page of a sorted list of ids. `url`: of the catalogue in that format; `count`: of records on this
    page."""
    start = _first_of(ids, ask)
    address = _addresses(ids, ask, url, f"{snapshot.epoch}.{snapshot.number}")
    last = max(len(ids) - 1, 0) // PAGE_SIZE * PAGE_SIZE
    beyond = start >= len(ids)  # an empty page, which must not be linked as the last one
    return HydraPage(
        url=address(start),
        first=address(0),
        previous=address(max(start - PAGE_SIZE, 0)) if start > 0 else "",
        next=address(start + count) if start + count < len(ids) else "",
        last=address(last if beyond else max(last, start)),
        total=len(ids),
        size=PAGE_SIZE,
    )


def _addresses(ids: Sequence[str], ask: PageRequest, url: str, snapshot: str) -> Callable[[int], str]:
    """A function from the index of the first record of a page to the URL of that page."""
    kept = [("kind", kind) for kind in ask.kinds]
    if ask.modified_since:
        kept.append(("modified_since", ask.modified_since.isoformat()))
    kept += [("q", ask.words)] if ask.words else []
    kept += [(name, value) for name, values in ask.where for value in values]

    def address(start: int) -> str:
        after = [("after", ids[start - 1])] if start else []
        number = [("page", str(-(-start // PAGE_SIZE) + 1))]
        return f"{url}?{urlencode([*kept, *number, *after, ('snapshot', snapshot)])}"

    return address
