"""Bytes from a source -> graph: Turtle, RDF/XML, JSON-LD, N-Triples.

A strict parser comes first. If it refuses the file, a lenient one repairs what it can, with a finding for each repair.
Sizes and depths are bounded, and nothing is fetched.

Entry points: `parse`, `objects`.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple
from xml.parsers import expat

import orjson
import pyoxigraph as ox

from registry.errors import TooLargeError
from registry.model import Findings
from registry.model.message import Message, message
from registry.rdf import bounds
from registry.rdf.terms import AS_WRITTEN, TYPE, escaped, is_iri, literal, text_of, unescaped, valid_iri
from registry.rdf.turtle_strings import MAX_STRING_BYTES, without_broken_strings, without_long_strings
from registry.rdf.xml_guard import MAX_DEPTH, TOO_DEEP, UTF_8, plain_xml, with_whole_texts
from registry.rules import finding
from registry.syntax_errors import FLATTER, json_fault, rdf_fault, unreadable

MAX_BYTES: Final = 200_000_000
STATEMENTS_PER_BATCH: Final = 2_000  # that are turned into text at once
MAX_ERRORS: Final = 100  # places of a Turtle file that cannot be read, before all of it counts as unreadable
MAX_STRAY_TEXTS: Final = 5  # stray texts of RDF/XML; where there are more, nodes and properties are mixed up
MAX_FINDINGS: Final = 20  # of a file
MIN_REPEATED: Final = 32  # statements of a node from which repeated ones are looked for: a publisher in each dataset

_AS_WRITTEN: Final = tuple(AS_WRITTEN)
TYPE_BYTES: Final = f"{TYPE} ".encode()
_TYPE_SIZE: Final = len(TYPE_BYTES)


class ParsedGraph(dict[bytes, list[bytes]]):
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
_LINES = (ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES)  # formats whose parser continues after a bad statement
_STRAY = (
    "Unexpected text event",
    "Unexpected node, a text value is already present",
)  # RDF/XML: the text between elements can be ignored
_RDF = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TURTLE_START = re.compile(rb"(?:\s++|#[^\n]*+)*+(?:@prefix|@base|prefix|base)\s", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f]')
_NOT_TAG = re.compile(r'[\s"<>]+')
_UNDERSCORED = re.compile(rb'(["\']@[A-Za-z]{2,3})_([A-Za-z0-9]{2,8}\b)')


class Parsed(NamedTuple):
    """The statements of a file. `findings` are about the file, not about a record: statements that had to be left
    out."""

    graph: ParsedGraph
    findings: Findings


def parse(data: bytes, *, media_type: str = "", name: str = "", base: str = "", limit: int = MAX_BYTES) -> Parsed:
    """The statements of a file. Its format is decided by content type, then suffix, then content (`format_of`).

    Nothing is fetched. Raises SourceError, which names file, place and remedy, if the file cannot be read, and
    TooLargeError above `limit` bytes.
    """
    where = name or base or "file"
    if len(data) > limit:
        raise TooLargeError("page-too-large", {"limit": limit}, url=where, limit=limit)
    form = format_of(data, media_type, name or base)
    text, things = _readable(data, form, where)
    try:
        parsed = _parsed(text, form, _base(base), where)
    except MemoryError as error:
        if "buffer maximal size" not in str(error):  # what pyoxigraph says of a string that is too long
            raise
        text, left_out = without_long_strings(text) if form in _LINES else (text, [])
        if not left_out:
            raise unreadable(where, message("literal-too-long", limit=MAX_STRING_BYTES)) from None
        parsed = _parsed(text, form, _base(base), where)
        parsed = parsed._replace(findings=(*_findings(left_out), *parsed.findings))
    return _with_lost_things(parsed, things)


def _parsed(text: bytes, form: ox.RdfFormat, base: str | None, where: str) -> Parsed:
    output = bounds.Output(len(text), where)
    try:
        graph = _index(_lines(text, form, base, output))
        return Parsed(graph, _findings(output.left_out))
    except (SyntaxError, ValueError):
        return _parsed_leniently(text, form, base, where)


def _findings(left_out: Iterable[Message]) -> Findings:
    return tuple(finding("statement-unreadable", value=what) for what in islice(left_out, MAX_FINDINGS))


def _with_lost_things(parsed: Parsed, things: int) -> Parsed:
    """The parsed file, with a finding if it has fewer things than the JSON describes: else the others would count as
    gone."""
    if not things:
        return parsed
    here = sum(1 for types in parsed.graph.types.values() if any(map(_is_thing, types)))
    if here >= things:
        return parsed
    lost = finding("statement-unreadable", value=message("things-lost", count=things - here))
    return parsed._replace(findings=(*parsed.findings, lost))


def _is_thing(type: bytes) -> bool:
    from registry.rdf.foreign_contexts import THING_NAMES

    return re.split(r"[/#:]", type.decode().strip("<>"))[-1] in THING_NAMES


def format_of(data: bytes, media_type: str, name: str) -> ox.RdfFormat:
    """The format of a file by its content type, its suffix, then its content."""
    declared = _FORMATS.get(media_type.partition(";")[0].strip().lower())
    suffix = re.search(r"\.[a-z0-9]{2,6}$", name.partition("#")[0].partition("?")[0].lower())
    start = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
        return ox.RdfFormat.RDF_XML  # UTF-16
    looks_xml = re.match(rb"<\?xml|<!--|<!DOCTYPE", start) or (
        b"xmlns" in start and re.match(rb"<[A-Za-z_][\w.-]*(?::[\w.-]+)?\s", start)
    )
    if _TURTLE_START.match(start):
        return ox.RdfFormat.TURTLE  # whatever it is sent as: no other format begins like this
    guess = declared or (_SUFFIXES.get(suffix[0]) if suffix else None)
    if guess is None or (guess != ox.RdfFormat.RDF_XML and looks_xml):
        if looks_xml:
            return ox.RdfFormat.RDF_XML
        return ox.RdfFormat.JSON_LD if start[:1] in (b"{", b"[") else ox.RdfFormat.TURTLE
    return guess


def _base(base: str) -> str | None:
    return base if base and is_iri(base) else None


def _readable(data: bytes, form: ox.RdfFormat, where: str) -> tuple[bytes, int]:
    """The bytes for the parser: UTF-8, without entities and foreign contexts, not nested too deep. Raises SourceError
    where they cannot be made so. The number: how many things JSON-LD describes, 0 for other formats."""
    if form == ox.RdfFormat.RDF_XML:
        return plain_xml(data, where), 0
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise unreadable(where, message("not-utf-8", byte=error.start), UTF_8) from None
    if form == ox.RdfFormat.JSON_LD:
        return _json_ld(data, where)
    if form == ox.RdfFormat.TURTLE:
        bounds.check_turtle_depth(data, where)
    return data, 0


def _json_ld(data: bytes, where: str) -> tuple[bytes, int]:
    """JSON-LD whose contexts are all our own or inline."""
    # Late: it walks the rows of vocab/fields.py, and only JSON-LD needs it.
    from registry.rdf.foreign_contexts import without_foreign_contexts

    bounds.check_json_values(data, where)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise unreadable(where, json_fault(error)) from None
    document, things = without_foreign_contexts(document, where, MAX_DEPTH)
    try:
        return orjson.dumps(document), things
    except orjson.JSONEncodeError:  # values of type @json are nested deeper than it writes
        raise unreadable(where, TOO_DEEP, FLATTER) from None


def _lines(text: bytes, form: ox.RdfFormat, base: str | None, output: bounds.Output) -> Iterator[list[bytes]]:
    """The statements as lines of N-Triples in batches; pyoxigraph writes them without a Python object for each term.
    Where IRIs may be long, one by one: a batch of them could be larger than the memory.

    Raises SyntaxError for what is not valid. The strict parser for JSON-LD would drop an invalid IRI or tag with its
    statements and say nothing (JSON-LD 1.1 allows that), so the lenient one reads, and its lines are checked."""
    is_json = form == ox.RdfFormat.JSON_LD
    quads = _quads(text, form, base, lenient=is_json)
    statements: Any = (quad.triple for quad in quads if _is_mapped(quad)) if is_json else quads
    has_long_iris = bounds.has_long_run(text, is_json)
    batch = 1 if has_long_iris else STATEMENTS_PER_BATCH
    while batch_text := ox.serialize(islice(statements, batch), format=ox.RdfFormat.N_TRIPLES):
        if is_json:
            deque(ox.parse(batch_text, ox.RdfFormat.N_TRIPLES), maxlen=0)
        lines = batch_text.removesuffix(b" .\n").split(b" .\n")
        output.add(len(lines), len(batch_text))
        yield output.without_long_iris(lines) if has_long_iris else lines


def _quads(text: bytes, form: ox.RdfFormat, base: str | None, lenient: bool) -> Iterator[ox.Quad]:
    """The parser of a text. It gets the whole texts of XML here, so that `text` keeps its lines for error messages."""
    whole = with_whole_texts(text) if form == ox.RdfFormat.RDF_XML else text
    return ox.parse(whole, form, base_iri=base, lenient=lenient)


def _is_mapped(quad: ox.Quad) -> bool:
    """Whether the property is in the context. JSON-LD has keys that are not, such as notes; they say nothing."""
    return ":" in quad.predicate.value


def _index(packs: Iterable[list[bytes]]) -> ParsedGraph:
    graph = ParsedGraph()
    last, about = b"", []
    for lines in packs:
        for line in lines:
            subject, _, statement = line.partition(b" ")
            if subject != last:
                last, about = subject, graph.setdefault(subject, [])
            about.append(statement)
            if statement[:_TYPE_SIZE] == TYPE_BYTES:
                graph.types.setdefault(subject, []).append(statement[_TYPE_SIZE:])
    for node, statements in graph.items():
        if len(statements) > MIN_REPEATED:
            graph[node] = list(dict.fromkeys(statements))
    return graph


def objects(graph: ParsedGraph, *properties: str) -> dict[str, list[str]]:
    """Property -> its values in a graph, of any subject, as terms in the order of the file."""
    values: dict[str, list[str]] = {name: [] for name in properties}
    starts = tuple(f"<{name}> ".encode() for name in properties)
    for about in graph.values():
        for statement in about:
            if statement.startswith(starts):
                name, _, term = statement.decode().partition("> ")
                values[name[1:]].append(term)
    return values


def _parsed_leniently(text: bytes, form: ox.RdfFormat, base: str | None, where: str) -> Parsed:
    """The statements of a file that the strict parser refused. Invalid IRIs and tags pass, marked by escapes. In
    Turtle and N-Triples an unreadable statement is left out, and the others are read. Raises SourceError."""
    broken: frozenset[int] = frozenset()
    if form in _LINES:
        text, broken = without_broken_strings(_UNDERSCORED.sub(rb"\1-\2", text))
    output = bounds.Output(len(text), where)
    errors: list[Message] = []
    triples: list[tuple[str, str, str]] = []
    for result in _statements_and_errors(_quads(text, form, base, lenient=True), form, text, broken, where):
        if not isinstance(result, ox.Quad):
            errors.append(result)
            continue
        if form == ox.RdfFormat.JSON_LD and not _is_mapped(result):
            continue
        triple = (_subject(result.subject), f"<{_with_escapes(result.predicate.value)}>", _object(result.object))
        size = sum(map(len, triple))
        output.add(1, size)
        is_short = 4 * size + 2 <= bounds.MAX_IRI_BYTES  # in UTF-8, with two blanks
        if is_short or output.without_long_iris([" ".join(triple).encode("utf-8", "replace")]):
            triples.append(triple)
    if errors and not triples:
        raise unreadable(where, errors[0])
    return Parsed(_without_relative_subjects(triples), _findings((*errors, *output.left_out)))


def _statements_and_errors(
    quads: Iterator[ox.Quad], form: ox.RdfFormat, text: bytes, broken: frozenset[int], where: str
) -> Iterator[ox.Quad | Message]:
    """Yields the statements, and a Message for each that could not be read. Raises SourceError where the parser cannot
    continue: what follows could then mean something that the file does not say. `broken`: lines that end inside a
    string."""
    errors: list[Message] = []
    limit = MAX_ERRORS if form in _LINES else MAX_STRAY_TEXTS
    while True:
        try:
            yield next(quads)
        except StopIteration:
            return
        except SyntaxError as error:
            errors.append(
                _open_string(error.lineno)
                if error.lineno in broken
                else rdf_fault(_place(text, error, form), form.name)
            )
            harmless = form in _LINES or (str(error).startswith(_STRAY) and _RDF in text)
            if not harmless or len(errors) > limit:
                raise unreadable(where, errors[0]) from None
            yield errors[-1]


def _open_string(line: int | None) -> Message:
    return message("at-line", line=line or 0, what=message("string-without-end"))


def _place(text: bytes, error: SyntaxError, form: ox.RdfFormat) -> str:
    """The parser's message. That for RDF/XML has no line: expat parses the file again to find it."""
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
    return f"<{_with_escapes(term.value)}>" if isinstance(term, ox.NamedNode) else str(term)


def _object(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<{_with_escapes(term.value)}>"
    if not isinstance(term, ox.Literal):
        return str(term)
    text = f'"{escaped(term.value)}"'
    if term.language is not None:
        tag = _NOT_TAG.sub("-", term.language)
        return f"{text}@{tag}" if tag else text
    datatype = term.datatype.value
    return str(term) if _FORBIDDEN.search(datatype) is None else f"{text}^^<{_with_escapes(datatype)}>"


def _with_escapes(value: str) -> str:
    """An invalid IRI with \\u escapes, which N-Triples allows. The backslash marks it as one to repair, and the escapes
    keep what the source wrote."""
    if is_iri(value):
        return value
    marked = _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04X}", value)
    if marked == value:
        first = value.find(":") if ":" in value else 0
        marked = f"{value[:first]}\\u{ord(value[first]):04X}{value[first + 1 :]}" if value else "\\u0020"
    return marked


def _without_relative_subjects(triples: list[tuple[str, str, str]]) -> ParsedGraph:
    """The graph with a repaired IRI, or else a blank node, for each subject that has an invalid IRI.

    What the source wrote is added as statements (`terms.AS_WRITTEN`): for a renamed node that has more than a type, and
    for a node with a renamed property."""
    labels: dict[str, str] = {}
    as_written: dict[str, None] = {}  # statements
    for subject, predicate, _ in triples:
        if "\\" in subject:
            if subject not in labels:
                repaired = valid_iri(unescaped(subject[1:-1]))
                labels[subject] = f"<{repaired}>" if repaired else f"_:unnamed{len(labels)}"
            if predicate != TYPE:
                as_written[f"{labels[subject]} {_AS_WRITTEN[0]} {literal(text_of(subject))}"] = None
    lines = []
    for subject, predicate, term in triples:
        subject = labels.get(subject, subject)
        if "\\" in predicate:
            as_written[f"{subject} {_AS_WRITTEN[1]} {literal(text_of(predicate))}"] = None
            predicate = f"<{valid_iri(unescaped(predicate[1:-1])) or 'urn:x-unreadable:property'}>"
        lines.append(f"{subject} {predicate} {labels.get(term, term)}")
    return _index([[line.encode("utf-8", "replace") for line in (*lines, *as_written)]])
