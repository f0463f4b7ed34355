"""What a draft lacks before it may be submitted or published: the same as the form says, for programs.

Entry point: `require_complete`.
"""

from typing import Any, Final

from api.editing import form
from api.editing.form_context import FormContext
from api.editing.form_fields import base_name, form_of
from api.pages.site import Pages
from api.text.labels import finding_words
from api.web.addresses import LANGS, Lang
from registry.catalog.checks import blocking
from registry.errors import ValidationError
from registry.model import Draft, Record

MISSING: Final = "value-missing"
TOO_LONG: Final = "text-too-long"


def require_complete(pages: Pages, draft: Draft) -> None:
    """ValidationError with an entry of `errors` for each field that must still be mended."""
    record = pages.catalog.store.get(draft.of) if draft.of else None
    if errors := _errors(draft, record if record and record.origin else None, pages):
        raise ValidationError("draft-incomplete", errors, fields=", ".join(error["field"] for error in errors))


def _errors(draft: Draft, harvested: Record | None, pages: Pages) -> list[dict[str, Any]]:
    """What the form says in each language, with the name of the field in the metadata and the rule that it breaks."""
    metadata = draft.metadata
    rules = {" ".join(finding_words(finding.rule, "de")): finding for finding in blocking(metadata, harvested)}
    faults: dict[Lang, list[Any]] = {}
    for lang in LANGS:
        context = FormContext(metadata.kind, lang, pages.districts)
        values = form.shown(metadata, context)
        faults[lang] = form.faults(values, metadata, context, harvested=harvested)
    errors = []
    for german, english in zip(faults["de"], faults["en"], strict=True):
        finding = rules.get(german.message)
        errors.append(
            {
                "field": finding.field if finding else _metadata_field(german.field, draft),
                "rule": finding.rule if finding else TOO_LONG if values.get(german.field) else MISSING,
                "message": {"de": german.message, "en": english.message},
                "remedy": {"de": "", "en": ""},
            }
        )
    return errors


def _metadata_field(name: str, draft: Draft) -> str:
    """The field of the metadata that a form field stands for, with the part of it, such as `contacts.email`."""
    fields = {form_field.name: form_field for form_field in form_of(draft.metadata.kind)}
    form_field = fields.get(base_name(name)[0])
    if form_field is None:
        return name
    return f"{form_field.metadata_field}.{form_field.part}" if form_field.part else form_field.metadata_field
