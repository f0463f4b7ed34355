"""High-value data of the catalogue: what is marked and what it lacks, what looks like it; for the report to the Land.

Entry point: `HighValue`, with the views `page` and `table`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from fastapi import Request
from starlette.responses import Response

from api.data.spreadsheets import csv_bytes
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web.addresses import Lang, absolute, language, page, place
from api.web.answers import answer, tag
from api.web.negotiate import CSV
from registry.model import DCAT_KINDS, Record
from registry.quality.hvd import Duty, duty
from registry.rules import rule_texts
from registry.store.store import SHOWN
from vocab.concepts import concept_list

MAX_SHOWN: Final = 300  # records of each table on the page; the file has all


COLUMNS: Final = ("title", "url", "publisher", "category", "word", "missing", "state")  # of the file
MARKED: Final = "marked"


class Row(NamedTuple):
    """A record that is marked as high-value, or looks like it; the cells of COLUMNS."""

    title: str
    address: str
    publisher: str
    category: str
    word: str
    lacks: str
    state: str

    @property
    def marked(self) -> bool:
        return self.state == MARKED


class HighValue:
    """The page and the file. The rows are kept until the next change: reading all records takes a while."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._kept: tuple[int, list[tuple[Record, Duty]]] = (-1, [])

    def page(self, request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        rows = [_row(record, high_value, lang) for record, high_value in self.records()]
        marked, suspected = [row for row in rows if row.marked], [row for row in rows if not row.marked]
        return self.pages.page(
            request,
            "high_value.html",
            lang,
            marked=marked[:MAX_SHOWN],
            suspected=suspected[:MAX_SHOWN],
            counts=(len(marked), sum(not row.lacks for row in marked), len(suspected)),
            categories=Counter(row.category for row in marked if row.category).most_common(),
            table=f"{place('quality', lang, 'high-value')}.csv",
            crumbs=[(_("Qualität der Metadaten"), place("quality", lang)), (_("Hochwertige Daten"), "")],
        )

    def table(self, request: Request) -> Response:
        """All rows as CSV."""
        lang, base = language(request), self.pages.settings.base_url
        number = self.pages.catalog.store.last()

        def body() -> bytes:
            rows = (_row(record, high_value, lang) for record, high_value in self.records())
            return csv_bytes(COLUMNS, [row._replace(address=absolute(base, row.address)) for row in rows])

        return answer(request, body, CSV.content_type, etag=tag(self.pages.catalog.store.epoch, number, lang, "hvd"))

    def records(self) -> list[tuple[Record, Duty]]:
        """The records that are marked or look like it, the marked ones first."""
        number = self.pages.catalog.store.last()
        if self._kept[0] != number:
            self._kept = number, sorted(self._concerned(), key=lambda pair: (not pair[1].marked, pair[0].id))
        return self._kept[1]

    def _concerned(self) -> Iterator[tuple[Record, Duty]]:
        for record in self.pages.catalog.store.find(SHOWN):
            if record.kind in DCAT_KINDS:
                high_value = duty(record.metadata)
                if high_value.marked or high_value.is_suspected:
                    yield record, high_value


def _row(record: Record, high_value: Duty, lang: Lang) -> Row:
    metadata = record.metadata
    categories = concept_list("hvd-categories").by_iri
    named = [
        categories[iri].label(lang) for iri in metadata.hvd_categories or (high_value.category,) if iri in categories
    ]
    lacks: dict[str, Any] = dict.fromkeys(
        pick_language(rule_texts(finding.rule)[0], lang).words for finding in high_value.lacks
    )
    return Row(
        pick_language(metadata.title, lang).words,
        page(record.kind, record.id, lang),
        pick_language(metadata.publisher.name, lang).words if metadata.publisher else "",
        ", ".join(named),
        high_value.word,
        " ".join(lacks),
        MARKED if high_value.marked else "suspected",
    )
