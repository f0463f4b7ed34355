"""XML of strangers before a parser sees it: UTF-8, no entities, not nested too deep."""

import re
from contextlib import suppress
from typing import Final
from xml.parsers import expat

from registry.model import Text
from registry.syntax_errors import FLATTER, unreadable

MAX_DEPTH: Final = 200  # of JSON-LD and RDF/XML
SMALL: Final = 100_000  # bytes of RDF/XML that no depth can make slow
STEP: Final = 8_192
MAX_ATTRIBUTES: Final = 5_000  # of one element; the parser's time grows with their square
HEAD: Final = 400  # characters that hold the declaration

DEEP: Final[Text] = {
    "de": f"mehr als {MAX_DEPTH} Elemente stecken ineinander", "en": f"nested deeper than {MAX_DEPTH} elements",
}  # fmt: skip
UTF_8: Final[Text] = {"de": "Speichern Sie die Datei als UTF-8.", "en": "Save the file as UTF-8."}
_ENTITIES: Final[Text] = {"de": "ihr DOCTYPE vereinbart Entitäten", "en": "its DOCTYPE declares entities"}
_ATTRIBUTES: Final[Text] = {
    "de": f"ein Element hat mehr als {MAX_ATTRIBUTES} Attribute",
    "en": f"an element has more than {MAX_ATTRIBUTES} attributes",
}
_NO_DOCTYPE: Final[Text] = {
    "de": "Schreiben Sie die Datei ohne DOCTYPE.", "en": "Write the file without a DOCTYPE.",
}  # fmt: skip
_LONG = re.compile(rb"<[A-Za-z_][^<]{%d,}+" % (4 * MAX_ATTRIBUTES))  # what may be a tag with so many attributes
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^\[>\"']*)*([\[>])", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")


def plain_xml(data: bytes, where: str) -> bytes:
    """UTF-8 without DOCTYPE; entity declarations are refused unread."""
    text = _decoded(data, where)
    prolog = _PROLOG.match(text)
    doctype = _DOCTYPE.match(text, prolog.end() if prolog else 0)
    if doctype and doctype[1] == "[":
        raise unreadable(where, _ENTITIES, _NO_DOCTYPE)
    if doctype:
        text = text[: doctype.start()] + "\n" * doctype[0].count("\n") + text[doctype.end() :]
    plain = text.encode()
    if any(found[0].count(b"=") > MAX_ATTRIBUTES for found in _LONG.finditer(plain)):
        raise unreadable(where, _ATTRIBUTES, FLATTER)
    if len(plain) > SMALL:
        _check_depth(plain, where)
    return plain


def _check_depth(text: bytes, where: str) -> None:
    """The parser's time grows with the square of the depth."""
    if _is_shallow(text):
        return
    depth = deepest = 0

    def opens(name: str, attributes: object) -> None:
        nonlocal depth, deepest
        depth += 1
        deepest = max(depth, deepest)

    def closes(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opens, closes
    with suppress(expat.ExpatError):  # the RDF parser says what is wrong
        parser.Parse(text, True)
    if deepest > MAX_DEPTH:
        raise unreadable(where, DEEP, FLATTER)


def _is_shallow(text: bytes) -> bool:
    """Whether counting brackets is enough to see that nothing is nested deep. Where "<" and ">" are as many and there
    is neither comment nor CDATA, each of them belongs to a tag; between two looks depth can grow by STEP / 4 only."""
    if b"<!" in text or text.count(b"<?") > 1 or text.count(b"<") != text.count(b">"):
        return False
    depth = 0
    for start in range(0, len(text), STEP):
        end = start + STEP
        depth += text.count(b"<", start, end) - 2 * text.count(b"</", start, end) - text.count(b"/>", start, end)
        if abs(depth) > MAX_DEPTH:
            return False
    return True


def _decoded(data: bytes, where: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        declared = _DECLARATION.match(data[:HEAD].lstrip(b"\xef\xbb\xbf").decode("latin-1"))
        encoding = declared[1].lower() if declared else "utf-8"
        encoding = "utf-8-sig" if encoding in ("utf-8", "utf8", "us-ascii", "ascii") else encoding
        encoding = "cp1252" if encoding in ("iso-8859-1", "latin-1", "latin1", "iso8859-1") else encoding
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        place = f", byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        said = {
            "de": f"sie hat nicht die Kodierung, die sie nennt ({encoding}{place.replace('byte', 'Byte')})",
            "en": f"not in the declared encoding ({encoding}{place})",
        }
        raise unreadable(where, said, UTF_8) from None
    start, rest = text[:HEAD], text[HEAD:]  # the pattern's time grows with the square of what it looks at
    return _DECLARATION.sub('<?xml version="1.0" encoding="UTF-8"?>', start, count=1) + rest
