"""The form of a row's values in RDF: which terms have exactly this form, and how a value is put into its field.

Entry point: `slots`. Terms of another form are the business of `repairs`.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from registry.model import Link
from registry.rdf.terms import DATATYPES, NO_TAG, USUAL_DAY, USUAL_TIME, date_type, unescaped
from vocab.fields import FIELDS, Field, by_property
from vocab.geometry import WKT_LITERAL
from vocab.namespaces import XSD
from vocab.values import DURATION, TAG

_USUAL_DATE = re.compile(
    rf'"({USUAL_DAY})"\^\^<{XSD.date}>|"({USUAL_DAY}{USUAL_TIME}Z?)"\^\^<{XSD.dateTime}>'
)  # see `terms.date_type`
_HEX = re.compile(r"[0-9a-f]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")


class Slot(NamedTuple):
    """The field that a property fills. `fits`: the value of a term that has exactly the row's form, else None; `put`:
    see below; `node`: the class of a described node; `former`: the property is that of an older profile; `is_text`: the
    value is written for people; `is_concept`: a concept of a list."""

    row: Field
    name: str
    fits: Callable[[str], Any]
    put: Callable[[dict[str, Any], str, Any], bool]
    node: str
    former: bool
    is_text: bool
    is_concept: bool


# -- the value of a term that has exactly the form of a row, else None


def _text(term: str) -> tuple[str, str] | None:
    last = term[-1]
    if last == ">" or term[0] != '"':
        return None
    end = term.rindex('"')
    text, tag = term[1:end], NO_TAG if last == '"' else term[end + 2 :]
    if last != '"' and not _is_tag(tag):
        return None
    return tag, unescaped(text) if "\\" in text else text


@lru_cache(1024)
def _is_tag(tag: str) -> bool:
    return tag != NO_TAG and TAG.fullmatch(tag) is not None


def _word(term: str) -> tuple[str, str] | None:
    """The same for a keyword, which has no blanks around it."""
    result = _text(term)
    return result if result and result[1] == result[1].strip() else None


def _literal(term: str) -> str | None:
    return unescaped(term[1:-1]) if term[0] == '"' and term[-1] == '"' else None


def _date(term: str) -> str | None:
    usual = _USUAL_DATE.fullmatch(term)
    if usual:
        return usual[1] or usual[2]
    text, mark, datatype = term[1:-1].partition('"^^<')
    return text if mark and datatype == date_type(text) else None


def _typed(datatype: str, pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    ending = f'"^^<{datatype}>'

    def fits(term: str) -> str | None:
        if not term.endswith(ending):
            return None
        text = unescaped(term[1 : -len(ending)])
        return text if pattern.fullmatch(text) and text[0] != "<" else None

    return fits


_whole = _typed(DATATYPES["integer"], _WHOLE)


def _integer(term: str) -> int | None:
    text = _whole(term)
    return None if text is None else int(text)


def _iri(term: str) -> str | None:
    return term[1:-1] if term[0] == "<" and "\\" not in term else None


def _scheme(scheme: str) -> Callable[[str], str | None]:
    start = f"<{scheme}:"
    written = re.compile(re.escape(start) + r"([^\\?%:/;]+)>")

    def fits(term: str) -> str | None:
        match = written.fullmatch(term)
        return match[1] if match else None

    return fits


_FITS: Final[Mapping[str, Callable[[str], Any]]] = {
    "text": _text, "words": _word, "literal": _literal, "date": _date, "integer": _integer, "iri": _iri,
    "concept": _iri, "link": _iri, "node": _iri, "email": _scheme("mailto"), "telephone": _scheme("tel"),
    "decimal": _typed(DATATYPES["decimal"], _DECIMAL), "duration": _typed(DATATYPES["duration"], DURATION),
    "hex": _typed(DATATYPES["hex"], _HEX), "wkt": _typed(DATATYPES["wkt"], WKT_LITERAL),
}  # fmt: skip


# -- putting a value into the fields; the answer is False where the field holds another value already


def _put_one(out: dict[str, Any], name: str, value: Any) -> bool:
    return bool(out.setdefault(name, value) == value)


def _put_many(out: dict[str, Any], name: str, value: Any) -> bool:
    out.setdefault(name, []).append(value)
    return True


def _put_text(out: dict[str, Any], name: str, value: tuple[str, str]) -> bool:
    return bool(out.setdefault(name, {}).setdefault(*value) == value[1])


def _put_texts(out: dict[str, Any], name: str, value: tuple[str, str]) -> bool:
    return _put_many(out, name, {value[0]: value[1]})


def _put_words(out: dict[str, Any], name: str, value: tuple[str, str]) -> bool:
    return _put_many(out.setdefault(name, {}), *value)


def _put_link(out: dict[str, Any], name: str, value: str) -> bool:
    return _put_many(out, "links", Link(name, value))


def _put_all(row: Field) -> Callable[[dict[str, Any], str, Any], bool]:
    def put(out: dict[str, Any], name: str, value: Any) -> bool:
        return _put_many(out, row.all, value)

    return put


_HASHABLE: Final = (str, Link)


def frozen(value: Any) -> Any:
    """The value of a field with tuples in place of lists, and each value once."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(value)) if isinstance(value[0], _HASHABLE) else tuple(value)
    return {tag: tuple(dict.fromkeys(texts)) for tag, texts in value.items()}


WORDS_FIELDS: Final = {row.name for row in FIELDS if row.form == "words"}


def _put(row: Field) -> Callable[[dict[str, Any], str, Any], bool]:
    if row.form == "text":
        return _put_texts if row.many else _put_text
    if row.form == "words":
        return _put_words
    if row.form == "link":
        return _put_link
    if row.all:
        return _put_all(row)
    return _put_many if row.many else _put_one


@cache
def slots(cls: str) -> Mapping[str, Slot]:
    """The term of each property -> the slot that it fills; where two rows have the same one, the current property
    wins over a former one."""
    return {f"<{name}>": _slot(row, name != row.property) for name, row in by_property(cls).items()}


def _slot(row: Field, former: bool) -> Slot:
    is_text, is_concept = row.form in ("text", "words", "literal"), row.form == "concept"
    return Slot(row, row.name, _FITS[row.form], _put(row), row.node, former, is_text, is_concept)
