"""The form fields as a template shows them: questions, and the rows of groups that repeat.

Entry points: `questions`, `targets` (where the errors lead to).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from api.editing.form_context import FieldError, FormContext
from api.editing.form_fields import MAX_ITEMS, FormField, Section, Widget, base_name, form_of, numbered
from api.editing.form_values import offered
from api.pages.outputs import is_of_profile, outputs_of, property_of
from api.text.formatting import day
from api.text.i18n import marked as _
from api.text.i18n import translator
from vocab.values import date

GROUPS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(  # metadata field -> a node of it, words for one more
    {
        "milestones": (_("Meilenstein"), _("Weiteren Meilenstein hinzufügen")),
        "phase_steps": (_("Phase mit Datum"), _("Weitere Phase hinzufügen")),
        "cost_steps": (_("Stand der Kosten"), _("Weiteren Stand hinzufügen")),
        "participants": (_("Beteiligte Stelle"), _("Weitere Stelle hinzufügen")),
        "opportunities": (_("Aufruf"), _("Weiteren Aufruf hinzufügen")),
        "funding": (_("Förderung"), _("Weitere Förderung hinzufügen")),
        "indicators": (_("Kennzahl"), _("Weitere Kennzahl hinzufügen")),
        "distributions": (_("Datei"), _("Weitere Datei hinzufügen")),
    }
)


class Choice(NamedTuple):
    value: str
    label: str
    hint: str


class Question(NamedTuple):
    """A form field as a template shows it; `id`: where an error leads to; `read_as`: a date in words."""

    name: str
    id: str
    label: str
    hint: str
    why: str
    where: str  # in which outputs the field appears; "" in a group, which says it once
    widget: Widget
    form: str  # of the value, as in vocab/fields.py
    needed: bool
    input_limit: int
    max_characters: int
    rows: int
    choices: tuple[Choice, ...]
    empty_choice: str
    offices: bool  # takes the name of an organization
    read_as: str


class Block(NamedTuple):
    """Questions that stand together: side by side, or a row of a group that repeats.

    `voluntary`: the heading of the voluntary ones goes before it. `group`: metadata field of a row, with its `legend`;
    the last row of a group that has room has the words of a button for `one_more`. `number`: of a row, from 1, if there
    are `rows`. `where`: in which outputs the group appears, said in its first row.
    """

    lines: tuple[tuple[Question, ...], ...]
    voluntary: bool = False
    group: str = ""
    legend: str = ""
    one_more: str = ""
    number: int = 0
    rows: int = 0
    where: str = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for line in self.lines for question in line)


def questions(
    context: FormContext,
    values: Mapping[str, Any] = MappingProxyType({}),
    section: Section | None = None,
    more: str = "",
    only: Collection[str] = (),
) -> list[Block]:
    """The form of a kind of thing in the reader's language, as many rows as `values` has of a group that repeats, one
    more of the group `more`; only the questions of a section, or with the names `only`, where they are given."""
    fields = [
        form_field
        for form_field in form_of(context.kind)
        if (section is None or form_field.section == section) and (not only or form_field.name in only)
    ]
    last_needed = max((place for place, row in enumerate(fields) if row.is_needed(context.kind)), default=-1)
    blocks: list[Block] = []
    position = 0
    for key, group in groupby(fields, key=_block_key):
        form_fields = tuple(group)
        voluntary = last_needed >= 0 and position > last_needed and not any(earlier.voluntary for earlier in blocks)
        if form_fields[0].repeats:
            blocks += _rows(key, form_fields, context, values, voluntary, more)
        else:
            blocks.append(Block(_lines(form_fields, context, values), voluntary))
        position += len(form_fields)
    return blocks


def _block_key(form_field: FormField) -> str:
    return form_field.metadata_field if form_field.repeats else form_field.beside or f"{form_field.name} alone"


def _rows(
    group: str,
    fields: tuple[FormField, ...],
    context: FormContext,
    values: Mapping[str, Any],
    voluntary: bool,
    more: str,
) -> Iterator[Block]:
    _ = translator(context.lang)
    names = {form_field.name for form_field in fields}
    rows = max([1, *(number for name, number in map(base_name, values) if name in names)])
    rows += more == group and rows < MAX_ITEMS
    legend, one_more = GROUPS[group]
    for number in range(1, rows + 1):
        row = tuple(numbered(form_field, number) for form_field in fields)
        lines = _lines(row, context, values)
        button = _(one_more) if number == rows < MAX_ITEMS else ""
        title = f"{_(legend)} {number}" if rows > 1 else _(legend)
        where = _where(fields[0], context) if number == 1 else ""
        yield Block(lines, voluntary and number == 1, group, title, button, number, rows, where)


def _lines(
    fields: Iterable[FormField], context: FormContext, values: Mapping[str, Any]
) -> tuple[tuple[Question, ...], ...]:
    def line(form_field: FormField) -> tuple[str, str]:
        return form_field.beside, "" if form_field.beside else form_field.name

    return tuple(
        tuple(_question(form_field, context, values) for form_field in beside)
        for _key, beside in groupby(fields, key=line)
    )


def _question(form_field: FormField, context: FormContext, values: Mapping[str, Any]) -> Question:
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
        why=_(form_field.why) if form_field.why else "",
        where="" if form_field.repeats else _where(form_field, context),
        widget=widget,
        form=row.form,
        needed=form_field.is_needed(context.kind),
        input_limit=form_field.input_limit(context.kind),
        max_characters=form_field.max_characters,
        rows=form_field.rows,
        choices=choices,
        empty_choice=_(form_field.empty_choice) if form_field.empty_choice else "",
        offices=row.node == "Agent"
        or (form_field.part == "name" and form_field.own_organization)
        or bool(form_field.role),
        read_as=_read_as(values.get(form_field.name), context) if row.form == "date" else "",
    )


def _where(form_field: FormField, context: FormContext) -> str:
    """The outputs in which a field appears, and its property in the data; of a group without the parts of its rows."""
    _ = translator(context.lang)
    name, part = form_field.metadata_field, "" if form_field.repeats else form_field.part
    labels = dict.fromkeys(_(output.label) for output in outputs_of(context.kind, name) if output.name != "data")
    profile = "DCAT-AP.de" if is_of_profile(context.kind, name) else "RDF"
    return _("Erscheint hier: %(outputs)s. In den Daten (%(profile)s): %(property)s.") % {
        "outputs": ", ".join(labels),
        "profile": profile,
        "property": property_of(context.kind, name, part),
    }


def _read_as(value: Any, context: FormContext) -> str:
    """A date in words, where it can be read."""
    read = date(value) if isinstance(value, str) and value else None
    text = day(str(read.value)[:10], context.lang) if read else ""
    return text if text != value else ""


def targets(errors: Iterable[FieldError], blocks: Iterable[Block]) -> list[tuple[str, str]]:
    """Id of the input ("" for none) and message of each error, for the summary of errors. A message that does not name
    its field gets the name before it."""
    shown = {question.name: (question, block) for block in blocks for question in block.questions}
    summary = []
    for error in errors:
        question, block = shown.get(error.field, (None, None))
        label = " ".join(filter(None, (block.legend if block else "", question.label if question else "")))
        named = not question or question.label.casefold() in error.message.casefold()
        summary.append((question.id if question else "", error.message if named else f"{label}: {error.message}"))
    return summary
