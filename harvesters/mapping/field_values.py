"""Makes Metadata of an item whose keys are our own field names, by the rows of vocab/fields.py.

For sources that are not RDF and have no standard of their own (a list in JSON, a sheet). Friendly forms are understood:
a title as a string, a phase by its notation, a publisher by its name, partners as {"partner": ["A", "B"]}.
Entry point: `metadata`. What does not fit a field is kept in the extras, with a finding.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from harvesters.harvester import REMOTE
from harvesters.mapping.shorthand import (
    MAX_VALUES_PER_FIELD,
    FieldValues,
    empty,
    one_each,
    place_fields,
    shape_fields,
    spelled_out,
)
from registry import model
from registry.model import Findings, Kind, Link, Metadata
from registry.model.identity import with_ids
from registry.model.structs import struct_of
from registry.rules import finding, rule_of_unmatched
from vocab import geometry, language_tags, match, numbers, values
from vocab.fields import Field, fields_of, rows_by_name
from vocab.kinds import KIND_ROWS

MAX_NODE_DEPTH: Final = 8  # nodes inside nodes
RULES: Final = {"date": "date-unreadable", "iri": "address-unreadable"}


def metadata(kind: Kind, item: FieldValues, language: str) -> tuple[Metadata, Findings]:
    """Metadata and findings of an item.

    `item`: values by field name, as in the JSON of Metadata or in a friendlier form. `language`: of texts without a
    tag.
    """
    reading = _Reading(language or "und")
    fields = reading.struct(kind, _licence_to_distributions(kind, item), "")
    links = tuple(dict.fromkeys(reading.links(kind, item)))
    if "distributions" in fields:
        fields["distributions"] = with_ids(fields["distributions"])
    extras = {**_mapping(item.get("extras")), **reading.left()}
    return Metadata(kind=kind, **fields, links=links, extras=extras), tuple(reading.findings)


class _Reading:
    """Collects the findings of one item, and by its path what fits no field."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.findings: list[model.Finding] = []
        self.kept: dict[str, list[Any]] = {}

    def misfit(self, rule: str, path: str, value: Any) -> None:
        """Keeps a value that does not fit its field, with a finding."""
        self.findings.append(finding(rule, path, _shown(value)))
        self.keep(path, value)

    def keep(self, path: str, value: Any) -> None:
        """Keeps a value for the extras, by its path."""
        self.kept.setdefault(path, []).append(value)

    def left(self) -> dict[str, Any]:
        """Path -> the values that were kept: the value itself if there is one, else a list."""
        return {
            path: kept_values if len(kept_values) > 1 else kept_values[0] for path, kept_values in self.kept.items()
        }

    # -- a described thing

    def struct(self, cls: str, item: FieldValues, path: str) -> dict[str, Any]:
        """Field name -> value for what the rows of a class take."""
        rows = {name: row for name, row in rows_by_name(cls).items() if row.form != "link"}
        fields: dict[str, Any] = {}
        for key, value in item.items():
            if key in ("links", "extras", "kind") and not path:
                continue
            if key == "iri" and isinstance(value, str) and values.absolute_iri(value):
                fields["iri"] = value.strip()
            elif key in rows:
                row = rows[key]
                if row.all and isinstance(value, list | tuple):
                    row = rows[row.all]
                read = self.field(row, value, path + key)
                if not empty(read):
                    fields[row.name] = read
            elif not empty(value) and not (not path and key in _relations(cls)):
                self.keep(path + key, value)
        return fields

    def field(self, row: Field, value: Any, path: str) -> Any:
        """The value of a field: a tuple where it may have several. Further values are kept, with a finding."""
        is_list = isinstance(value, list | tuple) and not (row.node == "Place" and geometry.shape(value))
        members = [member for member in (value if is_list else [value]) if not empty(member)]
        for member in members[MAX_VALUES_PER_FIELD:]:
            self.misfit("value-extra", path, member)
        members = members[:MAX_VALUES_PER_FIELD]
        if row.form == "words":
            return self.keywords(members, path)
        if row.form == "node":
            members = list(one_each(row.node, members, row.many))
        read = [read for member in members for read in self.read(row, member, path) if not empty(read)]
        if row.many:
            return tuple(read if row.form in ("node", "text") else dict.fromkeys(read))
        for member in members[1:] if len(read) > 1 else ():
            self.misfit("value-extra", path, member)
        return read[0] if read else None

    def read(self, row: Field, value: Any, path: str) -> tuple[Any, ...]:
        """The values that one written value means: none, one, or for a theme two."""
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
        reading = READERS[row.form](text) or (_german_decimal(text) if self.is_german(row) else None)
        if reading is None:
            self.misfit(RULES.get(row.form, "value-unread"), path, value)
            return ()
        if reading.repaired:
            self.findings.append(finding("value-mended", path, _shown(value)))
        return (reading.value,)

    def is_german(self, row: Field) -> bool:
        """Whether a number may be written as in German: 1.234,5"""
        return row.form == "decimal" and self.language.lower().startswith("de")

    def node(self, cls: str, value: Any, path: str) -> tuple[Any, ...]:
        """The struct of a described node, from its fields or a short form; () if there is nothing to read."""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            value = spelled_out(cls, str(value).strip())
        elif cls == "Place" and isinstance(value, list):  # west, south, east, north
            value = shape_fields(value)
        if cls == "Place" and isinstance(value, Mapping):
            value = place_fields(value)
        if not isinstance(value, Mapping) or path.count(".") >= MAX_NODE_DEPTH:
            self.misfit("value-unread", path, value)
            return ()
        fields = self.struct(cls, value, f"{path}.")
        return (struct_of(cls)(**fields),) if fields else ()

    def text(self, value: Any, path: str) -> tuple[Any, ...]:
        """A text by language, from a mapping or one text in the language of the item; () for any other value."""
        if isinstance(value, Mapping):
            texts = {}
            for tag, text in value.items():
                if isinstance(text, str) and language_tags.is_known(tag):
                    if text.strip():
                        texts[self.tag(tag)] = text.strip()
                else:
                    self.misfit("value-unread", f"{path}.{tag}", text)
            return (texts,)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return ({self.language: str(value).strip()},)
        self.misfit("value-unread", path, value)
        return ()

    def tag(self, tag: str) -> str:
        """The language tag as we write it; the language of the item for "und"."""
        tag = values.language_tag(tag)
        return self.language if tag == "und" else tag.lower() if len(tag) < 4 else tag

    def keywords(self, members: list[Any], path: str) -> dict[str, tuple[str, ...]]:
        """Keywords by language."""
        by_language: dict[str, dict[str, None]] = {}
        for value in members:
            for tag, member_keywords in value.items() if isinstance(value, Mapping) else ((self.language, value),):
                for keyword in member_keywords if isinstance(member_keywords, list | tuple) else (member_keywords,):
                    if (
                        isinstance(keyword, str | int | float)
                        and not isinstance(keyword, bool)
                        and language_tags.is_known(str(tag))
                    ):
                        by_language.setdefault(self.tag(str(tag)), {})[str(keyword).strip()] = None
                    else:
                        self.misfit("value-unread", f"{path}.{tag}" if isinstance(value, Mapping) else path, keyword)
        filled = {tag: tuple(filter(None, member_keywords)) for tag, member_keywords in by_language.items()}
        return {tag: member_keywords for tag, member_keywords in filled.items() if member_keywords}

    def concept(self, row: Field, text: str, path: str) -> tuple[str, ...]:
        """The IRIs of the concepts that a text names. An IRI of another list is kept in the field, with a finding."""
        concepts = match.concepts(row.values, text) if row.values else ()
        if concepts:
            return concepts
        rule = rule_of_unmatched(row.values)
        if values.absolute_iri(text):  # another list than ours; the IRI is kept where it belongs
            if row.values:
                self.findings.append(finding(rule, path, text))
            return (text,)
        self.misfit(rule, path, text)
        return ()

    # -- to other things

    def links(self, kind: Kind, item: FieldValues) -> Iterator[Link]:
        """The links of an item, by the name of the relation, beside the other fields or under `links`."""
        relations = _relations(kind)
        beside = [(name, value) for name, value in item.items() if name in relations]
        for relation, value in (*beside, *_pairs(item.get("links"))):
            for link in value if isinstance(value, list | tuple) else (value,):
                target = link.get("iri", link.get("id")) if isinstance(link, Mapping) else link
                if empty(link):
                    continue
                if (
                    empty(target)
                    or relation not in relations
                    or isinstance(target, bool)
                    or not isinstance(target, str | int)
                ):
                    self.misfit("value-unread", f"links.{relation}", link)
                else:
                    yield Link(relation, _target(str(target).strip()))


def _target(text: str) -> str:
    """An IRI, or the remote id of a thing of the same source."""
    if text.startswith(("/id/", REMOTE)) or values.absolute_iri(text):
        return text
    web_address = values.address(text)
    return web_address.value if web_address else REMOTE + text


def _pairs(links: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(links, Mapping):
        yield from links.items()
    elif isinstance(links, list | tuple):
        for link in links:
            yield (str(link.get("relation", "")), link.get("iri")) if isinstance(link, Mapping) else ("", link)


@cache
def _relations(kind: str) -> frozenset[str]:
    return frozenset(row.name for row in fields_of(kind) if row.form == "link")


# -- values


_GERMAN_DECIMAL = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3}){1,9}|\d{1,30}),\d{1,30}", re.ASCII)


def _german_decimal(text: str) -> values.Read | None:
    number = _GERMAN_DECIMAL.fullmatch(text)
    return values.Read(text.replace(".", "").replace(",", "."), repaired=True) if number else None


def _wkt(text: str) -> values.Read | None:
    shape = geometry.shape(text)
    return values.Read(text) if shape and geometry.WKT_WRITTEN.match(text) else None


def _iri(text: str) -> values.Read | None:
    return values.absolute_iri(text) or values.address(text)


READERS: Final[Mapping[str, Callable[[str], values.Read | None]]] = {
    "literal": values.Read,
    "date": values.date,
    "decimal": numbers.decimal,
    "integer": numbers.size,
    "duration": values.duration,
    "hex": numbers.hex_binary,
    "wkt": _wkt,
    "iri": _iri,
    "email": values.email,
    "telephone": values.telephone,
}


def _licence_to_distributions(kind: Kind, item: FieldValues) -> FieldValues:
    """The item with the licence of a dataset moved to each of its distributions that has none of its own."""
    forms = item.get("distributions")
    if not KIND_ROWS[kind].has_files or "licence" not in item or empty(forms):
        return item
    rest = {key: value for key, value in item.items() if key != "licence"}
    spread = one_each("Distribution", list(forms) if isinstance(forms, list | tuple) else [forms], many=True)
    spelled = (
        spelled_out("Distribution", distribution) if isinstance(distribution, str) else distribution
        for distribution in spread
    )
    licensed = [
        {"licence": item["licence"], **distribution} if isinstance(distribution, Mapping) else distribution
        for distribution in spelled
    ]
    return {**rest, "distributions": licensed}


def _mapping(value: Any) -> FieldValues:
    return value if isinstance(value, Mapping) else {}


def _shown(value: Any) -> str:
    return str(value)[:500]
