"""Turns the errors of RDF and JSON parsers into messages in the language of the reader.

Entry points: `rdf_fault`, `json_fault`, `unreadable`. Parsers report errors in English only: English readers see the
parser's own text, others a translation. A further parser error needs a row here and a sentence in `vocab/messages`.
"""

import re
from json import JSONDecodeError
from typing import Final

from registry.errors import UnreadableError
from registry.model.message import Message, message

CHECK: Final = message("check-named-place")
FLATTER: Final = message("ask-flatter-document")
MAX_PARSER_TEXT_CHARACTERS: Final = 400  # that are kept

_PLACE: Final = re.compile(r"(?:Parser error at )?line (\d+)(?:(?: between columns|,? column) (\d+)(?: and \d+)?)?: ")
_LINE: Final = re.compile(r" \(line \d+\)$")
_RDF_FAULTS: Final = tuple(
    (re.compile(pattern, re.DOTALL), code)
    for pattern, code in (  # the groups of a pattern are the values `a` and `b` of the sentence
        (r"Unexpected end|not found before end|no element found|unclosed (?:token|CDATA)", "rdf-ends"),
        (r"prefix (\S{1,60}) has not been declared|Unknown prefix (\S{1,60})", "rdf-prefix"),
        (r"unbound prefix", "rdf-some-prefix"),
        (r"^(.{1,60}) is not a valid predicate", "rdf-predicate"),
        (r"language", "rdf-language"),
        (r"Invalid IRI code point (.{1,6})$", "rdf-iri-character"),
        (r"No scheme found|IRI", "rdf-iri"),
        (r"escape", "rdf-escape"),
        (r"expected `(</.{1,60})`, but `(</.{1,60})` was found", "rdf-end-tags"),
        (r"mismatched tag", "rdf-end-tag"),
        (r"unrecognized entity `(.{1,40})`", "rdf-entity"),
        (r"undefined entity", "rdf-some-entity"),
        (r"text event|text value", "rdf-text"),
        (r"duplicate attribute", "rdf-attribute-twice"),
    )
)


def rdf_fault(text: str, form: str) -> Message:
    """The message for the error `text` of an RDF parser, with line and column if the parser gives them.

    `form`: the name of the format in which the file was read.
    """
    position = _PLACE.match(text)
    if not position:
        return _rdf_fault(text, form)
    return _at(int(position[1]), int(position[2] or 0), _rdf_fault(_LINE.sub("", text[position.end() :]), form))


def _rdf_fault(text: str, form: str) -> Message:
    for pattern, code in _RDF_FAULTS:
        if fault := pattern.search(_LINE.sub("", text)):
            groups = [group for group in fault.groups() if group is not None]
            return message(code, words=text[:MAX_PARSER_TEXT_CHARACTERS], **dict(zip("ab", groups, strict=False)))
    return message("rdf-other", words=text[:MAX_PARSER_TEXT_CHARACTERS], form=form)


def _at(line: int, column: int, what: Message) -> Message:
    if not column:
        return message("at-line", line=line, what=what)
    return message("at-line-and-column", line=line, column=column, what=what)


def unreadable(where: str, what: Message | str, remedy: Message = CHECK) -> UnreadableError:
    """The error for a file that cannot be read. `where`: its name; `what`: what is wrong and at which place."""
    return UnreadableError("file-unreadable", what, where=where, remedy=remedy)


_JSON_FAULTS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (  # how json and orjson begin their messages
    (("Unterminated string",), "json-string-open"),
    (("Expecting ','", "unexpected character, expected ','"), "json-comma-missing"),
    (("Expecting ':'", "unexpected character, expected ':'"), "json-colon-missing"),
    (("Illegal trailing comma", "trailing comma"), "json-comma-extra"),
    (("Expecting property name", "unexpected character, expected a string key"), "json-key-missing"),
    (("Invalid control character", "unexpected control character"), "json-control-character"),
    (("Invalid \\", "invalid escaped", "no low surrogate", "lone "), "json-escape"),
    (("Extra data", "unexpected content after"), "json-goes-on"),
    (("Expecting value", "unexpected character, expected a JSON value"), "json-value-missing"),
    (("depth limit",), "json-too-deep"),
    (("number", "no digit"), "json-number"),
)


def json_fault(error: JSONDecodeError) -> Message:
    """The message for an error in a JSON text, with line and column."""
    if not error.doc or error.doc.isspace():
        return message("json-empty")
    code = next((code for starts, code in _JSON_FAULTS if error.msg.startswith(starts)), "json-other")
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("unexpected end"):
        code = "json-ends"
    return _at(error.lineno, error.colno, message(code))
