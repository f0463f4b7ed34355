"""Where each field of the form appears: the table of outputs names what the writers read, and the form says it.

Covers: api/pages/outputs.py

The sample of each kind fills its whole form. A field is taken away, and the outputs that change are those that read it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
from msgspec.structs import replace
from starlette.requests import Request

from api.data import oc4ids, tables
from api.data.appointments import appointments
from api.data.feeds import atom
from api.editing import form
from api.editing.form_fields import form_of
from api.editing.form_questions import questions
from api.pages import cards, council_report, profile_sheet, project_map, timeline
from api.pages.outputs import OUTPUTS, outputs_of, property_of
from api.pages.record import PreviewNote, page_of_record
from api.pages.site import Pages
from registry.model import KINDS, Kind, Metadata, Record
from registry.rdf.writing import write
from registry.search.entry import entry
from registry.search.query import Query
from tests.api.editing.test_form import COMPLETE, context_of
from tests.api.editing.test_sections import ROWS
from tests.sample_city import TODAY, ago, ahead, sample_city

BASE = "https://daten.example.org"
NOW = TODAY
AXIS = (timeline.Axis(date(NOW.year - 2, 1, 1), date(NOW.year + 2, 12, 31)), NOW)
_SHARED: Final = {
    "email": "frage@example.org", "contact": "Büro", "places": ("bergheim",), "themes": ("ENVI",), "start": ago(430),
    "end": ahead(330), "frequency": "MONTHLY", "access": "RESTRICTED", "access_reason": "Nur auf Anfrage.",
    "access_review": "2027-06", "documents": "https://example.org/bericht.pdf", "homepage": "https://mehr.example.org/",
    "abstract": "Kurz gesagt.", "description": "Ausführlich erzählt.", "keywords": "Schatten",
    "image": "https://example.org/bild.jpg", "image_text": "Eine Station", "image_credit": "Agentur",
    "image_licence": "cc-by/4.0", "title_translated": "Cool ways", "abstract_translated": "In short.",
    "description_translated": "At length.",
}  # fmt: skip
_OF_PROJECT: Final = {
    "start": ago(430), "end": ahead(330), "began": ago(400), "ended": ahead(340), "phase_step": "umsetzung",
    "phase_planned": ago(200), "phase_reached": ago(100), "phase_reason": "Personal", "milestone_planned": ago(90),
    "milestone_planned.2": ahead(200), "offer_start": ago(5), "offer_end": ahead(150), "offer_page": "https://example.org/test",
    "funding_id": "F-1", "indicator_baseline": "5", "indicator_source": "https://example.org/messung",
    "milestone_reached": ago(60), "offer_end.2": ahead(90), "cost_step": "100.000",
    "cost_step_state": "geschaetzt", "cost_step_date": ago(300), "cost_step_reason": "mehr Stationen",
    "part_of": "stadt-der-zukunft",
}  # fmt: skip
# Where these are missing, an output reads others in their place: the description, the period, the dates of phases.
_FIRST_CHOICES: Final = (("abstract",), ("starts", "ends", "milestones"))


def filled(kind: Kind) -> Metadata:
    """Metadata of a kind whose form is full."""
    context, empty = context_of(kind), Metadata(kind=kind)
    names = {form_field.name for form_field in form_of(kind)}
    shared = {name: value for name, value in _SHARED.items() if name in names}
    of_kind = COMPLETE[kind] | (ROWS | _OF_PROJECT if kind == "project" else {})
    metadata, errors = form.read(form.shown(empty, context) | shared | of_kind, empty, context)
    assert errors == []
    return metadata


def without(metadata: Metadata, field: str) -> Metadata:
    """The metadata without a field, or without the links of that relation."""
    if hasattr(metadata, field):
        changes = {field: getattr(Metadata(kind=metadata.kind), field)}
        return replace(metadata, **changes, **({"periods": ()} if field == "period" else {}))
    return replace(metadata, links=tuple(link for link in metadata.links if link.relation != field))


def record(metadata: Metadata) -> Record:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return Record(id="probe", said=metadata, created=at, changed=at, owner="umweltamt")


class Writers:
    """What each output writes of a record, by its name in the table of outputs."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.districts = pages.districts

    def of(self, output: str, record: Record) -> object:
        return getattr(self, output)(record)

    def page(self, record: Record) -> object:
        scope = {"type": "http", "method": "GET", "path": "/probe", "headers": [], "query_string": b"", "state": {}}
        note = PreviewNote("", "/", "")
        return page_of_record(self.pages, Request(scope), record, "de", preview=note).body

    def search(self, record: Record) -> object:
        return replace(entry(record, self.districts), quality=0)  # each field is part of how complete an entry is

    def list(self, record: Record) -> object:
        return cards.card(record, "de", NOW)

    def timeline(self, record: Record) -> object:
        return timeline.line(record, AXIS, "de", self.districts)

    def map(self, record: Record) -> object:
        listed = SimpleNamespace(records=(record,), lang="de", asked=Query(), path="/projekte", variables={})
        return project_map.rows(self.pages, listed), project_map.plan([record], "de")  # type: ignore[arg-type]

    def calendar(self, record: Record) -> object:
        return list(appointments(record, "de"))

    def report(self, record: Record) -> object:
        return council_report.report_of(self.pages, [record], Query(), "de")

    def profile(self, record: Record) -> object:
        return list(profile_sheet.sheet_rows(self.pages, record, "de")), profile_sheet.reading(record, "de")

    def press(self, record: Record) -> object:
        return profile_sheet.text_for_press(self.pages, record, "de")

    def oc4ids(self, record: Record) -> object:
        return oc4ids.package(record, BASE, "Stadt")

    def table(self, record: Record) -> object:
        return tables.row(record, tables.columns_of([record.kind]), tables.Context("de", BASE, self.districts))

    def feed(self, record: Record) -> object:
        return atom([record], Query(), f"{BASE}/feed.atom", self.pages.city, BASE)

    def data(self, record: Record) -> object:
        return b"".join(write([record], "ttl", base_url=BASE))


@pytest.fixture(scope="module")
def writers(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writers]:
    folder = tmp_path_factory.mktemp("outputs") / "data"
    with sample_city(folder, template=sample_folder) as city:
        yield Writers(Pages(city.catalog, city.settings))


def read_by(writers: Writers, output: str, kind: Kind) -> set[str]:
    """The fields of the form that an output reads: what it writes changes without them."""
    full = filled(kind)
    fields = {form_field.metadata_field for form_field in form_of(kind)}
    read = set()
    for metadata in (full, *(reduce(without, names, full) for names in _FIRST_CHOICES)):
        whole = writers.of(output, record(metadata))
        changed = {name: without(metadata, name) for name in fields - read}
        read |= {
            name
            for name, changed_metadata in changed.items()
            if changed_metadata != metadata and writers.of(output, record(changed_metadata)) != whole
        }
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_names_the_fields_that_each_output_reads(writers: Writers, kind: Kind) -> None:
    fields = {form_field.metadata_field for form_field in form_of(kind)}
    full = filled(kind)
    assert [name for name in sorted(fields) if without(full, name) == full] == []  # the sample fills the whole form
    for output in {output.name for output in OUTPUTS if kind in output.kinds.split()}:
        told = {name for name in fields if output in {row.name for row in outputs_of(kind, name)}}
        assert read_by(writers, output, kind) == told, output


def test_each_property_that_is_named_is_in_the_data(writers: Writers) -> None:
    for kind in KINDS:
        turtle = str(writers.data(record(filled(kind))), "utf-8")
        for form_field in form_of(kind):
            for name in property_of(kind, form_field.metadata_field, form_field.part).split(" / "):
                assert name in turtle, (kind, form_field.name)


def test_each_question_says_where_its_field_appears_and_a_group_says_it_once() -> None:
    for lang, word in (("de", "Erscheint hier: Seite des Eintrags"), ("en", "Appears here: Page of the entry")):
        blocks = questions(context_of("project", lang), {"milestone": "A", "milestone.2": "B"})
        for block in blocks:
            if not block.group:
                assert all(question.where.startswith(word) for question in block.questions)
            else:
                assert block.where.startswith(word) == (block.number == 1)
    texts = {
        question.name: question.where for block in questions(context_of("dataset")) for question in block.questions
    }
    assert texts["frequency"] == (
        "Erscheint hier: Seite des Eintrags, Tabelle (CSV, XLSX). In den Daten (DCAT-AP.de): dct:accrualPeriodicity."
    )
    assert texts["access_reason"].endswith("In den Daten (RDF): lotse:accessReason.")
    assert texts["start"].endswith("dct:temporal / dcat:startDate.")
