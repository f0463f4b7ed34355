"""Which records could suit one that is shown, in words: similar ones, data for a project, projects for data, and why.

Entry points: `proposals`, `reasons_in_words`, `reason_words`.
"""

from collections.abc import Iterator

from api.text.i18n import translator
from api.web.addresses import Lang
from registry.catalog import Catalog
from registry.catalog.similar import Reason, SimilarRecord, similar_records
from registry.model import DCAT_KINDS, Record


def proposals(catalog: Catalog, record: Record, lang: Lang) -> Iterator[tuple[str, SimilarRecord]]:
    """The heading and each similar record, the most similar first; NotReadyError without a search index. Only data and
    projects have some."""
    if record.kind != "project" and record.kind not in DCAT_KINDS:
        return
    for similar in similar_records(catalog, record, ("project", *DCAT_KINDS)):
        yield _heading(record, similar.record, lang), similar


def reasons_in_words(similar: SimilarRecord, lang: Lang) -> str:
    return " · ".join(reason_words(reason, lang) for reason in similar.reasons)


def _heading(record: Record, other: Record, lang: Lang) -> str:
    _ = translator(lang)
    if record.kind == "project":
        return _("Ähnliche Projekte") if other.kind == "project" else _("Daten, die dazu passen könnten")
    return _("Projekte, zu denen das passen könnte") if other.kind == "project" else _("Ähnliche Daten")


def reason_words(reason: Reason, lang: Lang) -> str:
    """Why something is proposed, in words."""
    _ = translator(lang)
    values = ", ".join(reason.values)
    match reason.why:
        case "keywords":
            return _("gleiche Schlagwörter: %(words)s") % {"words": values}
        case "words":
            return _("gleiche Wörter im Titel: %(words)s") % {"words": values}
        case "links":
            return _("verweist auf dasselbe")
        case "meaning":
            return _("ähnlich gemeint")
        case "themes":
            return _("gleiches Thema")
        case "address":
            return _("Adresse genannt: %(words)s") % {"words": values}
        case "name":
            return _("Name genannt: %(words)s") % {"words": values}
