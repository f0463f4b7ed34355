"""What a draft lacks before it may be submitted or published: the same as the form says, for programs.

Entry points: `require_complete`, `faults`. A form cannot be sent with a date that means nothing or a phase that is in
no list; a program can, so these findings (`FORM_RULES`) count here too.
"""

from typing import Any, Final

from api.editing import form
from api.editing.form_context import FormContext
from api.editing.form_fields import base_name, form_of
from api.pages.site import Pages
from api.text.labels import finding_words
from api.web.addresses import LANGS, Lang
from registry.catalog.checks import blocking
from registry.catalog.checks import errors as errors_of
from registry.errors import ValidationError
from registry.model import Draft, Metadata, Record
from registry.quality.check import check
from registry.rules import finding
from vocab.values import is_reversed

MISSING: Final = "value-missing"
TOO_LONG: Final = "text-too-long"


# Findings that the form refuses when it reads what was entered
FORM_RULES: Final = ("date-unreadable", "period-reversed", "concept-unknown", "theme-unlisted", "format-unknown")


def require_complete(pages: Pages, draft: Draft) -> None:
    """ValidationError with an entry of `errors` for each field that must still be mended."""
    if errors := faults(pages, draft.metadata, draft.of):
        raise ValidationError("draft-incomplete", errors, fields=", ".join(error["field"] for error in errors))


def faults(pages: Pages, metadata: Metadata, of: str | None) -> list[dict[str, Any]]:
    """An entry of `errors` for each field that keeps metadata from being submitted: of a new entry, or as a change of
    the record `of`, whose own faults keep nobody."""
    record = pages.catalog.store.get(of) if of else None
    unreadable = _unreadable(metadata, record)
    named = {error["field"] for error in unreadable}
    asked = _errors(metadata, record if record and record.origin else None, pages)
    return [*(error for error in asked if error["field"] not in named), *unreadable]


def _unreadable(metadata: Metadata, record: Record | None) -> list[dict[str, Any]]:
    """The findings of FORM_RULES that the record, if there is one, does not have already."""
    before = set(check(record.metadata)) if record else set()
    event = [finding("period-reversed", "ends")] if is_reversed(metadata.starts, metadata.ends) else []
    new = [fault for fault in (*check(metadata), *event) if fault.rule in FORM_RULES and fault not in before]
    return errors_of(new)


def _errors(metadata: Metadata, harvested: Record | None, pages: Pages) -> list[dict[str, Any]]:
    """What the form says in each language, with the name of the field in the metadata and the rule that it breaks."""
    rules = {" ".join(finding_words(finding.rule, "de")): finding for finding in blocking(metadata, harvested)}
    by_lang: dict[Lang, list[Any]] = {}
    for lang in LANGS:
        context = FormContext(metadata.kind, lang, pages.districts)
        values = form.shown(metadata, context)
        by_lang[lang] = form.faults(values, metadata, context, harvested=harvested)
    errors = []
    for german, english in zip(by_lang["de"], by_lang["en"], strict=True):
        finding = rules.get(german.message)
        errors.append(
            {
                "field": finding.field if finding else _metadata_field(german.field, metadata),
                "rule": finding.rule if finding else TOO_LONG if values.get(german.field) else MISSING,
                "message": {"de": german.message, "en": english.message},
                "remedy": {"de": "", "en": ""},
            }
        )
    return errors


def _metadata_field(name: str, metadata: Metadata) -> str:
    """The field of the metadata that a form field stands for, with the part of it, such as `contacts.email`."""
    fields = {form_field.name: form_field for form_field in form_of(metadata.kind)}
    form_field = fields.get(base_name(name)[0])
    if form_field is None:
        return name
    return f"{form_field.metadata_field}.{form_field.part}" if form_field.part else form_field.metadata_field
