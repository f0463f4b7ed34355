"""The form of a thing of any kind: what it shows, what was entered, and what must still be mended.

Entry points: `shown` and `elsewhere` (metadata to form), `entered`, `read` and `is_blank` (form to metadata), `faults`
(what keeps it from being handed in). The fields themselves are rows of `form_fields.FIELDS`; `form_questions.py` makes
of them what a template shows.
Invariants: what the form cannot show stays; a form sent back as it was shown changes nothing; what cannot be read keeps
its former value, and its words wait in the draft (`extras[UNREAD]`).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from api.editing.form_context import Entered, FieldError, FormContext, Reading
from api.editing.form_fields import MAX_AREA_CHARACTERS, MAX_BOXES, MAX_ITEMS, FormField, base_name, form_of
from api.editing.form_groups import groups_of, read_group, shown_group
from api.editing.form_nodes import FieldGroup, nodes_of, part_of, shown_positions
from api.editing.form_offices import office_faults
from api.editing.form_texts import own_text
from api.text.formatting import PickedText, pick_language
from api.text.i18n import translator
from api.text.labels import finding_words
from api.web.session import Forms
from registry.catalog.checks import blocking
from registry.model import Finding, Kind, Metadata, Record
from registry.model.people import NOTES_OF_FORM
from vocab.concepts import concept_list

UNREAD, NEW_OFFICES, FETCHING, GUEST_LINK = NOTES_OF_FORM  # keys of extras in a draft


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
            row = form_field.row(context.kind)
            if row.form == "text" and not row.many and group.row.node != "Agent" and not form_field.translated:
                text = _text_of(group, form_field, metadata, context)
                if text and not own_text(text, context.lang):
                    texts[form_field.name] = pick_language(text, context.lang)
    return texts


def _text_of(group: FieldGroup, form_field: FormField, metadata: Metadata, context: FormContext) -> Any:
    """The text that a field stands for, of the first node that the form shows."""
    if not form_field.part:
        return getattr(metadata, form_field.metadata_field)
    positions = shown_positions(group, metadata, context)
    return part_of(nodes_of(group, metadata)[positions[0]], form_field.part) if positions else None


# -- form to metadata


def entered(fields: Forms, kind: Kind) -> dict[str, Any]:
    """Name -> what was sent, word for word. A field that was not sent is not asked on that page, and stays as it is."""
    rows = {form_field.name: form_field for form_field in form_of(kind)}
    values: dict[str, Any] = {}
    for name, value in fields.pairs:
        base, number = base_name(name)
        form_field = rows.get(base)
        if form_field is None or not 0 < number <= (MAX_ITEMS if form_field.repeats else 1):
            continue
        if form_field.widget_of(kind) == "boxes":
            ticked = values.get(name, ())
            values[name] = (*ticked, value) if value and len(ticked) < MAX_BOXES else ticked
        else:
            values.setdefault(name, value.strip()[:MAX_AREA_CHARACTERS])
    return values


def is_blank(values: Entered, kind: Kind) -> bool:
    """Whether nothing was entered but what the form says by itself."""
    own = names_of_own_organization(kind)
    return not any(value for name, value in values.items() if name not in own)


def names_of_own_organization(kind: Kind) -> list[str]:
    """The fields in which a new form names the organization of whoever fills it in."""
    return [form_field.name for form_field in form_of(kind) if form_field.own_organization]


def confirmed(metadata: Metadata) -> tuple[str, ...]:
    """The names that somebody has confirmed to be new organizations."""
    names = metadata.extras.get(NEW_OFFICES, ())
    return tuple(map(str, names)) if isinstance(names, list | tuple) else ()


def read(
    values: Entered, before: Metadata, context: FormContext, new_offices: tuple[str, ...] = ()
) -> tuple[Metadata, list[FieldError]]:
    """The metadata `before` with what was entered, and an error for each field that cannot be read. `new_offices`:
    names that somebody has confirmed."""
    reading = Reading(values, context, [])
    metadata = before
    unread: dict[str, Any] = {}
    for group in groups_of(context.kind):
        errors_before = len(reading.errors)
        metadata = read_group(group, metadata, reading)
        if len(reading.errors) > errors_before:  # also what stands beside it: a date means nothing without the other
            unread |= {name: value for name, value in values.items() if _is_of(name, group)}
    notes = {UNREAD: unread, NEW_OFFICES: list(new_offices), FETCHING: None}  # nobody waits who writes himself
    extras = {key: value for key, value in before.extras.items() if key not in notes}
    return replace(metadata, extras=extras | {key: value for key, value in notes.items() if value}), reading.errors


def _is_of(name: str, group: FieldGroup) -> bool:
    base, _number = base_name(name)
    return any(form_field.name == base for form_field in group.fields)


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
    offices = office_faults(values, metadata, context, confirmed(metadata))
    for more in (asked, offices, _findings(metadata, context, harvested)):
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
    places = {form_field.name: place for place, form_field in enumerate(form_of(kind))}

    def place(error: FieldError) -> tuple[int, int]:
        name, number = base_name(error.field)
        return places.get(name, len(places)), number

    return sorted(dict.fromkeys(errors), key=place)


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
