"""The form of every kind of thing: built from the rows, read, checked, and shown again.

Covers: api/editing/form_fields.py, api/editing/form_groups.py, api/editing/form_values.py, api/editing/form_texts.py,
api/editing/form_context.py
"""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from api.editing import form, form_fields, form_groups
from api.editing.form_context import FieldError, FormContext
from api.editing.form_fields import FIELDS, FormField, form_of
from api.editing.form_questions import Block, questions
from api.pages.templates import environment
from api.web.session import Forms
from registry.catalog.checks import require_publishable
from registry.model import KINDS, Agent, Contact, Kind, Metadata, Opportunity, Origin, Period, Place, Record
from registry.rules import finding
from tests.builders import a_dataset, a_distribution, a_project
from tests.sample_city import HEIDELBERG
from vocab.concepts import concept_list, load
from vocab.fields import fields_of

DISTRICTS = load(HEIDELBERG / "districts.csv")
LICENCE = "dl-by-de/2.0"
COMPLETE: dict[Kind, dict[str, Any]] = {
    "project": {
        "title": "Kühle Wege", "abstract": "Schatten für alle.", "phase": "umsetzung", "lead": "Umweltamt",
        "email": "wege@example.org", "themes": ("ENVI",), "places": ("bahnstadt",), "partner": "Verein A",
        "partner.2": "Verein B", "partner_role.2": "beirat", "partner_task.2": "berät",
        "uses": "baumkataster", "offer": "testen", "offer_title": "Spaziergang", "offer_end": "2027-05",
        "start": "2026", "end": "2027-10", "homepage": "https://wege.example.org/", "contact": "Projektbüro",
        "description": "Lang.\nUnd länger.", "follows": "pegel", "events": "messtag", "public_service": "parkausweis",
    },
    "dataset": {
        "title": "Radwege", "description": "Alle Radwege als Linien.", "publisher": "Amt für Mobilität",
        "email": "rad@example.org", "themes": ("TRAN",), "places": ("bergheim",), "keywords": "Fahrrad\nRadweg",
        "frequency": "MONTHLY", "file_title": "Netz", "file": "https://daten.example.org/rad.csv", "format": "CSV",
        "file_licence": LICENCE, "attribution": "Stadt, Amt für Mobilität", "start": "2019-01",
        "columns": "name | Name des Wegs | Text\nlaenge | Länge | Zahl | m | Menge",
    },
    "series": {"title": "Zählungen", "description": "Jedes Jahr neu.", "publisher": "Amt für Statistik"},
    "service": {
        "title": "Geodatendienst", "publisher": "Amt für Geodaten", "endpoint": "https://geo.example.org/wms",
        "endpoint_description": "https://geo.example.org/wms?request=GetCapabilities", "licence": LICENCE,
        "serves": "radwege", "keywords": "Karte",
    },
    "event": {
        "title": "Messtag", "abstract": "Messen Sie mit.", "starts": "2027-05-01T10:00:00", "ends": "2027-05-01",
        "organizer": "Umweltamt", "places": ("kirchheim",), "email": "tag@example.org", "about": "kuehle-wege",
    },
    "publicservice": {"title": "Parkausweis", "abstract": "Für Anwohner.", "publisher": "Bürgeramt"},
    "organization": {
        "title": "Umweltamt", "classification": "verwaltung", "aliases": "Amt 31\nUmweltabteilung",
        "email": "umwelt@example.org", "homepage": "https://umwelt.example.org/", "street": "Amtsgasse 1",
        "postal_code": "69117", "town": "Heidelberg",
    },
}  # fmt: skip


def context_of(kind: Kind, lang: Any = "de") -> FormContext:
    return FormContext(kind, lang, DISTRICTS, lambda line, kinds: f"/id/{line}")


def filled(kind: Kind) -> tuple[dict[str, Any], Metadata]:
    """What somebody enters for a kind of thing, and the metadata it makes."""
    context, empty = context_of(kind), Metadata(kind=kind)
    values = form.shown(empty, context) | COMPLETE[kind]
    metadata, errors = form.read(values, empty, context)
    assert errors == []
    return values, metadata


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_entered_for_a_kind_is_read_may_be_published_and_is_shown_again(kind: Kind) -> None:
    values, metadata = filled(kind)
    context = context_of(kind)
    assert metadata.kind == kind
    assert form.faults(values, metadata, context) == []
    require_publishable(metadata)
    assert form.shown(metadata, context) == values
    assert form.read(values, metadata, context) == (metadata, [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_needed_is_named_in_the_readers_language_when_it_is_empty(kind: Kind) -> None:
    values, before = filled(kind)
    needed = [form_field for form_field in form_of(kind) if form_field.is_needed(kind)]
    assert needed
    messages = set()
    for form_field in needed:
        cleared = values | {form_field.name: () if form_field.widget_of(kind) == "boxes" else ""}
        metadata, errors = form.read(cleared, replace(before, contacts=()), context_of(kind))
        assert errors == []
        german, english = (form.faults(cleared, metadata, context_of(kind, lang)) for lang in ("de", "en"))
        assert [error.field for error in german] == [error.field for error in english] == [form_field.name]
        assert german[0].message
        assert english[0].message
        assert german[0].message != english[0].message
        messages.add(german[0].message)
    assert len(messages) == len(needed)  # each field is told in words of its own


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_form_of_a_kind_is_built_with_its_values_and_errors(kind: Kind, lang: Any) -> None:
    values, _metadata = filled(kind)
    context = context_of(kind, lang)
    blocks = questions(context)
    names = [question.name for block in blocks for question in block.questions]
    assert names == [form_field.name for form_field in form_of(kind)]
    assert sum(block.voluntary for block in blocks) == 1
    page = rendered(blocks, lang, values, {"title": FieldError("title", "So nicht.")})
    for name in names:
        assert f'name="{name}"' in page
    assert f'value="{values["title"]}"' in page
    assert page.count(" checked") == sum(len(value) for value in values.values() if isinstance(value, tuple)) + (
        "phase" in values
    )
    assert page.count('aria-invalid="true"') == 1
    assert "So nicht." in page


def rendered(blocks: list[Block], lang: Any, values: dict[str, Any], errors: dict[str, FieldError]) -> str:
    source = (
        '{% import "form.html" as form with context %}{% for block in blocks %}{% for question in block.questions %}'
    )
    template = environment(lang).from_string(source + "{{ form.ask(question) }}{% endfor %}{% endfor %}")
    return template.render(blocks=blocks, values=values, errors=errors, elsewhere={}, lang=lang)


def test_the_table_names_only_fields_that_there_are_and_each_once_a_kind() -> None:
    for kind in KINDS:
        names = [form_field.name for form_field in form_of(kind)]
        assert len(set(names)) == len(names)
        for form_field in form_of(kind):
            assert form_field.row(kind).name == (form_field.part.rpartition(".")[2] or form_field.metadata_field)
            assert form_field.metadata_field in {row.name for row in fields_of(kind)}
    assert {kind for form_field in FIELDS for kind in form_field.kinds.split()} == set(KINDS)


@pytest.fixture
def picture(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A row more in the table."""
    caches = (form_fields.form_of, form_groups.groups_of)
    monkeypatch.setattr(form_fields, "FIELDS", (*FIELDS, FormField("picture", "project", "image")))
    for cache in caches:
        cache.cache_clear()
    yield
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("picture")
def test_a_new_field_is_one_row() -> None:
    context, before = context_of("project"), a_project()
    values = form.shown(before, context)
    assert values["picture"] == ""
    metadata, errors = form.read(values | {"picture": "bilder.example.org/1.jpg"}, before, context)
    assert (metadata, errors) == (replace(before, image="https://bilder.example.org/1.jpg"), [])
    _metadata, errors = form.read(values | {"picture": "kein Bild"}, before, context)
    assert [error.field for error in errors] == ["picture"]
    page = rendered(questions(context), "de", form.shown(metadata, context), {})
    assert 'name="picture" type="url" value="https://bilder.example.org/1.jpg"' in page
    assert form.entered(Forms([("picture", " x ")]), "project")["picture"] == "x"


@pytest.mark.parametrize(
    ("kind", "rule", "field", "value", "name"),
    [
        ("project", "lead-missing", "participants", "", "lead"),
        ("project", "contact-unreachable", "contacts", "", "email"),
        ("project", "opportunity-incomplete", "opportunities", "title", "offer_title"),
        ("project", "opportunity-incomplete", "opportunities", "type", "offer"),
        ("dataset", "licence-missing", "licence", "", "file_licence"),
        ("dataset", "attribution-missing", "attribution", LICENCE, "attribution"),
        ("dataset", "publisher-missing", "publisher", "", "publisher"),
        ("service", "licence-unknown", "licence", "frei", "licence"),
        ("event", "starts-missing", "starts", "", "starts"),
        ("dataset", "hvd-mark-missing", "legislation", "", ""),
    ],
)
def test_a_finding_is_shown_at_the_field_that_it_is_about(
    kind: Kind, rule: str, field: str, value: str, name: str
) -> None:
    assert form.field_of(finding(rule, field, value), kind) == name


def test_what_the_checks_find_is_said_with_the_sentence_of_the_rule() -> None:
    context = context_of("dataset", "en")
    metadata = a_dataset(distributions=(a_distribution(licence=""),))
    values = form.shown(metadata, context)
    assert form.faults(values, metadata, context) == [
        FieldError(
            "file_licence",
            "A distribution has no licence. Choose a licence, such as “Data licence Germany – attribution 2.0”.",
        )
    ]


def test_a_way_to_take_part_needs_a_title_before_it_is_handed_in() -> None:
    context = context_of("project")
    offer = Opportunity(type=concept_list("opportunities").by_notation["testen"].iri)
    metadata = a_project(opportunities=(offer,))
    values = form.shown(metadata, context) | {"places": ("bahnstadt",)}
    assert [error.field for error in form.faults(values, metadata, context)] == ["offer_title"]


def test_what_the_source_of_a_harvested_record_lacks_keeps_nobody_from_correcting_another_field() -> None:
    context = context_of("project")
    said = a_project(abstract={}, contacts=(Contact(telephone="06221 000"),))
    record = Record(id="wege", said=said, origin=Origin("quelle", "1"))
    values = form.shown(said, context) | {"title": "Wärmere Wege"}
    metadata, errors = form.read(values, said, context)
    assert form.faults(values, metadata, context, errors, record) == []
    assert len(form.faults(values, metadata, context, errors)) == 3  # abstract, contact, place
    emptied, errors = form.read(values | {"lead": ""}, said, context)
    faults = form.faults(values | {"lead": ""}, emptied, context, errors, record)
    assert [error.field for error in faults] == ["lead"]


def test_another_name_is_another_agent_and_the_same_name_the_same() -> None:
    context = context_of("dataset")
    agent = Agent(name={"de": "Umweltamt"}, id="umweltamt", email="umwelt@example.org")
    before = a_dataset(publisher=agent)
    values = form.shown(before, context)
    assert form.read(values, before, context)[0].publisher == agent
    changed, _errors = form.read(values | {"publisher": "Bauamt"}, before, context)
    assert changed.publisher == Agent(name={"de": "Bauamt"})


def test_a_file_that_is_entered_gets_an_id_and_the_other_files_stay() -> None:
    context = context_of("dataset")
    first, second = a_distribution(), a_distribution("https://daten.example.org/2.csv", id="zwei")
    before = a_dataset(distributions=(first, second))
    values = form.shown(before, context)
    changed, _errors = form.read(values | {"file_title": "Netz"}, before, context)
    assert changed.distributions == (replace(first, title={"de": "Netz"}), second)
    _values, metadata = filled("dataset")
    (file,) = metadata.distributions
    assert file.id


def test_a_mail_address_may_stand_behind_a_name() -> None:
    values, metadata = filled("organization")
    entered = values | {"email": "Umweltamt <mailto:amt@example.org>"}
    again, errors = form.read(entered, metadata, context_of("organization"))
    assert (form.shown(again, context_of("organization"))["email"], errors) == ("amt@example.org", [])


def test_a_date_that_cannot_be_read_keeps_the_other_date_too() -> None:
    context, before = context_of("project"), Metadata(kind="project")
    values = form.shown(before, context) | {"start": "Frühjahr", "end": "2027"}
    metadata, errors = form.read(values, before, context)
    assert [error.field for error in errors] == ["start"]
    again = form.shown(metadata, context)
    assert (again["start"], again["end"]) == ("Frühjahr", "2027")


@pytest.mark.parametrize(
    "written", ['{"name": "Amt für Grün", "email": "gruen@example.org"}', '{"de": "Amt", "en": "Office"}', '["Amt"]']
)
def test_an_object_that_is_entered_is_a_text_in_the_forms_language(written: str) -> None:
    context, before = context_of("dataset"), Metadata(kind="dataset")
    entered = form.shown(before, context) | {"title": written, "publisher": written, "keywords": written}
    metadata, errors = form.read(entered, before, context)
    assert metadata.publisher == Agent(name={"de": written})
    assert (metadata.title, metadata.keywords, errors) == ({"de": written}, {"de": (written,)}, [])
    assert form.shown(metadata, context)["publisher"] == written


@pytest.mark.parametrize(
    "written", ["POINT (8.6821 49.3988)", '{"type": "Point", "coordinates": [8.7, 49.4]}', "8.57,49.35,8.80,49.46"]
)
def test_coordinates_are_no_choice_of_a_place_and_those_of_a_source_stay(written: str) -> None:
    context = context_of("dataset")
    shape = Place(bbox="POLYGON((8.5 49.25, 8.75 49.25, 8.75 49.5, 8.5 49.5, 8.5 49.25))")
    for before in (a_dataset(), a_dataset(places=(shape,))):
        entered = form.shown(before, context) | {"places": (written,)}
        metadata, _errors = form.read(entered, before, context)
        assert metadata.places == before.places


def test_the_period_of_the_form_is_the_first_of_all_and_the_others_stay() -> None:
    context = context_of("dataset")
    later = Period(start="2011-05", end="2011-06")
    before = a_dataset(periods=(Period(start="2001", end="2002"), later))
    values = form.shown(before, context)
    assert (values["start"], values["end"]) == ("2001", "2002")
    assert form.read(values, before, context)[0].periods == before.periods
    changed, errors = form.read(values | {"start": "2000", "end": "-0012-11-29"}, before, context)
    assert [error.field for error in errors] == ["end"]  # it lies before the start
    changed, errors = form.read(values | {"start": "-0043", "end": "15. März 2002"}, before, context)
    assert (changed.periods, errors) == ((Period(start="-0043", end="2002-03-15"), later), [])
    gone, errors = form.read(values | {"start": "", "end": ""}, before, context)
    assert (gone.periods, errors) == ((later,), [])


def test_entities_that_are_entered_stay_as_they_are() -> None:
    """A person sees what the form takes; only what a source gives is decoded."""
    context, before = context_of("dataset"), Metadata(kind="dataset")
    entered = form.shown(before, context) | {"title": "R&amp;B"}
    assert form.read(entered, before, context)[0].title == {"de": "R&amp;B"}
