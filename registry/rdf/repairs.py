"""Repairs values that do not have the form of their row, where only one meaning is possible.

Entry points: `repaired` for a term, `concept_named` for a text. None: it cannot be repaired. Values that are described
nodes: `node_values`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from registry.model import Place
from registry.model.structs import struct_of
from registry.rdf.terms import NO_TAG, literal_parts, text_of, valid_iri
from vocab import formats, geometry, match, numbers, values
from vocab.fields import Field, fields_of
from vocab.geometry import WKT_SHAPE
from vocab.namespaces import XSD
from vocab.values import language_tag

Repair = Callable[[Field, str, str, str], Any]  # row, text, language tag and datatype of a literal -> value, or None

_STARTS_LIKE_IRI = re.compile(r"\s*(?:https?|ftp)://\S|\s*urn:[a-z0-9]", re.IGNORECASE)
_DIALLED = re.compile(r"[+(]?[0-9][0-9 ()/.\u2013-]{2,30}")
_NUMBERS: Final = (XSD.double, XSD.float)  # "2.1E0" is the version 2.1
_MAIL_AT_END = re.compile(r".*/([^/@\s]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,})")


def repaired(row: Field, term: str, former: bool = False) -> Any:
    """The value of a term for a row, as `field_forms` would give it, else None. `former`: the property is that of an
    older profile, so its concepts are translated as well."""
    if term[0] == "_":
        return None
    if term[0] == "<":
        return _of_iri(row, text_of(term), former)
    repair = _REPAIRS.get(row.form)
    return repair(row, *literal_parts(term)) if repair else None


def _of_iri(row: Field, text: str, former: bool) -> Any:
    if row.form == "concept" and former:
        return _concept(row, text, "", "")
    if row.form == "concept":
        return valid_iri(text) or concept_named(row, text)  # rdf:resource="CSV"
    if row.form in ("iri", "link"):
        return valid_iri(text) or None
    if row.form == "email":
        at_end = _MAIL_AT_END.fullmatch(text)
        return _by(values.email)(row, at_end[1] if at_end else text, "", "")
    if row.form == "literal":
        return text
    if row.form == "telephone":
        return _telephone(row, text, "", "")
    if row.form == "node":
        name = valid_iri(text)
        return struct_of(row.node)(iri=name) if name else None
    return None


def _text(row: Field, text: str, tag: str, datatype: str) -> tuple[str, str]:
    return language_tag(tag) or NO_TAG, text


def _word(row: Field, text: str, tag: str, datatype: str) -> tuple[str, str]:
    return language_tag(tag) or NO_TAG, text.strip()


def _literal(row: Field, text: str, tag: str, datatype: str) -> str | None:
    if datatype in _NUMBERS and (number := numbers.decimal(text)):
        return str(number.value)
    return text if datatype.startswith(XSD.iri) or not datatype else None


def _by(read: Callable[[str], values.Read | None]) -> Repair:
    """A repair with a reader of `vocab.values`."""

    def repair(row: Field, text: str, tag: str, datatype: str) -> Any:
        result = read(text)
        return result.value if result else None

    return repair


def _integer(row: Field, text: str, tag: str, datatype: str) -> int | None:
    number = re.fullmatch(r"\s*\+?([0-9]{1,18})(?:\.0*)?\s*", text)
    return int(number[1]) if number else None


def _wkt(row: Field, text: str, tag: str, datatype: str) -> str | None:
    """The shape in the form of the row, from WKT with a coordinate system, GeoJSON, four numbers."""
    shape = geometry.shape(text)
    if not shape:
        return text if WKT_SHAPE.match(text) and not datatype.startswith("http://www.opengis.net/") else None
    own = {"bbox": shape.bbox, "centroid": shape.centroid, "geometry": shape.geometry}[row.name]
    return own or geometry.wkt(shape)


def _iri(row: Field, text: str, tag: str, datatype: str) -> str | None:
    return valid_iri(text.strip()) or None if _STARTS_LIKE_IRI.match(text) else None


def _telephone(row: Field, text: str, tag: str, datatype: str) -> str | None:
    """The number as a tel: IRI has it, with "-" between its parts."""
    read = values.telephone(text)
    number = unquote(read.value).partition(";")[0].strip() if read else ""
    return re.sub(r"[^0-9+]+", "-", number).strip("-") if _DIALLED.fullmatch(number) else None


def _concept(row: Field, text: str, tag: str, datatype: str) -> str | None:
    """The concept that a text names, or the IRI in it."""
    return concept_named(row, text) or _iri(row, text, tag, datatype)


def concept_named(row: Field, text: str) -> str | None:
    """The IRI of the concept that a text, an address or a code names in the list of a row, else None."""
    if not row.values:
        return None
    if row.values == "file-types" and (named := formats.file_type(text)) and named.package:
        return None  # it names two: the content and what it is packed in
    return match.concept(row.values, text)


def _node(row: Field, text: str, tag: str, datatype: str) -> Any:
    """A node from a literal: the text is its name, or its IRI if it is an address."""
    name = _iri(row, text, tag, datatype)
    if name:
        return struct_of(row.node)(iri=name)
    if row.node not in ("Agent", "Place", "RightsStatement", "ProvenanceStatement", "Identifier") or not text.strip():
        return None
    if row.node == "Place" and geometry.looks_like_shape(text):
        shape = geometry.shape(text)
        return shape and Place(bbox=shape.bbox, centroid=shape.centroid, geometry=shape.geometry)
    naming = next(row_ for row_ in fields_of(row.node) if row_.name in ("name", "label", "notation"))
    if naming.form == "literal":
        return struct_of(row.node)(**{naming.name: text})
    tag, text = _text(row, text, tag, datatype)
    named: dict[str, Any] = {naming.name: {tag: text}}
    return struct_of(row.node)(**named)


_REPAIRS: Final[Mapping[str, Repair]] = {
    "text": _text, "words": _word, "literal": _literal, "date": _by(values.date), "decimal": _by(numbers.decimal),
    "integer": _integer, "duration": _by(values.duration), "hex": _by(numbers.hex_binary), "wkt": _wkt, "iri": _iri,
    "link": _iri, "concept": _concept, "email": _by(values.email), "telephone": _telephone, "node": _node,
}  # fmt: skip
