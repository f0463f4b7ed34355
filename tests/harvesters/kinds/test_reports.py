"""What portals really send (folders 03, 06 and 08 to 11 of the reports beside the checkout), harvested as a whole,
and in each kind of source what is like it."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec import to_builtins
from msgspec.structs import replace

from api.app import create_app
from registry.model import Agent, Place, Record, Source
from registry.search.query import Query
from tests.conftest import SHARED
from tests.harvesters import each_kind
from tests.harvesters.each_kind import KINDS, Portal, Thing, a_portal, item, sheet, turtle
from tests.harvesters.each_kind import ckan as packages_of
from tests.servers.replay import files_server
from tests.town import BASE, Town

pytestmark = pytest.mark.slow

REPORTS = SHARED / "data/reports"
needs_reports = pytest.mark.skipif(not REPORTS.exists(), reason="needs ../shared/data/reports")


@pytest.fixture(params=KINDS)
def portal(request: pytest.FixtureRequest, tmp_path: Path, columns_of_periods: None) -> Iterator[Portal]:
    with a_portal(request.param, tmp_path) as portal:
        yield portal


@pytest.fixture
def ckan(tmp_path: Path) -> Iterator[Portal]:
    with a_portal("ckan", tmp_path) as portal:
        yield portal


def reported(ckan: Portal, number: str) -> dict[str, Record]:
    """The records of a report by the name that the portal gives them."""
    (file,) = REPORTS.glob(f"{number}-*/packages.json")
    ckan.harvest_raw(json.loads(file.read_text(encoding="utf-8")))
    ckan.town.catalog.sync()
    return {record.id: record for record in ckan.town.records("portal").values()}


def page_of(portal: Portal, address: str) -> str:
    client = TestClient(create_app(portal.town.catalog, portal.town.settings), headers={"accept": "text/html"})
    return client.get(address).text


# -- the reports themselves, from CKAN


@needs_reports
def test_an_object_in_an_extra_is_no_text_in_several_languages(ckan: Portal) -> None:  # 03
    (record,) = reported(ckan, "03").values()
    metadata = record.metadata
    assert metadata.publisher == Agent(name={"de": "Amt für Grün"}, email="gruen@example.org")
    (provenance,) = metadata.provenance or (None,)
    assert provenance is None or provenance.label.keys() == {"de"}
    kept = json.dumps(to_builtins(metadata), ensure_ascii=False)
    assert "Vermessung" in kept
    assert "2024" in kept
    page = page_of(ckan, f"/daten/{record.id}")
    assert ">gruen@example.org<" not in page.partition("<details")[0]  # the name is shown


@needs_reports
def test_coordinates_are_places_and_no_names(ckan: Portal) -> None:  # 06
    records = reported(ckan, "06")
    places = {id: record.metadata.places for id, record in records.items()}
    assert places["messpunkt"] == (Place(centroid="POINT(8.6821 49.3988)"),)
    assert places["stadtgebiet"][0].bbox
    assert places["stadtgebiet"][0].geometry.startswith("POLYGON((8.57 49.35")
    assert places["rahmen"] == (Place(bbox="POLYGON((8.57 49.35, 8.8 49.35, 8.8 49.46, 8.57 49.46, 8.57 49.35))"),)
    assert places["schluessel"] == ()
    assert ("value-unread", "places", '["ARG", "02"]') in ckan.findings
    assert not any(place.name for of_record in places.values() for place in of_record)


@needs_reports
@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("CO2", "co2-bilanz"),
        ("CO₂", "co2-bilanz"),
        ("co2", "co2-bilanz"),
        ("NO₂", "no2-messung"),
        ("NO2", "no2-messung"),
    ],
)
def test_raised_and_lowered_digits_are_digits(ckan: Portal, words: str, first: str) -> None:  # 09
    reported(ckan, "09")
    hits = ckan.town.catalog.index.search(Query(words=words)).hits
    assert hits[0].id == first
    assert [hit.id for hit in hits if hit.exact] == [first]


@needs_reports
def test_entities_are_letters_where_people_see_them(ckan: Portal) -> None:  # 10
    (record,) = reported(ckan, "10").values()
    metadata = record.metadata
    assert metadata.title == {"de": "Straßen & Wege"}
    assert metadata.keywords == {"de": ("Straße",)}
    assert metadata.distributions[0].title == {"de": "Straßen als CSV"}
    page = page_of(ckan, f"/daten/{record.id}")
    assert "Straßen &amp; Wege" in page
    assert "&amp;szlig;" not in page.partition("<details")[0]  # below, the description stands as it was given


@needs_reports
def test_bare_addresses_are_links(ckan: Portal) -> None:  # 11
    (record,) = reported(ckan, "11").values()
    page = page_of(ckan, f"/daten/{record.id}")
    for address in (
        'href="https://daten.example.org/hilfe?a=1&amp;b=2"', 'href="http://www.example.org"',
        'href="mailto:amt@example.org"', 'href="https://dort.example.org/"',
    ):  # fmt: skip
        assert page.count(address) == 1, address


# -- what is like it, from each kind


def give(portal: Portal, **fields: Any) -> Record:
    """The record of a thing about which the source says something more: `period` (several), `start`, `modified`,
    `place` or `publisher`, each as its kind writes it."""
    thing = Thing()
    content: Any = {"ckan": packages, "sheet": cells, "json": items}.get(portal.kind, statements)(thing, fields)
    (record,) = portal.harvest_raw(content).values()
    return record


def packages(thing: Thing, fields: dict[str, Any]) -> list[dict[str, Any]]:
    (package,) = packages_of(thing)
    names = {"start": "temporal_start", "modified": "modified", "place": "spatial", "publisher": "publisher"}
    extras = {names[name]: value for name, value in fields.items() if name != "period"}
    if "period" in fields:
        coverage = [{"start": start, "end": end} for start, end in fields["period"]]
        extras["temporal_coverage"] = json.dumps(coverage)
    old = [pair for pair in package["extras"] if not pair["key"].startswith(("spatial", "publisher"))]
    return [package | {"extras": old + [{"key": key, "value": value} for key, value in extras.items()]}]


def items(thing: Thing, fields: dict[str, Any]) -> list[dict[str, Any]]:
    named = {key: value for key, value in fields.items() if key in ("modified", "publisher")}
    if "place" in fields:
        named["places"] = [fields["place"]]
    if "start" in fields:
        named["period"] = {"start": fields["start"]}
    if "period" in fields:
        named["periods"] = [{"start": start, "end": end} for start, end in fields["period"]]
    return [item(thing) | named]


def cells(thing: Thing, fields: dict[str, Any]) -> bytes:
    columns, row = csv.reader(io.StringIO(sheet(thing).decode()), delimiter=";")
    named = {"Von": "start", "Stand": "modified", "Ort": "place", "Amt": "publisher"}
    table = dict(zip(columns, row, strict=True)) | {column: fields.get(name, "") for column, name in named.items()}
    table["Zeit"] = "|".join(f"{start} bis {end}" for start, end in fields.get("period", ()))
    file = io.StringIO()
    writer = csv.DictWriter(file, table, delimiter=";")
    writer.writeheader()
    writer.writerow(table)
    return file.getvalue().encode()


def statements(thing: Thing, fields: dict[str, Any]) -> str:
    def literal(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    more = [
        f"dct:temporal [ a dct:PeriodOfTime ; dcat:startDate {literal(start)} ; dcat:endDate {literal(end)} ]"
        for start, end in fields.get("period", ())
    ]
    if "start" in fields:
        more.append(f"dct:temporal [ a dct:PeriodOfTime ; dcat:startDate {literal(fields['start'])} ]")
    if "modified" in fields:
        more.append(f"dct:modified {literal(fields['modified'])}")
    text = turtle(thing._replace(publisher=fields.get("publisher", thing.publisher)))
    if "place" in fields:
        more.append(f"dct:spatial {literal(fields['place'])}")
        text = re.sub(r"dct:spatial \[[^]]*\] ;", "", text)
    return text.replace("dct:identifier", f"{' ; '.join(more)} ; dct:identifier", 1) if more else text


@pytest.fixture
def columns_of_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"map.period.start": "Von", "map.modified": "Stand"}
    monkeypatch.setattr(each_kind, "SHEET_SETTINGS", each_kind.SHEET_SETTINGS | more)


def test_all_periods_are_kept(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    if portal.kind == "sheet":  # one column with all
        settings = {name: value for name, value in portal.source.settings.items() if name != "map.period.start"}
        portal.source = replace(portal.source, settings=settings | {"map.period": "Zeit"})
    record = give(portal, period=[("2001", "2002"), ("2011-05", "2011-06")])
    periods = [(period.start, period.end) for period in record.metadata.periods]
    assert periods == [("2001", "2002"), ("2011-05", "2011-06")]
    assert record.metadata.period == record.metadata.periods[0]
    assert "2011" in page_of(portal, f"/daten/{record.id}")


def test_each_form_of_a_date_of_xsd_is_read(portal: Portal) -> None:
    for date in (
        "-0012-11-29", "-0043", "-0100-05", "12026-01-01", "2024-12-31T24:00:00Z", "2024Z", "2024-05+01:00",
        "2024-05-01+02:00", "2024-05-01T10:00:00.123Z",
    ):  # fmt: skip
        record = give(portal, start=date, modified=date)
        assert record.metadata.period
        assert (record.metadata.period.start, record.metadata.modified) == (date, date)
        assert not [found for found in portal.findings if found[0] == "date-unreadable"], date
    record = give(portal, start="2024-12-31T24:00:01", modified="2024-13Z")
    assert ((record.metadata.period and record.metadata.period.start) or "", record.metadata.modified) == ("", "")
    assert {value for rule, _, value in portal.findings if rule == "date-unreadable"} == {
        "2024-12-31T24:00:01",
        "2024-13Z",
    }


SHAPES = {
    "POINT (8.6821 49.3988)": Place(centroid="POINT(8.6821 49.3988)"),
    "SRID=4326;POINT(8.7 49.4)": Place(centroid="POINT(8.7 49.4)"),
    '{"type": "Point", "coordinates": [8.7, 49.4]}': Place(centroid="POINT(8.7 49.4)"),
    "8.5,49.25,8.75,49.5": Place(bbox="POLYGON((8.5 49.25, 8.75 49.25, 8.75 49.5, 8.5 49.5, 8.5 49.25))"),
    '{"xmin": 8.5, "ymin": 49.25, "xmax": 8.75, "ymax": 49.5}': Place(
        bbox="POLYGON((8.5 49.25, 8.75 49.25, 8.75 49.5, 8.5 49.5, 8.5 49.25))"
    ),
}


def test_a_shape_in_any_notation_is_a_place(portal: Portal) -> None:
    for written, place in SHAPES.items():
        assert give(portal, place=written).metadata.places == (place,), written


def test_what_looks_like_coordinates_is_never_a_name(portal: Portal) -> None:
    for written in ("POINT (8.6", '["ARG", "02"]', "999,999,999,999", "POLYGON((1 1, 2 2))x", '{"type": "Kreis"}'):
        metadata = give(portal, place=written).metadata
        assert not any(place.name for place in metadata.places), written
        assert any(rule == "value-unread" for rule, *_ in portal.findings), written
    assert give(portal, place="Altstadt").metadata.places == (Place(name={"de": "Altstadt"}),)


def test_an_object_is_not_taken_for_languages(portal: Portal) -> None:
    for written in (
        '{"name": "Amt für Grün", "email": "gruen@example.org"}', '{"label": "Amt", "id": "31"}', '{"text": "Amt"}',
        '{"is": "Amt", "to": "x"}',
    ):  # fmt: skip
        record = give(portal, publisher=written)
        publisher = record.metadata.publisher
        assert publisher is None or publisher.name.keys() <= {"de", "und"}, written
        assert "Amt" in json.dumps(to_builtins(record.metadata), ensure_ascii=False), written


@needs_reports
def test_merged_and_linked_cells_of_a_workbook(tmp_path: Path) -> None:  # 08
    (file,) = REPORTS.glob("08-*/list.xlsx")
    with files_server({"/list.xlsx": (file.read_bytes(), "application/octet-stream")}) as server:
        source = Source(name="portal", kind="sheet", url=f"{server.url}/list.xlsx", language="de")
        with Town(tmp_path / "data", server, base_url=BASE) as town:
            run = town.harvest(source=source)
            records = town.records("portal")
            assert {id: record.metadata.title["de"] for id, record in records.items()} == {
                "1": "Baumkataster", "2": "Parkanlagen", "3": "Brunnen",
            }  # fmt: skip
            assert [record.metadata.publisher for record in records.values()] == [
                Agent(name={"de": "Amt für Grün"})
            ] * 3
            assert records["1"].metadata.landing_page == "https://daten.example.org/baeume"
            assert records["2"].metadata.landing_page == "https://daten.example.org/parks"
            rules = {rule for _, rule in town.problems(run)}
            assert not rules & {"publisher-missing", "address-unreadable"}
