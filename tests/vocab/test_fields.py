"""The rows of vocab/fields.py against the model, and against the official profiles.

Covers: vocab/namespaces.py, vocab/project_shapes.py
"""

import csv
import types
import typing

import msgspec
import pytest

from registry import model
from vocab import fields
from vocab.namespaces import iri
from vocab.profile import DE, EU, HVD, level

CLASSES = {
    "Catalogue": "catalog", "Catalogue Record": "record", "Dataset": "dataset", "Distribution": "Distribution",
    "Data Service": "service", "Dataset Series": "series", "Agent": "Agent", "Kind": "Contact",
    "Period of Time": "Period", "Location": "Place", "Checksum": "Checksum", "Identifier": "Identifier",
    "Attribution": "Attribution", "Relationship": "Relationship",
}  # fmt: skip
LEFT_OUT = {("Period", iri("time:hasBeginning")), ("Period", iri("time:hasEnd"))}  # kept as statements: see 0001


def struct_of(cls: str) -> type[msgspec.Struct]:
    name = fields.STRUCTS.get(cls, cls if cls in vars(model) else "Metadata")
    return typing.cast(type[msgspec.Struct], getattr(model, name))


def test_each_property_of_the_profiles_has_a_row_with_its_level(shared):
    with (shared / "standards/derived/profile-matrix.csv").open() as file:
        for line in csv.DictReader(file):
            cls = CLASSES.get(line["class"])
            if cls is None or (cls, line["property_iri"]) in LEFT_OUT:
                continue
            row = fields.by_property(cls).get(line["property_iri"])
            assert row, f"{cls} lacks {line['property']}"
            if row.property == line["property_iri"]:
                for key, profile in (("eu301_level", EU), ("de30_level", DE), ("hvd300_level", HVD)):
                    assert level(cls, row.name, profile) == line[key], f"{cls} {line['property']} in {profile}"


@pytest.mark.parametrize("cls", sorted({cls for row in fields.FIELDS for cls in row.classes}))
def test_each_row_is_a_field_of_the_model_in_its_form(cls):
    hints = typing.get_type_hints(struct_of(cls))
    for row in fields.fields_of(cls):
        if row.form == "link":
            assert "links" in hints, f"{cls}.{row.name}"
            continue
        assert row.name in hints, f"{cls}.{row.name} is not in the model"
        hint = hints[row.name]
        many = typing.get_origin(hint) is tuple
        assert many == row.many, f"{cls}.{row.name}"


def test_each_field_of_the_model_has_a_row():
    structural = {"kind", "iri", "links", "statements", "extras", "id"}
    for struct in {struct_of(cls) for cls in fields.TYPES}:
        rows = [row for cls in fields.TYPES if struct_of(cls) is struct for row in fields.fields_of(cls)]
        named = {name for row in rows for name in (row.name, row.all)}
        missing = set(struct.__struct_fields__) - named - structural
        assert not missing, f"{struct.__name__}: {missing}"


def test_a_property_means_one_field_of_a_class():
    for cls in fields.TYPES:
        properties = [row.property for row in fields.fields_of(cls)]
        assert len(properties) == len(set(properties)), cls


def test_rows_cannot_be_changed():
    assert isinstance(fields.by_property("dataset"), types.MappingProxyType)
