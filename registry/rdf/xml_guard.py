"""Makes XML from sources safe before the RDF parser gets it: UTF-8, no entities, not nested too deep, whole texts.

Entry points: `plain_xml`, `with_whole_texts`. Entities could grow without bound or read files ("billion laughs", XXE).
The time of the parser grows with the square of the depth and of the number of attributes.
"""

import re
from contextlib import suppress
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from registry.model.message import message
from registry.syntax_errors import FLATTER, unreadable

MAX_DEPTH: Final = 200  # of JSON-LD and RDF/XML
SMALL_FILE_BYTES: Final = 100_000  # RDF/XML below this size is parsed once more to count its depth: a millisecond
SCAN_STEP_BYTES: Final = 8_192  # see `_is_shallow`
MAX_ATTRIBUTES: Final = 5_000  # of one element; the parser's time grows with their square
DECLARATION_CHARACTERS: Final = 400  # at the start of the file, in which the XML declaration is looked for

TOO_DEEP: Final = message("elements-too-deep", limit=MAX_DEPTH)
UTF_8: Final = message("save-as-utf-8")
_ENTITIES: Final = message("doctype-entities")
_ATTRIBUTES: Final = message("attributes-too-many", limit=MAX_ATTRIBUTES)
_NO_DOCTYPE: Final = message("without-doctype")
_LONG_TAG = re.compile(
    rb"<[A-Za-z_][^<]{%d,}+" % (4 * MAX_ATTRIBUTES)
)  # a text that may be a tag with too many attributes
_XML_DECLARATION = re.compile(rb"\s*+<\?xml\s[^>]*+>")
# "<!" and "<?": to look for the rarer character first is ten times as fast.
_COMMENT_OR_CDATA = re.compile(rb"!(?<=<!)")
_INSTRUCTION = re.compile(rb"\?(?<=<\?)")
_CDATA: Final = b"<![CDATA["
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^\[>\"']*)*([\[>])", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")


def plain_xml(data: bytes, where: str) -> bytes:
    """The file as UTF-8 without DOCTYPE, each line end as LF (XML 1.0, section 2.11). Raises SourceError for entity
    declarations, an unknown encoding, and for what is nested too deep or has too many attributes."""
    text = _decoded(data, where)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    prolog = _PROLOG.match(text)
    doctype = _DOCTYPE.match(text, prolog.end() if prolog else 0)
    if doctype and doctype[1] == "[":
        raise unreadable(where, _ENTITIES, _NO_DOCTYPE)
    if doctype:
        text = text[: doctype.start()] + "\n" * doctype[0].count("\n") + text[doctype.end() :]
    plain = text.encode()
    if any(tag[0].count(b"=") > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(plain)):
        raise unreadable(where, _ATTRIBUTES, FLATTER)
    _check_depth(plain, where)
    return plain


def with_whole_texts(plain: bytes) -> bytes:
    """The file with each text in one piece: without comments and processing instructions, CDATA sections as escaped
    text. What is not well-formed comes back unchanged, for the RDF parser to report.

    The RDF parser takes the first piece of a text and refuses the others."""
    declaration = _XML_DECLARATION.match(plain)
    body = plain[declaration.end() :] if declaration else plain
    if not _COMMENT_OR_CDATA.search(body) and not _INSTRUCTION.search(body):
        return plain
    whole, copied = bytearray(), 0
    parser = expat.ParserCreate()

    def cut(end: bytes, is_text: bool = False) -> None:
        """Copies what is before the current place, and goes on after the next `end`."""
        nonlocal copied
        start = parser.CurrentByteIndex
        stop = body.index(end, start)
        whole.extend(body[copied:start])
        if is_text:
            whole.extend(escape(body[start + len(_CDATA) : stop].decode()).encode())
        copied = stop + len(end)

    parser.CommentHandler = lambda comment: cut(b"-->")
    parser.ProcessingInstructionHandler = lambda target, instruction: cut(b"?>")
    parser.StartCdataSectionHandler = lambda: cut(b"]]>", is_text=True)
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        return plain
    return bytes(whole) + body[copied:]


def _check_depth(text: bytes, where: str) -> None:
    """Raises SourceError for a file that is nested deeper than MAX_DEPTH."""
    if len(text) > SMALL_FILE_BYTES and _is_shallow(text):
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
    with suppress(expat.ExpatError):  # the RDF parser will report what is wrong
        parser.Parse(text, True)
    if deepest > MAX_DEPTH:
        raise unreadable(where, TOO_DEEP, FLATTER)


def _is_shallow(text: bytes) -> bool:
    """Whether counting brackets proves that nothing is nested deep, without parsing.

    Without comments and CDATA, and with as many "<" as ">", each bracket belongs to a tag. Between two counts the depth
    can grow by SCAN_STEP_BYTES / 4 at most."""
    if _COMMENT_OR_CDATA.search(text) or len(_INSTRUCTION.findall(text)) > 1 or text.count(b"<") != text.count(b">"):
        return False
    depth = 0
    for start in range(0, len(text), SCAN_STEP_BYTES):
        end = start + SCAN_STEP_BYTES
        depth += text.count(b"<", start, end) - 2 * text.count(b"</", start, end) - text.count(b"/>", start, end)
        if abs(depth) > MAX_DEPTH:
            return False
    return True


def _decoded(data: bytes, where: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        declared = _DECLARATION.match(data[:DECLARATION_CHARACTERS].lstrip(b"\xef\xbb\xbf").decode("latin-1"))
        encoding = declared[1].lower() if declared else "utf-8"
        encoding = "utf-8-sig" if encoding in ("utf-8", "utf8", "us-ascii", "ascii") else encoding
        encoding = "cp1252" if encoding in ("iso-8859-1", "latin-1", "latin1", "iso8859-1") else encoding
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        code = "encoding-wrong-at" if isinstance(error, UnicodeDecodeError) else "encoding-wrong"
        what = message(code, encoding=encoding, byte=getattr(error, "start", 0))
        raise unreadable(where, what, UTF_8) from None
    # the pattern backtracks: its time grows with the square of the length
    start, remainder = text[:DECLARATION_CHARACTERS], text[DECLARATION_CHARACTERS:]
    return _DECLARATION.sub('<?xml version="1.0" encoding="UTF-8"?>', start, count=1) + remainder
