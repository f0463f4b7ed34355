"""Reads a page of RDF in a child process: its things, the address of the next page, and how many things there are.

Entry points: `read_page` and `count_things` for the parent; `page` and `count` run in the child.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from urllib.parse import urldefrag, urljoin

import msgspec

from registry import rdf
from registry.child_pool import Limits, call
from registry.errors import SourceError
from registry.files.gzip_file import unpacked
from registry.masking import public, shown
from registry.model import Finding, Findings, Kind
from registry.quality.nodes import check_node
from registry.rdf.descriptions import Description
from registry.rdf.parsing import objects
from registry.rdf.terms import text_of
from registry.rules import MAX_FINDINGS_PER_ITEM, few
from vocab.namespaces import HYDRA
from vocab.values import address

LIMITS: Final = Limits(memory=3_000_000_000, seconds=900.0, max_bytes=2_000_000_000)
MAX_PART_BYTES: Final = 500_000  # of things that the child sends at once
_WEB_PAGE: Final = (b"<!doctype html", b"<html")


class PageBytes(NamedTuple):
    """What an address answered. `base`: the address in the end, after redirects."""

    data: bytes
    media_type: str
    base: str


class Page(NamedTuple):
    """What a child read of a page. `things`: read one after the other, as they are needed; `remarks`: about the
    catalogue itself, its entries and other nodes that belong to no thing; whole when all things were read."""

    head: "PageHead"
    things: Iterator[Description]
    remarks: list[Finding]


class PageHead(msgspec.Struct, frozen=True):
    """What there is to know of a page before its things. `next`: the address that it names as the next page, "" if
    none; `total`: how many things the source says it has; `findings`: what could not be read."""

    next: str
    total: int | None
    findings: Findings


def read_page(answer: PageBytes, kinds: Sequence[Kind], limit: int, is_first: bool = True) -> Page:
    """The page and its things. `kinds`: only things of these, () for the usual ones; `is_first`: it describes the
    catalogue, which later pages need not do.

    Raises, also while the things are read, UnreadableError, TooLargeError above `limit` bytes unpacked, SourceError.
    """
    where = shown(answer.base)
    parts = call(where, LIMITS, "harvesters.files.rdf_page:page", *answer, list(kinds), limit, is_first)
    remarks: list[Finding] = []
    return Page(msgspec.msgpack.decode(next(parts), type=PageHead), _things(parts, remarks), remarks)


def _things(parts: Iterator[bytes], remarks: list[Finding]) -> Iterator[Description]:
    decode = msgspec.msgpack.Decoder(_Part).decode
    for part in map(decode, parts):
        yield from part.things
        remarks += part.remarks


def count_things(answer: PageBytes, limit: int) -> int:
    """How many things a page describes; raises as `read_page`."""
    return int(b"".join(call(shown(answer.base), LIMITS, "harvesters.files.rdf_page:count", *answer, limit)))


# -- in the child


class _Part(msgspec.Struct, frozen=True):
    """Things of a page, the last one with the remarks."""

    things: list[Description]
    remarks: Findings = ()


def page(data: bytes, media_type: str, base: str, kinds: Sequence[Kind], limit: int, is_first: bool) -> Iterator[bytes]:
    """Yields the head of the page, then its things in parts."""
    where = shown(base)
    data = unpacked(data, where, limit)
    if media_type.startswith("text/html") or data[:200].lstrip()[:14].lower().startswith(_WEB_PAGE):
        raise SourceError("rdf-is-web-page", {"address": where}, url=where)
    parsed = _parsed(data, media_type, base, limit)
    del data
    encode = msgspec.msgpack.Encoder().encode
    hydra = objects(parsed.graph, HYDRA.next, HYDRA.nextPage, HYDRA.totalItems)
    following = _next([*hydra[HYDRA.next], *hydra[HYDRA.nextPage]], base)
    yield encode(PageHead(following, _total(hydra[HYDRA.totalItems]), parsed.findings))
    things: list[Description] = []
    size = 0
    walk = rdf.Walk(parsed.graph, *([kinds] if kinds else []))
    for thing in walk.things():
        things.append(thing)
        size += len(thing.payload)
        if size > MAX_PART_BYTES:
            yield encode(_Part(things))
            things, size = [], 0
    yield encode(_Part(things, () if kinds else _remarks(walk, is_first)))


def _remarks(walk: rdf.Walk, is_first: bool) -> Findings:
    findings: list[Finding] = []
    for node in rdf.other_nodes(walk, catalogue=is_first):
        faults = (*node.findings, *(check_node(node.struct, node.cls) if node.struct else ()))
        findings += [fault if fault.node else msgspec.structs.replace(fault, node=node.iri) for fault in faults]
        if len(findings) > MAX_FINDINGS_PER_ITEM:
            break
    return few(findings)


def count(data: bytes, media_type: str, base: str, limit: int) -> Iterator[bytes]:
    """Yields how many things the page describes."""
    parsed = _parsed(unpacked(data, shown(base), limit), media_type, base, limit)
    yield b"%d" % sum(1 for _ in rdf.things(parsed.graph))


def _parsed(data: bytes, media_type: str, base: str, limit: int) -> rdf.Parsed:
    # The name without what may be secret and without `.gz`: the suffix before it tells the serialisation.
    name = shown(base).removesuffix("?…").removesuffix(".gz")
    return rdf.parse(data, media_type=media_type, name=name, base=public(base), limit=limit)


def _next(terms: Iterable[str], base: str) -> str:
    """The address in the first term that has one, an IRI or a literal, relative or whole; what is no web address comes
    back as it is. "" if there is none."""
    for term in terms:
        text = "" if term.startswith("_:") else text_of(term).strip()
        try:
            target = address(urljoin(base, text)) if text else None
        except ValueError:  # http://[
            target = None
        if target or text:
            return urldefrag(str(target.value))[0] if target else text
    return ""


def _total(terms: Iterable[str]) -> int | None:
    """The first whole number among the terms."""
    for term in terms:
        digits = term[1:].partition('"')[0]
        if digits.isascii() and digits.isdigit() and len(digits) < 10:
            return int(digits)
    return None
