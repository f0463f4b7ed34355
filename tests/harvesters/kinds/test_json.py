"""Lists in JSON: of our own field names, of others' by settings, nested, and broken in every way."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.harvester import Item, Mark
from harvesters.kinds import json as json_harvester
from harvesters.kinds.json import read, to_metadata
from harvesters.mapping.shorthand import MAX_VALUES_PER_FIELD
from harvesters.source_kinds import check_source
from registry.errors import LotseError, SourceError, TooLargeError, UsageError
from registry.fetch.session import session
from registry.model import Agent, Contact, Findings, Link, Metadata, Money, Participation, Period, Place, Source
from registry.model.message import sentence
from registry.rdf import bounds
from registry.rules import MAX_FINDINGS_PER_ITEM
from registry.settings import Settings
from tests.builders import CSV, LICENCE, TRAN
from tests.servers.replay import files_server
from tests.town import Town
from vocab.namespaces import VOC

# The settings of a real list: measures for the climate in Mainz, nested by topic, with numbers for their state.
MAINZ = {
    "children": "children",
    "id": "id",
    "kind": "project",
    "map.title": "title",
    "map.abstract": "teaser",
    "map.description": "description",
    "map.phase": "execution_status",
    "map.period.start": "planned_start",
    "map.period.end": "planned_completion",
    "map.starts": "actual_start",
    "map.ends": "actual_completion",
    "map.participants.federfuehrung": "responsible_organ",
    "const.places": "Mainz",
    "table.phase.0": "",
    "table.phase.2": "umsetzung",
    "table.phase.4": "dauerbetrieb",
    "table.phase.6": "vorbereitung",
    "table.phase.8": "umsetzung",
    "ignore": "city,internal_information,numchild",
}


def a_source(**settings: str) -> Source:
    return Source(name="amt", kind="json", url="http://127.0.0.1/liste.json", language="de", settings=settings)


def items(document: Any, source: Source) -> list[Item]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return [one for one in reading(content, source) if isinstance(one, Item)]


def reading(content: bytes, source: Source, type: str = "application/json") -> list[Item | Mark]:
    with files_server({"/liste.json": (content, type)}) as server:
        there = Source(
            **{name: getattr(source, name) for name in source.__struct_fields__} | {"url": f"{server.url}/liste.json"}
        )
        return list(read(there, session(Settings(allow_hosts=("127.0.0.1",))), None))


def mapped(item: Any, **settings: str) -> tuple[Metadata, Findings]:
    source = a_source(**settings)
    (one,) = items([item], source)
    return to_metadata(one, source)


def said(item: Any, **settings: str) -> Metadata:
    metadata, findings = mapped(item, **settings)
    assert findings == ()
    return metadata


def rules(findings: Findings) -> list[tuple[str, str, str]]:
    return [(one.rule, one.field, one.value) for one in findings]


# -- our own field names


def test_an_item_may_use_our_own_field_names_in_friendly_forms() -> None:
    project = said(
        {
            "kind": "Projekt",
            "id": 7,
            "title": "Radschnellweg",
            "abstract": {"de": "Kurz gesagt", "en": "In short"},
            "phase": "umsetzung",
            "themes": ["TRAN"],
            "keywords": ["Rad", "Ampel"],
            "places": ["Bahnstadt", "https://sws.geonames.org/2907911"],
            "period": "2024 bis 2027-06",
            "budget": "1.200.000 €",
            "participants": [
                {"name": "Amt für Mobilität", "role": "Federführung"},
                {"name": "Hochschule", "role": "partner"},
            ],
            "contacts": ["rad@example.org", "Amt für Mobilität"],
            "goals": ["Schneller", "Sicherer"],
            "uses": ["https://daten.example.org/1"],
            "part_of": 3,
            "milestones": [{"title": "Baubeginn", "planned": "2025-03-15"}],
            "landing_page": "https://rad.example.org/",
        }
    )
    assert project.kind == "project"
    assert project.title == {"de": "Radschnellweg"}
    assert project.abstract == {"de": "Kurz gesagt", "en": "In short"}
    assert project.phase == f"{VOC}phase/umsetzung"
    assert project.themes == (TRAN,)
    assert project.keywords == {"de": ("Rad", "Ampel")}
    assert project.places == (Place(name={"de": "Bahnstadt"}), Place(iri="https://sws.geonames.org/2907911"))
    assert project.period == Period(start="2024", end="2027-06")
    assert project.budget == Money(value="1200000", currency="EUR")
    assert project.participants == (
        Participation(agent=Agent(name={"de": "Amt für Mobilität"}), role=f"{VOC}role/federfuehrung"),
        Participation(agent=Agent(name={"de": "Hochschule"}), role=f"{VOC}role/partner"),
    )
    assert project.contacts == (Contact(email="rad@example.org"), Contact(name={"de": "Amt für Mobilität"}))
    assert project.goals == ({"de": "Schneller"}, {"de": "Sicherer"})
    assert set(project.links) == {Link("uses", "https://daten.example.org/1"), Link("part_of", "remote:3")}
    assert project.milestones[0].planned == "2025-03-15"
    assert project.extras == {}


def test_what_we_serve_can_be_read_again() -> None:
    import msgspec

    metadata = Metadata(
        kind="project", title={"de": "Rad", "en": "Bike"}, iri="https://example.org/1", phase=f"{VOC}phase/umsetzung",
        participants=(Participation(agent=Agent(name={"de": "Amt"}), role=f"{VOC}role/partner"),),
        period=Period(start="2024"), keywords={"de": ("a",), "en": ("b",)}, goals=({"de": "Ziel"},),
        links=(Link("uses", "https://example.org/2"),), extras={"x": 1},
    )  # fmt: skip
    assert said(msgspec.to_builtins(metadata)) == metadata


def test_labels_of_fields_are_understood_too() -> None:
    event = said(
        {"Titel": "Forum", "Beginn": "2026-03-19T18:00:00+01:00", "Veranstalter": "Digital-Agentur"}, kind="event"
    )
    assert (event.title, event.starts) == ({"de": "Forum"}, "2026-03-19T18:00:00+01:00")
    assert event.organizer == Agent(name={"de": "Digital-Agentur"})


def test_a_dataset_has_distributions_and_their_licence() -> None:
    dataset = said(
        {
            "title": "Zählstellen",
            "licence": "dl-by-de/2.0",
            "distributions": [
                {"access_url": "https://daten.example.org/a.csv", "format": "csv", "size": "1.5 KB"} | {"size": 1536},
                "https://daten.example.org/b",
            ],
        }
    )
    first, second = dataset.distributions
    assert (first.format, first.licence, first.size, second.licence) == (CSV, LICENCE, 1536, LICENCE)
    assert first.id
    assert first.id != second.id


def test_unknown_keys_are_kept_and_empty_ones_are_not() -> None:
    metadata = said({"title": "T", "farbe": "rot", "tief": {"a": [1, 2]}, "leer": "", "nichts": None, "liste": []})
    assert metadata.extras == {"farbe": "rot", "tief": {"a": [1, 2]}}


def test_a_value_that_fits_no_form_is_a_finding_and_kept() -> None:
    metadata, findings = mapped(
        {
            "title": ["Erster", "Zweiter"],
            "issued": "irgendwann",
            "landing_page": "kommt noch",
            "phase": "Mondphase",
            "themes": ["TRAN", "Quatsch"],
            "publisher": 7.5,
            "places": [True],
            "contacts": {"email": "kein mail", "fax": "0"},
            "uses": {"a": 1},
        },
        kind="project",
    )
    assert metadata.title == {"de": "Erster"}
    assert metadata.themes == (TRAN,)
    assert sorted(rules(findings)) == sorted([
        ("value-extra", "title", "Zweiter"),
        ("date-unreadable", "issued", "irgendwann"),
        ("address-unreadable", "landing_page", "kommt noch"),
        ("concept-unknown", "phase", "Mondphase"),
        ("concept-unknown", "themes", "Quatsch"),
        ("value-unread", "places", "True"),
        ("value-unread", "contacts.email", "kein mail"),
        ("value-unread", "links.uses", "{'a': 1}"),
    ])  # fmt: skip
    assert metadata.extras == {
        "title": "Zweiter", "issued": "irgendwann", "landing_page": "kommt noch", "phase": "Mondphase",
        "themes": "Quatsch", "publisher": 7.5, "places": True, "contacts.email": "kein mail", "contacts.fax": "0",
        "links.uses": {"a": 1},
    }  # fmt: skip


# -- others' names, by settings


def test_settings_say_what_the_keys_of_others_mean() -> None:
    item = {
        "nr": "V-1",
        "art": "vorhaben",
        "name": {"kurz": "Bauakte", "lang": "Digitale Bauakte"},
        "wann": {"von": "2025", "bis": None, "uhr": "egal"},
        "amt": {"name": "Bauamt", "telefon": "intern"},
        "partner": ["A", "B"],
        "mail": ["a@example.org", "b@example.org"],
        "orte": [{"name": "Altstadt"}, {"name": "Bergheim"}],
    }
    metadata = said(
        item,
        **{
            "id": "nr", "kind": "dataset", "map.kind": "art", "table.kind.vorhaben": "project",
            "map.title": "name.lang", "map.period.start": "wann.von", "map.period.end": "wann.bis",
            "map.participants.federfuehrung": "amt.name", "map.participants.partner": "partner",
            "map.contacts.email": "mail", "map.places.name": "orte.name", "const.phase": "umsetzung",
            "const.links.uses": "https://daten.example.org/1",
        },
    )  # fmt: skip
    assert (metadata.kind, metadata.title, metadata.period) == (
        "project",
        {"de": "Digitale Bauakte"},
        Period(start="2025"),
    )
    roles = [(one.agent.name["de"], one.role.rpartition("/")[2]) for one in metadata.participants]
    assert roles == [("Bauamt", "federfuehrung"), ("A", "partner"), ("B", "partner")]
    assert [one.email for one in metadata.contacts] == ["a@example.org", "b@example.org"]
    assert [one.name["de"] for one in metadata.places] == ["Altstadt", "Bergheim"]
    assert metadata.phase == f"{VOC}phase/umsetzung"
    assert metadata.links == (Link("uses", "https://daten.example.org/1"),)
    assert metadata.extras == {"name": {"kurz": "Bauakte"}, "wann": {"uhr": "egal"}, "amt": {"telefon": "intern"}}


def test_words_in_two_languages_may_come_from_two_keys() -> None:
    metadata = said({"en": "Bike", "titel": "Rad"}, **{"map.title.en": "en", "map.title": "titel"})
    assert metadata.title == {"de": "Rad", "en": "Bike"}


def test_the_list_may_lie_anywhere_and_the_id_may_be_a_number() -> None:
    source = a_source(items="data.projekte", id="meta.nr")
    found = items({"data": {"projekte": [{"title": "A", "meta": {"nr": 0}}, {"title": "B", "meta": {}}]}}, source)
    assert [one.remote_id for one in found] == ["0", ""]


def test_items_inside_items_are_part_of_them() -> None:
    tree = [{"id": "a", "title": "A", "teile": [{"id": "b", "title": "B", "teile": [{"id": "c", "title": "C"}]}]}]
    source = a_source(children="teile", kind="project")
    found = items(tree, source)
    assert [one.remote_id for one in found] == ["a", "b", "c"]
    links = [to_metadata(one, source)[0].links for one in found]
    assert links == [(), (Link("part_of", "remote:a"),), (Link("part_of", "remote:b"),)]


def test_the_order_of_keys_is_no_change() -> None:
    one, other = {"id": 1, "title": "A", "x": {"b": 1, "a": 2}}, {"x": {"a": 2, "b": 1}, "title": "A", "id": 1}
    assert items([one], a_source())[0].payload == items([other], a_source())[0].payload


def test_the_measures_of_mainz_come_in_as_projects(town: Town, shared: Path) -> None:
    document = (shared / "data/projects/mainz_klimaschutz_massnahmen.json").read_bytes()
    source = town.other("amt", settings=MAINZ)
    check_source(source)
    town.publish(document)
    run = town.harvest(source=source)
    assert (run.outcome, run.listed, run.counts["added"]) == ("applied", 55, 55)
    assert set(run.rules) & {"concept-unknown", "value-unread", "date-unreadable", "link-unresolved"} == set()
    records = town.records()
    whole, part = records["341"], records["416"]
    assert part.said.links == (Link("part_of", f"/id/{whole.id}"),)
    assert sum(bool(record.said.links) for record in records.values()) == 55 - 5
    assert part.said.period == Period(start="2017-06-30", end="2035-12-31")
    assert part.said.phase == f"{VOC}phase/vorbereitung"
    assert {record.kind for record in records.values()} == {"project"}
    number = town.last()
    assert town.harvest(source=source).counts["same"] == 55
    assert town.last() == number


# -- broken


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "JSON"), (b"<html>", "web page"), (b"[{]", "JSON"), (b'{"a": [1]}', "Lists stand at: a"),
        (b'"text"', "no list"), (b"[" * 100_000, "JSON"), (b'[{"a":' * 100_000, "JSON"), (b"\xff\xfe\x00", "JSON"),
    ],
)  # fmt: skip
def test_what_is_no_list_ends_the_run_with_a_remedy_in_both_languages(content: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words) as failed:
        reading(content, a_source())
    assert sentence(failed.value.summary, "de")


def test_a_list_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_harvester, "MAX_DOCUMENT_BYTES", 100)
    with pytest.raises(TooLargeError):
        reading(b"[" + b" " * 200 + b"]", a_source())


@pytest.mark.parametrize(
    ("content", "type"),
    [
        ('[{"id": 1, "title": "Straße"}]'.encode(), "application/json"),
        ("\ufeff" + '[{"id": 1, "title": "Straße"}]', "application/json"),
        ('[{"id": 1, "title": "Straße"}]'.encode("utf-16"), "application/json"),
        ('[{"id": 1, "title": "Straße"}]'.encode("latin-1"), "application/json"),
        ('[{"id": 1, "title": "Straße"}]'.encode("iso-8859-15"), "application/json; charset=iso-8859-15"),
    ],
)
def test_other_encodings_are_read(content: bytes | str, type: str) -> None:
    data = content.encode() if isinstance(content, str) else content
    (item, _) = reading(data, a_source(), type)
    assert isinstance(item, Item)
    assert to_metadata(item, a_source())[0].title == {"de": "Straße"}


def test_numbers_that_are_none_and_keys_that_come_twice_are_survived() -> None:
    content = (
        b'[{"id": "a", "title": "Erster", "title": "Zweiter", "x": NaN, "y": -Infinity, "z": 1e999,'
        b' "n": 123456789012345678901234567890, "f": 1.10}]'
    )
    (item,) = items(content, a_source())
    metadata, findings = to_metadata(item, a_source())
    assert metadata.title == {"de": "Zweiter"}
    assert rules(findings) == [("value-extra", "title", "title (2)")]
    assert metadata.extras == {"title (2)": "Erster", "z": "1e999", "n": "123456789012345678901234567890", "f": "1.10"}


def test_members_that_are_no_items_cost_themselves() -> None:
    found = items(b'["text", null, 7, [], {"id": "a", "title": "\\ud800"}, {"id": "b", "title": "B"}]', a_source())
    assert [one.error.rule if one.error else "" for one in found] == ["unreadable"] * 4 + ["", ""]
    metadata, findings = to_metadata(found[4], a_source())
    assert metadata.title == {"de": "\ufffd"}
    assert rules(findings) == [("character-broken", "title", "\ufffd")]


@pytest.mark.parametrize("deep", [b"[" * 5_000 + b"]" * 5_000, b'{"b":[' * 260 + b"]}" * 260], ids=["lists", "both"])
def test_an_item_that_is_nested_too_deep_costs_itself(town: Town, deep: bytes) -> None:
    content = b'[{"id": "a", "title": "A"}, {"id": "b", "title": "B", "orte": %s}, {"id": "c", "title": "C"}]' % deep
    run = town.harvest(content)
    assert (run.outcome, run.listed, run.counts["failed"]) == ("applied", 3, 1)
    assert town.records().keys() == {"a", "c"}
    (found,) = [one for one in town.catalog.runs.problems(run.number) if one.finding.level == "failed"]
    assert (found.record, found.finding.rule, found.finding.field) == ("b", "too-large", "orte")
    assert "250" in found.finding.value
    assert town.harvest(content).outcome == "unchanged"


def test_a_list_of_many_values_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_JSON_VALUES", 100)
    with pytest.raises(TooLargeError) as failed:
        reading(b"[" + b"[]," * 200 + b"[]]", a_source())
    assert sentence(failed.value.summary, "de")


def test_a_tree_without_end_is_cut() -> None:
    tree: dict[str, Any] = {"id": "0", "title": "T"}
    for depth in range(1, 60):
        tree = {"id": str(depth), "title": "T", "teile": [tree]}
    found = items([tree], a_source(children="teile"))
    assert len(found) == json_harvester.MAX_NESTED_ITEMS + 2
    assert found[-1].error


# -- settings


@pytest.mark.parametrize("name", ["itmes", "map", "map.", "maps.title", "table.phase", "const", "Items", "children.x"])
def test_a_setting_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="setting"):
        check_source(a_source(**{name: "x"}))


def test_the_nearest_setting_is_named() -> None:
    with pytest.raises(UsageError, match="items"):
        check_source(a_source(itmes="x"))


@pytest.mark.parametrize(
    "settings", [{"kind": "unsinn"}, {"map.unsinn": "x"}, {"map.titel": "x"}, {"const.phsae": "x"}]
)
def test_a_field_or_kind_that_there_is_not_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        check_source(a_source(**settings))


def test_an_unknown_kind_of_source_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="ckan, dcat, json, sheet"):
        check_source(Source(name="x", kind="csv", url="https://example.org"))
    with pytest.raises(LotseError, match="http"):
        check_source(Source(name="x", kind="json", url="file:///etc/passwd"))


# -- nothing lost, nothing unsaid


def test_a_single_child_need_not_stand_in_a_list() -> None:
    found = items([{"id": "a", "teile": {"id": "b"}}], a_source(children="teile"))
    assert [one.remote_id for one in found] == ["a", "b"]
    (one,) = items([{"id": "a", "teile": "keine"}], a_source(children="teile"))
    assert json.loads(one.payload)["item"]["teile"] == "keine"


def test_an_item_without_id_is_told_by_its_title(town: Town) -> None:
    source = town.other("liste", settings={"id": "nummer", "map.title": "name"})
    run = town.harvest([{"nummer": 1, "name": "A"}, {"name": "Ohne Nummer"}], source)
    (found,) = [one.finding for one in town.catalog.runs.problems(run.number) if one.finding.rule == "id-missing"]
    assert (found.field, found.value) == ("nummer", "Ohne Nummer")


def test_a_field_of_ten_thousand_values_is_read_and_its_findings_are_counted() -> None:
    many = [f"Titel {n}" for n in range(50_000)]
    metadata, findings = mapped({"title": many, "distributions": ["https://daten.example.org/"] * 9_000} | {
        f"k{n}": n for n in range(1_000)
    })  # fmt: skip
    assert metadata.extras["title"] == [*many[MAX_VALUES_PER_FIELD:], *many[1:MAX_VALUES_PER_FIELD]]
    assert len({one.id for one in metadata.distributions}) == 9_000
    assert len(findings) == MAX_FINDINGS_PER_ITEM + 1
    assert findings[-1].value == f"… {50_000 - 1 - MAX_FINDINGS_PER_ITEM}"


def test_keys_of_an_object_that_are_no_languages_make_no_text_of_them() -> None:
    source = a_source()
    metadata, findings = read_one({"id": 1, "title": {"de": "Wege", "alt": "Pfade", "text": "Weg"}}, source)
    assert metadata.title == {"de": "Wege"}
    assert [(one.rule, one.field) for one in findings] == [
        ("value-unread", "title.alt"),
        ("value-unread", "title.text"),
    ]
    assert metadata.extras == {"title.alt": "Pfade", "title.text": "Weg"}


def read_one(item: Any, source: Source) -> tuple[Metadata, Findings]:
    (only,) = items([item], source)
    return to_metadata(only, source)


POINT = "POINT(8.6821 49.3988)"
BOX = "POLYGON((8.57 49.35, 8.8 49.35, 8.8 49.46, 8.57 49.46, 8.57 49.35))"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("POINT(8.6821 49.3988)", Place(centroid=POINT)),
        ({"name": "POINT(8.6821 49.3988)"}, Place(centroid=POINT)),
        ({"type": "Point", "coordinates": [8.6821, 49.3988]}, Place(centroid=POINT)),
        ([8.57, 49.35, 8.8, 49.46], Place(bbox=BOX)),
        ("8.57, 49.35, 8.8, 49.46", Place(bbox=BOX)),
        ({"xmin": 8.57, "ymin": 49.35, "xmax": 8.8, "ymax": 49.46}, Place(bbox=BOX)),
        ({"name": "Altstadt"}, Place(name={"de": "Altstadt"})),
    ],
)
def test_a_place_may_be_a_shape_in_any_notation(written: Any, place: Place) -> None:
    metadata, findings = read_one({"id": 1, "title": "Wege", "places": written}, a_source())
    assert (metadata.places, findings) == ((place,), ())


@pytest.mark.parametrize("written", ['["ARG", "02"]', "POLYGON((8.57 x))"])
def test_coordinates_that_cannot_be_read_are_no_name_of_a_place(written: str) -> None:
    metadata, findings = read_one({"id": 1, "title": "Wege", "places": written}, a_source())
    assert metadata.places == ()
    assert [(one.rule, one.field, one.value) for one in findings] == [("value-unread", "places.geometry", written)]


@pytest.mark.parametrize(
    ("written", "contact"),
    [
        ("tel:+49622158", Contact(telephone="+49622158")),
        ("mailto:amt@example.org", Contact(email="amt@example.org")),
        ({"telephone": "TEL:+49-6221-58"}, Contact(telephone="+49-6221-58")),
        ("callto:+49622158", Contact(telephone="+49622158")),
        ("mailto:amt@example.org?subject=Daten", Contact(email="amt@example.org")),
        ("Amt für Grün <amt@example.org>", Contact(name={"de": "Amt für Grün"}, email="amt@example.org")),
        ({"email": "Amt <amt@example.org>"}, Contact(email="amt@example.org")),
    ],
)
def test_a_contact_may_be_written_with_a_scheme(written: Any, contact: Contact) -> None:
    assert read_one({"id": 1, "title": "Wege", "contacts": written}, a_source())[0].contacts == (contact,)


@pytest.mark.parametrize(("written", "value"), [("DEADBEEF", "deadbeef"), (" deadbeef\n", "deadbeef"), ("deadbee", "")])
def test_a_checksum_is_hexadecimal_digits_of_whole_bytes(written: str, value: str) -> None:
    file = {"access_url": "https://example.org/a.csv", "checksum": {"algorithm": "sha1", "value": written}}
    metadata, findings = read_one({"id": 1, "title": "Wege", "distributions": [file]}, a_source())
    checksum = metadata.distributions[0].checksum
    assert checksum
    assert checksum.value == value
    assert [one.rule for one in findings] == ([] if value else ["value-unread"])


def test_blank_keywords_are_none() -> None:
    item = {"id": 1, "title": "Wege", "keywords": {"de": [" Baum", "Baum ", ""], "en": [" "]}}
    assert read_one(item, a_source())[0].keywords == {"de": ("Baum",)}


def test_a_number_is_one_id_with_and_without_a_fraction() -> None:
    assert [one.remote_id for one in items(b'[{"id": 4711.0}, {"id": 4711}, {"id": 4711.5}]', a_source())] == [
        "4711",
        "4711",
        "4711.5",
    ]
