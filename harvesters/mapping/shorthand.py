"""Short forms that people write in a list for a structured value: a name, two years, 1.200.000 €, partners by role.

Entry points: `spelled_out` makes one text the fields of a node, `one_each` makes a value of a list several nodes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vocab import geometry, values
from vocab.fields import fields_of

MAX_VALUES_PER_FIELD: Final = 10_000  # in one field
FieldValues = Mapping[str, Any]

_MAIN: Final = {  # the field of a node that a plain text stands for
    "Agent": "name", "Contact": "name", "Place": "name", "Identifier": "notation", "RightsStatement": "label",
    "ProvenanceStatement": "label", "Distribution": "access_url", "Relationship": "relation", "Funding": "name",
    "Milestone": "title", "Opportunity": "title", "Indicator": "title", "Observation": "value", "Checksum": "value",
    "TableSchema": "columns", "Column": "name",
    "Address": "street", "Association": "agent", "Attribution": "agent",
}  # fmt: skip
_BY_IRI: Final = ("Agent", "Place", "RightsStatement", "ProvenanceStatement")
_PERIOD = re.compile(r" ?(?:/|–|—|\bbis\b|\bto\b| - ) ?")  # in text with single blanks
_NAME_AND_MAIL = re.compile(r"([^<>]*[^<>\s])\s*<([^<>\s]+)>")
_SINCE = re.compile(r"(?:seit|ab|since|from|von|vom) ", re.IGNORECASE)
_MONEY = re.compile(r"([\d.,\s]*\d)\s*(€|[A-Za-z]{3,4})?")
_GERMAN_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+,\d{1,2}")


def spelled_out(cls: str, text: str) -> dict[str, Any]:
    """The fields of a node of class `cls` from one text."""
    if cls == "Contact":
        return _contact(text)
    if cls == "Period":
        return _period(text)
    if cls == "Money":
        return _money(text)
    if cls in _BY_IRI and values.absolute_iri(text):
        return {"iri": text}
    if cls == "Place" and geometry.looks_like_shape(text):
        return shape_fields(text)
    return {_MAIN[cls]: text}


def _contact(text: str) -> dict[str, Any]:
    """A contact from a mail address, one with a name before it, a number with tel:, a web address, or a name."""
    named = _NAME_AND_MAIL.fullmatch(text)
    if named and values.email(named[2]):
        return {"name": named[1], "email": named[2]}
    if values.email(text):
        return {"email": text}
    number = values.telephone(text)
    if number and number.value != text.strip():
        return {"telephone": text}
    return {"url" if values.address(text) else "name": text}


def shape_fields(value: Any) -> dict[str, Any]:
    """The fields of a place from a shape in any notation; one that cannot be read is left for the reader of `geometry`,
    which says so."""
    shape = geometry.shape(value)
    return _fields_of_shape(shape) if shape else {"geometry": str(value)}


def _fields_of_shape(shape: geometry.Shape) -> dict[str, Any]:
    return {name: text for name, text in shape._asdict().items() if text}


def place_fields(value: FieldValues) -> FieldValues:
    """A place whose shapes are WKT, also where GeoJSON is in the place of the whole, and a shape in that of a name."""
    if shape := geometry.shape(dict(value)):
        return _fields_of_shape(shape)
    name = value.get("name")
    if isinstance(name, str) and geometry.looks_like_shape(name):
        return {**shape_fields(name), **{key: inner for key, inner in value.items() if key != "name"}}
    return value


def _period(text: str) -> dict[str, Any]:
    """The start and the end; "seit 2020" has no end, a year alone is both."""
    text = " ".join(text.split())
    since = _SINCE.match(text)
    start, *end = _PERIOD.split(text[since.end() :] if since else text, maxsplit=1)
    return {"start": start, "end": end[0] if end else "" if since else start}


def _money(text: str) -> dict[str, Any]:
    amount = _MONEY.fullmatch(text)
    if not amount:
        return {"value": text}
    number = amount[1].replace(" ", "").replace("\xa0", "")
    if _GERMAN_NUMBER.fullmatch(number):
        number = number.replace(".", "").replace(",", ".")
    currency = {"€": "EUR", "Euro": "EUR"}.get(amount[2] or "", (amount[2] or "").upper())
    return {"value": number, "currency": currency}


def one_each(cls: str, members: list[Any], many: bool) -> Iterator[Any]:
    """Nodes one by one: {"email": ["a@…", "b@…"]} is two contacts, {"partner": ["A", "B"]} two participants."""
    for value in members:
        if not isinstance(value, Mapping) or not many:
            yield value
        elif cls in ("Association", "Attribution"):
            yield from _participations(cls, value)
        else:
            yield from _spread(cls, value)


def _participations(cls: str, fields: FieldValues) -> Iterator[Any]:
    """Participants by role, then those that have a role and a task each: {"name": ["A", "B"], "role": ["…", "…"]}."""
    agent = {row.name for row in fields_of("Agent")}
    own = {row.name for row in fields_of(cls)} | {"iri"}
    for role, names in fields.items():
        if role not in own and role not in agent:
            for participant in names if isinstance(names, list | tuple) else (names,):
                if not empty(participant):
                    yield {"agent": participant, "role": role}
    inner = {key: value for key, value in fields.items() if key in agent and key not in own}
    rest = {key: value for key, value in fields.items() if key in own}
    if inner:
        yield from ({"agent": agent, **_at(number, rest)} for number, agent in enumerate(_spread("Agent", inner)))
    elif rest:
        yield rest


def _at(number: int, fields: FieldValues) -> dict[str, Any]:
    """The fields of the participant with this number; what is no list is said of all."""
    return {
        key: (value[number] if number < len(value) else None) if isinstance(value, list | tuple) else value
        for key, value in fields.items()
    }


def _spread(cls: str, fields: FieldValues) -> Iterator[dict[str, Any]]:
    lists = {
        row.name: fields[row.name]
        for row in fields_of(cls)
        if not row.many and row.form != "words" and isinstance(fields.get(row.name), list | tuple)
    }
    for number in range(min(max(map(len, lists.values()), default=1), MAX_VALUES_PER_FIELD)):
        yield {
            key: (value[number] if number < len(value) else None) if key in lists else value
            for key, value in fields.items()
        }


def empty(value: Any) -> bool:
    """Whether a value says nothing: None, an empty list or mapping, or a text without a character that can be seen."""
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value) or (
        isinstance(value, str) and not value.strip()
    )  # fmt: skip
