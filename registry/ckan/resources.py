"""The resources of a CKAN package as distributions, and the licence that it gives them."""

import re
from typing import Any, Final

from registry.ckan.readers import (
    BOOKKEEPING,
    Said,
    as_address,
    as_literal,
    as_text,
    languages,
    listed,
    parsed,
    spoken,
    unique,
)
from registry.ckan.tables import RESOURCE, fill
from registry.model import Checksum, Distribution, Statement, Text
from registry.model.identity import digest
from vocab import folding, formats, licences
from vocab.concepts import Concept
from vocab.values import iri

_DROPPED: Final = BOOKKEEPING - {"id", "url_type"}
IANA: Final = "https://www.iana.org/assignments/media-types/"
_ID = re.compile(r"[\w.~-]{1,100}", re.ASCII)


class Licence:
    """What a package or a resource says of its licence: the IRI, and the words where they name no known one."""

    __slots__ = ("iri", "rights")

    def __init__(self, iri: str = "", rights: Statement | None = None) -> None:
        self.iri = iri
        self.rights = rights


def distributions(said: Said, fields: dict[str, Any]) -> dict[str, Any]:
    """Fills `fields["distributions"]`; the answer is what goes to the extras."""
    licence, attribution = _licence(said), _attribution(said)
    value = said.words.pop("resources", None)
    found: list[Distribution] = []
    left: dict[str, Any] = {}
    taken: set[str] = set()
    for place, resource in enumerate(listed(value) if value is not None else ()):
        words = spoken(resource, _DROPPED) if isinstance(resource, dict) else {}
        id = _id(words, place, taken)
        taken.add(id)
        if words.keys() <= {"url_type"}:
            said.note("access-url-missing", "distributions", resource)
            left[id] = resource
            continue
        inner = Said(words, said.site, said.language, said.findings, id)
        found.append(_distribution(inner, id, licence, attribution))
        words.pop("url_type", None)
        if words:
            left[id] = words
    if fields["kind"] == "service" and licence.iri:
        fields["licence"] = licence.iri
    elif licence.iri and not found:
        said.words["licence"] = licence.iri
    if found:
        fields["distributions"] = tuple(found)
    return {"resources": left} if left else {}


def _id(words: dict[str, Any], place: int, taken: set[str]) -> str:
    """The resource's own id, else a digest of its address, else its place."""
    own = words.get("id")
    if isinstance(own, str) and _ID.fullmatch(own) and own not in taken:
        del words["id"]
        return own
    said = str(own or words.get("url") or words.get("download_url") or words.get("access_url") or place)
    made = digest(said)
    return made if made not in taken else f"{made}-{place}"


def _distribution(said: Said, id: str, package: Licence, attribution: Text) -> Distribution:
    languages(said.words)
    fields = fill(said, RESOURCE, {"id": id})
    for key, field in (("name", "title"), ("description", "description")):
        if said.words.get(key) in fields.get(field, {}).values():
            del said.words[key]
    _addresses(said, fields)
    _format(said, fields)
    _checksum(said, fields)
    licence = _licence(said)
    if not licence.iri and not licence.rights:
        licence = package
    fields["licence"] = licence.iri
    if attribution:
        fields.setdefault("attribution", attribution)
    if licence.rights:
        fields["rights"] = unique((*fields.get("rights", ()), licence.rights))
    services = said.words.get("access_services")
    addresses = [one.get("uri") for one in listed(services) if isinstance(one, dict)] if services else []
    if found := [one for one in addresses if isinstance(one, str) and iri(one)]:
        fields["access_services"] = tuple(dict.fromkeys(found))
    return Distribution(**fields)


def _attribution(said: Said) -> Text:
    """What the package says for all its files."""
    own = said.one("attribution", ("licenseAttributionByText",), as_text)
    if own:
        return own  # type: ignore[no-any-return]
    return as_text(_terms(said).get("attribution_text"), said) or {}


def _terms(said: Said) -> dict[str, Any]:
    """OGD 1.1: `terms_of_use`."""
    terms = said.words.get("terms_of_use")
    terms = parsed(terms) if isinstance(terms, str) else terms
    return terms if isinstance(terms, dict) else {}


def _addresses(said: Said, fields: dict[str, Any]) -> None:
    """There is always an access URL: `access_url`, else `url`, else the file's own address."""
    words = said.words
    uploaded = words.get("url_type") == "upload" or words.get("resource_type") in ("file", "file.upload")
    access = said.one("access_url", ("access_url",), as_address)
    plain = said.one("access_url", ("url",), as_address)
    if uploaded and plain:
        fields.setdefault("download_url", plain)
        words.pop("resource_type", None)
    if access and plain and plain not in (access, fields.get("download_url")):
        words["url"] = plain
    fields["access_url"] = access or plain or fields.get("download_url", "")


_COMPRESSED: Final = frozenset(("GZIP", "BZIP2", "XZ", "ZSTD", "LZIP", "LZMA", "LZO"))


def _format(said: Said, fields: dict[str, Any]) -> None:
    words = said.words
    format = as_literal(words.get("format"), said) or ""
    mime = as_literal(words.get("mimetype"), said) or ""
    if not format and not mime and not fields["access_url"]:
        return
    exact = folding.match("file-types", format)  # the address need not be asked
    found = formats.FileType(exact, None) if exact else _file_type(said, format, mime, fields)
    if found:
        fields["format"] = found.concept.iri
        words.pop("format", None)
        media = formats.media_type(found.package.notation) if found.package else None
        if found.package and media:
            fields.setdefault("compress_format" if found.package.notation in _COMPRESSED else "package_format", media)
    elif "format" in words:
        said.note("format-unknown", "format", format)
    if mime:
        media = formats.media_type(mime)
        if media:
            fields["media_type"] = media
            del words["mimetype"]
        else:
            said.note("format-unknown", "media_type", mime)


def _file_type(said: Said, format: str, mime: str, fields: dict[str, Any]) -> formats.FileType | None:
    """By format, media type and address together; GovData writes media types into `format`."""
    found = formats.file_type(format, mime, fields.get("download_url") or fields["access_url"])
    if found or "/" not in format:
        return found
    media = formats.media_type(format)
    if media and fields.setdefault("media_type", media) == media:
        said.words.pop("format", None)
    return formats.file_type("", media.removeprefix(IANA)) if media else None


_ALGORITHMS: Final = {32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}  # by hex digits


def _checksum(said: Said, fields: dict[str, Any]) -> None:
    value = said.words.get("hash")
    value = value.strip("\ufeff \t\r\n").lower() if isinstance(value, str) else ""
    if not value:
        return
    named = as_literal(said.words.get("hash_algorithm"), said) or ""
    algorithm = folding.match("checksum-algorithms", named or _ALGORITHMS.get(len(value), ""))
    if algorithm and re.fullmatch(r"[0-9a-f]+", value):
        fields["checksum"] = Checksum(algorithm=algorithm.iri, value=value)
        del said.words["hash"]
        said.words.pop("hash_algorithm", None)
        if not named:
            said.note("value-mended", "checksum", value)
    else:
        said.note("value-unread", "checksum", value)


_LICENCE: Final = ("license_id", "license_url", "license_title", "license", "licence")


_NAMES_IT: Final = frozenset(("license_id", "license_url", "license_title"))  # the three that are asked together
_LICENCE_KEYS: Final = frozenset((*_LICENCE, "terms_of_use"))


def _licence(said: Said) -> Licence:
    """By id, address and title together. An unknown one keeps its words as a rights statement, its address as licence
    (a foreign licence is passed on unchanged: DCAT-AP.de, convention 34)."""
    words = said.words
    if _LICENCE_KEYS.isdisjoint(words):
        return Licence()
    terms = _terms(said)
    id, url, title, plain, _ = (
        as_literal(words.get(key), said) or as_literal(terms.get(key), said) or "" for key in _LICENCE
    )
    plain = plain or as_literal(words.get("licence"), said) or ""
    if not (id or url or title or plain):
        return Licence()
    known = licences.licence(id or plain, url, title or (plain if id else ""))
    if known:
        _taken(said, known)
        return Licence(known.iri)
    said.note("licence-unknown", "licence", id or plain or title or url)
    address = next((one for one in (url, id, plain, title) if one and iri(one)), "")
    label = next((one for one in (title, plain, id) if one and one != address), "")
    return Licence(address, Statement(iri="" if label else address, label={said.language: label} if label else {}))


def _taken(said: Said, known: Concept) -> None:
    """Takes the words that name a known licence; others beside them say more, and stay."""
    for key in _LICENCE:
        value = said.words.get(key)
        if not isinstance(value, str):
            continue
        if key in _NAMES_IT or licences.licence(value) == known:
            del said.words[key]
        else:
            said.note("value-extra", "licence", value)
