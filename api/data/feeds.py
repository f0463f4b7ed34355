"""Atom feeds (RFC 4287): every search can be followed, with the same parameters as the pages."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from fastapi import APIRouter, Request, Response

from api.data.openapi import responses, search_parameters, texts
from api.text.labels import both
from api.web import query
from api.web.addresses import Lang, absolute, page, path, thing_path
from api.web.answers import answer, tag
from api.web.negotiate import TURTLE
from registry import city as city_room
from registry.catalog import Catalog
from registry.city import City
from registry.model import Record, Text
from registry.search.query import Query
from registry.settings import Settings
from vocab.concepts import concept_list

ATOM: Final = "http://www.w3.org/2005/Atom"
TYPE: Final = "application/atom+xml"
CONTENT: Final = f"{TYPE}; charset=utf-8"
MAX_SUMMARY: Final = 2_000  # characters
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2
_WORDS: Final[Mapping[str, Text]] = {
    "all": {"de": "Neu im Katalog", "en": "New in the catalogue"},
    "found": {"de": "Neu im Katalog zu „{}“", "en": "New in the catalogue for “{}”"},
}

register_namespace("", ATOM)


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["feeds"])
    city = city_room.city(settings)

    @router.get(
        "/feed.atom",
        summary="What is new, as Atom; takes the parameters of the search",
        response_class=Response,
        responses=responses(texts(CONTENT), 304, 400),
        openapi_extra={"parameters": search_parameters()},
    )
    def feed(request: Request) -> Response:
        params = request.query_params.multi_items()
        asked = query.parse(params)
        if "sort" not in request.query_params:
            asked = query.with_sort(asked, "newest")
        url = absolute(settings.base_url, query.url(asked, "/feed.atom"))
        found = catalog.index.search(query.countless(asked))
        records = list(catalog.store.get_many([hit.id for hit in found.hits]).values())
        return answer(
            request,
            lambda: atom(records, asked, url, city, settings.base_url),
            CONTENT,
            etag=tag(url, found.total, *((record.id, record.number) for record in records)),
        )

    return router


def atom(records: Sequence[Record], asked: Query, url: str, city: City, base: str) -> bytes:
    """An Atom document of records; ids are the feed's canonical address and the things' own addresses, which stay."""
    lang: Lang = "en" if asked.lang == "en" else "de"
    feed = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    _say(feed, "id", url)
    title = _WORDS["found"][lang].format(asked.words) if asked.words else _WORDS["all"][lang]
    _say(feed, "title", " – ".join(filter(None, (title, both(city.title)[lang]))))
    _say(feed, "updated", _instant(max((r.changed for r in records if r.changed), default=None)))
    _link(feed, "self", url, TYPE)
    _link(feed, "alternate", absolute(base, query.url(asked, path("search", lang))), "text/html")
    author = SubElement(feed, f"{{{ATOM}}}author")
    _say(author, "name", both(city.publisher)[lang] or both(city.title)[lang] or "Lotse")
    _say(feed, "generator", "Lotse")
    for record in records:
        _entry(SubElement(feed, f"{{{ATOM}}}entry"), record, lang, base)
    document: bytes = tostring(feed, "utf-8", xml_declaration=True)
    return document


def _entry(entry: Element, record: Record, lang: Lang, base: str) -> None:
    words = record.metadata
    _say(entry, "id", absolute(base, thing_path(record.id)))
    _say(entry, "title", both(words.title)[lang])
    _say(entry, "updated", _instant(record.changed))
    if record.created:
        _say(entry, "published", _instant(record.created))
    _link(entry, "alternate", absolute(base, page(record.kind, record.id, lang)), "text/html")
    _link(entry, "alternate", absolute(base, f"{page(record.kind, record.id)}.{TURTLE.name}"), TURTLE.type)
    summary = both(words.abstract or words.description)[lang]
    if summary:
        _say(entry, "summary", summary if len(summary) <= MAX_SUMMARY else summary[: MAX_SUMMARY - 1] + "…")
    publisher = words.publisher or words.organizer
    if publisher and publisher.name:
        _say(SubElement(entry, f"{{{ATOM}}}author"), "name", both(publisher.name)[lang])
    for theme in words.themes:
        concept = concept_list("themes").get(theme)
        label = {"label": concept.label(lang)} if concept else {}
        SubElement(entry, f"{{{ATOM}}}category", {"term": _plain(theme), **label})


def _say(parent: Element, name: str, words: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = _plain(words)


def _link(parent: Element, rel: str, href: str, type: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "type": type, "href": href})


def _plain(words: str) -> str:
    """Without the characters that no XML document may hold."""
    return _NO_XML.sub("\ufffd", words)


def _instant(at: datetime | None) -> str:
    """RFC 3339; a feed without entries was last updated at the beginning of time."""
    return (at or datetime.fromtimestamp(0, UTC)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
