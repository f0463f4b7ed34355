"""Free words to a file type of the EU or a media type of IANA: "zip:shp", "WMS (http)", ".csv", "text/csv"."""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from vocab.concepts import Concept, concept_list
from vocab.folding import MAX_WORDS, REMEMBERED, fold, named


class FileType(NamedTuple):
    """`package`: what the content is packed in, such as ZIP; None if it is not."""

    concept: Concept
    package: Concept | None


def file_type(format: str, media_type: str = "", url: str = "") -> FileType | None:
    """The EU file type that the words name; where there are none, the media type, else the end of the address.

    "zip:shp" is a Shapefile packed in ZIP. "kml, kmz" is KML, or KMZ where media type or address say so; likewise
    "excel" is XLS, or XLSX. Words that name no type, or two that are not one, are None whatever the address is.
    """
    if max(len(format), len(media_type)) > MAX_WORDS:
        return None
    return _file_type(format.strip(), media_type.strip(), ending(url))


@lru_cache(maxsize=REMEMBERED)
def _file_type(format: str, media_type: str, end: str) -> FileType | None:
    by_end, by_type = _of_words(end), _of_words(media_type)
    if not fold(format):
        vague = by_type is None or by_type.concept.notation == "OCTET"
        return (by_end or by_type) if vague else by_type
    choice = _choice(format)
    decided = [one for one in (by_end, by_type) if one and one.concept in choice]
    return decided[0] if decided else _of_words(format)


_VAGUE: Final = {
    **dict.fromkeys(("excel", "ms excel", "microsoft excel", "excel datei", "excel tabelle"), "XLS XLSX XLSM XLSB"),
    **dict.fromkeys(("word", "ms word", "microsoft word", "word dokument"), "DOC DOCX"),
    **dict.fromkeys(("powerpoint", "ms powerpoint", "microsoft powerpoint"), "PPT PPTX PPS PPSX"),
}


def _choice(format: str) -> tuple[Concept, ...]:
    """The file types among which words leave the choice to media type and address."""
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


def _of_words(words: str) -> FileType | None:
    """What words name by themselves: a file type, a service with its version, or a compound."""
    if not words:
        return None
    types, folded = concept_list("file-types"), fold(words)
    address, service = _MEDIA_ADDRESS.match(folded), _SERVICE.match(folded)
    words = address[1] if address else words
    one = named(types, words) or (types.get(service[1].upper() + "_SRVC") if service else None)
    if one is None and (parameters := _PARAMETERS.match(words)):  # text/csv; charset=utf-8
        one = named(types, parameters[1])
    if one:
        return FileType(one, None)
    content, packages, unknown = _compound(words)
    plain = {one.notation for one in content}
    content = [one for one in content if one.extra["packs"] not in plain]  # KMZ beside KML is the same content
    if unknown or len(content) > 1 or len(packages) > 1 or not content + packages:
        return None
    return FileType((content or packages)[0], packages[0] if content and packages else None)


_COARSE = re.compile(r"[,;:|+&()\[\]]|\s(?:und|and|oder|or|in|als|as)\s")
_FINE = re.compile(r"[/.\s-]+")
_FILLERS: Final = frozenset(("datei", "dateien", "file", "files", "format", "download", "archiv", "archive"))


def _compound(words: str) -> tuple[list[Concept], list[Concept], bool]:
    """The contents and packages that words in a row name, and whether there was a word that names none."""
    types = concept_list("file-types")
    known: dict[Concept, None] = {}
    unknown = False
    for part in _COARSE.split(words):
        for piece in (part,) if named(types, part) else _FINE.split(part):
            one = named(types, piece)
            if one:
                known[one] = None
            elif fold(piece) and fold(piece) not in _FILLERS:
                unknown = True
    packages = [one for one in known if one.extra["family"] == "archive"]
    return [one for one in known if one not in packages], packages, unknown


def ending(url: str) -> str:
    """What an address says of its format: `outputFormat=csv`, `service=WFS`, or the suffix of its path ("csv.gz")."""
    if not url or len(url) > 4000:
        return ""
    try:
        address = urlsplit(url.strip())
        asked = {key.lower(): value for key, value in parse_qsl(address.query, max_num_fields=100)}
    except ValueError:
        return ""
    said = asked.get("outputformat") or asked.get("format") or asked.get("f") or ""
    if named(concept_list("file-types"), said):
        return said
    if asked.get("service", "").lower() in ("wms", "wfs", "wcs", "wmts"):
        return asked["service"]
    return _suffix(unquote(address.path).rpartition("/")[2])


def _suffix(name: str) -> str:
    """The last suffix of a file name that is a file type, the last two if the last is an archive or both are one."""
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


def media_type(words: str) -> str | None:
    """The IANA IRI of "text/csv; charset=utf-8", of an IANA address, or of a format such as "csv".

    Types of the unregistered x- tree have none, unless the list `media-types` knows the registered one.
    """
    return _media_type(words) if words and len(words) <= MAX_WORDS else None


@lru_cache(maxsize=REMEMBERED)
def _media_type(words: str) -> str | None:
    address = _MEDIA_ADDRESS.match(fold(words))
    said = (address[1] if address else words).partition(";")[0].strip().lower()
    known = named(concept_list("media-types"), said)
    if known or _MEDIA_TYPE.match(said):
        return known.iri if known else IANA + said
    by_format = file_type(words)
    registered = by_format.concept.extra["media_type"] if by_format else ""
    return IANA + registered if registered else None
