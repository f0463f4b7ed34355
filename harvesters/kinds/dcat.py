"""Reads a catalogue in RDF: one file, or Hydra pages of the old and the new kind, in any serialisation.

A later page that cannot be read, or statements that cannot, are named in the report; what can be read comes in, but the
listing does not count as complete then, and nothing is withdrawn.
"""

import zlib
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec

from harvesters.harvester import Answer, Item, Mark, Recognised
from registry import rdf
from registry.errors import SourceError, TooLargeError, UnreadableError, UsageError
from registry.fetch.session import body
from registry.masking import public, shown
from registry.model import KINDS, Finding, Findings, Kind, Metadata, Source
from registry.model.message import Message, message
from registry.rdf.parsing import ParsedGraph, objects
from registry.rdf.terms import text_of
from registry.rules import few, finding
from registry.syntax_errors import unreadable
from vocab.namespaces import HYDRA
from vocab.values import address

if TYPE_CHECKING:
    from requests import Session

LABEL: Final = {"de": "DCAT", "en": "DCAT"}
VERSION: Final = 2
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
    """`next`: address of the page that follows, "" if none; `total`: how many things the source says it has."""

    url: str
    parsed: rdf.Parsed
    next: str
    total: int | None


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """Yields the items page by page; the token of a mark is the address of the next page. SourceError."""
    kinds = _kinds(source)
    url, seen, troubles, named = after or source.url, set[str](), list[Finding](), bool(after)
    while url:
        seen.add(url)
        try:
            page = _page(source, http, url)
        except UnreadableError as error:
            if len(seen) == 1:  # nothing was taken in before
                raise
            troubles.append(_partial(url, error.place))
            yield Mark(findings=tuple(troubles[-1:]))
            break
        for item in _items(page, *kinds):
            named = True
            yield item
        url, why = _following(source, page, seen)
        reasons = (*why, *(finding.value for finding in page.parsed.findings))
        findings = tuple(_partial(page.url, reason) for reason in reasons)
        troubles += findings
        yield Mark(url, page.total, end=not troubles and not url, findings=findings)
    if troubles and not named:
        raise unreadable(troubles[0].node, troubles[0].value)


def _following(source: Source, page: Page, seen: Collection[str]) -> tuple[str, tuple[Message, ...]]:
    """The address of the next page, if it may be followed, else why not."""
    if page.next and not address(page.next):
        return "", (message("next-page-address", url=page.next[:200]),)
    here, there = urlsplit(page.url).netloc.lower(), urlsplit(page.next).netloc.lower()
    hosts = {here, urlsplit(source.url).netloc.lower(), *source.settings.get("hosts", "").lower().split(",")}
    place = shown(page.next)
    if page.next and there not in hosts:
        return "", (message("next-page-host", url=place, host=there),)
    if page.next in seen and page.total is None:  # otherwise the number of things tells whether all are there
        return "", (message("next-page-again", url=place),)
    if len(seen) >= MAX_PAGES:
        return "", (message("pages-too-many", limit=MAX_PAGES),)
    return ("" if page.next in seen else page.next), ()


def recognises(answer: Answer) -> Recognised | None:
    """RDF that describes something we know."""
    graph = rdf.parse(answer.body, media_type=answer.media_type, name=answer.url).graph
    count = sum(1 for _ in rdf.things(graph))
    return Recognised(count) if count else None


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
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


def _kinds(source: Source) -> tuple[tuple[Kind, ...], ...]:
    kind = _kind(source)
    return (kind,) if kind else ()


def _items(page: Page, *kinds: tuple[Kind, ...]) -> Iterator[Item]:
    for thing in rdf.things(page.parsed.graph, *kinds):
        web = thing.iri.startswith(("http://", "https://"))
        yield Item(thing.remote_id, thing.payload, thing.iri if web else page.url, thing.error)


def _partial(url: str, what: str | Message) -> Finding:
    return finding("listing-partial", "page", what, node=shown(url))


# -- pages


def _page(source: Source, http: "Session", url: str) -> Page:
    response = http.get(url, headers={"Accept": ACCEPT}, stream=True)
    data = _unpacked(body(response, MAX_PAGE_BYTES), url)
    media_type = response.headers.get("Content-Type", "")
    place = urldefrag(response.url)[0]
    if media_type.startswith("text/html") or data[:200].lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise SourceError("rdf-is-web-page", {"address": shown(url)}, url=shown(url))
    parsed = rdf.parse(data, media_type=media_type, name=_name(place), base=public(place), limit=MAX_PAGE_BYTES)
    return Page(place, parsed, _signed_in(_next(parsed.graph, place), place), _total(parsed.graph))


def _signed_in(url: str, place: str) -> str:
    """The address of the next page with user and password of this one, if it is on the same host."""
    here = urlsplit(place).netloc
    try:
        same = urlsplit(url).netloc == here.rpartition("@")[2]
    except ValueError:
        return url
    return urlsplit(url)._replace(netloc=here).geturl() if same else url


def _name(place: str) -> str:
    """The file's address without what may be secret and without `.gz`: the suffix before it tells the serialisation."""
    return shown(place).removesuffix("?…").removesuffix(".gz")


def _unpacked(data: bytes, url: str) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    plain = b""
    while data:  # a file may have several members
        packed = zlib.decompressobj(wbits=31)
        try:
            plain += packed.decompress(data, MAX_PAGE_BYTES - len(plain) + 1)
        except zlib.error as error:
            raise _unpackable(url, str(error)) from None
        if len(plain) > MAX_PAGE_BYTES:
            raise TooLargeError("answer-too-large", url=shown(url), limit=MAX_PAGE_BYTES)
        if not packed.eof:
            raise _unpackable(url, message("file-breaks-off"))
        data = packed.unused_data
    return plain


def _unpackable(url: str, why: str | Message) -> SourceError:
    return SourceError("answer-packed-badly", {"address": shown(url)}, url=shown(url), why=why)


def _next(graph: ParsedGraph, place: str) -> str:
    """hydra:next, else the old hydra:nextPage; as IRI or as literal, relative or whole. What is no web address comes
    back as it is."""
    for name in (HYDRA.next, HYDRA.nextPage):
        for term in objects(graph, name):
            text = "" if term.startswith("_:") else text_of(term).strip()
            try:
                target = address(urljoin(place, text)) if text else None
            except ValueError:  # http://[
                target = None
            if target or text:
                return urldefrag(str(target.value))[0] if target else text
    return ""


def _total(graph: ParsedGraph) -> int | None:
    for term in objects(graph, HYDRA.totalItems):
        digits = term[1:].partition('"')[0]
        if digits.isascii() and digits.isdigit() and len(digits) < 10:
            return int(digits)
    return None
