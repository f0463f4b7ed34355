"""Free text -> file type of the EU or media type of IANA: "zip:shp", "WMS (http)", ".csv", "text/csv".

Entry points: `file_type`, `media_type`.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from vocab.concepts import Concept, concept_list
from vocab.folding import CACHED, MAX_TEXT, fold, named


class FileType(NamedTuple):
    """The type of a file. `package`: what the content is packed in, such as ZIP; None if it is not packed."""

    concept: Concept
    package: Concept | None


def file_type(format: str, media_type: str = "", url: str = "") -> FileType | None:
    """The EU file type of a text; without a text that of the media type, else of the end of the address.

    "zip:shp" is a Shapefile packed in ZIP. "kml, kmz" is KML, or KMZ if media type or address say so; "excel" is XLS,
    or XLSX. A text that names no type, or two different ones, gives None, whatever the address is.
    """
    if max(len(format), len(media_type)) > MAX_TEXT:
        return None
    return _file_type(format.strip(), media_type.strip(), ending(url))


@lru_cache(maxsize=CACHED)
def _file_type(format: str, media_type: str, end: str) -> FileType | None:
    by_end, by_type = _of_words(end), _of_words(media_type)
    if not fold(format):
        vague = by_type is None or by_type.concept.notation == "OCTET"
        return (by_end or by_type) if vague else by_type
    choice = _choice(format)
    decided = [candidate for candidate in (by_end, by_type) if candidate and candidate.concept in choice]
    return decided[0] if decided else _of_words(format)


_VAGUE: Final = {
    **dict.fromkeys(("excel", "ms excel", "microsoft excel", "excel datei", "excel tabelle"), "XLS XLSX XLSM XLSB"),
    **dict.fromkeys(("word", "ms word", "microsoft word", "word dokument"), "DOC DOCX"),
    **dict.fromkeys(("powerpoint", "ms powerpoint", "microsoft powerpoint"), "PPT PPTX PPS PPSX"),
}


def _choice(format: str) -> tuple[Concept, ...]:
    """The file types of a vague text, among which media type and address decide."""
    types = concept_list("file-types")
    if fold(format) in _VAGUE:
        return tuple(types.by_notation[code] for code in _VAGUE[fold(format)].split())
    content, _packages, unknown = _compound(format)
    return tuple(content) if len(content) > 1 and not unknown else ()


_PARAMETERS = re.compile(r"([\w.+-]+/[\w.+-]+)\s*;")
_MEDIA_ADDRESS = re.compile(r"//(?:iana\.org/assignments/media-types|purl\.org/net/mediatypes)/(.+)$")
_SERVICE = re.compile(
    r"(?:ogc )?(wms|wfs|wcs|wmts)(?: (?:ogc|http|https|get|map|feature|coverage|tile|capabilities|getcapabilities|"
    r"getmap|getfeature|service|server|dienst|srvc|url|link|version|v?\d+))*$"
)


def _of_words(text: str) -> FileType | None:
    """The file type that a text names by itself: a type, a service with its version, or a compound."""
    if not text:
        return None
    types, folded = concept_list("file-types"), fold(text)
    address, service = _MEDIA_ADDRESS.match(folded), _SERVICE.match(folded)
    text = address[1] if address else text
    concept = named(types, text) or (types.get(service[1].upper() + "_SRVC") if service else None)
    if concept is None and (parameters := _PARAMETERS.match(text)):  # text/csv; charset=utf-8
        concept = named(types, parameters[1])
    if concept:
        return FileType(concept, None)
    content, packages, unknown = _compound(text)
    plain = {concept.notation for concept in content}
    # KMZ beside KML is the same content
    content = [concept for concept in content if concept.extra["packs"] not in plain]
    if unknown or len(content) > 1 or len(packages) > 1 or not content + packages:
        return None
    return FileType((content or packages)[0], packages[0] if content and packages else None)


_COARSE = re.compile(r"[,;:|+&()\[\]]|\s(?:und|and|oder|or|in|als|as)\s")
_FINE = re.compile(r"[/.\s-]+")
_FILLERS: Final = frozenset(("datei", "dateien", "file", "files", "format", "download", "archiv", "archive"))


def _compound(text: str) -> tuple[list[Concept], list[Concept], bool]:
    """The contents and packages that the words of a text name, and whether a word names none."""
    types = concept_list("file-types")
    named_types: dict[Concept, None] = {}
    unknown = False
    for part in _COARSE.split(text):
        for piece in (part,) if named(types, part) else _FINE.split(part):
            concept = named(types, piece)
            if concept:
                named_types[concept] = None
            elif fold(piece) and fold(piece) not in _FILLERS:
                unknown = True
    packages = [concept for concept in named_types if concept.extra["family"] == "archive"]
    return [concept for concept in named_types if concept not in packages], packages, unknown


def ending(url: str) -> str:
    """The format in an address: `outputFormat=csv`, `service=WFS`, or the suffix of its path ("csv.gz")."""
    if not url or len(url) > 4000:
        return ""
    try:
        address = urlsplit(url.strip())
        parameters = {key.lower(): value for key, value in parse_qsl(address.query, max_num_fields=100)}
    except ValueError:
        return ""
    format = parameters.get("outputformat") or parameters.get("format") or parameters.get("f") or ""
    if named(concept_list("file-types"), format):
        return format
    if parameters.get("service", "").lower() in ("wms", "wfs", "wcs", "wmts"):
        return parameters["service"]
    return _suffix(unquote(address.path).rpartition("/")[2])


def _suffix(name: str) -> str:
    """The last suffix of a file name if it is a file type; the last two if they are one type or the last is an
    archive."""
    types = concept_list("file-types")
    _stem, *suffixes = name.split(".")
    last = named(types, suffixes[-1]) if suffixes else None
    two = ".".join(suffixes[-2:])
    if len(suffixes) > 1 and (named(types, two) or (last and last.extra["family"] == "archive")):
        return two if _of_words(two) else suffixes[-1]
    return suffixes[-1] if last else ""


IANA: Final = "https://www.iana.org/assignments/media-types/"
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|font|haptics|image|message|model|multipart|text|video)/(?!x[-.])[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$"
)


def media_type(text: str) -> str | None:
    """The IANA IRI of "text/csv; charset=utf-8", of an IANA address, or of a format such as "csv".

    Types of the unregistered x- tree have none, unless the list `media-types` knows the registered one.
    """
    return _media_type(text) if text and len(text) <= MAX_TEXT else None


@lru_cache(maxsize=CACHED)
def _media_type(text: str) -> str | None:
    address = _MEDIA_ADDRESS.match(fold(text))
    name = (address[1] if address else text).partition(";")[0].strip().lower()
    concept = named(concept_list("media-types"), name)
    if concept or _MEDIA_TYPE.match(name):
        return concept.iri if concept else IANA + name
    by_format = file_type(text)
    registered = by_format.concept.extra["media_type"] if by_format else ""
    return IANA + registered if registered else None
