"""Newest values of SensorThings and OData, pictures of WMS: asked by the worker, from a real server on loopback.

Covers: registry/preview/service_asking.py, registry/preview/service_answers.py, registry/preview/service_model.py,
registry/preview/sensorthings.py, registry/preview/odata.py, registry/preview/map_picture.py
"""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from registry.model import Distribution, Metadata, Place
from registry.preview import service_asking
from registry.preview.map_picture import Wish, map_request, shown_box
from registry.preview.model import Preview, Selection
from registry.preview.preparing import follow
from registry.preview.service_answers import may_be_service
from tests.servers.replay import Fault
from tests.servers.services import Services, services
from tests.town import Town, take
from vocab.concepts import concept_list
from vocab.geometry import box

WMS = concept_list("file-types").by_notation["WMS_SRVC"].iri


@pytest.fixture(scope="module")
def server() -> Iterator[Services]:
    with services() as server:
        yield server


@pytest.fixture
def town(tmp_path: Path, server: Services) -> Iterator[Town]:
    server.refuses, server.version, server.crs = "", "1.3.0", "EPSG:3857"
    server.faults.clear()
    server.requests.clear()
    server.maps.clear()
    with Town(tmp_path / "data") as town:
        yield town


def prepared(town: Town, url: str, format: str = "", **more: Any) -> tuple[str, Preview]:
    file = Distribution(id="dienst", access_url=url, format=format)
    (id,) = take(town.catalog, Metadata(kind="dataset", title={"de": "Messungen"}, distributions=(file,), **more))
    record = town.catalog.store.existing(id)
    return id, town.catalog.previews.prepare(record, record.metadata.distributions[0])


def rows(town: Town, id: str, preview: Preview) -> list[dict[str, Any]]:
    names = [column.name for column in preview.columns]
    answer = town.catalog.previews.rows(id, "dienst", Selection())
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


# -- SensorThings


@pytest.mark.parametrize("refused", ["", "Observations("])
def test_streams_of_sensorthings_have_their_newest_value(town: Town, server: Services, refused: str) -> None:
    server.refuses = refused
    id, preview = prepared(town, f"{server.url}/v1.1")
    assert preview.read
    assert (preview.state, preview.read.format, preview.total) == ("ready", "SensorThings", 2 if refused else 3)
    first, second, *_ = rows(town, id, preview)
    assert first == {
        "name": "Lufttemperatur Bahnhof", "thing": "Messstelle", "property": "Lufttemperatur", "value": 12.5,
        "unit": "°C", "time": "2026-12-01T10:00:00Z", "geometry": "POINT (8.675 49.404)",
    }  # fmt: skip
    assert (second["value"], second["unit"], second["time"]) == (18, "µg/m³", "2026-12-01T09:30:00Z")
    assert [column.type for column in preview.columns if column.name in ("value", "time")] == ["number", "datetime"]


def test_a_service_is_asked_again_every_hour(town: Town, server: Services) -> None:
    id, preview = prepared(town, f"{server.url}/v1.1")
    stored = town.catalog.previews.store.get(id, "dienst")
    assert stored
    assert preview.fetched
    assert stored.due - preview.fetched == timedelta(hours=1)
    server.values["Lufttemperatur Bahnhof"] = 13.75
    record = town.catalog.store.existing(id)
    again = town.catalog.previews.prepare(record, record.metadata.distributions[0])
    server.values["Lufttemperatur Bahnhof"] = 12.5
    assert rows(town, id, again)[0]["value"] == 13.75
    assert [path.name for path in town.catalog.previews.folder.iterdir()] == [again.file]


def test_a_service_is_not_asked_without_end(town: Town, server: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_asking, "MAX_REQUESTS", 2)
    _, preview = prepared(town, f"{server.url}/v1.1")
    assert preview.read
    assert [note.code for note in preview.read.notes] == ["preview-rows-cut"]
    assert (preview.total, len(server.requests)) == (2, 2)


def test_a_service_without_an_answer_says_so(town: Town, server: Services) -> None:
    server.faults["Datastreams"] = Fault(503, b"")
    _, preview = prepared(town, f"{server.url}/v1.1")
    assert preview.reason
    assert preview.reason.code == "preview-service-empty"


def test_a_service_whose_list_of_streams_is_no_object_says_so(town: Town, server: Services) -> None:
    server.faults["Datastreams"] = Fault(200, b"[1]", "application/json")
    _, preview = prepared(town, f"{server.url}/v1.1")
    assert preview.reason
    assert preview.reason.code == "preview-service-empty"


# -- OData


@pytest.mark.parametrize(("path", "time"), [("odata", "2026-12-01T10:00:00Z"), ("odata2", "2026-12-01T10:00:00Z")])
def test_tables_of_odata_have_their_rows_and_their_newest_value(
    town: Town, server: Services, path: str, time: str
) -> None:
    id, preview = prepared(town, f"{server.url}/{path}/")
    assert preview.read
    assert (preview.state, preview.read.format) == ("ready", "OData")
    levels, *places = rows(town, id, preview)
    assert levels == {
        "name": "Pegelstaende", "rows": 48, "columns": "Id, Zeit, Wasserstand", "property": "Wasserstand",
        "value": 231.5, "unit": "cm", "time": time,
    }  # fmt: skip
    assert [(place["name"], place["rows"], place["value"], place["time"]) for place in places] == (
        [("Orte", 2, None, None)] if path == "odata" else []
    )


def test_a_list_of_odata_is_a_plain_table_and_says_that_there_is_more(town: Town, server: Services) -> None:
    body = b'{"@odata.context": "x/$metadata#Orte", "value": [{"a": 1}], "@odata.nextLink": "x?$skip=1"}'
    server.faults["/liste"] = Fault(200, body, "application/json")
    _, preview = prepared(town, f"{server.url}/liste")
    assert preview.read
    assert (preview.read.format, preview.total) == ("JSON", 1)
    assert "preview-more-pages" in [note.code for note in preview.read.notes]


@pytest.mark.parametrize("ticks", ["/Date(999999999999999)/", "/Date(-999999999999999)/"])
def test_a_time_of_odata_beyond_our_calendar_stays_a_text(town: Town, server: Services, ticks: str) -> None:
    row = {"Id": 9, "Zeit": ticks, "Wasserstand": "231.5"}
    server.faults["Pegelstaende"] = Fault(200, json.dumps({"d": {"results": [row]}}).encode(), "application/json")
    id, preview = prepared(town, f"{server.url}/odata2/")
    assert preview.state == "ready", preview.reason
    assert [(row["value"], row["time"]) for row in rows(town, id, preview)] == [(231.5, ticks)]


def test_other_files_cost_no_question() -> None:
    assert not may_be_service(b"Ort;Zahl\nA;1\n")
    assert not may_be_service(b'{"value": [{"a": 1}]}')


# -- WMS


def test_a_map_service_has_one_picture_of_where_the_record_is(town: Town, server: Services) -> None:
    place = Place(bbox=box(8.6, 49.35, 8.7, 49.45))
    id, preview = prepared(town, f"{server.url}/wms?LAYERS=wege", WMS, places=(place,))
    assert preview.picture
    assert (preview.picture.layer, preview.picture.box, preview.total) == ("Wege", (8.6, 49.35, 8.7, 49.45), 2)
    content = town.catalog.previews.picture(preview)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (preview.picture.width, preview.picture.height))
    (asked,) = server.maps
    assert asked["bbox"].startswith("957347.")
    assert (asked["layers"], asked["crs"], asked["map"], asked["width"]) == ("wege", "EPSG:3857", "a", "800")
    town.catalog.withdraw(id, "test", "weg")
    follow(town.catalog.store, town.catalog.previews)
    assert list(town.catalog.previews.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "system", "sides"),
    [
        ("1.3.0", "EPSG:4326", "49.3,8.5,49.5,8.8"),
        ("1.3.0", "CRS:84", "8.5,49.3,8.8,49.5"),
        ("1.1.1", "EPSG:4326", "8.5,49.3,8.8,49.5"),
    ],
)
def test_the_order_of_sides_is_that_of_version_and_system(version: str, system: str, sides: str) -> None:
    wish = Wish("baeume", system, (8.5, 49.3, 8.8, 49.5), "image/png")
    asked = map_request("https://x.example/wms?service=WMS&request=GetCapabilities", version, wish)
    assert f"BBOX={sides.replace(',', '%2C')}" in asked
    assert asked.count("REQUEST=") == 1
    assert "GetCapabilities" not in asked


def test_a_record_elsewhere_shows_the_whole_layer() -> None:
    layer = (8.5, 49.3, 8.8, 49.5)
    assert shown_box(layer, (13.0, 52.0, 14.0, 53.0)) == layer
    assert shown_box(layer, None) == layer
    assert shown_box(layer, (8.0, 49.0, 8.6, 49.4)) == (8.5, 49.3, 8.6, 49.4)


@pytest.mark.parametrize(
    "fault", [Fault(500), Fault(200, b"<ServiceExceptionReport/>", "text/xml"), Fault(200, b"\x89PNG", "image/png")]
)
def test_a_map_service_without_a_picture_still_lists_its_layers(town: Town, server: Services, fault: Fault) -> None:
    server.faults["GetMap"] = fault
    _, preview = prepared(town, f"{server.url}/wms", WMS)
    assert preview.read
    assert (preview.state, preview.total, preview.picture) == ("ready", 2, None)
    assert [note.code for note in preview.read.notes] == ["preview-no-picture"]


def test_a_system_that_we_cannot_ask_for_gives_no_picture(town: Town, server: Services) -> None:
    server.crs = "EPSG:31467"
    _, preview = prepared(town, f"{server.url}/wms", WMS)
    assert (preview.state, preview.picture, server.maps) == ("ready", None, [])
