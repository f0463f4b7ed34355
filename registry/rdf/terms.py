"""RDF terms as the strings of N-Triples: `<https://…>`, `_:b0`, `"Radwege"@de`, `"7"^^<…>`.

A Python object for each term would cost more time than everything else that is done with it, so terms stay strings.
`iri` and `literal` make terms, `text_of` and `literal_parts` take them apart.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from vocab.namespaces import FORMER_NAMESPACES, PREFIXES, RDF, XSD
from vocab.values import TAG, exists

TYPE: Final = f"<{RDF.type}>"
# Predicates under which the parser keeps what the source wrote where it had to repair an IRI: of the node itself, of a
# property. Their values: the field and the property that a finding names. (Digests depend on them: do not change.)
AS_WRITTEN: Final = {"<urn:x-spelt:iri>": ("iri", "rdf:about"), "<urn:x-spelt:property>": ("property", "rdf:predicate")}
NO_TAG: Final = "und"
DATATYPES: Final = {  # of those forms in vocab/fields.py that always have the same
    "decimal": XSD.decimal, "integer": XSD.nonNegativeInteger, "duration": XSD.duration, "hex": XSD.hexBinary,
    "wkt": PREFIXES["geo"] + "wktLiteral",
}  # fmt: skip
MAX_IRI: Final = 8_000  # characters
MAX_DATE: Final = 100  # characters

_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}

# An IRI that is valid for certain: a common scheme, a plain authority, nothing that must be escaped.
_PLAIN_CHARS = r"[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9\-._~:/?@!$&'()*+,;=]*)*"
_USUAL = re.compile(
    rf"(?:https?://[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?(?=[/?#]|$)|urn:|mailto:|tel:){_PLAIN_CHARS}(?:#{_PLAIN_CHARS})?"
)
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f\ud800-\udfff]')
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BLANK_START = re.compile(r"\A(mailto:|tel:)\s++", re.IGNORECASE)
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})|[\[\]]")


class Literal(NamedTuple):
    """The parts of a literal; `tag` "" = no language, `datatype` "" = xsd:string or rdf:langString."""

    text: str
    tag: str
    datatype: str


def escaped(text: str) -> str:
    """The text as N-Triples and Turtle write it between quotation marks."""
    return _SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"


def unescaped(text: str) -> str:
    """The text without the escapes of N-Triples; a half of a surrogate pair becomes U+FFFD."""
    return _ESCAPED.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if not code:
        return _PLAIN.get(match[3], match[3])
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def iri_term(value: str) -> str:
    """The term of an IRI. Characters that must not stand in one are percent-encoded (RFC 3987), so that we never write
    an invalid one."""
    if _USUAL.fullmatch(value):
        return f"<{value}>"
    return f"<{_iri(value) if len(value) <= MAX_IRI else _unreadable(value)}>"  # only short ones are cached


@lru_cache(4096)
def _iri(value: str) -> str:
    return valid_iri(value) or _unreadable(value)


def _unreadable(value: str) -> str:
    return "urn:x-unreadable:" + _percent(value, re.compile(r"[^A-Za-z0-9._~-]"))


def valid_iri(value: str) -> str:
    """The IRI itself, or without blanks around it and with those inside percent-encoded; "" for what is no absolute
    IRI."""
    if is_iri(value):
        return value
    value = _BLANK_START.sub(r"\1", value.strip())
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


def literal(text: str, tag: str = "", datatype: str = "") -> str:
    """The term of a literal. `tag` "und" and what is no language tag are left out."""
    if _SPECIAL.search(text):
        text = _SPECIAL.sub(_escape, text)
    if datatype:
        return f'"{text}"^^<{datatype}>'
    return f'"{text}"{_suffix(tag)}' if tag else f'"{text}"'


@lru_cache(1024)
def _suffix(tag: str) -> str:
    return f"@{tag}" if tag != NO_TAG and TAG.fullmatch(tag) else ""


def literal_parts(term: str) -> Literal:
    """The parts of a literal term."""
    if term.endswith('"'):
        return Literal(unescaped(term[1:-1]), "", "")
    end = term.rindex('"')
    suffix = term[end + 1 :]
    text = unescaped(term[1:end])
    return Literal(text, suffix[1:], "") if suffix[0] == "@" else Literal(text, "", suffix[3:-1])


def text_of(term: str) -> str:
    """The IRI, the label of the blank node, or the text of the literal."""
    if term.startswith("<"):
        return unescaped(term[1:-1])
    return literal_parts(term).text if term.startswith('"') else term


def is_blank(term: str) -> bool:
    """Whether a literal has no other sign than blanks."""
    return not literal_parts(term).text.strip()


def in_current_namespace(term: str) -> str:
    """The term of a property or class, with the current namespace in place of a former one."""
    return _in_current_namespace(term) if len(term) <= MAX_IRI else term


@lru_cache(4096)
def _in_current_namespace(term: str) -> str:
    for namespace, prefix in FORMER_NAMESPACES.items():
        if term.startswith("<" + namespace):
            return f"<{PREFIXES[prefix]}{term[len(namespace) + 1 :]}"
    return term


_DATE = re.compile(
    r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))(-(?:0[1-9]|1[0-2])(-(?:0[1-9]|[12][0-9]|3[01])"
    r"(T(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,12})?|24:00:00(?:\.0{1,12})?))?)?)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)

# A day that every month has, in a year of four digits, with or without a time: most dates, told by one look.
USUAL_DAY: Final = r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
USUAL_TIME: Final = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_USUAL_DATE = re.compile(f"{USUAL_DAY}({USUAL_TIME})?Z?")


def date_type(value: str) -> str:
    """The datatype of a date by its form (2021, 2021-03, 2021-03-04 or an instant, each with or without a zone), else
    ""."""
    usual = _USUAL_DATE.fullmatch(value)
    if usual:
        return XSD.dateTime if usual[1] else XSD.date
    return _date_type(value) if len(value) <= MAX_DATE else ""


@lru_cache(4096)
def _date_type(value: str) -> str:
    match = _DATE.fullmatch(value)
    if not match:
        return ""
    year, month, day, time = match.groups()
    if day and not exists(f"{year}{month[:6]}"):
        return ""
    return XSD.dateTime if time else XSD.date if day else XSD.gYearMonth if month else XSD.gYear
