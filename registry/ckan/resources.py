"""The resources of a CKAN package as distributions, with the licence of the package.

Entry point: `distributions`.
"""

import re
from typing import Any, Final

from registry.ckan.columns import take_columns
from registry.ckan.readers import (
    BOOKKEEPING,
    Unread,
    as_address,
    as_literal,
    as_text,
    distinct,
    listed,
    parsed,
    split_languages,
    without_empty,
)
from registry.ckan.tables import RESOURCE, fill
from registry.model import Checksum, Distribution, Statement, Text
from registry.model.identity import digest
from vocab import folding, formats, licences, match, numbers
from vocab.concepts import Concept
from vocab.values import absolute_iri

_DROPPED: Final = BOOKKEEPING - {"id", "url_type"}
_ID = re.compile(r"[\w.~-]{1,100}", re.ASCII)


class Licence:
    """The licence of a package or resource: its IRI, and a rights statement with the text of an unknown one."""

    __slots__ = ("iri", "rights")

    def __init__(self, iri: str = "", rights: Statement | None = None) -> None:
        self.iri = iri
        self.rights = rights


def distributions(unread: Unread, fields: dict[str, Any]) -> dict[str, Any]:
    """Fills `fields["distributions"]` and returns the extras: what could not be read of each resource, by its id."""
    licence, attribution = _licence(unread), _attribution(unread)
    value = unread.values.pop("resources", None)
    distributions: list[Distribution] = []
    unread_resources: dict[str, Any] = {}
    ids: set[str] = set()
    for number, resource in enumerate(listed(value) if value is not None else ()):
        values = without_empty(resource, _DROPPED) if isinstance(resource, dict) else {}
        id = _id(values, number, ids)
        ids.add(id)
        if values.keys() <= {"url_type"}:
            unread.add_finding("access-url-missing", "distributions", resource)
            unread_resources[id] = resource
            continue
        part = Unread(values, unread.site, unread.language, unread.findings, id)
        distributions.append(_distribution(part, id, licence, attribution))
        values.pop("url_type", None)
        if values:
            unread_resources[id] = values
    if fields["kind"] == "service" and licence.iri:
        fields["licence"] = licence.iri
    elif licence.iri and not distributions:
        unread.values["licence"] = licence.iri
    if distributions:
        fields["distributions"] = tuple(distributions)
    return {"resources": unread_resources} if unread_resources else {}


def _id(values: dict[str, Any], number: int, ids: set[str]) -> str:
    """The resource's own id, else a digest of its address, else of its position in the list."""
    own = values.get("id")
    if isinstance(own, str) and _ID.fullmatch(own) and own not in ids:
        del values["id"]
        return own
    source = str(own or values.get("url") or values.get("download_url") or values.get("access_url") or number)
    hashed = digest(source)
    return hashed if hashed not in ids else f"{hashed}-{number}"


def _distribution(unread: Unread, id: str, package: Licence, attribution: Text) -> Distribution:
    split_languages(unread.values)
    fields = fill(unread, RESOURCE, {"id": id})
    for key, field in (("name", "title"), ("description", "description")):
        if unread.values.get(key) in fields.get(field, {}).values():
            del unread.values[key]
    take_columns(unread, fields)
    _addresses(unread, fields)
    _format(unread, fields)
    _checksum(unread, fields)
    licence = _licence(unread)
    if not licence.iri and not licence.rights:
        licence = package
    fields["licence"] = licence.iri
    if attribution:
        fields.setdefault("attribution", attribution)
    if licence.rights:
        fields["rights"] = distinct((*fields.get("rights", ()), licence.rights))
    services = unread.values.get("access_services")
    addresses = [service.get("uri") for service in listed(services) if isinstance(service, dict)] if services else []
    if iris := [address for address in addresses if isinstance(address, str) and absolute_iri(address)]:
        fields["access_services"] = tuple(dict.fromkeys(iris))
    return Distribution(**fields)


def _attribution(unread: Unread) -> Text:
    """The attribution text that the package gives for all its files."""
    own = unread.take_first("attribution", ("licenseAttributionByText",), as_text)
    if own:
        return own  # type: ignore[no-any-return]
    return as_text(_terms(unread).get("attribution_text"), unread) or {}


def _terms(unread: Unread) -> dict[str, Any]:
    """The mapping in `terms_of_use` (OGD 1.1), which may be JSON."""
    terms = unread.values.get("terms_of_use")
    terms = parsed(terms) if isinstance(terms, str) else terms
    return terms if isinstance(terms, dict) else {}


def _addresses(unread: Unread, fields: dict[str, Any]) -> None:
    """Fills access and download URL. The access URL is `access_url`, else `url`, else the download URL."""
    values = unread.values
    uploaded = values.get("url_type") == "upload" or values.get("resource_type") in ("file", "file.upload")
    access = unread.take_first("access_url", ("access_url",), as_address)
    plain = unread.take_first("access_url", ("url",), as_address)
    if uploaded and plain:
        fields.setdefault("download_url", plain)
        values.pop("resource_type", None)
    if access and plain and plain not in (access, fields.get("download_url")):
        values["url"] = plain
    fields["access_url"] = access or plain or fields.get("download_url", "")


_COMPRESSED: Final = frozenset(("GZIP", "BZIP2", "XZ", "ZSTD", "LZIP", "LZMA", "LZO"))


def _format(unread: Unread, fields: dict[str, Any]) -> None:
    values = unread.values
    format = as_literal(values.get("format"), unread) or ""
    mime = as_literal(values.get("mimetype"), unread) or ""
    if not format and not mime and not fields["access_url"]:
        return
    exact = folding.match("file-types", format)  # then the address does not matter
    file_type = formats.FileType(exact, None) if exact else _file_type(unread, format, mime, fields)
    if file_type:
        fields["format"] = file_type.concept.iri
        values.pop("format", None)
        media = formats.media_type(file_type.package.notation) if file_type.package else None
        if file_type.package and media:
            fields.setdefault(
                "compress_format" if file_type.package.notation in _COMPRESSED else "package_format", media
            )
    elif "format" in values:
        unread.add_finding("format-unknown", "format", format)
    if mime:
        media = formats.media_type(mime)
        if media:
            fields["media_type"] = media
            del values["mimetype"]
        else:
            unread.add_finding("format-unknown", "media_type", mime)


def _file_type(unread: Unread, format: str, mime: str, fields: dict[str, Any]) -> formats.FileType | None:
    """The file type by format, media type and address together. GovData writes media types into `format`."""
    file_type = formats.file_type(format, mime, fields.get("download_url") or fields["access_url"])
    if file_type or "/" not in format:
        return file_type
    media = formats.media_type(format)
    if media and fields.setdefault("media_type", media) == media:
        unread.values.pop("format", None)
    return formats.file_type("", media.removeprefix(formats.IANA)) if media else None


_ALGORITHMS: Final = {32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}  # by hex digits


def _checksum(unread: Unread, fields: dict[str, Any]) -> None:
    value = unread.values.get("hash")
    value = value.strip("\ufeff \t\r\n").lower() if isinstance(value, str) else ""
    if not value:
        return
    named = as_literal(unread.values.get("hash_algorithm"), unread) or ""
    algorithm = match.concept("checksum-algorithms", named or _ALGORITHMS.get(len(value), ""))
    digits = numbers.hex_binary(value)
    if algorithm and digits:
        fields["checksum"] = Checksum(algorithm=algorithm, value=digits.value)
        del unread.values["hash"]
        unread.values.pop("hash_algorithm", None)
        if not named:
            unread.add_finding("value-mended", "checksum", value)
    else:
        unread.add_finding("value-unread", "checksum", value)


_LICENCE: Final = ("license_id", "license_url", "license_title", "license", "licence")


_NAMES_IT: Final = frozenset(("license_id", "license_url", "license_title"))  # they name one licence together
_LICENCE_KEYS: Final = frozenset((*_LICENCE, "terms_of_use"))


def _licence(unread: Unread) -> Licence:
    """The licence that id, address and title name together. An unknown one keeps its address as licence (convention 34
    of DCAT-AP.de: a licence of another list is passed on unchanged) and its text as a rights statement."""
    values = unread.values
    if _LICENCE_KEYS.isdisjoint(values):
        return Licence()
    terms = _terms(unread)
    id, url, title, plain, _ = (
        as_literal(values.get(key), unread) or as_literal(terms.get(key), unread) or "" for key in _LICENCE
    )
    plain = plain or as_literal(values.get("licence"), unread) or ""
    if not (id or url or title or plain):
        return Licence()
    licence = licences.licence(id or plain, url, title or (plain if id else ""))
    if licence:
        _take_licence_keys(unread, licence)
        return Licence(licence.iri)
    unread.add_finding("licence-unknown", "licence", id or plain or title or url)
    address = next((text for text in (url, id, plain, title) if text and absolute_iri(text)), "")
    label = next((text for text in (title, plain, id) if text and text != address), "")
    return Licence(address, Statement(iri="" if label else address, label={unread.language: label} if label else {}))


def _take_licence_keys(unread: Unread, licence: Concept) -> None:
    """Removes the keys that name a known licence. Other keys stay, because they say more."""
    for key in _LICENCE:
        value = unread.values.get(key)
        if not isinstance(value, str):
            continue
        if key in _NAMES_IT or licences.licence(value) == licence:
            del unread.values[key]
        else:
            unread.add_finding("value-extra", "licence", value)
