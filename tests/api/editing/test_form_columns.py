"""The columns of a file in a form: a line each, read back over what was there."""

import pytest

from api.editing import form_columns
from api.editing.form_context import FormContext, Reading
from api.editing.form_fields import FormField, form_of
from registry.model import Column, TableSchema
from vocab.concepts import concept_list

FIELD: FormField = next(form_field for form_field in form_of("dataset") if form_field.name == "columns")
NUMBER = concept_list("column-types").by_notation["number"].iri
AMOUNT = concept_list("aggregates").by_notation["summe"].iri
SCHEMA = TableSchema(
    columns=(
        Column(number=1, name="laenge", description={"de": "Länge", "en": "Length"}, datatype=NUMBER, unit="m",
               aggregate=AMOUNT),
        Column(number=2, name="a|b", description={"de": "Kann keine Zeile zeigen"}),
    )
)  # fmt: skip


def reading(text: str) -> Reading:
    return Reading({FIELD.name: text}, FormContext("dataset", "de"), [])


def read(text: str, before: TableSchema | None = None) -> tuple[TableSchema | None, list[str]]:
    """The columns that are read, and the fields with an error."""
    state = reading(text)
    return form_columns.read_columns(FIELD, before, state), [error.field for error in state.errors]


def test_a_column_is_a_line_and_what_is_sent_back_changes_nothing() -> None:
    shown = form_columns.show_columns(FIELD, SCHEMA, FormContext("dataset", "de"))
    assert shown == "laenge | Länge | Zahl | m | Menge"
    assert read(shown, SCHEMA) == (SCHEMA, [])
    assert read("", None) == (None, [])


def test_a_changed_line_keeps_the_other_language_and_columns_that_no_line_can_show() -> None:
    schema, errors = read("laenge | Länge der Strecke | Zahl | km", SCHEMA)
    assert not errors
    assert schema
    assert schema.columns[0].description == {"de": "Länge der Strecke", "en": "Length"}
    assert (schema.columns[0].unit, schema.columns[0].aggregate) == ("km", "")
    assert schema.columns[1] == SCHEMA.columns[1]


@pytest.mark.parametrize(
    "line", ["laenge | Länge | Zahlwort", "laenge | Länge | Zahl | m | irgendwas", "| Länge", "a|b|Zahl|m|Menge|x"]
)
def test_a_line_that_cannot_be_read_is_refused(line: str) -> None:
    schema, errors = read(line)
    assert schema is None
    assert errors == [FIELD.name]
