"""The files that machines look for by name: robots.txt, sitemap, OpenSearch description, list of interfaces."""

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request, Response

from api.addresses import LANGS, LISTED, absolute, page, path
from api.answers import answer, json_bytes, tag
from api.labels import both
from registry import settings as settings_room
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.settings import Settings
from registry.store import Listed

MAX_URLS: Final = 50_000  # in one sitemap (sitemaps.org)
SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH: Final = "http://a9.com/-/spec/opensearch/1.1/"
XML: Final = "application/xml; charset=utf-8"
_PRIVATE: Final = ("account", "register", "mine", "review", "admin")


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    base, title = settings.base_url, both(settings_room.city(settings).title)["de"] or "Lotse"

    @router.get("/robots.txt")
    def robots(request: Request) -> Response:
        return answer(request, lambda: _robots(base), "text/plain; charset=utf-8", etag=tag(base, "robots"))

    @router.get("/sitemap.xml")
    def sitemap(request: Request) -> Response:
        listing = catalog.store.listing()
        etag = tag(catalog.store.position(), base)
        if len(listing) + len(_lists()) <= MAX_URLS:
            return answer(request, lambda: urlset(listing, base, lists=True), XML, etag=etag)
        count = -(-len(listing) // (MAX_URLS - len(_lists())))
        return answer(request, lambda: _index(count, base), XML, etag=etag)

    @router.get("/sitemap-{number}.xml")
    def part(request: Request, number: int) -> Response:
        listing, size = catalog.store.listing(), MAX_URLS - len(_lists())
        found = listing[(number - 1) * size : number * size] if number > 0 else []
        if not found:
            raise NotFoundError("There is no such sitemap; /sitemap.xml lists those there are.")
        etag = tag(catalog.store.position(), base, number)
        return answer(request, lambda: urlset(found, base, lists=number == 1), XML, etag=etag)

    @router.get("/opensearch.xml")
    def opensearch(request: Request) -> Response:
        body = _opensearch(title, base)
        return answer(request, lambda: body, "application/opensearchdescription+xml; charset=utf-8", etag=tag(body))

    @router.get("/.well-known/api-catalog")
    def api_catalog(request: Request) -> Response:
        body = json_bytes(_interfaces(base))
        return answer(request, lambda: body, "application/linkset+json", etag=tag(body))

    return router


def _robots(base: str) -> bytes:
    closed = [path(name, lang) for name in _PRIVATE for lang in LANGS]
    lines = ["User-agent: *", *(f"Disallow: {one}" for one in (*closed, "/sparql")), f"Sitemap: {base}/sitemap.xml"]
    return ("\n".join(lines) + "\n").encode()


def _lists() -> list[str]:
    return [path(name, lang) for name in ("start", *LISTED) for lang in LANGS]


def urlset(listing: Iterable[Listed], base: str, lists: bool) -> bytes:
    """A sitemap of the pages of records, with the lists before them if wanted."""
    root = Element("urlset", xmlns=SITEMAP)
    for one in _lists() if lists else ():
        SubElement(SubElement(root, "url"), "loc").text = absolute(base, one)
    for record in listing:
        url = SubElement(root, "url")
        SubElement(url, "loc").text = absolute(base, page(record.kind, record.id))
        SubElement(url, "lastmod").text = record.changed.date().isoformat()
    return _document(root)


def _index(count: int, base: str) -> bytes:
    root = Element("sitemapindex", xmlns=SITEMAP)
    for number in range(1, count + 1):
        one = SubElement(root, "sitemap")
        SubElement(one, "loc").text = f"{base}/sitemap-{number}.xml"
    return _document(root)


def _opensearch(title: str, base: str) -> bytes:
    root = Element("OpenSearchDescription", xmlns=OPENSEARCH)
    for name, text in (("ShortName", title[:16]), ("Description", title[:1024]), ("InputEncoding", "UTF-8")):
        SubElement(root, name).text = text
    for type_, where in (("text/html", path("search")), ("application/atom+xml", "/feed.atom")):
        template = f"{base}{where}?q={{searchTerms}}"
        SubElement(root, "Url", {"type": type_, "template": template})
    return _document(root)


def _interfaces(base: str) -> dict[str, Sequence[object]]:
    """RFC 9727: what can be called, and where it is described."""
    described = [{"href": f"{base}/openapi.json", "type": "application/vnd.oai.openapi+json;version=3.1"}]
    catalogue = [{"href": f"{base}/catalog.{name}", "type": type_} for name, type_ in (
        ("ttl", "text/turtle"), ("rdf", "application/rdf+xml"), ("jsonld", "application/ld+json"),
    )]  # fmt: skip
    return {
        "linkset": [
            {"anchor": f"{base}/api/v1", "service-desc": described},
            {"anchor": f"{base}/catalog", "alternate": catalogue},
        ]
    }


def _document(root: Element) -> bytes:
    made: bytes = tostring(root, "utf-8", xml_declaration=True)
    return made
