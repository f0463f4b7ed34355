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

from harvesters.harvester import Item, Mark
from registry import rdf
from registry.errors import SourceError, TooLargeError, UsageError
from registry.fetch.session import body
from registry.masking import public, shown
from registry.model import KINDS, Finding, Findings, Kind, Metadata, Source, Text
from registry.rdf.parsing import ParsedGraph, objects
from registry.rdf.terms import text_of
from registry.rules import apart, both, few, finding
from registry.syntax_errors import unreadable
from vocab.namespaces import HYDRA
from vocab.values import address

if TYPE_CHECKING:
    from requests import Session

VERSION: Final = 1
SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind": "only things of this kind, e.g. organization (which are not listed otherwise)",
        "hosts": "further hosts on which pages of this catalogue may lie, comma separated",
    }
)
ACCEPT: Final = "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/ld+json;q=0.8, */*;q=0.1"
MOST_BYTES: Final = 256_000_000  # of a page
MOST_PAGES: Final = 10_000


class Page(NamedTuple):
    """`next`: address of the page that follows, "" if none; `total`: how many things the source says it has."""

    url: str
    parsed: rdf.Parsed
    next: str
    total: int | None


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """The token of a mark: the address of the next page."""
    kinds = _kinds(source)
    url, seen, troubles, named = after or source.url, set[str](), list[Finding](), bool(after)
    while url:
        seen.add(url)
        try:
            page = _page(source, http, url)
        except SourceError as error:
            if len(seen) == 1 or "remedy" not in error.detail:  # no answer, or nothing to take in
                raise
            troubles.append(_partial(url, both(error.detail["place"])))
            yield Mark(findings=tuple(troubles[-1:]))
            break
        for item in _items(page, *kinds):
            named = True
            yield item
        url, why = _following(source, page, seen)
        said = (*map(both, why), *(one.value for one in page.parsed.findings))
        findings = tuple(_partial(page.url, words) for words in said)
        troubles += findings
        yield Mark(url, page.total, end=not troubles and not url, findings=findings)
    if troubles and not named:
        raise unreadable(troubles[0].node, apart(troubles[0].value))


def _following(source: Source, page: Page, seen: Collection[str]) -> tuple[str, tuple[Text, ...]]:
    """The address of the next page, if it may be followed, else why not."""
    if page.next and not address(page.next):
        words = page.next[:200]
        return "", ({
            "de": f"Die Adresse der nächsten Seite ist keine Internetadresse: {words}.",
            "en": f"The address of the next page is no web address: {words}.",
        },)  # fmt: skip
    here, there = urlsplit(page.url).netloc.lower(), urlsplit(page.next).netloc.lower()
    hosts = {here, urlsplit(source.url).netloc.lower(), *source.settings.get("hosts", "").lower().split(",")}
    place = shown(page.next)
    if page.next and there not in hosts:
        return "", ({
            "de": f"Die nächste Seite liegt auf einem anderen Rechner: {place}. Mit hosts={there} wird sie gelesen.",
            "en": f"The next page lies on another host: {place}. The setting hosts={there} allows it.",
        },)  # fmt: skip
    if page.next in seen and page.total is None:  # otherwise the number of things tells whether all are there
        return "", ({
            "de": f"Die nächste Seite ist eine, die schon gelesen wurde: {place}.",
            "en": f"The next page is one that was read already: {place}.",
        },)  # fmt: skip
    if len(seen) >= MOST_PAGES:
        return "", ({
            "de": f"Es sind mehr als {MOST_PAGES} Seiten.", "en": f"There are more than {MOST_PAGES} pages.",
        },)  # fmt: skip
    return ("" if page.next in seen else page.next), ()


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
    metadata, findings = rdf.read(item.payload, *_kind(source))
    if source.language:
        words = msgspec.to_builtins(metadata)
        if _tagged(words, source.language):
            metadata = msgspec.convert(words, Metadata)
    return metadata, few(findings)


def _tagged(value: Any, language: str) -> bool:
    """Words without a tag become words of the source's language, unless it says something else in that."""
    changed = False
    if isinstance(value, dict):
        if "und" in value and language not in value:
            value[language] = value.pop("und")
            changed = True
        for one in value.values():
            changed = _tagged(one, language) or changed
    elif isinstance(value, list | tuple):
        for one in value:
            changed = _tagged(one, language) or changed
    return changed


def _kind(source: Source) -> tuple[Kind, ...]:
    wanted = source.settings.get("kind")
    if wanted and wanted not in KINDS:
        several = ", ".join(KINDS)
        raise UsageError(
            f"kind is {wanted!r}; it must be one of {several}.",
            de=f"Die Einstellung kind ist {wanted!r}; sie muss eines von {several} sein.",
        )
    return tuple(kind for kind in KINDS if kind == wanted)


def _kinds(source: Source) -> tuple[tuple[Kind, ...], ...]:
    kind = _kind(source)
    return (kind,) if kind else ()


def _items(page: Page, *kinds: tuple[Kind, ...]) -> Iterator[Item]:
    for thing in rdf.things(page.parsed.graph, *kinds):
        web = thing.iri.startswith(("http://", "https://"))
        yield Item(thing.remote_id, thing.payload, thing.iri if web else page.url, thing.error)


def _partial(url: str, what: str) -> Finding:
    return finding("listing-partial", "page", what[:500], node=shown(url))


# -- pages


def _page(source: Source, http: "Session", url: str) -> Page:
    response = http.get(url, headers={"Accept": ACCEPT}, stream=True)
    data = _unpacked(body(response, MOST_BYTES), url)
    media_type = response.headers.get("Content-Type", "")
    place = urldefrag(response.url)[0]
    if media_type.startswith("text/html") or data[:200].lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        remedy = "Give the address of the catalogue in RDF, such as …/catalog.ttl."
        german = f"{shown(url)} ist eine Internetseite, kein RDF. Geben Sie die Adresse des Katalogs in RDF an."
        raise SourceError(f"{shown(url)} is a web page, not RDF. {remedy}", address=shown(url), de=german)
    parsed = rdf.parse(data, media_type=media_type, name=_name(place), base=public(place), limit=MOST_BYTES)
    return Page(place, parsed, _signed_in(_next(parsed.graph, place), place), _total(parsed.graph))


def _signed_in(url: str, place: str) -> str:
    """The next page is asked by the same user as this one; the addresses of things do not name him."""
    here = urlsplit(place).netloc
    try:
        same = urlsplit(url).netloc == here.rpartition("@")[2]
    except ValueError:
        return url
    return urlsplit(url)._replace(netloc=here).geturl() if same else url


def _name(place: str) -> str:
    """The file's address without what may be secret; suffixes that only say how it is packed do not tell its form."""
    return shown(place).removesuffix("?…").removesuffix(".gz")


def _unpacked(data: bytes, url: str) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    plain = b""
    while data:  # a file may have several members
        packed = zlib.decompressobj(wbits=31)
        try:
            plain += packed.decompress(data, MOST_BYTES - len(plain) + 1)
        except zlib.error as error:
            raise _unpackable(url, str(error)) from None
        if len(plain) > MOST_BYTES:
            raise TooLargeError(
                f"{shown(url)} is larger than {MOST_BYTES} bytes. Let the source give it in parts.",
                de=f"{shown(url)} ist größer als {MOST_BYTES} Bytes. Lassen Sie die Quelle in Teilen liefern.",
            )
        if not packed.eof:
            raise _unpackable(url, "the file breaks off")
        data = packed.unused_data
    return plain


def _unpackable(url: str, why: str) -> SourceError:
    return SourceError(
        f"{shown(url)} cannot be unpacked: {why}. Pack the file again.",
        de=f"{shown(url)} lässt sich nicht entpacken ({why}). Packen Sie die Datei neu.",
        address=shown(url),
    )


def _next(graph: ParsedGraph, place: str) -> str:
    """hydra:next, else the old hydra:nextPage; as IRI or as literal, relative or whole. What is no web address comes
    back as it is."""
    for name in (HYDRA.next, HYDRA.nextPage):
        for term in objects(graph, name):
            words = "" if term.startswith("_:") else text_of(term).strip()
            try:
                found = address(urljoin(place, words)) if words else None
            except ValueError:  # http://[
                found = None
            if found or words:
                return urldefrag(str(found.value))[0] if found else words
    return ""


def _total(graph: ParsedGraph) -> int | None:
    for term in objects(graph, HYDRA.totalItems):
        digits = term[1:].partition('"')[0]
        if digits.isascii() and digits.isdigit() and len(digits) < 10:
            return int(digits)
    return None
