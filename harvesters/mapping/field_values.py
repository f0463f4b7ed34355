"""Words under our own field names become Metadata by the rows of vocab/fields.py; what does not fit is kept and said.

For sources that are not RDF and have no standard of their own (a list in JSON, a sheet). Friendly forms are understood:
a title as a string, a phase by its notation, a publisher by its name, partners as {"partner": ["A", "B"]}.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from harvesters.harvester import REMOTE
from harvesters.mapping.shorthand import MOST_VALUES, Words, empty, one_each, spelled_out
from registry import model
from registry.model import Findings, Kind, Link, Metadata
from registry.model.identity import with_ids
from registry.rules import finding
from vocab import folding, formats, frequencies, licences, match, values
from vocab.fields import STRUCTS, Field, fields_of
from vocab.geometry import WKT_WRITTEN
from vocab.kinds import KIND_ROWS

MOST_DEPTH: Final = 8  # nodes inside nodes
RULES: Final = {"date": "date-unreadable", "iri": "address-unreadable"}
CONCEPT_RULES: Final = {"licences": "licence-unknown", "file-types": "format-unknown", "media-types": "format-unknown"}


def metadata(kind: Kind, words: Words, language: str) -> tuple[Metadata, Findings]:
    """`words` by field name, as in the JSON of Metadata or friendlier; `language` of words without a tag."""
    reading = _Reading(language or "und")
    fields = reading.struct(kind, _licence_to_distributions(kind, words), "")
    links = tuple(dict.fromkeys(reading.links(kind, words)))
    if "distributions" in fields:
        fields["distributions"] = with_ids(fields["distributions"])
    extras = {**_mapping(words.get("extras")), **reading.left()}
    return Metadata(kind=kind, **fields, links=links, extras=extras), tuple(reading.findings)


class _Reading:
    """Gathers findings, and what fits no field under the path where it stood."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.findings: list[model.Finding] = []
        self.kept: dict[str, list[Any]] = {}

    def misfit(self, rule: str, path: str, value: Any) -> None:
        self.findings.append(finding(rule, path, _shown(value)))
        self.keep(path, value)

    def keep(self, path: str, value: Any) -> None:
        self.kept.setdefault(path, []).append(value)

    def left(self) -> dict[str, Any]:
        return {path: several if len(several) > 1 else several[0] for path, several in self.kept.items()}

    # -- a described thing

    def struct(self, cls: str, words: Words, path: str) -> dict[str, Any]:
        """Field name -> value for what the rows of a class take."""
        rows = {row.name: row for row in fields_of(cls) if row.form != "link"}
        found: dict[str, Any] = {}
        for key, value in words.items():
            if key in ("links", "extras", "kind") and not path:
                continue
            if key == "iri" and isinstance(value, str) and values.iri(value):
                found["iri"] = value.strip()
            elif key in rows:
                read = self.field(rows[key], value, path + key)
                if not empty(read):
                    found[key] = read
            elif not empty(value) and not (not path and key in _relations(cls)):
                self.keep(path + key, value)
        return found

    def field(self, row: Field, value: Any, path: str) -> Any:
        several = [one for one in (value if isinstance(value, list | tuple) else [value]) if not empty(one)]
        for one in several[MOST_VALUES:]:
            self.misfit("value-extra", path, one)
        several = several[:MOST_VALUES]
        if row.form == "words":
            return self.words(several, path)
        if row.form == "node":
            several = list(one_each(row.node, several, row.many))
        read = [read for one in several for read in self.read(row, one, path) if not empty(read)]
        if row.many:
            return tuple(read if row.form in ("node", "text") else dict.fromkeys(read))
        for one in several[1:] if len(read) > 1 else ():
            self.misfit("value-extra", path, one)
        return read[0] if read else None

    def read(self, row: Field, value: Any, path: str) -> tuple[Any, ...]:
        """What one value says: nothing, or one value, or for a theme two."""
        if row.form == "node":
            return self.node(row.node, value, path)
        if row.form == "text":
            return self.text(value, path)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.misfit("value-unread", path, value)
            return ()
        text = str(value).strip()
        if row.form == "concept":
            return self.concept(row, text, path)
        found = READERS[row.form](text)
        if found is None:
            self.misfit(RULES.get(row.form, "value-unread"), path, value)
            return ()
        if found.repaired:
            self.findings.append(finding("value-mended", path, _shown(value)))
        return (found.value,)

    def node(self, cls: str, value: Any, path: str) -> tuple[Any, ...]:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            value = spelled_out(cls, str(value).strip())
        if not isinstance(value, Mapping) or path.count(".") >= MOST_DEPTH:
            self.misfit("value-unread", path, value)
            return ()
        fields = self.struct(cls, value, f"{path}.")
        return (_struct(cls)(**fields),) if fields else ()

    def text(self, value: Any, path: str) -> tuple[Any, ...]:
        if isinstance(value, Mapping):
            words = {}
            for tag, one in value.items():
                if isinstance(one, str) and _TAG.fullmatch(tag):
                    if one.strip():
                        words[self.tag(tag)] = one.strip()
                else:
                    self.misfit("value-unread", f"{path}.{tag}", one)
            return (words,)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return ({self.language: str(value).strip()},)
        self.misfit("value-unread", path, value)
        return ()

    def tag(self, tag: str) -> str:
        return self.language if tag == "und" else tag.lower() if len(tag) < 4 else tag

    def words(self, several: list[Any], path: str) -> dict[str, tuple[str, ...]]:
        """Keywords by language."""
        found: dict[str, dict[str, None]] = {}
        for value in several:
            for tag, words in value.items() if isinstance(value, Mapping) else ((self.language, value),):
                for one in words if isinstance(words, list | tuple) else (words,):
                    if isinstance(one, str | int | float) and not isinstance(one, bool) and _TAG.fullmatch(str(tag)):
                        found.setdefault(self.tag(str(tag)), {})[str(one).strip()] = None
                    else:
                        self.misfit("value-unread", f"{path}.{tag}" if isinstance(value, Mapping) else path, one)
        return {tag: tuple(filter(None, words)) for tag, words in found.items()}

    def concept(self, row: Field, text: str, path: str) -> tuple[str, ...]:
        found = _concepts(row, text)
        if found:
            return found
        rule = CONCEPT_RULES.get(row.values, "concept-unknown")
        if values.iri(text):  # another list than ours; the IRI is kept where it belongs
            if row.values:
                self.findings.append(finding(rule, path, text))
            return (text,)
        self.misfit(rule, path, text)
        return ()

    # -- to other things

    def links(self, kind: Kind, words: Words) -> Iterator[Link]:
        """By the name of the relation, beside the other fields or under `links`."""
        relations = _relations(kind)
        beside = [(name, value) for name, value in words.items() if name in relations]
        for relation, value in (*beside, *_pairs(words.get("links"))):
            for one in value if isinstance(value, list | tuple) else (value,):
                target = one.get("iri", one.get("id")) if isinstance(one, Mapping) else one
                if empty(one):
                    continue
                if (
                    empty(target)
                    or relation not in relations
                    or isinstance(target, bool)
                    or not isinstance(target, str | int)
                ):
                    self.misfit("value-unread", f"links.{relation}", one)
                else:
                    yield Link(relation, _target(str(target).strip()))


def _target(text: str) -> str:
    """An IRI, or the remote id of a thing of the same source."""
    if text.startswith(("/id/", REMOTE)) or values.iri(text):
        return text
    found = values.address(text)
    return found.value if found else REMOTE + text


def _pairs(links: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(links, Mapping):
        yield from links.items()
    elif isinstance(links, list | tuple):
        for one in links:
            yield (str(one.get("relation", "")), one.get("iri")) if isinstance(one, Mapping) else ("", one)


@cache
def _relations(kind: str) -> frozenset[str]:
    return frozenset(row.name for row in fields_of(kind) if row.form == "link")


# -- values


def _hex(text: str) -> values.Read | None:
    return values.Read(text.lower()) if re.fullmatch(r"(?:[0-9a-fA-F]{2}){1,128}", text) else None


def _wkt(text: str) -> values.Read | None:
    return values.Read(text) if WKT_WRITTEN.match(text) and len(text) < 1_000_000 else None


def _iri(text: str) -> values.Read | None:
    return values.iri(text) or values.address(text)


READERS: Final[Mapping[str, Callable[[str], values.Read | None]]] = {
    "literal": values.Read,
    "date": values.date,
    "decimal": values.decimal,
    "integer": values.size,
    "duration": values.duration,
    "hex": _hex,
    "wkt": _wkt,
    "iri": _iri,
    "email": values.email,
    "telephone": values.Read,
}
MATCHES: Final[Mapping[str, Callable[[str], Any]]] = {
    "licences": licences.licence,
    "languages": match.language,
    "frequencies": frequencies.frequency,
    "phases": match.phase,
    "roles": match.role,
    "organization-kinds": match.organization_kind,
}
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*|und")


def _concepts(row: Field, text: str) -> tuple[str, ...]:
    if row.values == "themes":
        return tuple(one.iri for one in match.themes(text))
    if row.values == "file-types":
        type = formats.file_type(text)
        return (type.concept.iri,) if type else ()
    if row.values == "media-types":
        media = formats.media_type(text)
        return (media,) if media else ()
    if not row.values:
        return ()
    one = MATCHES[row.values](text) if row.values in MATCHES else folding.match(row.values, text)
    return (one.iri,) if one else ()


def _licence_to_distributions(kind: Kind, words: Words) -> Words:
    """A licence that is said of a dataset is that of each of its distributions which has none of its own."""
    forms = words.get("distributions")
    if not KIND_ROWS[kind].has_files or "licence" not in words or empty(forms):
        return words
    rest = {key: value for key, value in words.items() if key != "licence"}
    spread = one_each("Distribution", list(forms) if isinstance(forms, list | tuple) else [forms], many=True)
    spelled = (spelled_out("Distribution", one) if isinstance(one, str) else one for one in spread)
    return {**rest, "distributions": [
        {"licence": words["licence"], **one} if isinstance(one, Mapping) else one for one in spelled
    ]}  # fmt: skip


@cache
def _struct(cls: str) -> type[model.Node]:
    struct: type[model.Node] = getattr(model, STRUCTS.get(cls, cls))
    return struct


def _mapping(value: Any) -> Words:
    return value if isinstance(value, Mapping) else {}


def _shown(value: Any) -> str:
    return str(value)[:500]
