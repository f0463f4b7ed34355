"""The columns of a resource, as Frictionless Table Schema writes them in `schema` (frictionlessdata.io, version 1).

Entry points: `take_columns` reads them, `schema_of` writes them.
"""

from typing import Any

from registry.ckan.readers import Unread, listed, written_object
from registry.ckan.tables import COLUMN, fill
from registry.ckan.written_values import translated, without_empty
from registry.model import Column, TableSchema
from registry.model.text import in_language
from vocab.concepts import concept_list


def take_columns(unread: Unread, fields: dict[str, Any]) -> None:
    """Fills `table_schema` from the key `schema`, which stays where it says more than we have fields for."""
    written = unread.values.get("schema")
    schema = written_object(written) or written
    described = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(described, list) or not all(isinstance(values, dict) for values in described):
        return
    assert isinstance(schema, dict)
    columns, complete = [], len(schema) == 1
    for number, values in enumerate(listed(described), 1):
        part = unread.part(dict(values))
        column = Column(**fill(part, COLUMN, {"number": number}))
        complete = complete and not part.values
        if column.name:
            columns.append(column)
    if columns:
        fields["table_schema"] = TableSchema(columns=tuple(columns))
        if complete:
            del unread.values["schema"]


def schema_of(schema: TableSchema | None, main: str) -> dict[str, Any]:
    """The columns as the value of `schema`; {} for none. `main`: the language of texts without a tag."""
    return {"fields": [_described(column, main) for column in schema.columns]} if schema and schema.columns else {}


def _described(column: Column, main: str) -> dict[str, Any]:
    datatype = concept_list("column-types").get(column.datatype) if column.datatype else None
    aggregate = concept_list("aggregates").get(column.aggregate) if column.aggregate else None
    return without_empty(
        {
            "name": column.name,
            "title": in_language(column.title, main),
            "description": in_language(column.description, main),
            **translated("title", column.title),
            **translated("description", column.description),
            "type": (datatype.notation if datatype else column.datatype).replace("text", "string"),
            "unit": column.unit,
            "aggregate": aggregate.notation if aggregate else column.aggregate,
        }
    )
