"""Files with well-known names: robots.txt, sitemap, OpenSearch description, API catalogue (RFC 9727), VoID,
security.txt (RFC 9116), llms.txt.

Entry point: `routes`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import escape

from fastapi import APIRouter, Path, Request, Response

from api.data import void
from api.data.catalogue import served
from api.data.dumps import current_dump
from api.data.llms import for_assistants
from api.data.openapi import responses, texts
from api.data.void import void_graph
from api.text.labels import both
from api.web.addresses import LANGS, PAGES_WITH_IDS, absolute, path, place
from api.web.answers import answer, json_bytes, tag
from api.web.kept_answers import KeptAnswers
from api.web.negotiate import DATA, RDF, not_acceptable, preferred
from registry import city
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.model import KINDS
from registry.model.timing import today
from registry.rdf import written
from registry.settings import Settings
from registry.store.store import SHOWN, Selection, ShownRecord
from vocab.pages import PAGE_ROWS

MAX_URLS: Final = 50_000  # in one sitemap (sitemaps.org)
SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH: Final = "http://a9.com/-/spec/opensearch/1.1/"
XML: Final = "application/xml; charset=utf-8"
LINKSET: Final = "application/linkset+json"
TEXT: Final = "text/plain; charset=utf-8"
SECURITY_DAYS: Final = 180  # that security.txt holds; RFC 9116 recommends less than a year
DECLARATION: Final = "<?xml version='1.0' encoding='utf-8'?>\n"


MAX_SITEMAPS: Final = 4  # that are kept until something changes
MAX_SITEMAP_BYTES: Final = 20_000_000  # of one that is kept; compressed it has a tenth of that


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["for machines"], default_response_class=Response)
    views = _Views(catalog, settings)
    router.get("/robots.txt", include_in_schema=False)(views.robots)
    router.get("/llms.txt", include_in_schema=False)(views.llms)
    router.get("/.well-known/security.txt", include_in_schema=False)(views.security)
    router.get(
        "/sitemap.xml",
        summary=f"All pages, or the list of the sitemaps where there are more than {MAX_URLS}",
        responses=responses(texts(XML), 304),
    )(views.sitemap)
    router.get(
        "/sitemap-{number}.xml",
        summary="One of several sitemaps",
        responses=responses(texts(XML), 304, 404),
    )(views.sitemap_part)
    router.get("/opensearch.xml", include_in_schema=False)(views.opensearch)
    router.get(
        "/.well-known/api-catalog",
        summary="The interfaces there are, and where they are described (RFC 9727)",
        responses=responses({LINKSET: {"schema": {"type": "object"}}}, 304),
    )(views.api_catalog)
    router.get(
        void.PATH,
        summary="The catalogue as a set of linked data (VoID)",
        responses=responses(texts(*(format.type for format in RDF)), 304, 406),
    )(views.void)
    return router


class _Views:
    """The views of these files. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.store = catalog.store
        self.sitemaps = KeptAnswers(catalog, settings, MAX_SITEMAPS, MAX_SITEMAP_BYTES)
        self.base = settings.base_url
        self.settings = settings
        self.city = city.city(settings)
        self.title = both(self.city.title)["de"] or "Lotse"

    def robots(self, request: Request) -> Response:
        return answer(request, lambda: _robots(self.base), TEXT, etag=tag(self.base, "robots"))

    def sitemap(self, request: Request) -> Response:
        etag = tag(self.store.position(), self.base)
        return self.sitemaps(request, lambda: answer(request, self._whole, XML, etag=etag))

    def sitemap_part(self, request: Request, number: Annotated[str, Path(examples=["1"])]) -> Response:
        if not (number.isascii() and number.isdigit() and len(number) < 6):
            raise NotFoundError("sitemap-unknown")
        etag = tag(self.store.position(), self.base, number)
        part = partial(self._part, int(number))
        return self.sitemaps(request, lambda: answer(request, part, XML, etag=etag))

    def _whole(self) -> bytes:
        count = self.store.count(SHOWN)
        if count + len(_lists()) <= MAX_URLS:
            return urlset(self.store.listing(), self.base, lists=True)
        return _index(-(-count // (MAX_URLS - len(_lists()))), self.base)

    def _part(self, number: int) -> bytes:
        return _part(self.store.listing(), number, self.base)

    def opensearch(self, request: Request) -> Response:
        body = _opensearch(self.title, self.base)
        return answer(request, lambda: body, "application/opensearchdescription+xml; charset=utf-8", etag=tag(body))

    def llms(self, request: Request) -> Response:
        body = for_assistants(self.city, self.base)
        return answer(request, lambda: body, "text/markdown; charset=utf-8", etag=tag(body))

    def security(self, request: Request) -> Response:
        if not self.city.security_contact:
            raise NotFoundError("nothing-here")
        body = _security(self.city.security_contact, self.base, today())
        return answer(request, lambda: body, TEXT, etag=tag(body))

    def api_catalog(self, request: Request) -> Response:
        body = json_bytes(_interfaces(self.base))
        return answer(request, lambda: body, LINKSET, etag=tag(body))

    def void(self, request: Request) -> Response:
        form = preferred(request.headers.get("accept", ""), RDF)
        if form is None:
            raise not_acceptable(absolute(self.base, void.PATH), *RDF)
        example = next(self.store.find(Selection(kind="dataset", shown=True)), None)
        described = served(self.city, self.base)
        endpoint = absolute(self.base, "/sparql")
        dump = current_dump(self.settings)
        graph = void_graph(described, dump, example.id if example else "", self.base, endpoint)
        return answer(
            request, lambda: b"".join(written([("void", graph)], form.name)), form.content_type, etag=tag(graph)
        )


def _robots(base: str) -> bytes:
    closed = [path(row.name, lang) for row in PAGE_ROWS.values() if row.private for lang in LANGS]
    lines = [
        "User-agent: *",
        *(f"Disallow: {closed_path}" for closed_path in (*closed, "/sparql")),
        f"Sitemap: {base}/sitemap.xml",
    ]
    return ("\n".join(lines) + "\n").encode()


def _security(contact: str, base: str, day: date) -> bytes:
    """security.txt (RFC 9116). It expires at the beginning of a month, so that its bytes stay for weeks."""
    expires = (day + timedelta(days=SECURITY_DAYS)).replace(day=1)
    lines = [
        f"Contact: {contact if ':' in contact else f'mailto:{contact}'}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: de, en",
        f"Canonical: {base}/.well-known/security.txt",
    ]
    return ("\n".join(lines) + "\n").encode()


def _lists() -> list[str]:
    return [path(name, lang) for name in ("start", *PAGES_WITH_IDS) for lang in LANGS]


def _part(listing: Sequence[ShownRecord], number: int, base: str) -> bytes:
    size = MAX_URLS - len(_lists())
    records = listing[(number - 1) * size : number * size] if number > 0 else []
    if not records:
        raise NotFoundError("sitemap-unknown")
    return urlset(records, base, lists=number == 1)


def urlset(listing: Iterable[ShownRecord], base: str, lists: bool) -> bytes:
    """A sitemap of the pages of records, with the lists before them if wanted.

    (Written by hand: a tree of 50,000 pages takes a second.)
    """
    urls = [f"<url><loc>{escape(absolute(base, path))}</loc></url>" for path in (_lists() if lists else ())]
    beginnings = {kind: escape(absolute(base, f"{path(kind)}/")) for kind in KINDS}
    urls += [
        f"<url><loc>{beginnings[kind]}{escape(quote(id, safe='/'))}</loc>"
        f"<lastmod>{changed.date().isoformat()}</lastmod></url>"
        for id, kind, changed in listing
    ]
    return f'{DECLARATION}<urlset xmlns="{SITEMAP}">{"".join(urls)}</urlset>'.encode()


def _index(count: int, base: str) -> bytes:
    root = Element("sitemapindex", xmlns=SITEMAP)
    for number in range(1, count + 1):
        sitemap = SubElement(root, "sitemap")
        SubElement(sitemap, "loc").text = f"{base}/sitemap-{number}.xml"
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
    """The API catalogue (RFC 9727): the interfaces and where they are described."""
    described = [{"href": f"{base}/openapi.json", "type": "application/vnd.oai.openapi+json;version=3.1"}]
    catalogue = [{"href": f"{base}/catalog.{format.name}", "type": format.type} for format in DATA]
    return {
        "linkset": [
            {
                "anchor": f"{base}/api/v1",
                "service-desc": described,
                "service-doc": [
                    {"href": absolute(base, place("developers", lang, "api")), "type": "text/html", "hreflang": [lang]}
                    for lang in LANGS
                ],
                "status": [{"href": f"{base}/readyz", "type": "application/json"}],
            },
            {"anchor": f"{base}/sparql", "service-desc": [{"href": f"{base}/sparql", "type": "text/turtle"}]},
            {"anchor": f"{base}/catalog", "alternate": catalogue},
            {"anchor": f"{base}/api/3/action", "service-doc": [{"href": "https://docs.ckan.org/en/2.12/api/"}]},
            {"anchor": f"{base}/ldes", "type": [{"href": "https://w3id.org/ldes#EventStream"}]},
        ]
    }


def _document(root: Element) -> bytes:
    document: bytes = tostring(root, "utf-8", xml_declaration=True)
    return document
