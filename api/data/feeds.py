"""Atom feeds (RFC 4287): the newest hits of any search, with the same parameters as the pages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from fastapi import APIRouter, Request, Response
from msgspec.structs import replace

from api.data.openapi import responses, search_parameters, texts
from api.text.labels import both
from api.web import query
from api.web.addresses import Lang, absolute, language_of, page, path, thing_path
from api.web.answers import answer, tag
from api.web.negotiate import TURTLE
from registry import city as city_room
from registry.catalog import Catalog
from registry.city import City
from registry.model import Record, Text, Version
from registry.model.text import shortened
from registry.search.facets import DEFAULT_FACETS
from registry.search.query import Query
from registry.settings import Settings
from vocab.concepts import concept_list

ATOM: Final = "http://www.w3.org/2005/Atom"
TYPE: Final = "application/atom+xml"
CONTENT: Final = f"{TYPE}; charset=utf-8"
MAX_VERSIONS: Final = 50  # in the feed of a record
MAX_SUMMARY: Final = 2_000  # characters
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2
_TITLES: Final[Mapping[str, Text]] = {
    "all": {"de": "Neu im Katalog", "en": "New in the catalogue"},
    "found": {"de": "Neu im Katalog zu „{}“", "en": "New in the catalogue for “{}”"},
}

_VERSIONS: Final[Mapping[str, Text]] = {
    "new": {"de": "aufgenommen", "en": "added"},
    "published": {"de": "geändert", "en": "changed"},
    "withdrawn": {"de": "zurückgezogen", "en": "withdrawn"},
}

register_namespace("", ATOM)


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["feeds"])
    city = city_room.city(settings)

    @router.get(
        "/feed.atom",
        summary="What is new, as Atom; takes the parameters of the search",
        response_class=Response,
        responses=responses(texts(CONTENT), 304, 400, 422),
        openapi_extra={"parameters": search_parameters()},
    )
    def feed(request: Request) -> Response:
        params = request.query_params.multi_items()
        asked = replace(query.parse(params), facets=DEFAULT_FACETS)  # a feed counts none
        if "sort" not in request.query_params:
            asked = query.with_sort(asked, "newest")
        return answered(request, catalog, asked, query.url(asked, "/feed.atom"), (city, settings.base_url))

    return router


def answered(request: Request, catalog: Catalog, asked: Query, path: str, of: tuple[City, str]) -> Response:
    """The feed of a search; `path`: its own address, `of`: the city and the public address."""
    city, base = of
    url = absolute(base, path)
    results = catalog.index.search(query.without_facet_counts(asked))
    records = list(catalog.store.get_many([hit.id for hit in results.hits if hit.exact]).values())
    return answer(
        request,
        lambda: atom(records, asked, url, city, base),
        CONTENT,
        etag=tag(url, results.total, *((record.id, record.number) for record in records)),
    )


def atom(records: Sequence[Record], asked: Query, url: str, city: City, base: str) -> bytes:
    """An Atom document of records. The ids are stable: the feed's canonical URL and the URIs of the things."""
    lang = language_of(asked.lang)
    feed = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    _add_text(feed, "id", url)
    title = _TITLES["found"][lang].format(asked.words) if asked.words else _TITLES["all"][lang]
    _add_text(feed, "title", " – ".join(filter(None, (title, both(city.title)[lang]))))
    _add_text(feed, "updated", _instant(max((r.changed for r in records if r.changed), default=None)))
    _link(feed, "self", url, TYPE)
    _link(feed, "alternate", absolute(base, query.url(asked, path("search", lang))), "text/html")
    author = SubElement(feed, f"{{{ATOM}}}author")
    _add_text(author, "name", both(city.publisher)[lang] or both(city.title)[lang] or "Lotse")
    _add_text(feed, "generator", "Lotse")
    for record in records:
        _entry(SubElement(feed, f"{{{ATOM}}}entry"), record, lang, base)
    document: bytes = tostring(feed, "utf-8", xml_declaration=True)
    return document


def history(record: Record, versions: Iterable[Version], url: str, base: str, lang: Lang) -> bytes:
    """An Atom document with an entry for each of the MAX_VERSIONS last versions of a record, the newest first."""
    title = shortened(both(record.metadata.title)[lang]) or record.id
    feed = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    _add_text(feed, "id", url)
    _add_text(feed, "title", title)
    _add_text(feed, "updated", _instant(record.changed))
    _link(feed, "self", url, TYPE)
    here = absolute(base, page(record.kind, record.id, lang))
    _link(feed, "alternate", here, "text/html")
    _add_text(SubElement(feed, f"{{{ATOM}}}author"), "name", "Lotse")
    for version in islice(versions, MAX_VERSIONS):
        entry = SubElement(feed, f"{{{ATOM}}}entry")
        _add_text(entry, "id", f"{absolute(base, thing_path(record.id))}#{version.number}")
        change = _VERSIONS["new" if version.record.created == version.record.changed else version.record.state][lang]
        _add_text(entry, "title", f"{title}: {change}")
        _add_text(entry, "updated", _instant(version.at))
        _link(entry, "alternate", here, "text/html")
    document: bytes = tostring(feed, "utf-8", xml_declaration=True)
    return document


def _entry(entry: Element, record: Record, lang: Lang, base: str) -> None:
    metadata = record.metadata
    _add_text(entry, "id", absolute(base, thing_path(record.id)))
    _add_text(entry, "title", shortened(both(metadata.title)[lang]))
    _add_text(entry, "updated", _instant(record.changed))
    if record.created:
        _add_text(entry, "published", _instant(record.created))
    _link(entry, "alternate", absolute(base, page(record.kind, record.id, lang)), "text/html")
    _link(entry, "alternate", absolute(base, f"{page(record.kind, record.id)}.{TURTLE.name}"), TURTLE.type)
    summary = both(metadata.abstract or metadata.description)[lang]
    if summary:
        _add_text(entry, "summary", summary if len(summary) <= MAX_SUMMARY else summary[: MAX_SUMMARY - 1] + "…")
    publisher = metadata.publisher or metadata.organizer
    if publisher and publisher.name:
        _add_text(SubElement(entry, f"{{{ATOM}}}author"), "name", shortened(both(publisher.name)[lang]))
    for theme in metadata.themes:
        concept = concept_list("themes").get(theme)
        label = {"label": concept.label(lang)} if concept else {}
        SubElement(entry, f"{{{ATOM}}}category", {"term": _xml_text(theme), **label})


def _add_text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = _xml_text(text)


def _link(parent: Element, rel: str, href: str, type: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "type": type, "href": href})


def _xml_text(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 does not allow."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _instant(at: datetime | None) -> str:
    """A date and time (RFC 3339); 1970-01-01 for a feed without entries, because `updated` is mandatory."""
    return (at or datetime.fromtimestamp(0, UTC)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
