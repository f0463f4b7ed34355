"""Reads a catalogue in RDF: one file, or Hydra pages of the old and the new kind, in any serialisation.

If a later page or a statement cannot be read, the report names it and everything else is taken. The listing does not
count as complete then, so nothing is withdrawn.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urldefrag, urlsplit

import msgspec

from harvesters.files.rdf_page import PageBytes, PageHead, count_things, read_page
from harvesters.harvester import Answer, Item, Mark, Recognised
from registry import rdf
from registry.errors import UnreadableError, UsageError
from registry.fetch.session import body
from registry.masking import shown
from registry.model import KINDS, Finding, Findings, Kind, Metadata, Source
from registry.model.message import Message, message
from registry.rdf.descriptions import Description
from registry.rules import few, finding
from registry.syntax_errors import unreadable
from vocab.values import address

if TYPE_CHECKING:
    from requests import Session

LABEL: Final = {"de": "DCAT", "en": "DCAT"}
VERSION: Final = 4
SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind": "only things of this kind, e.g. organization (which are not listed otherwise)",
        "hosts": "further hosts on which pages of this catalogue may lie, comma separated",
    }
)
ACCEPT: Final = "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/ld+json;q=0.8, */*;q=0.1"
MAX_PAGE_BYTES: Final = 256_000_000  # of a page
MAX_PAGES: Final = 10_000


class Page(NamedTuple):
    """A page of the catalogue. `head.next`: the address of the next page, with user and password; `things`: read one
    after the other, as they are needed; `remarks`: whole when they were."""

    url: str
    head: PageHead
    things: Iterator[Description]
    remarks: list[Finding]


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """Yields the items page by page; the token of a mark is the address of the next page. SourceError."""
    kinds = _kind(source)
    url, seen, troubles, named = after or source.url, set[str](), list[Finding](), bool(after)
    told: set[Finding] = set()
    while url:
        seen.add(url)
        try:
            page = _page(http, url, kinds, is_first=not after and len(seen) == 1)
            for thing in page.things:
                named = True
                yield _item(thing, page.url)
        except UnreadableError as error:
            if len(seen) == 1:  # nothing was taken in before
                raise
            troubles.append(_partial(url, error.place))
            yield Mark(findings=tuple(troubles[-1:]))
            break
        url, why = _following(source, page, seen)
        reasons = (*why, *(finding.value for finding in page.head.findings))
        findings = tuple(_partial(page.url, reason) for reason in reasons)
        troubles += findings
        remarks = tuple(dict.fromkeys(remark for remark in page.remarks if remark not in told))
        told.update(remarks)
        yield Mark(url, page.head.total, end=not troubles and not url, findings=findings, remarks=remarks)
    if troubles and not named:
        raise unreadable(troubles[0].node, troubles[0].value)


def _following(source: Source, page: Page, seen: Collection[str]) -> tuple[str, tuple[Message, ...]]:
    """The address of the next page, if it may be followed, else why not."""
    if page.head.next and not address(page.head.next):
        return "", (message("next-page-address", url=page.head.next[:200]),)
    page_host, next_host = urlsplit(page.url).netloc.lower(), urlsplit(page.head.next).netloc.lower()
    hosts = {page_host, urlsplit(source.url).netloc.lower(), *source.settings.get("hosts", "").lower().split(",")}
    shown_url = shown(page.head.next)
    if page.head.next and next_host not in hosts:
        return "", (message("next-page-host", url=shown_url, host=next_host),)
    if page.head.next in seen and page.head.total is None:  # otherwise the number of things tells whether all are there
        return "", (message("next-page-again", url=shown_url),)
    if len(seen) >= MAX_PAGES:
        return "", (message("pages-too-many", limit=MAX_PAGES),)
    return ("" if page.head.next in seen else page.head.next), ()


def recognises(answer: Answer) -> Recognised | None:
    """RDF that describes something we know."""
    count = count_things(PageBytes(answer.body, answer.media_type, answer.url), MAX_PAGE_BYTES)
    return Recognised(count) if count else None


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
    """The Metadata of a description in RDF, with findings. Texts without a tag get the language of the source."""
    metadata, findings = rdf.read(item.payload, *_kind(source))
    if source.language:
        fields = msgspec.to_builtins(metadata)
        if _tagged(fields, source.language):
            metadata = msgspec.convert(fields, Metadata)
    return metadata, few(findings)


def _tagged(value: Any, language: str) -> bool:
    """Gives texts without a tag the source's language, in place, unless there is a text in that language already.

    Returns whether anything was changed.
    """
    changed = False
    if isinstance(value, dict):
        if "und" in value and language not in value:
            value[language] = value.pop("und")
            changed = True
        for member in value.values():
            changed = _tagged(member, language) or changed
    elif isinstance(value, list | tuple):
        for member in value:
            changed = _tagged(member, language) or changed
    return changed


def _kind(source: Source) -> tuple[Kind, ...]:
    wanted = source.settings.get("kind")
    if wanted and wanted not in KINDS:
        kinds = ", ".join(KINDS)
        raise UsageError("setting-kind", value=wanted, kinds=kinds)
    return tuple(kind for kind in KINDS if kind == wanted)


def _item(thing: Description, url: str) -> Item:
    web = thing.iri.startswith(("http://", "https://"))
    return Item(thing.remote_id, thing.payload, thing.iri if web else url, thing.error)


def _partial(url: str, what: str | Message) -> Finding:
    return finding("listing-partial", "page", what, node=shown(url))


# -- pages


def _page(http: "Session", url: str, kinds: tuple[Kind, ...], is_first: bool) -> Page:
    response = http.get(url, headers={"Accept": ACCEPT}, stream=True)
    data, media_type = body(response, MAX_PAGE_BYTES), response.headers.get("Content-Type", "")
    base = urldefrag(response.url)[0]
    head, things, remarks = read_page(PageBytes(data, media_type, base), kinds, MAX_PAGE_BYTES, is_first)
    return Page(base, msgspec.structs.replace(head, next=_signed_in(head.next, base)), things, remarks)


def _signed_in(url: str, page_url: str) -> str:
    """The address of the next page with user and password of this one, if it is on the same host."""
    netloc = urlsplit(page_url).netloc
    try:
        same = urlsplit(url).netloc == netloc.rpartition("@")[2]
    except ValueError:
        return url
    return urlsplit(url)._replace(netloc=netloc).geturl() if same else url
