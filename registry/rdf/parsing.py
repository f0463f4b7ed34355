"""Bytes of a stranger to a graph: Turtle, RDF/XML, JSON-LD, N-Triples; strict first, lenient second, always bounded."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple
from xml.parsers import expat

import orjson
import pyoxigraph as ox

from registry.errors import TooLargeError
from registry.model import Findings, Text
from registry.rdf.terms import SPELT, TYPE, escaped, is_iri, literal, unescaped, valid_iri, words_of
from registry.rdf.xml_guard import MAX_DEPTH, UTF_8, plain_xml
from registry.rules import both, finding
from registry.syntax_errors import syntax_error, told, unreadable

MAX_BYTES: Final = 200_000_000
STATEMENTS: Final = 2_000  # that are text at once
MAX_ERRORS: Final = 100  # places of a Turtle file that cannot be read, before all of it counts as unreadable
MAX_STRAY: Final = 5  # stray texts of RDF/XML; where there are more, nodes and properties are mixed up
SHOWN: Final = 20

_SPELT: Final = tuple(SPELT)
TYPE_BYTES: Final = f"{TYPE} ".encode()


class Graph(dict[bytes, list[bytes]]):
    """Subject -> "predicate object", all in N-Triples, in the order of the file. `types`: of nodes that have any."""

    def __init__(self) -> None:
        super().__init__()
        self.types: dict[bytes, list[bytes]] = {}


_FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE, "application/x-turtle": ox.RdfFormat.TURTLE, "text/n3": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML, "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}  # fmt: skip
_SUFFIXES = {
    ".ttl": ox.RdfFormat.TURTLE, ".n3": ox.RdfFormat.TURTLE, ".rdf": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML, ".jsonld": ox.RdfFormat.JSON_LD, ".json": ox.RdfFormat.JSON_LD,
    ".nt": ox.RdfFormat.N_TRIPLES,
}  # fmt: skip
_LINES = (ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES)  # formats whose parser goes on after a bad statement
_STRAY = ("Unexpected text event", "Unexpected node, a text value is already present")  # RDF/XML: harmless to pass over
_RDF = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f]')
_NOT_TAG = re.compile(r'[\s"<>]+')
_UNDERSCORED = re.compile(rb'(["\']@[A-Za-z]{2,3})_([A-Za-z0-9]{2,8}\b)')


class Parsed(NamedTuple):
    """`findings`: what had to be left out or repaired to read the file at all, about the file, not about a record."""

    graph: Graph
    findings: Findings


def parse(data: bytes, *, media_type: str = "", name: str = "", base: str = "", limit: int = MAX_BYTES) -> Parsed:
    """The statements of a file; its form is told by content type, suffix, then content.

    Nothing is fetched. Raises SourceError, which names file, place and remedy, if it cannot be read; TooLargeError.
    """
    where = name or base or "file"
    if len(data) > limit:
        raise TooLargeError(
            f"{where} is larger than {limit} bytes. Ask the source for smaller pages.",
            de=f"{where} ist größer als {limit} Bytes. Bitten Sie die Quelle um kleinere Seiten.",
            limit=limit,
        )
    form = format_of(data, media_type, name or base)
    text = _readable(data, form, where)
    try:
        return Parsed(_index(_lines(ox.parse(text, form, base_iri=_base(base)), form)), ())
    except (SyntaxError, ValueError):
        return _leniently(text, form, _base(base), where)


def format_of(data: bytes, media_type: str, name: str) -> ox.RdfFormat:
    """By content type, suffix, then content."""
    told = _FORMATS.get(media_type.partition(";")[0].strip().lower())
    suffix = re.search(r"\.[a-z0-9]{2,6}$", name.partition("#")[0].partition("?")[0].lower())
    start = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
        return ox.RdfFormat.RDF_XML  # UTF-16
    looks_xml = re.match(rb"<\?xml|<!--|<!DOCTYPE", start) or (
        b"xmlns" in start and re.match(rb"<[A-Za-z_][\w.-]*(?::[\w.-]+)?\s", start)
    )
    guess = told or (_SUFFIXES.get(suffix[0]) if suffix else None)
    if guess is None or (guess != ox.RdfFormat.RDF_XML and looks_xml):
        if looks_xml:
            return ox.RdfFormat.RDF_XML
        return ox.RdfFormat.JSON_LD if start[:1] in (b"{", b"[") else ox.RdfFormat.TURTLE
    return guess


def _base(base: str) -> str | None:
    return base if base and is_iri(base) else None


def _readable(data: bytes, form: ox.RdfFormat, where: str) -> bytes:
    """The bytes as the parser may have them: UTF-8, no entities, no foreign contexts, not nested too deep."""
    if form == ox.RdfFormat.RDF_XML:
        return plain_xml(data, where)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        said = {"de": f"Byte {error.start} ist kein UTF-8", "en": f"not UTF-8 at byte {error.start}"}
        raise unreadable(where, said, UTF_8) from None
    return _json_ld(data, where) if form == ox.RdfFormat.JSON_LD else data


def _json_ld(data: bytes, where: str) -> bytes:
    """JSON-LD whose contexts are all our own or inline."""
    # Late: it walks the rows of vocab/fields.py, and only JSON-LD needs it.
    from registry.rdf.foreign_contexts import without_foreign_contexts

    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise unreadable(where, syntax_error(error)) from None
    return orjson.dumps(without_foreign_contexts(document, where, MAX_DEPTH))


def _lines(quads: Iterator[ox.Quad], form: ox.RdfFormat) -> Iterator[list[bytes]]:
    """The statements as lines of N-Triples, made without a Python object for each term, some thousands at a time."""
    said: Any = (quad.triple for quad in quads) if form == ox.RdfFormat.JSON_LD else quads
    while lines := ox.serialize(islice(said, STATEMENTS), format=ox.RdfFormat.N_TRIPLES):
        yield lines.removesuffix(b" .\n").split(b" .\n")


def _index(packs: Iterable[list[bytes]]) -> Graph:
    graph = Graph()
    start, size, subject, about = b" ", 1, b"", []  # no line starts with a blank
    for lines in packs:
        for line in lines:
            if line.startswith(start):
                statement = line[size:]
            else:
                subject, _, statement = line.partition(b" ")
                start, size, about = subject + b" ", len(subject) + 1, graph.setdefault(subject, [])
            about.append(statement)
            if statement.startswith(TYPE_BYTES):
                graph.types.setdefault(subject, []).append(statement[len(TYPE_BYTES) :])
    return graph


def objects(graph: Graph, property: str) -> Iterator[str]:
    """The terms that anything in a graph has as values of a property, in the order of the file."""
    start = f"<{property}> ".encode()
    for about in graph.values():
        for statement in about:
            if statement.startswith(start):
                yield statement[len(start) :].decode()


def _leniently(text: bytes, form: ox.RdfFormat, base: str | None, where: str) -> Parsed:
    """What a strict parser refused: bad IRIs and tags are let through, marked; unreadable statements of a file by
    lines cost themselves only."""
    broken: frozenset[int] = frozenset()
    if form in _LINES:
        text, broken = without_broken_strings(_UNDERSCORED.sub(rb"\1-\2", text))
    found: list[Text] = []
    triples: list[tuple[str, str, str]] = []
    for one in _going_on(ox.parse(text, form, base_iri=base, lenient=True), form, text, broken, where):
        if not isinstance(one, ox.Quad):
            found.append(one)
            continue
        triples.append((_subject(one.subject), f"<{_marked(one.predicate.value)}>", _object(one.object)))
    if found and not triples:
        raise unreadable(where, found[0])
    findings = (finding("statement-unreadable", value=both(one)[:500]) for one in found[:SHOWN])
    return Parsed(_without_relative_subjects(triples), tuple(findings))


def _going_on(
    quads: Iterator[ox.Quad], form: ox.RdfFormat, text: bytes, broken: frozenset[int], where: str
) -> Iterator[ox.Quad | Text]:
    """Statements, and in between what could not be read; raises SourceError where the parser cannot go on: what it
    gave after that would say things that the file does not say. `broken`: lines that end inside a string."""
    places: list[Text] = []
    most = MAX_ERRORS if form in _LINES else MAX_STRAY
    while True:
        try:
            yield next(quads)
        except StopIteration:
            return
        except SyntaxError as error:
            places.append(
                _break(error.lineno) if error.lineno in broken else told(_place(text, error, form), form.name)
            )
            harmless = form in _LINES or (str(error).startswith(_STRAY) and _RDF in text)
            if not harmless or len(places) > most:
                raise unreadable(where, places[0]) from None
            yield places[-1]


def _break(line: int | None) -> Text:
    return {"de": f"Zeile {line}: {BREAK['de']}", "en": f"line {line}: {BREAK['en']}"}


def _place(text: bytes, error: SyntaxError, form: ox.RdfFormat) -> str:
    """The parser's message; for XML, where it names no line, with the line of a second look."""
    if form != ox.RdfFormat.RDF_XML:
        return str(error)
    try:
        expat.ParserCreate().Parse(text, True)
    except expat.ExpatError as second:
        return f"line {second.lineno}, column {second.offset}: {expat.ErrorString(second.code)}"
    quoted = re.search(r"'\s*(.+)'", str(error), re.DOTALL)
    start = text.find(quoted[1].encode()) if quoted else -1
    line = text.count(b"\n", 0, start) + 1
    return f"line {line}: {error}" if start >= 0 else str(error)


def _subject(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return f"<{_marked(term.value)}>" if isinstance(term, ox.NamedNode) else str(term)


def _object(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<{_marked(term.value)}>"
    if not isinstance(term, ox.Literal):
        return str(term)
    words = f'"{escaped(term.value)}"'
    if term.language is not None:
        tag = _NOT_TAG.sub("-", term.language)
        return f"{words}@{tag}" if tag else words
    datatype = term.datatype.value
    return str(term) if _FORBIDDEN.search(datatype) is None else f"{words}^^<{_marked(datatype)}>"


def _marked(value: str) -> str:
    """An invalid IRI with \\u escapes, which N-Triples allows: whoever reads it sees that it needs mending, and what
    the source wrote."""
    if is_iri(value):
        return value
    marked = _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04X}", value)
    if marked == value:
        first = value.find(":") if ":" in value else 0
        marked = f"{value[:first]}\\u{ord(value[first]):04X}{value[first + 1 :]}" if value else "\\u0020"
    return marked


def _without_relative_subjects(triples: list[tuple[str, str, str]]) -> Graph:
    """A subject whose IRI cannot be mended becomes a blank node, everywhere alike. What the source wrote is said of a
    node that was renamed, if anything but its type is, and of one with a property that was."""
    names: dict[str, str] = {}
    spelt: dict[str, None] = {}  # statements
    for subject, predicate, _ in triples:
        if "\\" in subject:
            if subject not in names:
                mended = valid_iri(unescaped(subject[1:-1]))
                names[subject] = f"<{mended}>" if mended else f"_:unnamed{len(names)}"
            if predicate != TYPE:
                spelt[f"{names[subject]} {_SPELT[0]} {literal(words_of(subject))}"] = None
    lines = []
    for subject, predicate, term in triples:
        subject = names.get(subject, subject)
        if "\\" in predicate:
            spelt[f"{subject} {_SPELT[1]} {literal(words_of(predicate))}"] = None
            predicate = f"<{valid_iri(unescaped(predicate[1:-1])) or 'urn:x-unreadable:property'}>"
        lines.append(f"{subject} {predicate} {names.get(term, term)}")
    return _index([[line.encode("utf-8", "replace") for line in (*lines, *spelt)]])


BREAK: Final[Text] = {
    "de": 'eine Zeichenkette endet nicht auf ihrer Zeile; schreiben Sie \\n oder drei Anführungszeichen (""")',
    "en": 'a line ends inside a string; write \\n, or put the string into three quotation marks (""")',
}
_CUT: Final = b" ? ."  # no Turtle: the parser reports it, gives the statement up and goes on after it

# One look at each byte: what a token has taken is never given back.
_TOKEN = re.compile(
    rb"""\#[^\n\r]*+                                                 # comment
    | <[^<>\n\r]*+>                                                  # IRI, also one that needs mending
    | \"\"\"(?:[^"\\]|\\.|"(?!""))*+(?:\"\"\"|\Z) | '''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)
    | "(?:[^"\\\n\r]|\\[^\n\r])*+(?:"|(?P<open>(?=\\?[\n\r]))|)
    | '(?:[^'\\\n\r]|\\[^\n\r])*+(?:'|(?P<opened>(?=\\?[\n\r]))|)
    | \\.                                                            # of a local name
    | (?P<stop>\.)[ \t]*+(?:\#[^\n\r]*+)?(?=[\n\r]|\Z)               # ends its line, and so a statement""",
    re.DOTALL | re.VERBOSE,
)
_STATEMENT = re.compile(rb"[ \t]*+[\n\r](?:\s|\#[^\n\r]*+)*+(?=[<@_\[(]|[A-Za-z][\w.-]{0,60}:|(?i:prefix|base)\s)")


def without_broken_strings(text: bytes) -> tuple[bytes, frozenset[int]]:
    """The text without what stands between a string that does not end on its line, which Turtle forbids, and the next
    statement that begins on a line of its own after a full stop; and the lines (from 1) where that was.

    Whether the string was meant to go on or somebody forgot its end cannot be told, so neither is made of it.
    """
    pieces: list[bytes] = []
    lines: set[int] = set()
    kept, broken, line, counted = 0, -1, 1, 0
    for match in _TOKEN.finditer(text):
        is_open = match["open"] is not None or match["opened"] is not None
        if is_open and broken < 0:
            broken = match.start()
            line, counted = line + text.count(b"\n", counted, broken), broken
            lines.add(line)
        if broken < 0 or not (match["stop"] or (is_open and match[0].rstrip().endswith(b"."))):
            continue
        following = _STATEMENT.match(text, match.end())
        if following:
            pieces += (text[kept:broken], _CUT, b"\n" * text.count(b"\n", broken, following.end()))
            kept, broken = following.end(), -1
    if broken >= 0:
        pieces += (text[kept:broken], _CUT)
        kept = len(text)
    return b"".join((*pieces, text[kept:])), frozenset(lines)
