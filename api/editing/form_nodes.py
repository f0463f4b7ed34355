"""Groups of form fields that stand for the parts of nodes: a contact, the milestones, those who take part.

Of a group that does not repeat the form shows one node, of one that repeats all it has room for; each further node has
numbered inputs (`milestone.2`). Entry points: `show`, `read`, and the same for those who take part.
Invariants: nodes that the form does not show stay where they were; rows are kept in the order in which they stand.
"""

from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from api.editing.form_context import FormContext, Reading
from api.editing.form_fields import MAX_ITEMS, FormField, base_name, numbered
from api.editing.form_texts import fits_in_line
from api.editing.form_values import read_value, shown_concept, shown_value
from api.text.formatting import pick_language
from api.text.i18n import marked as _
from registry.model import CostStep, Distribution, Metadata, Money, Participation, Period
from registry.model.identity import distribution_digest
from registry.model.structs import struct_of
from vocab.concepts import concept_list
from vocab.fields import Field, field
from vocab.values import is_reversed

CURRENCY: Final = "EUR"  # of an amount that was entered


class FieldGroup(NamedTuple):
    """The form fields of one field of the metadata. `row`: of that field in vocab/fields.py."""

    row: Field
    fields: tuple[FormField, ...]

    @property
    def repeats(self) -> bool:
        return any(form_field.repeats for form_field in self.fields)


def nodes_of(group: FieldGroup, metadata: Metadata) -> tuple[Any, ...]:
    """The nodes of a metadata field, also where it holds at most one."""
    value = getattr(metadata, group.row.name)
    return tuple(value) if group.row.many else (value,) if value else ()


def rows_entered(fields: tuple[FormField, ...], reading: Reading) -> list[int]:
    """The numbers of the rows of a repeated group that were sent."""
    names = {form_field.name for form_field in fields}
    numbers = {number for name, number in map(base_name, reading.entered) if name in names}
    return sorted(number for number in numbers if 0 < number <= MAX_ITEMS)


# -- a part of a node, also of a node inside it


def part_of(node: Any, path: str) -> Any:
    """The part that a path names; of several nodes inside the first. None where there is no such node."""
    for step in path.split("."):
        node = node[0] if isinstance(node, tuple) and node else node
        node = getattr(node, step) if node else None
    return node


def with_part(node: Any, cls: str, path: str, value: Any) -> Any:
    """The node of class `cls` with another value at that path. A node inside that becomes empty goes."""
    step, _dot, rest = path.partition(".")
    if not rest:
        return replace(node, **{step: value})
    row = field(cls, step)
    inside = getattr(node, step)
    first = (inside[0] if inside else None) if row.many else inside
    empty = struct_of(row.node)()
    changed = _completed(with_part(first or empty, row.node, rest, value))
    kept = () if changed == empty else (changed,)
    return replace(node, **{step: (*kept, *inside[1:]) if row.many else kept[0] if kept else None})


def _completed(node: Any) -> Any:
    """The node with what follows from the rest: the currency of an amount, the id of a file."""
    if isinstance(node, Money | CostStep):
        return replace(node, currency=(node.currency or CURRENCY) if node.value else "")
    if isinstance(node, Distribution) and not node.id:
        return replace(node, id=distribution_digest(node))
    return node


def _part_shown(form_field: FormField, node: Any, context: FormContext) -> Any:
    value = part_of(node, form_field.part)
    return shown_value(form_field, _nothing(form_field, context) if value is None else value, context)


def _nothing(form_field: FormField, context: FormContext) -> Any:
    """The empty value of a part whose node is not there."""
    row = form_field.row(context.kind)
    return {} if row.form == "text" else None if row.form == "node" else ""


# -- nodes, part by part


def _key(group: FieldGroup) -> FormField | None:
    return next((form_field for form_field in group.fields if form_field.is_key), None)


def _is_shown(node: Any, key: FormField | None, context: FormContext) -> bool:
    """Whether the form can show a node: what makes it one is something that its input can show."""
    if key is None:
        return True
    if key.row(context.kind).form == "concept":
        return shown_concept(key, part_of(node, key.part), context) is not None
    return bool(_part_shown(key, node, context))


def shown_positions(group: FieldGroup, metadata: Metadata, context: FormContext) -> list[int]:
    """The positions of the nodes that the form shows, in their order."""
    key = _key(group)
    nodes = nodes_of(group, metadata)
    positions = [position for position, node in enumerate(nodes) if _is_shown(node, key, context)]
    return positions[: MAX_ITEMS if group.repeats else 1]


def show(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    """What the inputs show of the nodes; of no node one empty row."""
    nodes = nodes_of(group, metadata)
    rows = [nodes[position] for position in shown_positions(group, metadata, context)]
    return _shown_rows(group.fields, rows or [struct_of(group.row.node)()], context)


def _shown_rows(fields: tuple[FormField, ...], nodes: list[Any], context: FormContext) -> dict[str, Any]:
    return {
        numbered(form_field, number).name: _part_shown(form_field, node, context)
        for number, node in enumerate(nodes, 1)
        for form_field in fields
    }


def read(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """The nodes with what was entered; those that the form does not show stay between them."""
    nodes = nodes_of(group, before)
    positions = shown_positions(group, before, reading.context)
    now = _read_rows(group, [nodes[position] for position in positions], reading)
    if now is None:
        return {}
    if group.row.all:
        return {group.row.name: None, group.row.all: (*now.kept(), *getattr(before, group.row.all)[1:])}
    if not group.row.many:
        return {group.row.name: next(iter(now.kept()), None)}
    rows = dict(zip(positions, now.nodes, strict=False))
    merged = [rows.get(position, node) for position, node in enumerate(nodes)]
    return {group.row.name: tuple(node for node in (*merged, *now.nodes[len(positions) :]) if node is not None)}


class _Rows(NamedTuple):
    """The nodes of the rows of a group; None for a row that is empty."""

    nodes: list[Any]

    def kept(self) -> list[Any]:
        return [node for node in self.nodes if node is not None]


def _read_rows(group: FieldGroup, former: list[Any], reading: Reading) -> _Rows | None:
    """The nodes of all rows; None if one of them cannot be read. A row that was not sent stays."""
    errors = len(reading.errors)
    sent = rows_entered(group.fields, reading)
    empty = struct_of(group.row.node)()
    nodes = []
    for number in range(1, max([len(former), *sent]) + 1):
        node = former[number - 1] if number <= len(former) else empty
        nodes.append(_read_row(group, node, number, reading) if number in sent else node)
    return None if len(reading.errors) > errors else _Rows([None if node == empty else node for node in nodes])


def _read_row(group: FieldGroup, node: Any, number: int, reading: Reading) -> Any:
    """The node of a row; an empty one if nothing is left of what the form shows of it."""
    fields = [numbered(form_field, number) for form_field in group.fields]
    fields = [form_field for form_field in fields if form_field.name in reading.entered]
    changed = node
    for form_field in fields:
        value = part_of(node, form_field.part)
        now = read_value(form_field, _nothing(form_field, reading.context) if value is None else value, reading)
        if now != value and (now or value):
            changed = with_part(changed, group.row.node, form_field.part, now)
    key = next((form_field for form_field in fields if form_field.is_key), None)
    filled = [form_field for form_field in fields if reading.entered[form_field.name]]
    if key and not reading.entered[key.name]:
        if filled:
            reading.refuse(key, key.ask)
        return type(node)()
    if changed != node and not filled:
        return type(node)()
    if changed == node:
        return node
    if isinstance(changed, Period) and is_reversed(changed.start, changed.end):
        reading.refuse(fields[-1], _("Das Ende liegt vor dem Beginn. Prüfen Sie beide Angaben."))
    return _completed(changed)


# -- those who take part: the lead, and a row for everybody else


def _lead_position(group: FieldGroup, nodes: tuple[Participation, ...], context: FormContext) -> int | None:
    """The position of the lead that the form shows by name."""
    for position, node in enumerate(nodes):
        if node.role == _role(group.fields[0].role) and _name_fits(node, context):
            return position
    return None


def _role(notation: str) -> str:
    return concept_list("roles").by_notation[notation].iri


def _name_fits(node: Participation, context: FormContext) -> bool:
    return fits_in_line(pick_language(node.agent.name, context.lang).words)


def _others(group: FieldGroup, nodes: tuple[Participation, ...], context: FormContext) -> list[int]:
    """The positions of those who have a row."""
    lead = _lead_position(group, nodes, context)
    positions = [position for position, node in enumerate(nodes) if position != lead and _name_fits(node, context)]
    return positions[:MAX_ITEMS]


def row_positions(group: FieldGroup, metadata: Metadata, context: FormContext) -> list[int]:
    """The positions of the nodes that have a row in a group that repeats."""
    if group.row.node == "Association":
        return _others(group, nodes_of(group, metadata), context)
    return shown_positions(group, metadata, context)


def show_participants(group: FieldGroup, metadata: Metadata, context: FormContext) -> dict[str, Any]:
    """The name of the lead, and name, role and task of the others."""
    nodes = nodes_of(group, metadata)
    lead = _lead_position(group, nodes, context)
    name = pick_language(nodes[lead].agent.name, context.lang).words if lead is not None else ""
    rows = [nodes[position] for position in _others(group, nodes, context)]
    return {group.fields[0].name: name} | _shown_rows(group.fields[1:], rows or [Participation()], context)


def read_participants(group: FieldGroup, before: Metadata, reading: Reading) -> dict[str, Any]:
    """A new lead stands first, all others where they were; who is still there keeps what was said of them."""
    nodes: tuple[Participation, ...] = nodes_of(group, before)
    context = reading.context
    lead, others = _lead_position(group, nodes, context), _others(group, nodes, context)
    rows = _read_rows(FieldGroup(group.row, group.fields[1:]), [nodes[position] for position in others], reading)
    if rows is None:
        return {}
    now: list[Any] = list(nodes)
    entered_rows = [node if node is None or node in nodes else _with_role(node) for node in rows.nodes]
    for position, node in zip(others, entered_rows, strict=False):
        now[position] = node
    now += entered_rows[len(others) :]
    leading = group.fields[0]
    agent = nodes[lead].agent if lead is not None else None
    entered = read_value(leading._replace(part="agent"), agent, reading)
    if entered != agent:
        if lead is not None:
            now[lead] = None
        if entered:
            now.insert(0, Participation(agent=entered, role=_role(leading.role)))
    return {group.row.name: tuple(node for node in now if node is not None)}


def _with_role(node: Participation) -> Participation:
    """Whoever was entered without a role is a partner."""
    return node if node.role else replace(node, role=_role("partner"))
