"""One value of a form field: what its input shows, and what was entered read back over what was there before.

A table each, by the form of the value in `vocab/fields.py`. Entry points: `shown_value`, `read_value`.
Invariants: what an input cannot show stays as it was; what is sent back as it was shown changes nothing; a value that
cannot be read is refused and leaves what was there before.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from api.editing import form_columns, form_texts, form_written
from api.editing.form_context import FormContext, Reading
from api.editing.form_fields import FormField
from api.editing.form_texts import in_former_order
from api.text.formatting import pick_language
from registry.model import Agent
from vocab.concepts import Concept, concept_list


def shown_value(form_field: FormField, value: Any, context: FormContext) -> Any:
    """What the input of a field shows of a value."""
    return _SHOW[_form(form_field, context)](form_field, value, context)


def read_value(form_field: FormField, before: Any, reading: Reading) -> Any:
    """The value that was entered; `before` where it is unchanged, or cannot be read (then an error is noted)."""
    return _READ[_form(form_field, reading.context)](form_field, before, reading)


def _form(form_field: FormField, context: FormContext) -> str:
    row = form_field.row(context.kind)
    form = row.node if row.form == "node" else row.form
    return f"{form}*" if row.many else form


def offered(form_field: FormField, context: FormContext) -> tuple[Concept, ...]:
    """The concepts that a field lets somebody choose from, in the order of the form."""
    row = form_field.row(context.kind)
    if row.node == "Place":
        return tuple(sorted(context.districts or (), key=lambda concept: concept.extra.get("kind") != "city"))
    listed = concept_list(row.values)
    if form_field.choices:
        return tuple(listed.by_notation[notation] for notation in form_field.choices)
    return tuple(concept for concept in listed if concept.notation not in form_field.without)


# -- concepts


def shown_concept(form_field: FormField, iri: str, context: FormContext) -> Concept | None:
    """The concept of an IRI, if the form lets somebody choose it."""
    concept = concept_list(form_field.row(context.kind).values).get(iri) if iri else None
    return concept if concept in offered(form_field, context) else None


def _show_concept(form_field: FormField, value: str, context: FormContext) -> str:
    concept = shown_concept(form_field, value, context)
    return concept.notation if concept else ""


def _show_concepts(form_field: FormField, value: Sequence[str], context: FormContext) -> tuple[str, ...]:
    return tuple(concept.notation for iri in value if (concept := shown_concept(form_field, iri, context)))


def _read_concept(form_field: FormField, before: str, reading: Reading) -> str:
    """The chosen one; nothing chosen leaves what the form has no choice for."""
    notation = reading.entered[form_field.name]
    chosen = concept_list(form_field.row(reading.context.kind).values).get(notation) if notation else None
    return chosen.iri if chosen else "" if shown_concept(form_field, before, reading.context) else before


def _read_concepts(form_field: FormField, before: Sequence[str], reading: Reading) -> tuple[str, ...]:
    listed = concept_list(form_field.row(reading.context.kind).values)
    chosen = [concept.iri for notation in reading.entered[form_field.name] if (concept := listed.get(notation))]
    hidden = [iri for iri in before if not shown_concept(form_field, iri, reading.context)]
    return in_former_order(before, [*chosen, *hidden])


# -- an agent, by name


def _show_agent(form_field: FormField, value: Agent | None, context: FormContext) -> str:
    return pick_language(value.name, context.lang).words if value else ""


def _read_agent(form_field: FormField, before: Agent | None, reading: Reading) -> Agent | None:
    """Another name is another agent: what was known of the former one does not hold for it."""
    entered = reading.entered[form_field.name]
    if entered == _show_agent(form_field, before, reading.context):
        return before
    return Agent(name={reading.context.lang: entered}) if entered else None


_SHOW: Final[Mapping[str, Callable[[FormField, Any, FormContext], Any]]] = MappingProxyType(
    {
        "text": form_texts.show_text,
        "text*": form_texts.show_sentences,
        "words": form_texts.show_words,
        "literal": form_written.show_string,
        "literal*": form_texts.show_lines,
        "date": form_written.show_string,
        "decimal": form_written.show_number,
        "email": form_written.show_string,
        "iri": form_written.show_string,
        "iri*": form_texts.show_lines,
        "concept": _show_concept,
        "concept*": _show_concepts,
        "Agent": _show_agent,
        "Observation*": form_written.show_observations,
        "TableSchema": form_columns.show_columns,
    }
)
_READ: Final[Mapping[str, Callable[[FormField, Any, Reading], Any]]] = MappingProxyType(
    {
        "text": form_texts.read_text,
        "text*": form_texts.read_sentences,
        "words": form_texts.read_words,
        "literal": form_written.read_string,
        "literal*": form_texts.read_lines,
        "date": form_written.read_date,
        "decimal": form_written.read_number,
        "email": form_written.read_email,
        "iri": form_written.read_address,
        "iri*": form_written.read_addresses,
        "concept": _read_concept,
        "concept*": _read_concepts,
        "Agent": _read_agent,
        "Observation*": form_written.read_observations,
        "TableSchema": form_columns.read_columns,
    }
)
