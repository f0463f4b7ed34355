"""The columns of a CKAN resource, in the `schema` of Frictionless.

Covers: registry/ckan/columns.py
"""

import json
from typing import Any

from registry.ckan import to_metadata, to_package
from registry.model import Metadata, Record, TableSchema

SITE = "https://daten.example.org"
FIELDS = [
    {"name": "baumnr", "title": "Baumnummer", "type": "string"},
    {"name": "hoehe", "title_translated": {"de": "Höhe", "en": "Height"}, "description": "Höhe über dem Boden",
     "type": "number", "unit": "m", "aggregate": "mittel"},
]  # fmt: skip


def metadata_of(schema: Any) -> Metadata:
    resource = {"id": "r1", "url": f"{SITE}/baeume.csv", "format": "CSV", "schema": schema}
    return to_metadata({"id": "p1", "name": "baeume", "title": "Bäume", "resources": [resource]}, SITE, "de")[0]


def schema_of(metadata: Metadata) -> TableSchema:
    schema = metadata.distributions[0].table_schema
    assert schema
    return schema


def test_the_fields_of_a_schema_are_columns_also_where_it_is_json_in_a_text() -> None:
    for schema in ({"fields": FIELDS}, json.dumps({"fields": FIELDS})):
        metadata = metadata_of(schema)
        first, second = schema_of(metadata).columns
        assert (first.number, first.name, first.title) == (1, "baumnr", {"de": "Baumnummer"})
        assert (second.title, second.unit) == ({"de": "Höhe", "en": "Height"}, "m")
        assert second.datatype.endswith("#decimal")
        assert second.aggregate.endswith("/mittel")
        assert "resources" not in metadata.extras


def test_columns_are_written_as_they_are_read() -> None:
    metadata = metadata_of({"fields": FIELDS})
    package = to_package(Record(id="baeume", said=metadata), "https://portal.example.org")
    again = to_metadata(package, "https://portal.example.org", "de")[0]
    assert schema_of(again) == schema_of(metadata)


def test_a_schema_that_says_more_than_our_fields_is_kept_whole() -> None:
    schema = {"fields": [{"name": "art", "constraints": {"required": True}}], "primaryKey": "art"}
    metadata = metadata_of(schema)
    assert [column.name for column in schema_of(metadata).columns] == ["art"]
    assert metadata.extras["resources"]["r1"]["schema"] == schema
    package = to_package(Record(id="baeume", said=metadata), "https://portal.example.org")
    assert package["resources"][0]["schema"] == schema


def test_a_schema_without_fields_is_kept_and_is_no_column() -> None:
    for schema in ("schema.json", {"fields": "alle"}, {"fields": []}):
        metadata = metadata_of(schema)
        assert metadata.distributions[0].table_schema is None
