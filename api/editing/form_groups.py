"""The form fields that stand for one field of the metadata: shown and read together.

A plain value has one form field, and one more for its translation; a node has one for each of its parts, and a group
that repeats asks for them again for each node (`form_nodes.py`). Entry points: `groups_of`, `shown_group`,
`read_group`.
Invariant: who or what is not shown stays as it was.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from api.editing import form_nodes
from api.editing.form_context import FormContext, Reading
from api.editing.form_fields import MAX_ITEMS, form_of
from api.editing.form_nodes import FieldGroup, nodes_of
from api.editing.form_texts import fits_in_line, in_former_order, read_items
from api.editing.form_values import read_value, shown_value
from api.text.i18n import marked as _
from api.text.labels import district_of
from registry.model import Kind, Link, Metadata, Place
from vocab.fields import Field, field


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
    """Name of each input of the group -> what it shows."""
    return _HOW[_form(group.row)].show(group, metadata, context)


def read_group(group: FieldGroup, before: Metadata, reading: Reading) -> Metadata:
    """The metadata with what was entered in the fields of a group."""
    return replace(before, **_HOW[_form(group.row)].read(group, before, reading))


def _form(row: Field) -> str:
    if row.form == "node":
        return row.node if row.node in _HOW else "node"
    return "link" if row.form == "link" else "value"


# -- a plain value, with its translation


def _show_plain(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    value = getattr(metadata, group.row.name)
    return {form_field.name: shown_value(form_field, value, context) for form_field in group.fields}


def _read_plain(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    value = getattr(before, group.row.name)
    for form_field in group.fields:
        value = read_value(form_field, value, reading)
    return {group.row.name: value}


# -- links to other things


def _shown_links(group: FieldGroup, metadata: Metadata) -> dict[str, Link]:
    """Line -> link."""
    links = [link for link in metadata.links if link.relation == group.row.name][:MAX_ITEMS]
    return {text: link for link in links if fits_in_line(text := link.iri.removeprefix("/id/"))}


def _show_links(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    return {group.fields[0].name: "\n".join(_shown_links(group, metadata))}


def _read_links(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """Each line by title, id or IRI; one that is still there is written as it was."""
    (form_field,) = group.fields
    shown = _shown_links(group, before)
    links = []
    for line in read_items(form_field, reading):
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


# -- an agent: publisher, organizer


def _show_agent(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    (form_field,) = group.fields
    return {form_field.name: shown_value(form_field._replace(part=""), getattr(metadata, group.row.name), context)}


def _read_agent(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    (form_field,) = group.fields
    return {group.row.name: read_value(form_field._replace(part=""), getattr(before, group.row.name), reading)}


class _How(NamedTuple):
    """How the groups of one sort are shown and read; `read` gives the fields of the metadata that change."""

    show: Callable[[FieldGroup, Metadata, FormContext], dict[str, Any]]
    read: Callable[[FieldGroup, Metadata, Reading], dict[str, Any]]


_HOW: Final[Mapping[str, _How]] = MappingProxyType(
    {
        "value": _How(_show_plain, _read_plain),
        "link": _How(_show_links, _read_links),
        "node": _How(form_nodes.show, form_nodes.read),
        "Place": _How(_show_places, _read_places),
        "Association": _How(form_nodes.show_participants, form_nodes.read_participants),
        "Agent": _How(_show_agent, _read_agent),
    }
)
