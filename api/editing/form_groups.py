"""The form fields that stand for one field of the metadata: shown and read together.

A plain value has one form field; a node such as the contact has one for each of its parts; those who take part have one
for each role. Entry points: `groups_of`, `shown_group`, `read_group`.
Invariants: of several nodes the form shows one, and the others stay; who or what is not shown stays as it was.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from api.editing.form_fields import MAX_ITEMS, FormField, form_of
from api.editing.form_values import (
    FormContext,
    Reading,
    as_line,
    in_former_order,
    lines_of,
    read_value,
    shown_concept,
    shown_value,
)
from api.text.formatting import pick_language
from api.text.i18n import marked as _
from api.text.labels import district_of
from api.web.addresses import Lang
from registry.model import Agent, Distribution, Kind, Link, Metadata, Participation, Period, Place
from registry.model.identity import distribution_digest
from registry.model.structs import struct_of
from vocab.concepts import concept_list
from vocab.fields import Field, field


class FieldGroup(NamedTuple):
    """The form fields of one field of the metadata. `row`: of that field in vocab/fields.py."""

    row: Field
    fields: tuple[FormField, ...]


@cache
def groups_of(kind: Kind) -> tuple[FieldGroup, ...]:
    """The groups of the form of a kind, in the order of their first fields."""
    names = dict.fromkeys(form_field.metadata_field for form_field in form_of(kind))
    return tuple(
        FieldGroup(
            field(kind, name), tuple(form_field for form_field in form_of(kind) if form_field.metadata_field == name)
        )
        for name in names
    )


def shown_group(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    """Name of each form field of the group -> what its input shows."""
    return _HOW[_form(group.row)].show(group, metadata, context)


def read_group(group: FieldGroup, before: Metadata, reading: Reading) -> Metadata:
    """The metadata with what was entered in the fields of a group."""
    return replace(before, **_HOW[_form(group.row)].read(group, before, reading))


def nodes_of(group: FieldGroup, metadata: Metadata) -> tuple[Any, ...]:
    """The nodes of a metadata field, also where it holds at most one."""
    value = getattr(metadata, group.row.name)
    return tuple(value) if group.row.many else (value,) if value else ()


def _form(row: Field) -> str:
    if row.form == "node":
        return row.node if row.node in _HOW else "node"
    return "link" if row.form == "link" else "value"


# -- a plain value


def _show_plain(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    (form_field,) = group.fields
    return {form_field.name: shown_value(form_field, getattr(metadata, group.row.name), context)}


def _read_plain(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    (form_field,) = group.fields
    return {group.row.name: read_value(form_field, getattr(before, group.row.name), reading)}


# -- links to other things


def _shown_links(group: FieldGroup, metadata: Metadata) -> dict[str, Link]:
    """Line -> link."""
    links = [link for link in metadata.links if link.relation == group.row.name][:MAX_ITEMS]
    return {text: link for link in links if (text := link.iri.removeprefix("/id/")) == as_line(text)}


def _show_links(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    return {group.fields[0].name: "\n".join(_shown_links(group, metadata))}


def _read_links(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """Each line by title, id or IRI; one that is still there is written as it was."""
    (form_field,) = group.fields
    shown = _shown_links(group, before)
    links = []
    for line in lines_of(reading.entered[form_field.name]):
        iri = None if line in shown else reading.context.resolve(line, form_field.target)
        if line in shown:
            links.append(shown[line])
        elif iri:
            links.append(Link(group.row.name, iri))
        else:
            sentence = _("„%(line)s“ ist nicht im Verzeichnis. Schreiben Sie den genauen Titel oder die Adresse.")
            reading.refuse(form_field, sentence, line=line)
    hidden = [link for link in before.links if not any(link is visible for visible in shown.values())]
    return {"links": in_former_order(before.links, [*links, *hidden])}


# -- places: the districts of the city


def _show_places(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    concepts = (district_of(place, context.districts) for place in nodes_of(group, metadata))
    return {group.fields[0].name: tuple(concept.notation for concept in concepts if concept)}


def _read_places(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """A district that stays ticked is written as it was; a place that is none stays."""
    ticked = reading.entered[group.fields[0].name]
    districts = reading.context.districts
    districts_known = [(place, district_of(place, districts)) for place in nodes_of(group, before)]
    kept = [place for place, concept in districts_known if not concept or concept.notation in ticked]
    there = {concept.notation for _place, concept in districts_known if concept}
    new = [concept for name in ticked if name not in there and (concept := (districts or {}).get(name))]
    places = [*kept, *(Place(iri=concept.iri, name=dict(concept.labels)) for concept in new)]
    return {group.row.name: in_former_order(nodes_of(group, before), places)}


# -- those who take part, by role


def _shown_participants(group: FieldGroup, metadata: Metadata, lang: Lang) -> dict[tuple[str, str], Participation]:
    """Role and name -> whom the form can show, as many of a role as its field has room for."""
    roles = {concept.iri: notation for notation, concept in concept_list("roles").by_notation.items()}
    room = {form_field.role: 1 if form_field.widget == "input" else MAX_ITEMS for form_field in group.fields}
    shown: dict[tuple[str, str], Participation] = {}
    for participation in nodes_of(group, metadata):
        role, name = roles.get(participation.role, ""), pick_language(participation.agent.name, lang).words
        free = room.get(role, 0) - sum(shown_role == role for shown_role, _name in shown)
        if name and name == as_line(name) and free > 0:
            shown.setdefault((role, name), participation)
    return shown


def _show_participants(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    shown = _shown_participants(group, metadata, context.lang)
    return {
        form_field.name: "\n".join(name for role, name in shown if role == form_field.role)
        for form_field in group.fields
    }


def _read_participants(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """Those of the form first, all others as they were; who is still there keeps what was said of them."""
    roles = concept_list("roles").by_notation
    lang = reading.context.lang
    shown = _shown_participants(group, before, lang)
    hidden = [
        participation
        for participation in nodes_of(group, before)
        if not any(participation is visible for visible in shown.values())
    ]
    named: dict[tuple[str, str], None] = {}
    for form_field in group.fields:
        text = reading.entered[form_field.name]
        names = [text] if form_field.widget == "input" else lines_of(text)
        named |= dict.fromkeys((form_field.role, name) for name in names if name)
    entered = [
        shown.get((role, name)) or Participation(agent=Agent(name={lang: name}), role=roles[role].iri)
        for role, name in named
    ]
    return {group.row.name: in_former_order(nodes_of(group, before), [*entered, *hidden])}


# -- an agent: publisher, organizer


def _show_agent(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    agent: Agent | None = getattr(metadata, group.row.name)
    return {group.fields[0].name: pick_language(agent.name, context.lang).words if agent else ""}


def _read_agent(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """Another name is another agent: what was known of the former one does not hold for it."""
    entered = reading.entered[group.fields[0].name]
    if entered == _show_agent(group, before, reading.context)[group.fields[0].name]:
        return {}
    return {group.row.name: Agent(name={reading.context.lang: entered}) if entered else None}


# -- any other node, part by part


def shown_node(group: FieldGroup, metadata: Metadata, context: FormContext) -> tuple[int, Any]:
    """Position and node that the form shows: the first, or the first whose key the form knows; else an empty node after
    all others."""
    nodes = nodes_of(group, metadata)
    key = _key(group)
    for position, node in enumerate(nodes):
        if key is None or shown_concept(key, getattr(node, key.part), context):
            return position, node
    return len(nodes), struct_of(group.row.node)()


def _key(group: FieldGroup) -> FormField | None:
    return next((form_field for form_field in group.fields if form_field.is_key), None)


def _show_node(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    _position, node = shown_node(group, metadata, context)
    return {
        form_field.name: shown_value(form_field, getattr(node, form_field.part), context) for form_field in group.fields
    }


def _read_node(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """The parts that were entered in the node that the form shows, among the other nodes; without any part, or without
    its key, it is gone."""
    position, node = shown_node(group, before, reading.context)
    key = _key(group)
    parts = {
        form_field.part: read_value(form_field, getattr(node, form_field.part), reading) for form_field in group.fields
    }
    now = replace(node, **parts)
    if key and not parts[key.part]:
        if any(reading.entered[form_field.name] for form_field in group.fields):
            reading.refuse(key, key.ask)
            return {}
        now = type(node)()
    if isinstance(now, Period) and _is_reversed(now):
        last = group.fields[-1]
        reading.refuse(last, _("Das Ende liegt vor dem Beginn. Prüfen Sie beide Angaben."))
        return {}
    kept = (_with_id(now),) if now != type(node)() else ()
    if group.row.all:
        return {group.row.name: None, group.row.all: (*kept, *getattr(before, group.row.all)[1:])}
    if not group.row.many:
        return {group.row.name: kept[0] if kept else None}
    nodes = nodes_of(group, before)
    return {group.row.name: (*nodes[:position], *kept, *nodes[position + 1 :])}


def _is_reversed(period: Period) -> bool:
    start, end = period.start, period.end
    return bool(start and end) and start[: len(end)] > end[: len(start)]


def _with_id(node: Any) -> Any:
    """A distribution that has none gets its id from its address (`Distribution.id` stays)."""
    if isinstance(node, Distribution) and not node.id:
        return replace(node, id=distribution_digest(node))
    return node


class _How(NamedTuple):
    """How the groups of one sort are shown and read; `read` gives the fields of the metadata that change."""

    show: Callable[[FieldGroup, Metadata, FormContext], dict[str, Any]]
    read: Callable[[FieldGroup, Metadata, Reading], dict[str, Any]]


_HOW: Final[Mapping[str, _How]] = MappingProxyType(
    {
        "value": _How(_show_plain, _read_plain),
        "link": _How(_show_links, _read_links),
        "node": _How(_show_node, _read_node),
        "Place": _How(_show_places, _read_places),
        "Association": _How(_show_participants, _read_participants),
        "Attribution": _How(_show_participants, _read_participants),
        "Agent": _How(_show_agent, _read_agent),
    }
)
