"""RDF terms as what they are in N-Triples, plain strings: `<https://…>`, `_:b0`, `"Radwege"@de`, `"7"^^<…>`.

Making a Python object of each term costs more than everything else that is done with it, so nothing here does.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from vocab.namespaces import FORMER_NAMESPACES, PREFIXES, RDF, XSD
from vocab.values import TAG

TYPE: Final = f"<{RDF.type}>"
# What the source wrote where an IRI had to be mended to read the file at all: of the node itself, of a property.
SPELT: Final = {"<urn:x-spelt:iri>": ("iri", "rdf:about"), "<urn:x-spelt:property>": ("property", "rdf:predicate")}
NO_TAG: Final = "und"
DATATYPES: Final = {  # of the forms of vocab/fields.py that have always the same
    "decimal": XSD.decimal, "integer": XSD.nonNegativeInteger, "duration": XSD.duration, "hex": XSD.hexBinary,
    "wkt": PREFIXES["geo"] + "wktLiteral",
}  # fmt: skip
MAX_IRI: Final = 8_000
MAX_DATE: Final = 100  # characters

_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}

# An IRI that needs no further look: a common scheme, a plain authority, nothing that must be escaped.
_PLAIN_CHARS = r"[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*)*"
_USUAL = re.compile(
    rf"(?:https?://[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?(?=[/?#]|$)|urn:|mailto:|tel:){_PLAIN_CHARS}(?:#{_PLAIN_CHARS})?"
)
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f\ud800-\udfff]')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})|[\[\]]")


class Literal(NamedTuple):
    """A literal taken apart; `tag` "" = no language, `datatype` "" = xsd:string or a tag."""

    words: str
    tag: str
    datatype: str


def escaped(words: str) -> str:
    """Words as they stand between the quotation marks of N-Triples (and Turtle)."""
    return _SPECIAL.sub(_escape, words) if _SPECIAL.search(words) else words


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"


def unescaped(text: str) -> str:
    return _ESCAPED.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if not code:
        return _PLAIN.get(match[3], match[3])
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def iri(value: str) -> str:
    """The term of an IRI; what must not stand in one is percent-encoded, so that nothing invalid leaves us."""
    if _USUAL.fullmatch(value):
        return f"<{value}>"
    return f"<{_iri(value) if len(value) <= MAX_IRI else _unreadable(value)}>"  # a memory of short ones only


@lru_cache(4096)
def _iri(value: str) -> str:
    return valid_iri(value) or _unreadable(value)


def _unreadable(value: str) -> str:
    return "urn:x-unreadable:" + _percent(value, re.compile(r"[^A-Za-z0-9._~-]"))


def valid_iri(value: str) -> str:
    """The IRI itself, or with blanks and the like percent-encoded; "" for what is no absolute IRI."""
    if is_iri(value):
        return value
    if len(value) > MAX_IRI or not _SCHEME.match(value):
        return ""
    for attempt in (_percent(value, _FORBIDDEN), _percent(_percent(value, _STRAY), _FORBIDDEN)):
        if is_iri(attempt):
            return attempt
    return ""


def is_iri(value: str) -> bool:
    """Whether it is a valid absolute IRI (RFC 3987)."""
    if _USUAL.fullmatch(value):
        return True
    try:
        ox.NamedNode(value)
    except ValueError:
        return False
    return not _FORBIDDEN.search(value)


def _percent(value: str, what: re.Pattern[str]) -> str:
    return what.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), value)


def literal(words: str, tag: str = "", datatype: str = "") -> str:
    """The term of a literal; `tag` "und", or what is no language tag, is none."""
    if _SPECIAL.search(words):
        words = _SPECIAL.sub(_escape, words)
    if datatype:
        return f'"{words}"^^<{datatype}>'
    return f'"{words}"{_suffix(tag)}' if tag else f'"{words}"'


@lru_cache(1024)
def _suffix(tag: str) -> str:
    return f"@{tag}" if tag != NO_TAG and TAG.fullmatch(tag) else ""


def parts(term: str) -> Literal:
    """The parts of a literal term."""
    if term.endswith('"'):
        return Literal(unescaped(term[1:-1]), "", "")
    end = term.rindex('"')
    rest = term[end + 1 :]
    words = unescaped(term[1:end])
    return Literal(words, rest[1:], "") if rest[0] == "@" else Literal(words, "", rest[3:-1])


def words_of(term: str) -> str:
    """What a term says, word for word: the IRI, the label, the words of a literal."""
    if term.startswith("<"):
        return unescaped(term[1:-1])
    return parts(term).words if term.startswith('"') else term


def present(term: str) -> str:
    """The term of a property or class in today's namespace, where its own is a former one."""
    return _present(term) if len(term) <= MAX_IRI else term


@lru_cache(4096)
def _present(term: str) -> str:
    for namespace, prefix in FORMER_NAMESPACES.items():
        if term.startswith("<" + namespace):
            return f"<{PREFIXES[prefix]}{term[len(namespace) + 1 :]}"
    return term


_DATE = re.compile(
    r"[0-9]{4}(-(?:0[1-9]|1[0-2])(-(?:0[1-9]|[12][0-9]|3[01])"
    r"(T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,12})?)?)?)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)


def date_type(value: str) -> str:
    """The datatype of a date by its form: 2021, 2021-03, 2021-03-04 or an instant, each with or without a zone; ""
    where it is none of these."""
    return _date_type(value) if len(value) <= MAX_DATE else ""


@lru_cache(4096)
def _date_type(value: str) -> str:
    match = _DATE.fullmatch(value)
    if not match:
        return ""
    month, day, time = match.groups()
    if day and not _in_calendar(value[:10]):
        return ""
    return XSD.dateTime if time else XSD.date if day else XSD.gYearMonth if month else XSD.gYear


def _in_calendar(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
