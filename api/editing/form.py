"""The form of a thing of any kind: what it shows, what was entered, and what must still be mended.

Entry points: `shown` and `elsewhere` (metadata to form), `entered`, `read` and `is_blank` (form to metadata), `faults`
(what keeps it from being handed in), `questions` (the fields as a template shows them). The fields themselves are rows
of `form_fields.FIELDS`.
Invariants: what the form cannot show stays; a form sent back as it was shown changes nothing; what cannot be read keeps
its former value, and its words wait in the draft (`extras[UNREAD]`).
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from api.editing.form_fields import MAX_AREA_CHARACTERS, MAX_BOXES, FormField, Widget, form_of
from api.editing.form_groups import groups_of, nodes_of, read_group, shown_group, shown_node
from api.editing.form_values import Entered, FieldError, FormContext, Reading, offered, own_text
from api.text.formatting import PickedText, pick_language
from api.text.i18n import translator
from api.text.labels import finding_words
from api.web.session import Forms
from registry.catalog.checks import blocking
from registry.model import Finding, Kind, Metadata, Record
from vocab.concepts import concept_list

UNREAD: Final = "unread-in-form"  # key of extras in a draft: the words of fields that could not be read


# -- metadata to form


def shown(metadata: Metadata, context: FormContext) -> dict[str, Any]:
    """Name -> what each input shows of a metadata that was saved, with what could not be read as it was written."""
    values: dict[str, Any] = {}
    for group in groups_of(context.kind):
        values |= shown_group(group, metadata, context)
    unread = metadata.extras.get(UNREAD)
    return values | (dict(unread) if isinstance(unread, Mapping) else {})


def elsewhere(metadata: Metadata, context: FormContext) -> dict[str, PickedText]:
    """Name -> the text in another language, where that of the form's own is missing: shown beside the field."""
    texts: dict[str, PickedText] = {}
    for group in groups_of(context.kind):
        for form_field in group.fields:
            if form_field.row(context.kind).form == "text" and group.row.node != "Agent":
                holder = shown_node(group, metadata, context)[1] if form_field.part else metadata
                text = getattr(holder, form_field.part or form_field.metadata_field)
                if text and not own_text(text, context.lang):
                    texts[form_field.name] = pick_language(text, context.lang)
    return texts


# -- form to metadata


def entered(fields: Forms, kind: Kind) -> dict[str, Any]:
    """Name -> what was sent, word for word."""
    return {
        form_field.name: fields.all(form_field.name)[:MAX_BOXES]
        if form_field.widget_of(kind) == "boxes"
        else fields.get(form_field.name).strip()[:MAX_AREA_CHARACTERS]
        for form_field in form_of(kind)
    }


def is_blank(values: Entered, kind: Kind) -> bool:
    """Whether nothing was entered but what the form says by itself."""
    return not any(values[form_field.name] for form_field in form_of(kind) if not form_field.own_organization)


def names_of_own_organization(kind: Kind) -> list[str]:
    """The fields in which a new form names the organization of whoever fills it in."""
    return [form_field.name for form_field in form_of(kind) if form_field.own_organization]


def read(values: Entered, before: Metadata, context: FormContext) -> tuple[Metadata, list[FieldError]]:
    """The metadata `before` with what was entered, and an error for each field that cannot be read."""
    reading = Reading(values, context, [])
    metadata = before
    unread: dict[str, Any] = {}
    for group in groups_of(context.kind):
        errors_before = len(reading.errors)
        metadata = read_group(group, metadata, reading)
        if len(reading.errors) > errors_before:  # also what stands beside it: a date means nothing without the other
            unread |= {form_field.name: values[form_field.name] for form_field in group.fields}
    extras = {key: value for key, value in before.extras.items() if key != UNREAD}
    return replace(metadata, extras=extras | ({UNREAD: unread} if unread else {})), reading.errors


# -- what must still be mended


def faults(
    values: Entered,
    metadata: Metadata,
    context: FormContext,
    errors: Iterable[FieldError] = (),
    harvested: Record | None = None,
) -> list[FieldError]:
    """Why the form cannot be handed in: the `errors` of reading, what is `missing`, and what `Catalog.register` would
    refuse, at the field that it is about. In the order of the form; a field that has an error gets no second one.

    `harvested`: the record that is corrected, if it came from a source: what that lacks itself keeps nobody.
    """
    asked = missing(values, metadata, context)
    if harvested:
        before = harvested.metadata
        faults_before = missing(shown(before, context), before, context)
        asked = [error for error in asked if error not in faults_before]
    everything = list(errors)
    for more in (asked, _findings(metadata, context, harvested)):
        refused = {error.field for error in everything}
        everything += [error for error in more if not error.field or error.field not in refused]
    return in_order(everything, context.kind)


def missing(values: Entered, metadata: Metadata, context: FormContext) -> list[FieldError]:
    """Errors for what the form itself asks for: a value where one is needed, in any language, and not too long a
    one."""
    own_faults = (
        (form_field.name, _own_fault(form_field, values, metadata, context)) for form_field in form_of(context.kind)
    )
    return [FieldError(name, message) for name, message in own_faults if message]


def _findings(metadata: Metadata, context: FormContext, harvested: Record | None) -> list[FieldError]:
    return [
        FieldError(field_of(finding, context.kind), " ".join(finding_words(finding.rule, context.lang)))
        for finding in blocking(metadata, harvested)
    ]


def in_order(errors: Iterable[FieldError], kind: Kind) -> list[FieldError]:
    """In the order of the form, each field once for each message; those of no field last."""
    names = [form_field.name for form_field in form_of(kind)]
    return sorted(
        dict.fromkeys(errors), key=lambda error: names.index(error.field) if error.field in names else len(names)
    )


def field_of(finding: Finding, kind: Kind) -> str:
    """The name of the form field where a finding is shown: of the metadata field or of the part that it names; "" if
    the form has none for it."""
    fields = form_of(kind)
    group = [form_field for form_field in fields if form_field.metadata_field == finding.field]
    named = [form_field for form_field in group if form_field.part and form_field.part == finding.value]
    parts = [form_field for form_field in fields if form_field.part == finding.field]
    return next((form_field.name for form_field in (*named, *group, *parts)), "")


def _own_fault(form_field: FormField, values: Entered, metadata: Metadata, context: FormContext) -> str:
    _ = translator(context.lang)
    value = values[form_field.name]
    over = len(value) - form_field.max_characters
    if form_field.max_characters and over > 0:
        return _(form_field.too_long) % {"limit": form_field.max_characters, "over": over}
    if form_field.ask and form_field.is_needed(context.kind) and not value and not _is_there(form_field, metadata):
        return _(form_field.ask)
    return ""


def _is_there(form_field: FormField, metadata: Metadata) -> bool:
    """Whether the metadata says it in whatever language, or in a node that the form does not show."""
    group = next(group for group in groups_of(metadata.kind) if form_field in group.fields)
    if form_field.role:
        role = concept_list("roles").by_notation[form_field.role].iri
        return any(participation.role == role for participation in nodes_of(group, metadata))
    if form_field.part:
        return any(getattr(node, form_field.part) for node in nodes_of(group, metadata))
    value = getattr(metadata, group.row.name)
    return any(value.values()) if group.row.form == "text" else bool(value)


# -- for templates


class Choice(NamedTuple):
    value: str
    label: str
    hint: str


class Question(NamedTuple):
    """A form field as a template shows it; `id`: where an error leads to."""

    name: str
    id: str
    label: str
    hint: str
    widget: Widget
    form: str  # of the value, as in vocab/fields.py
    needed: bool
    input_limit: int
    max_characters: int
    rows: int
    choices: tuple[Choice, ...]
    empty_choice: str
    own_organization: bool


class Block(NamedTuple):
    """Questions that stand side by side; `voluntary`: the heading of the voluntary ones goes before it."""

    questions: tuple[Question, ...]
    voluntary: bool


def questions(context: FormContext) -> list[Block]:
    """The form of a kind of thing in the reader's language."""
    fields = form_of(context.kind)
    last_needed = max(position for position, form_field in enumerate(fields) if form_field.is_needed(context.kind))
    blocks: list[Block] = []
    position = 0
    for _key, form_fields in groupby(fields, key=lambda form_field: form_field.beside or form_field.name):
        block = tuple(_question(form_field, context) for form_field in form_fields)
        voluntary = position > last_needed and not any(earlier.voluntary for earlier in blocks)
        blocks.append(Block(block, voluntary))
        position += len(block)
    return blocks


def _question(form_field: FormField, context: FormContext) -> Question:
    _ = translator(context.lang)
    row, widget = form_field.row(context.kind), form_field.widget_of(context.kind)
    choices = tuple(
        Choice(concept.notation, concept.label(context.lang), _(hint) if hint else "")
        for concept in (offered(form_field, context) if widget in ("radio", "boxes", "select") else ())
        for hint in [form_field.choices.get(concept.notation, "")]
    )
    return Question(
        name=form_field.name,
        id=f"{form_field.name}-{choices[0].value}" if choices and widget in ("radio", "boxes") else form_field.name,
        label=_(form_field.label) if form_field.label else row.label(context.lang),
        hint=_(form_field.hint) if form_field.hint else "",
        widget=widget,
        form=row.form,
        needed=form_field.is_needed(context.kind),
        input_limit=form_field.input_limit(context.kind),
        max_characters=form_field.max_characters,
        rows=form_field.rows,
        choices=choices,
        empty_choice=_(form_field.empty_choice) if form_field.empty_choice else "",
        own_organization=form_field.own_organization,
    )


def targets(errors: Iterable[FieldError], blocks: Iterable[Block]) -> list[tuple[str, str]]:
    """Id of the input ("" for none) and message of each error, for the summary of errors."""
    ids = {question.name: question.id for block in blocks for question in block.questions}
    return [(ids.get(error.field, ""), error.message) for error in errors]
