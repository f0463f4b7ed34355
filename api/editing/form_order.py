"""Moves the rows of groups that repeat: the act `up:milestones:2` of a button puts the second row before the first.

Entry points: `row_act`, `with_moved_row`. The nodes themselves change places, so that what the form does not show of
them goes along.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from api.editing.form_context import FieldError, FormContext
from api.editing.form_fields import MAX_ITEMS, base_name, numbered
from api.editing.form_groups import groups_of
from api.editing.form_nodes import FieldGroup, nodes_of, row_positions
from api.editing.form_questions import GROUPS
from registry.model import Metadata


class RowAct(NamedTuple):
    """The row of a group that is moved, counted from 1, and the place where it stands afterwards."""

    group: str
    row: int
    target: int

    @property
    def anchor(self) -> str:
        """Where the moved row stands on the page, so that the focus goes along."""
        return f"{self.group}-{self.target}"


def row_act(act: str) -> RowAct | None:
    """What a button of a row asks for; None for any other act."""
    direction, _colon, rest = act.partition(":")
    group, _colon, number = rest.partition(":")
    if direction not in ("up", "down") or group not in GROUPS or not number.isascii() or not number.isdecimal():
        return None
    row = int(number[:3])
    target = row - 1 if direction == "up" else row + 1
    return RowAct(group, row, target) if 1 <= row <= MAX_ITEMS and 1 <= target <= MAX_ITEMS else None


def with_moved_row(
    act: RowAct, metadata: Metadata, values: Mapping[str, Any], errors: Collection[FieldError], context: FormContext
) -> Metadata:
    """The metadata with a row at its new place; as they are if a row of the group cannot be read, or if one of the two
    rows is empty. `values`: what was entered, with the rows numbered as they stood."""
    group = next((group for group in groups_of(context.kind) if group.row.name == act.group), None)
    if group is None or any(_is_of(group, error.field) for error in errors):
        return metadata
    filled = [number for number in range(1, MAX_ITEMS + 1) if _is_filled(group, number, values)]
    positions = row_positions(group, metadata, context)
    if act.row not in filled or act.target not in filled or len(positions) != len(filled):
        return metadata
    nodes = list(nodes_of(group, metadata))
    first, second = (positions[filled.index(number)] for number in (act.row, act.target))
    nodes[first], nodes[second] = nodes[second], nodes[first]
    return replace(metadata, **{group.row.name: tuple(nodes)})


def _is_of(group: FieldGroup, name: str) -> bool:
    return any(form_field.name == base_name(name)[0] for form_field in group.fields)


def _is_filled(group: FieldGroup, number: int, values: Mapping[str, Any]) -> bool:
    fields = (form_field for form_field in group.fields if form_field.repeats)
    return any(values.get(numbered(form_field, number).name) for form_field in fields)
