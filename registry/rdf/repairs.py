"""What a value means that is not in the form its row wants, where there is one meaning only; else None."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from registry import model
from registry.rdf.terms import NO_TAG, TYPE, parts, valid_iri, words_of
from vocab import folding, formats, frequencies, licences, match, values
from vocab.fields import STRUCTS, Field, fields_of
from vocab.geometry import WKT_SHAPE
from vocab.namespaces import DCT, RDF, RDFS, SKOS, XSD
from vocab.values import language_tag

_STARTS_LIKE_IRI = re.compile(r"\s*(?:https?|ftp)://\S|\s*urn:[a-z0-9]", re.IGNORECASE)
_DIALLED = re.compile(r"[+(]?[0-9][0-9 ()/.\u2013-]{2,30}")
_LABELS: Final = tuple(f"<{name}>" for name in (RDFS.label, RDF.value, SKOS.prefLabel, SKOS.notation, DCT.title))
_MAIL_AT_END = re.compile(r".*/([^/@\s]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,})")


def mended(row: Field, term: str, former: bool = False) -> Any:
    """The value for a row, as its reader would give it; `former`: the property is that of an older profile, whose
    concepts are translated along with it."""
    if term[0] == "_":
        return None
    if term[0] == "<":
        return _of_iri(row, words_of(term), former)
    mend = _OF_WORDS.get(row.form)
    return mend(row, *parts(term)) if mend else None


def labels(about: list[tuple[str, str]]) -> list[str]:
    """The literals of a blank node that does nothing but name what is meant, such as
    `dct:format [ a dct:IMT ; rdfs:label "CSV" ]`; [] for any other node."""
    said = [(predicate, term) for predicate, term in about if predicate != TYPE]
    named = all(predicate in _LABELS and term[0] == '"' for predicate, term in said)
    return [term for name in _LABELS for predicate, term in said if predicate == name] if named else []


def _of_iri(row: Field, words: str, former: bool) -> Any:
    if row.form == "concept" and former:
        return _concept(row, words, "", "")
    if row.form in ("iri", "concept", "link"):
        return valid_iri(words) or None
    if row.form == "email":
        at_end = _MAIL_AT_END.fullmatch(words)
        found = values.email(at_end[1] if at_end else words)
        return found.value if found else None
    if row.form == "literal":
        return words
    if row.form == "telephone":
        return _telephone(row, words.removeprefix("tel:").removeprefix("TEL:"), "", "")
    if row.form == "node":
        name = valid_iri(words)
        return _struct(row)(iri=name) if name else None
    return None


def _text(row: Field, words: str, tag: str, datatype: str) -> tuple[str, str]:
    return language_tag(tag) or NO_TAG, words


def _literal(row: Field, words: str, tag: str, datatype: str) -> str | None:
    return words if datatype.startswith(XSD.iri) or not datatype else None


def _date(row: Field, words: str, tag: str, datatype: str) -> str | None:
    found = values.date(words)
    return found.value if found else None


def _decimal(row: Field, words: str, tag: str, datatype: str) -> str | None:
    found = values.decimal(words)
    return found.value if found else None


def _integer(row: Field, words: str, tag: str, datatype: str) -> int | None:
    found = re.fullmatch(r"\s*\+?([0-9]{1,18})(?:\.0*)?\s*", words)
    return int(found[1]) if found else None


def _duration(row: Field, words: str, tag: str, datatype: str) -> str | None:
    found = values.duration(words)
    return found.value if found else None


def _hex(row: Field, words: str, tag: str, datatype: str) -> str | None:
    found = words.strip().lower()
    return found if re.fullmatch(r"(?:[0-9a-f]{2}){4,128}", found) else None


def _wkt(row: Field, words: str, tag: str, datatype: str) -> str | None:
    return words if WKT_SHAPE.match(words) and not datatype.startswith("http://www.opengis.net/") else None


def _iri(row: Field, words: str, tag: str, datatype: str) -> str | None:
    return valid_iri(words.strip()) or None if _STARTS_LIKE_IRI.match(words) else None


def _email(row: Field, words: str, tag: str, datatype: str) -> str | None:
    found = values.email(words)
    return found.value if found else None


def _telephone(row: Field, words: str, tag: str, datatype: str) -> str | None:
    if not _DIALLED.fullmatch(words.strip()):
        return None
    return re.sub(r"[^0-9+]+", "-", words).strip("-")


def _concept(row: Field, words: str, tag: str, datatype: str) -> str | None:
    """Words of a controlled list, or an address that stands in quotation marks."""
    found = _MATCHES.get(row.values, _by_list(row.values))(words) if row.values else None
    return found or _iri(row, words, tag, datatype)


def _node(row: Field, words: str, tag: str, datatype: str) -> Any:
    """A node that is said in words: its name is the words; an address is its IRI."""
    name = _iri(row, words, tag, datatype)
    if name:
        return _struct(row)(iri=name)
    if row.node not in ("Agent", "Place", "RightsStatement", "ProvenanceStatement", "Identifier") or not words.strip():
        return None
    naming = next(one for one in fields_of(row.node) if one.name in ("name", "label", "notation"))
    if naming.form == "literal":
        return _struct(row)(**{naming.name: words})
    tag, words = _text(row, words, tag, datatype)
    return _struct(row)(**{naming.name: {tag: words}})


def _struct(row: Field) -> Any:
    return getattr(model, STRUCTS.get(row.node, row.node))


def _by_list(name: str) -> Callable[[str], str | None]:
    def find(words: str) -> str | None:
        found = folding.match(name, words)
        return found.iri if found else None

    return find


def _file_type(words: str) -> str | None:
    found = formats.file_type(words)
    return found.concept.iri if found and not found.package else None


def _theme(words: str) -> str | None:
    found = match.themes(words)
    return found[0].iri if len(found) == 1 else None


_MATCHES: Final[Mapping[str, Callable[[str], str | None]]] = {
    "file-types": _file_type,
    "themes": _theme,
    "media-types": formats.media_type,
    "languages": lambda words: found.iri if (found := match.language(words)) else None,
    "frequencies": lambda words: found.iri if (found := frequencies.frequency(words)) else None,
    "licences": lambda words: found.iri if (found := licences.licence(words)) else None,
}

_OF_WORDS: Final[Mapping[str, Callable[[Field, str, str, str], Any]]] = {
    "text": _text, "words": _text, "literal": _literal, "date": _date, "decimal": _decimal, "integer": _integer,
    "duration": _duration, "hex": _hex, "wkt": _wkt, "iri": _iri, "link": _iri, "concept": _concept, "email": _email,
    "telephone": _telephone, "node": _node,
}  # fmt: skip
