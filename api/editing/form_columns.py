"""The columns of a file in a form: one a line, with meaning, type, unit and kind of value between bars.

Invariants: a line that is sent back as it was shown is the same column; what cannot be read is refused.
"""

from typing import Final

from api.editing.form_context import FormContext, Reading
from api.editing.form_fields import MAX_ITEMS, FormField
from api.editing.form_texts import in_former_order, read_items
from api.text.formatting import pick_language
from api.text.i18n import marked as _
from api.web.addresses import Lang
from registry.model import Column, TableSchema
from vocab import match
from vocab.concepts import concept_list

_BAR: Final = "|"
MAX_PARTS: Final = 5  # of a line: name, meaning, type, unit, kind of value


def _lines(schema: TableSchema | None, lang: Lang) -> dict[str, Column]:
    """Line -> column, of those that an area can show."""
    columns = [column for column in (schema.columns if schema else ()) if column.name and _BAR not in column.name]
    return dict([(_line(column, lang), column) for column in columns][:MAX_ITEMS])


def _line(column: Column, lang: Lang) -> str:
    meaning = pick_language(column.description or column.title, lang).words
    parts = (
        column.name,
        " ".join(meaning.replace(_BAR, "/").split()),
        _short("column-types", column.datatype, lang),
        column.unit.replace(_BAR, "/"),
        _short("aggregates", column.aggregate, lang),
    )
    return f" {_BAR} ".join(parts).rstrip(f" {_BAR}")


def _short(name: str, iri: str, lang: Lang) -> str:
    concept = concept_list(name).get(iri) if iri else None
    return concept.label(lang).partition(":")[0] if concept else ""


def show_columns(form_field: FormField, value: TableSchema | None, context: FormContext) -> str:
    """A line for each column: „hoehe | Höhe des Baums | Zahl | m | Messwert“."""
    return "\n".join(_lines(value, context.lang))


def read_columns(form_field: FormField, before: TableSchema | None, reading: Reading) -> TableSchema | None:
    """The columns of the lines, in their order; one whose line is still there is the same one."""
    lang = reading.context.lang
    shown = _lines(before, lang)
    former = {column.name: column for column in (before.columns if before else ())}
    columns = []
    for number, line in enumerate(read_items(form_field, reading), 1):
        column = shown.get(line) or _column(line, number, lang, former)
        if column:
            columns.append(column)
        else:
            sentence = _("Schreiben Sie in jede Zeile Name, Bedeutung, Typ und Einheit: „hoehe | Höhe | Zahl | m“.")
            reading.refuse(form_field, sentence)
    hidden = [column for column in former.values() if not any(column is visible for visible in shown.values())]
    now = in_former_order(before.columns if before else (), [*columns, *hidden])
    if before and now == before.columns:
        return before
    return TableSchema(iri=before.iri if before else "", columns=now) if now else None


def _column(line: str, number: int, lang: Lang, former: dict[str, Column]) -> Column | None:
    """The column that a line describes; None if its type or kind of value is none that we know."""
    parts = [part.strip() for part in line.split(_BAR)]
    name, meaning, written_type, unit, kind = (*parts, *[""] * MAX_PARTS)[:MAX_PARTS]
    datatype, aggregate = match.concept("column-types", written_type), match.concept("aggregates", kind)
    if not name or len(parts) > MAX_PARTS or (written_type and not datatype) or (kind and not aggregate):
        return None
    before = former.get(name, Column(number=number, name=name))
    return Column(
        iri=before.iri,
        number=before.number,
        name=name,
        title=before.title,
        description={**before.description, lang: meaning} if meaning else {},
        datatype=datatype or "",
        unit=unit,
        aggregate=aggregate or "",
    )
