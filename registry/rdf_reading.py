"""Canonical N-Triples of one thing to Metadata: what fits a row fills the field, what can be mended for certain is, the
rest is kept as statements; every repair and every leftover is a finding."""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from registry import model
from registry.model import Finding, Findings, Kind, Link, Metadata
from registry.rdf_mending import labels, mended
from registry.rdf_things import kinds_of, types_of
from registry.rules import finding
from registry.terms import NO_TAG, TAG, TYPE, date_type, literal, parts, present, unescaped, valid_iri, words_of
from vocab.fields import FIELDS, STRUCTS, TYPES, Field, fields_of
from vocab.namespaces import PREFIXES, SKOS, XSD, curie

Pair = tuple[str, str]  # predicate and object

_NOTE = f"<{SKOS.editorialNote}>"
_ORGANIZATIONS: Final[tuple[Kind, ...]] = ("organization",)
_FRAGMENT = re.compile(r"#([A-Za-z0-9][A-Za-z0-9._-]{0,79})$")
_HEX = re.compile(r"[0-9a-f]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
_DURATION = re.compile(r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?")
_WKT = re.compile(r"\s*(?:<[^<>\s]+>\s*)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION|ENVELOPE)\b.*",
                  re.IGNORECASE | re.DOTALL)  # fmt: skip


def read(payload: bytes, kind: Kind | None = None) -> tuple[Metadata, Findings]:
    """The Metadata of one thing, and what was noticed. `payload`: as in `Description`; `kind`: if its type is not to
    decide. Raises ValueError where no thing is described."""
    index = _index(payload)
    root, told = _root(index, kind)
    reading = _Reading(index, root)
    fields = reading.fields(root, told)
    fields.update(reading.rest(root))
    if "distributions" in fields:
        fields["distributions"] = _with_ids(fields["distributions"])
    iri = words_of(root) if root[0] == "<" else root
    return Metadata(kind=told, iri=iri, **fields), tuple(dict.fromkeys(reading.findings))


def _index(payload: bytes) -> dict[str, list[Pair]]:
    index: dict[str, list[Pair]] = {}
    last, about = "", []
    for line in payload.decode().removesuffix(" .\n").split(" .\n"):
        subject, predicate, term = line.split(" ", 2)
        if subject != last:
            about = index.setdefault(subject, [])
            last = subject
        about.append((predicate, term))
    return index


def _root(index: dict[str, list[Pair]], kind: Kind | None) -> tuple[str, Kind]:
    types = types_of(index)
    found = kinds_of(types) or kinds_of(types, _ORGANIZATIONS)
    if not found:
        raise ValueError("no dataset, series, service, project, organization, event or public service is described")
    root = min(found)
    return root, kind or found[root]


class _Place(NamedTuple):
    """Where a property goes. `fits`: the value of a term that has exactly the row's form, else None; `node`: the class
    of a described node."""

    row: Field
    name: str
    fits: Callable[[str], Any]
    put: Callable[[dict[str, Any], str, Any], bool]
    node: str
    former: bool


class _Reading:
    """One payload on its way into structs; `left` are the statements of each node that no struct says."""

    def __init__(self, index: Mapping[str, list[Pair]], root: str) -> None:
        self.index = index
        self.root = root
        self.findings: list[Finding] = []
        self.left: dict[str, list[Pair]] = {}
        self.notes: list[str] = []
        self.nodes: dict[tuple[str, str], Any] = {}

    def fields(self, subject: str, cls: str) -> dict[str, Any]:
        """The fields of a node of that class."""
        places, types = _places(cls), _types(cls)
        out: dict[str, Any] = {}
        left: list[Pair] = []
        later: list[tuple[_Place, Pair]] = []
        for statement in self.index.get(subject, ()):
            predicate, term = statement
            place = places.get(predicate)
            if place is None:
                if predicate == TYPE and term in types:
                    continue
                place = places.get(present(predicate))
                if place is None:
                    left.append(statement)
                else:
                    later.append((place, statement))
                continue
            row, name, fits, put, node, former = place
            value = None if former else fits(term) if not node else self.node(term, node)
            if value is None:
                later.append((place, statement))
            elif not put(out, name, value):
                left.append(statement)
                self.find("value-extra", subject, row, term)
        left += [statement for place, statement in later if not self.mend(out, subject, place, *statement)]
        known = self.left.get(subject)
        self.left[subject] = left if known is None else [one for one in known if one in left]
        for name, value in out.items():
            if type(value) is list or name in _WORDS:
                out[name] = _finished(value)
        return out

    def node(self, term: str, cls: str) -> Any:
        """The struct of a node; None for what is none."""
        if term[0] == '"' or "\\" in term:
            return None
        key = (term, cls)
        if key not in self.nodes:
            iri = term if term[0] == "_" else term[1:-1]
            self.nodes[key] = _struct(cls)(iri=iri, **self.fields(term, cls))
        return self.nodes[key]

    def mend(self, out: dict[str, Any], subject: str, place: _Place, predicate: str, term: str) -> bool:
        """Puts a value that is said in another form, or by a former property; False: it stays a statement."""
        moved = predicate != f"<{place.row.property}>"
        value, rule = None, "term-former"
        if moved:
            value = self.node(term, place.node) if place.node else place.fits(term)
        if moved and value is not None and place.row.form == "concept":
            value = mended(place.row, term, former=True) or value
        if value is None:
            value, rule = mended(place.row, term), "value-mended"
        if value is None and term[0] == "_" and place.row.form == "concept":
            return self.mend_named(out, subject, place, predicate, term)
        if value is None:
            self.find(_unread(place.row, term), subject, place.row, term)
            return False
        if not place.put(out, place.row.name, value):
            self.find("value-extra", subject, place.row, term)
            return False
        self.find(rule, subject, place.row, term)
        words = words_of(term)
        if words.strip() not in _written(value):
            self.note(subject, predicate, words)
        return True

    def mend_named(self, out: dict[str, Any], subject: str, place: _Place, predicate: str, term: str) -> bool:
        """A concept that is said by a blank node with its name only: the node is written as its words."""
        names = labels(self.index.get(term, []))
        value = next((found for name in names if (found := mended(place.row, name)) is not None), None)
        words = " ".join(map(words_of, names))
        alone = sum(o == term for about in self.index.values() for _, o in about) == 1
        if value is None or not alone or not place.put(out, place.row.name, value):
            self.findings.append(finding("value-unread", place.row.name, words or term, self.called(subject)))
            return False
        self.left[term] = []
        self.findings.append(finding("value-mended", place.row.name, words, self.called(subject)))
        self.note(subject, predicate, words)
        return True

    def note(self, subject: str, predicate: str, words: str) -> None:
        """Keeps what the source wrote where we write something else."""
        said = literal(f"{curie(present(predicate)[1:-1])}: {words}")
        self.notes.append(f"{subject} {_NOTE} {said} .\n")

    def find(self, rule: str, subject: str, row: Field, term: str) -> None:
        self.findings.append(finding(rule, row.name, words_of(term), self.called(subject)))

    def called(self, subject: str) -> str:
        return "" if subject == self.root else words_of(subject)

    def rest(self, root: str) -> dict[str, str]:
        """All that no row covers, as valid N-Triples."""
        lines = self.notes
        for subject, about in self.index.items():
            for predicate, term in self.left.get(subject, about):
                lines.append(f"{subject} {predicate} {self.sound(subject, predicate, term)} .\n")
        return {"statements": "".join(sorted(set(lines)))} if lines else {}

    def sound(self, subject: str, predicate: str, term: str) -> str:
        """The term, made valid where a lenient parser let something through."""
        if term[0] == "<" and "\\" in term:
            iri = valid_iri(unescaped(term[1:-1]))
            if iri:
                self.note(subject, predicate, words_of(term))
            return f"<{iri}>" if iri else literal(words_of(term))
        if term[0] == '"' and "@" in term and not term.endswith('"'):
            words, tag, datatype = parts(term)
            if not datatype and not TAG.fullmatch(tag):
                return literal(words, sound_tag(tag))
        return term


def sound_tag(tag: str) -> str:
    """de_DE as de-DE; "und" for what is no language tag."""
    tag = tag.replace("_", "-")
    return tag if TAG.fullmatch(tag) else NO_TAG


def _unread(row: Field, term: str) -> str:
    if row.form == "date":
        return "date-unreadable"
    return "address-unreadable" if row.form in ("iri", "link") and term[0] != "_" else "value-unread"


def _written(value: Any) -> str:
    """The words of a mended value as they will be written."""
    if isinstance(value, tuple):
        return str(value[-1])
    if isinstance(value, Link):
        return value.iri
    if isinstance(value, model.Node):
        named: Mapping[str, str] = getattr(value, "name", None) or getattr(value, "label", None) or {}
        return " ".join((value.iri, *named.values(), getattr(value, "notation", "")))
    return str(value)


# -- the value of a term that has exactly the form of a row, else None


def _text(term: str) -> tuple[str, str] | None:
    last = term[-1]
    if last == '"':
        return NO_TAG, unescaped(term[1:-1])
    if last == ">" or term[0] != '"':
        return None
    end = term.rindex('"')
    tag = term[end + 2 :]
    return None if tag == NO_TAG or not TAG.fullmatch(tag) else (tag, unescaped(term[1:end]))


def _literal(term: str) -> str | None:
    return unescaped(term[1:-1]) if term[0] == '"' and term[-1] == '"' else None


@lru_cache(8192)
def _date(term: str) -> str | None:
    if term[-1] != ">" or term[0] != '"':
        return None
    words, _, datatype = parts(term)
    return words if datatype == date_type(words) else None


def _typed(datatype: str, pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    ending = f'"^^<{datatype}>'

    def fits(term: str) -> str | None:
        if not term.endswith(ending):
            return None
        words = unescaped(term[1 : -len(ending)])
        return words if pattern.fullmatch(words) else None

    return fits


def _integer(term: str) -> int | None:
    words = _typed(XSD.nonNegativeInteger, _WHOLE)(term)
    return None if words is None else int(words)


def _iri(term: str) -> str | None:
    return term[1:-1] if term[0] == "<" and "\\" not in term else None


def _scheme(scheme: str) -> Callable[[str], str | None]:
    start = f"<{scheme}:"

    def fits(term: str) -> str | None:
        return term[len(start) : -1] or None if term.startswith(start) and "\\" not in term else None

    return fits


_FITS: Final[Mapping[str, Callable[[str], Any]]] = {
    "text": _text, "words": _text, "literal": _literal, "date": _date, "integer": _integer, "iri": _iri,
    "concept": _iri, "link": _iri, "node": _iri, "email": _scheme("mailto"), "telephone": _scheme("tel"),
    "decimal": _typed(XSD.decimal, _DECIMAL), "duration": _typed(XSD.duration, _DURATION),
    "hex": _typed(XSD.hexBinary, _HEX), "wkt": _typed(PREFIXES["geo"] + "wktLiteral", _WKT),
}  # fmt: skip


# -- putting a value into the fields; False: the field holds another one already


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


def _finished(value: Any) -> Any:
    """Lists as tuples; what was said in two forms is there once."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(value)) if isinstance(value[0], str | Link) else tuple(value)
    return {tag: tuple(dict.fromkeys(words)) for tag, words in value.items()}


_WORDS: Final = {row.name for row in FIELDS if row.form == "words"}


def _put(row: Field) -> Callable[[dict[str, Any], str, Any], bool]:
    if row.form == "text":
        return _put_texts if row.many else _put_text
    if row.form == "words":
        return _put_words
    if row.form == "link":
        return _put_link
    return _put_many if row.many else _put_one


@cache
def _places(cls: str) -> Mapping[str, _Place]:
    """Property -> where it goes; a present property wins over a former one."""
    rows = fields_of(cls)
    properties = {name: row for row in rows for name in row.former} | {row.property: row for row in rows}
    return {
        f"<{name}>": _Place(row, row.name, _FITS[row.form], _put(row), row.node, name != row.property)
        for name, row in properties.items()
    }


@cache
def _types(cls: str) -> frozenset[str]:
    return frozenset(f"<{type}>" for type in TYPES[cls])


@cache
def _struct(cls: str) -> type[model.Node]:
    struct: type[model.Node] = getattr(model, STRUCTS.get(cls, cls))
    return struct


def _with_ids(distributions: tuple[model.Distribution, ...]) -> tuple[model.Distribution, ...]:
    """Each with an id that stays: the fragment of its IRI, else a digest of IRI or address; two get a count."""
    given: list[model.Distribution] = []
    taken: set[str] = set()
    for one in distributions:
        id = _distribution_id(one)
        if id in taken:
            id = next(name for n in range(2, len(distributions) + 2) if (name := f"{id}-{n}") not in taken)
        taken.add(id)
        given.append(msgspec.structs.replace(one, id=id))
    return tuple(given)


def _distribution_id(one: model.Distribution) -> str:
    iri = "" if one.iri.startswith("_:") else one.iri
    fragment = _FRAGMENT.search(iri)
    if fragment:
        return fragment[1]
    words = iri or one.download_url or one.access_url or " ".join(one.title.values())
    return hashlib.blake2b(words.encode(), digest_size=6).hexdigest()
