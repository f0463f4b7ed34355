"""Each node class of the table of fields has a struct that holds its fields."""

import pytest

from registry import model
from registry.model.structs import struct_of
from vocab.fields import FIELDS, fields_of

NODES = sorted({row.node for row in FIELDS if row.node})


@pytest.mark.parametrize("cls", NODES)
def test_a_node_class_has_a_struct_with_its_fields(cls: str) -> None:
    struct = struct_of(cls)
    assert issubclass(struct, model.Node)
    assert {row.name for row in fields_of(cls) if row.form != "link"} <= set(struct.__struct_fields__)


def test_two_classes_may_share_a_struct() -> None:
    assert struct_of("Association") is struct_of("Attribution") is model.Participation
