"""The remarks with which a draft was returned, as its author reads them: at the top, and at the fields they are about.

Entry point: `remarks`.
"""

from collections.abc import Mapping
from typing import Any

from api.editing.form_fields import form_of
from api.web.addresses import Lang
from registry.model import Draft
from vocab.fields import rows_by_name


def remarks(draft: Draft | None, lang: Lang) -> Mapping[str, Any]:
    """What templates show: `remarks`, label of the field ("" for the whole draft) and text of each, and `remarks_at`,
    the text by the name of the first question about that field. Nothing unless the draft was returned."""
    if draft is None or draft.state != "returned" or not draft.comments:
        return {"remarks": [], "remarks_at": {}}
    last = [comment for comment in draft.comments if comment.at == draft.comments[-1].at]
    rows = rows_by_name(draft.metadata.kind)
    labelled = [(rows[entry.field].label(lang) if entry.field in rows else "", entry.text) for entry in last]
    questions = {row.metadata_field: row.name for row in reversed(form_of(draft.metadata.kind))}
    return {
        "remarks": labelled,
        "remarks_at": {questions[entry.field]: entry.text for entry in last if entry.field in questions},
    }
