"""The pages of previews: table, chart, map, what to do without them, and the files of a selection.

Covers: api/pages/preview.py, api/pages/preview_views.py, api/pages/preview_files.py, api/pages/preview_states.py,
api/pages/read_as.py, api/pages/table_address.py, api/pages/first_look.py, api/pages/columns.py, api/pages/tiles.py
"""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.pages.table_address import Asked, parse
from registry.model import Column, Distribution, Metadata, Record, TableSchema
from registry.model.message import message
from registry.preview.model import Picture
from registry.preview.service_answers import SERVICE
from registry.preview.service_model import Answer, packed
from registry.preview.tiles import Background, Tile, Tiles
from tests.prepared import put_failure, put_preview, sample_previews
from tests.sample_city import file, iri
from tests.town import Town

TABLE = "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv"
POSTS = "/daten/rad-zaehlstellen/vorschau/rad-tag-csv"
PLACES = "/daten/rad-zaehlstellen/vorschau/rad-stellen-geojson"
FAILED = "/daten/rad-zaehlstellen/vorschau/rad-api"


@pytest.fixture(scope="module", autouse=True)
def _previews(city: Town) -> None:
    sample_previews(city)


def rows(page: str) -> list[list[str]]:
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in cells]


def link(page: str, label: str) -> str:
    """The address of the link with these words."""
    found_links = [
        address for address, inner in re.findall(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', page, re.S) if label in inner
    ]
    assert found_links, label
    return found_links[0].replace("&amp;", "&")


# -- the table


def test_a_table_shows_its_rows_in_the_order_and_form_of_the_file(browser: TestClient) -> None:
    answer = browser.get(TABLE)
    assert answer.status_code == 200
    assert rows(answer.text)[0] == ["Gadamerplatz", "2026-01-14 00:00", "10", "1,5", "nein", "069115"]
    assert len(rows(answer.text)) == 50
    assert "<caption" in answer.text
    assert 'role="region"' in answer.text
    assert "<b>96</b> Zeilen, <b>6</b> Spalten" in answer.text


def test_what_was_guessed_is_named_in_words(browser: TestClient) -> None:
    page = browser.get(TABLE).text
    assert "Trennzeichen „;“, Kodierung UTF-8" in page
    assert "<dt>Dezimalzeichen</dt><dd>„,“</dd>" in page
    assert "beginnen mit einer Null" in page


def test_the_head_of_a_column_says_what_is_in_it(browser: TestClient) -> None:
    page = browser.get(TABLE).text
    assert "Text, 2 verschiedene" in page
    assert "2026-01-14 bis 2026-08-14" in page
    assert "17\N{NO-BREAK SPACE}% leer" in page
    assert page.count('class="histogram"') == 6


def test_an_order_leads_to_its_reverse_and_back_to_the_order_of_the_file(browser: TestClient) -> None:
    address = link(browser.get(TABLE).text, "raeder")
    assert address == f"{TABLE}?sort=raeder"
    rising = browser.get(address).text
    assert [row[2] for row in rows(rising)[:3]] == ["10", "11", "12"]
    assert 'aria-sort="ascending"' in rising
    falling = browser.get(link(rising, "raeder")).text
    assert rows(falling)[0][2] == "185"
    assert link(falling, "raeder") == TABLE


def test_a_filter_is_a_chip_in_words_that_can_be_taken_away(browser: TestClient) -> None:
    page = browser.get(f"{TABLE}?where=stelle:plöck&where=zeit:2026-07-14&where=raeder:171..173").text
    assert [row[2] for row in rows(page)] == ["171", "172", "173"]
    for words in ("stelle ist plöck", "zeit am 14. Juli 2026", "raeder von 171 bis 173"):
        assert words in page
    assert "3 Zeilen passen" in page
    assert len(rows(browser.get(link(page, "stelle ist plöck")).text)) == 3


def test_the_form_of_a_filter_needs_no_script(browser: TestClient) -> None:
    answer = browser.get(f"{TABLE}?sort=raeder&where=luecke:nein&column=stelle&value=Plöck")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{TABLE}?sort=raeder&where=luecke:nein&where=stelle:Pl%C3%B6ck"
    empty = browser.get(browser.get(f"{TABLE}?column=anteil&value=").headers["location"]).text
    assert "anteil ist leer" in empty
    assert len(rows(empty)) == 16
    assert all(row[3] == "leer" for row in rows(empty))


def test_pages_of_rows_follow_one_another(browser: TestClient) -> None:
    second = browser.get(link(browser.get(TABLE).text, "Weitere 46 Zeilen")).text
    assert len(rows(second)) == 46
    assert "Zeilen 51 bis 96 von 96" in second
    assert link(second, "Vorige Zeilen") == TABLE
    assert "Weitere" not in second


def test_a_wrong_question_says_what_is_wrong_and_shows_all_rows(browser: TestClient) -> None:
    for query in ("sort=gibt-es-nicht", "where=raeder:viele", "where=unsinn"):
        answer = browser.get(f"{TABLE}?{query}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert len(rows(answer.text)) == 50


def test_nothing_that_fits_is_said_in_words(browser: TestClient) -> None:
    page = browser.get(f"{TABLE}?where=stelle:Mond").text
    assert "Keine Zeile passt." in page
    assert "Zeilen 1 bis" not in page


def test_columns_can_be_chosen(browser: TestClient) -> None:
    page = browser.get(f"{TABLE}?columns=plz&columns=raeder").text
    assert rows(page)[0] == ["10", "069115"]


def test_a_selection_is_not_for_search_engines_and_the_table_is(browser: TestClient) -> None:
    assert 'content="noindex"' in browser.get(f"{TABLE}?sort=raeder").text
    assert 'content="noindex"' not in browser.get(TABLE).text


def test_the_page_has_its_twin_in_english(browser: TestClient) -> None:
    twin = "/en/datasets/rad-zaehlstellen/preview/rad-stunde-csv"
    assert f'href="{twin}"' in browser.get(TABLE).text
    page = browser.get(twin).text
    assert rows(page)[0][3] == "1.5"
    assert "<b>96</b> rows, <b>6</b> columns" in page


def test_texts_of_a_file_never_become_markup(city: Town, browser: TestClient) -> None:
    put_preview(city, "rad-unfaelle", 0, 'name;"<b>kopf</b>"\n<script>x</script>;1\n"""><i>";2\n')
    page = browser.get("/daten/rad-unfaelle/vorschau/unfaelle-csv").text
    assert "<script>x" not in page
    assert "<b>kopf" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page


@pytest.mark.parametrize("path", ["/daten/gibt-es-nicht/vorschau/x", "/daten/rad-zaehlstellen/vorschau/gibt-es-nicht"])
def test_only_unknown_ids_are_not_found(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.get(f"{path}.csv").status_code == 404


# -- chart and map


def test_a_table_with_times_and_numbers_has_a_line_with_its_table(browser: TestClient) -> None:
    page = browser.get(link(browser.get(TABLE).text, "Diagramm")).text
    assert page.count('<svg class="chart') == 2  # for wide and for narrow screens
    assert "Am höchsten: August 2026 mit 132,5." in page
    assert "raeder, Mittelwert je Monat" in page
    assert re.search(r'<th scope="row">Januar 2026</th><td class="num">62,5</td>', page)


def test_a_chart_can_be_asked_for_by_category_and_measure(browser: TestClient) -> None:
    page = browser.get(f"{TABLE}?view=chart&x=stelle&y=raeder&measure=max").text
    assert "Am höchsten: Plöck mit 185." in page
    assert page.count('<rect class="category"') == 4  # two bars, each in two widths
    assert "raeder, größter Wert nach stelle" in page


def test_categories_that_stand_once_are_shown_with_their_values(browser: TestClient) -> None:
    page = browser.get(f"{POSTS}?view=chart").text
    assert "Am höchsten: Schulen mit 12.500.000." in page
    assert "Mittelwert nach" not in page


def test_the_filter_of_the_table_holds_for_its_chart(browser: TestClient) -> None:
    page = browser.get(f"{TABLE}?view=chart&where=stelle:Gadamerplatz").text
    assert "August 2026 mit 82,5" in page
    none = browser.get(f"{TABLE}?view=chart&where=stelle:Mond").text
    assert "lässt sich kein Diagramm zeichnen" in none


def test_coordinates_are_drawn_on_a_map_with_its_table(browser: TestClient) -> None:
    page = browser.get(link(browser.get(PLACES).text, "Karte")).text
    assert 'class="datamap"' in page
    assert page.count('<circle class="place"') == 12
    assert "<td>Stelle 12</td>" in page
    assert "Norden ist oben" in page
    assert "https://" not in re.sub(r'(href|data-copy|content)="[^"]*"|<pre>.*?</pre>', "", page.split("<main")[1])


def test_the_shapes_are_geojson_for_the_interactive_map(browser: TestClient) -> None:
    document = browser.get(f"{PLACES}.geojson?where=plätze:3..9").json()
    assert [feature["properties"]["name"] for feature in document["features"]] == ["Stelle 1", "Stelle 2", "Stelle 3"]
    longitude, latitude = document["features"][0]["geometry"]["coordinates"]
    assert (round(longitude), round(latitude)) == (9, 49)
    assert browser.get(f"{TABLE}.geojson").status_code == 404


# -- no table


def test_a_file_that_cannot_be_read_says_why_since_when_and_what_to_do(browser: TestClient) -> None:
    answer = browser.get(FAILED)
    assert answer.status_code == 200
    assert "Unter der Adresse liegt eine Internetseite, keine Tabelle." in answer.text
    assert "Zuletzt gelesen am 22. November 2026." in answer.text
    assert link(answer.text, "Die Adresse öffnen") == "https://daten.example.org/rad/api"
    assert link(answer.text, "Eine andere Datei ansehen: Zählwerte je Stunde") == TABLE


def test_a_file_that_nobody_has_read_yet_waits(browser: TestClient) -> None:
    page = browser.get("/daten/ladepunkte/vorschau/laden-csv").text
    assert "Die Vorschau wird noch vorbereitet" in page
    assert browser.get("/daten/ladepunkte/vorschau/laden-csv.csv").status_code == 503


def test_a_service_and_a_document_say_what_they_are(city: Town, browser: TestClient) -> None:
    page = browser.get("/daten/radwegenetz/vorschau/netz-wms").text
    assert "Das ist eine Schnittstelle" in page
    assert "QGIS" in page
    offers = link(page, "Sehen, was die Schnittstelle anbietet")
    assert offers == "https://daten.example.org/netz/wms?service=WMS&request=GetCapabilities"
    record = city.catalog.store.existing("baumkataster")
    metadata = replace(record.metadata, distributions=(file("Bericht", "PDF", "bericht.pdf"),))
    city.catalog.store.put([Record(id="bericht", said=metadata)], "test")
    assert "Das ist ein Dokument, keine Tabelle" in browser.get("/daten/bericht/vorschau/bericht-pdf").text
    put_failure(city, "trinkbrunnen", 0, message("preview-document"))
    assert "Das ist ein Dokument, keine Tabelle" in browser.get("/daten/trinkbrunnen/vorschau/brunnen-xlsx").text


# -- several tables in one file, services


def put_record(city: Town, id: str, *files: Distribution) -> None:
    metadata = replace(city.catalog.store.existing("baumkataster").metadata, distributions=files)
    city.catalog.store.put([Record(id=id, said=metadata)], "test")


def test_each_table_of_a_file_has_an_address(city: Town, browser: TestClient) -> None:
    put_record(city, "jahre", file("Jahre", "ZIP", "jahre.zip"))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", "Ort;Zahl\nA;1\nB;2\n")
        archive.writestr("b.csv", "Jahr;Wert;Ort\n2025;5,5;Nord\n2026;6,5;Süd\n2027;7;Süd\n")
    id = put_preview(city, "jahre", 0, target.getvalue())
    path = f"/daten/jahre/vorschau/{id}"
    page = browser.get(path).text
    assert "2 Tabellen in dieser Datei" in page
    assert rows(page) == [["A", "1"], ["B", "2"]]
    second = link(page, "b.csv")
    assert second == f"{path}?table=b.csv"
    shown = browser.get(second).text
    assert rows(shown)[0] == ["2025", "5,5", "Nord"]
    assert re.search(r'href="[^"]*table=b\.csv" aria-current="page"', shown)
    assert link(shown, "Jahr").startswith(f"{path}?table=b.csv&sort=Jahr")
    found_rows = browser.get(f"{path}?table=b.csv&column=Ort&value=Süd", follow_redirects=True).text
    assert len(rows(found_rows)) == 2
    assert "Wert" in browser.get(f"{path}?table=b.csv&view=chart").text
    assert browser.get(f"{path}.csv?table=b.csv&where=Jahr:2026").text == "Jahr,Wert,Ort\r\n2026,6.5,Süd\r\n"
    assert "2 tables in this file" in browser.get(f"/en/datasets/jahre/preview/{id}").text
    wrong = browser.get(f"{path}?table=c.csv")
    assert wrong.status_code == 400
    assert "Die Tabelle „c.csv“ gibt es in der Datei nicht" in wrong.text
    assert rows(wrong.text) == [["A", "1"], ["B", "2"]]
    api = browser.get(f"/api/v1/records/jahre/preview/{id}?table=b.csv&size=1").json()
    assert (api["tables"], api["rows"], api["read"]["table"]) == (["a.csv", "b.csv"], [[2025, 5.5, "Nord"]], "b.csv")
    assert browser.get(api["next"]).json()["rows"] == [[2026, 6.5, "Süd"]]
    assert browser.get(f"/api/v1/records/jahre/preview/{id}?table=c.csv").status_code == 400


def test_the_newest_value_of_a_service_is_said_with_unit_and_times(city: Town, browser: TestClient) -> None:
    put_record(city, "messwerte", file("Messwerte", "JSON", "v1.1"))
    stream = {
        "name": "Bahnhof", "unitOfMeasurement": {"symbol": "°C"}, "ObservedProperty": {"name": "Lufttemperatur"},
        "Observations": [{"result": 12.5, "phenomenonTime": "2026-11-22T08:00:00Z"}],
    }  # fmt: skip
    older = {**stream, "name": "Markt", "Observations": [{"result": 1, "phenomenonTime": "2026-11-21T08:00:00Z"}]}
    root = json.dumps({"value": [{"name": "Datastreams", "url": "https://x.example/v1.1/Datastreams"}]}).encode()
    answers = [Answer("https://x.example/v1.1", root), Answer("x", json.dumps({"value": [older, stream]}).encode())]
    id = put_preview(city, "messwerte", 0, packed(answers), SERVICE)
    page = browser.get(f"/daten/messwerte/vorschau/{id}").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Lufttemperatur, Bahnhof: 12,5 °C, gemessen am 22. November 2026, 9:00 Uhr" in page
    assert "geprüft am 22. November 2026, 6:10 Uhr" in page
    assert "Newest value" in browser.get(f"/en/datasets/messwerte/preview/{id}").text


def test_a_map_service_shows_its_picture_from_here(city: Town, browser: TestClient) -> None:
    put_record(city, "karte", file("Karte", "WMS_SRVC", "wms"))
    layer = "<Layer><Name>a</Name><Title>Bäume</Title></Layer>"
    capabilities = f"<WMS_Capabilities><Capability>{layer}</Capability></WMS_Capabilities>"
    id = put_preview(city, "karte", 0, capabilities, "WMS_SRVC")
    previews = city.catalog.previews
    stored = previews.store.get("karte", id)
    assert stored
    (previews.folder / "karte.jpg").write_bytes(b"\xff\xd8picture")
    picture = Picture("karte.jpg", 800, 600, "Bäume", (8.5, 49.3, 8.8, 49.5))
    previews.store.put([stored._replace(preview=replace(stored.preview, picture=picture))])
    path = f"/daten/karte/vorschau/{id}"
    page = browser.get(path).text
    assert f'<img class="mapshot" src="{path}.jpg" width="800" height="600" alt="Karte des Dienstes: Bäume">' in page
    answer = browser.get(f"{path}.jpg")
    assert (answer.content, answer.headers["content-type"]) == (b"\xff\xd8picture", "image/jpeg")
    assert browser.get(f"{path}.png").status_code == 404
    assert browser.get(f"{TABLE}.jpg").status_code == 404


# -- the background of a map


def test_a_map_has_the_tiles_that_the_worker_has_fetched_and_their_credit(
    city: Town, browser: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = f"{PLACES}?view=map"
    plain = browser.get(path).text
    assert "<image" not in plain
    assert "data-tiles" not in plain
    tiles = Tiles(tmp_path, Background("https://karte.example.org/{z}/{x}/{y}.png", "Muster-Amt <1>"))
    monkeypatch.setattr(city.catalog.previews, "tiles", tiles)
    assert "<image" not in browser.get(path).text
    first, *others = sorted(note.name for note in (tmp_path / "wanted").iterdir())
    (tmp_path / f"{first}.png").write_bytes(b"\x89PNG tile")
    page = browser.get(path).text
    address = f"/kacheln/{first.replace('-', '/')}"
    assert re.findall(r'<image href="([^"]+)"', page) == [address]
    assert "Hintergrund: Muster-Amt &lt;1&gt;" in page
    assert "karte.example.org" not in page
    answer = browser.get(address)
    assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG tile", "image/png")
    assert browser.get(f"/kacheln/{others[0].replace('-', '/')}").status_code == 404
    assert browser.get("/kacheln/a/b/c").status_code == 404


def test_the_interactive_map_shows_all_tiles_that_are_here_also_where_the_first_ones_are_missing(
    city: Town, browser: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tiles = Tiles(tmp_path, Background("https://karte.example.org/{z}/{x}/{y}.png", "Muster-Amt"))
    monkeypatch.setattr(city.catalog.previews, "tiles", tiles)
    browser.get(f"{PLACES}?view=map")
    wanted = [Tile(*map(int, note.name.split("-"))) for note in (tmp_path / "wanted").iterdir()]
    right_above = min(wanted, key=lambda tile: (tile.y, -tile.x))
    left_below = max(wanted, key=lambda tile: (tile.y, -tile.x))
    assert left_below.x < right_above.x
    for tile in (right_above, left_below):
        (tmp_path / f"{tile.name}.png").write_bytes(b"\x89PNG tile")
    page = browser.get(f"{PLACES}?view=map").text
    (west, south, _, _), (_, _, east, north) = left_below.box, right_above.box
    assert f'data-box="{west} {south} {east} {north}"' in page


# -- files of a selection


def test_a_selection_is_taken_along_in_each_format(browser: TestClient) -> None:
    query = "?where=stelle:Plöck&where=luecke:ja&sort=-raeder"
    page = browser.get(TABLE + query).text
    table = list(csv.reader(io.StringIO(browser.get(link(page, ">CSV<")).text)))
    assert table[0] == ["stelle", "zeit", "raeder", "anteil", "luecke", "plz"]
    assert [row[2] for row in table[1:]] == [str(103 + 10 * month) for month in range(8, 0, -1)]
    assert table[1][5] == "069115"
    objects = browser.get(f"{TABLE}.json{query}").json()
    assert (len(objects), objects[0]["raeder"], objects[0]["luecke"]) == (8, 183, True)
    answer = browser.get(f"{TABLE}.xlsx{query}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:1] == ["Plöck"]
    assert 'filename="rad-zaehlstellen-rad-stunde-csv.xlsx"' in answer.headers["content-disposition"]
    assert browser.get(f"{TABLE}.parquet{query}").content[:4] == b"PAR1"


def test_csv_holds_no_formula_and_says_where_an_apostrophe_was_added(city: Town, browser: TestClient) -> None:
    put_preview(city, "luft", 0, 'name;wert\n"=1+1";-3\n@x;4\nplain;5\n')
    table = list(csv.reader(io.StringIO(browser.get("/daten/luft/vorschau/luft-csv.csv").text)))
    assert table == [
        ["name", "wert", "guarded"],
        ["'=1+1", "-3", "name"],
        ["'@x", "4", "name"],
        ["plain", "5", ""],
    ]


def test_a_wrong_question_has_no_file(browser: TestClient) -> None:
    assert browser.get(f"{TABLE}.csv?where=raeder:viele").status_code == 400
    assert browser.get(f"{TABLE}.parquet?sort=gibt-es-nicht").status_code == 400


def test_files_one_after_the_other_leave_their_places(browser: TestClient) -> None:
    for _turn in range(6):
        assert browser.get(f"{POSTS}.csv").status_code == 200
        assert browser.get(f"{POSTS}.csv?sort=gibt-es-nicht").status_code == 400


# -- the page of the dataset


def test_each_file_of_a_dataset_leads_to_its_preview(browser: TestClient) -> None:
    page = browser.get("/daten/rad-zaehlstellen").text
    assert link(page, "Ansehen") == TABLE
    assert "96 Zeilen" in page
    assert "geprüft am 22. November 2026" in page
    assert link(page, "Warum keine Vorschau?") == FAILED


def test_a_dataset_shows_what_its_first_table_holds(browser: TestClient) -> None:
    page = browser.get("/daten/rad-zaehlstellen").text
    assert "Was die Daten zeigen" in page
    assert "Am höchsten: August 2026" in page
    assert re.search(r'<th scope="row" class="mono">stelle</th>.*?Gadamerplatz', page, re.S)
    assert link(page, "In die Tabelle schauen") == TABLE


def test_a_dictionary_gives_meanings_units_and_how_values_are_put_together(city: Town, browser: TestClient) -> None:
    columns = (
        Column(name="zeit", description={"de": "Beginn der Stunde"}),
        Column(name="raeder", title={"de": "Gezählte Räder"}, unit="Räder", aggregate=iri("aggregates", "summe")),
    )
    record = city.catalog.store.existing("rad-unfaelle")
    distribution: Distribution = replace(record.metadata.distributions[0], table_schema=TableSchema(columns=columns))
    metadata: Metadata = replace(record.metadata, distributions=(distribution,))
    city.catalog.store.put([Record(id="mit-woerterbuch", said=metadata)], "test")
    before = browser.get("/daten/mit-woerterbuch").text
    assert "Beginn der Stunde" in before
    put_preview(city, "mit-woerterbuch", 0, "zeit;raeder\n2026-01-01;3\n2026-01-02;4\n2026-01-03;9\n")
    page = browser.get("/daten/mit-woerterbuch").text
    assert "Gezählte Räder" in page
    assert "ganze Zahl, Räder" in page


# -- addresses


def test_an_address_is_read_as_it_was_written() -> None:
    asked = Asked(sort="-a b", where=("x:1..2", "größe & so:ä"), size=20, page=3, view="chart", columns=("a",))
    address = asked.url("/daten/x/vorschau/y")
    pairs = [(name, value) for name, value in json.loads(json.dumps(_pairs(address)))]
    assert parse(pairs) == (asked, False)
    assert Asked().url("/p") == "/p"


def _pairs(address: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(address.partition("?")[2])


@pytest.mark.parametrize("query", ["size=0", "size=99999", "page=-1", "page=x", "size=" + quote("²"), "view=unsinn"])
def test_what_cannot_be_is_brought_within_bounds(browser: TestClient, query: str) -> None:
    assert browser.get(f"{TABLE}?{query}").status_code == 200


def test_a_hit_says_what_can_be_looked_at_and_leads_there(browser: TestClient) -> None:
    page = browser.get("/suche?q=zählstellen").text
    assert link(page, "Ansehen: Tabelle, Diagramm, Karte") == TABLE
    other = browser.get("/suche?q=ladepunkte").text
    assert "Öffentliche Ladepunkte" in other
    assert "Ansehen: " not in other


def test_a_first_look_costs_no_query_while_the_prepared_file_is_the_same(
    city: Town, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = browser.get("/daten/rad-zaehlstellen").text

    def asked(*_: object) -> None:
        raise AssertionError("a prepared table was asked again")

    monkeypatch.setattr(city.catalog.previews._files, "rows", asked)
    monkeypatch.setattr(city.catalog.previews._files, "aggregate", asked)
    again = browser.get("/daten/rad-zaehlstellen?a=b").text
    assert again.count("<svg") == first.count("<svg") > 0
    assert again.count("Gadamerplatz") == first.count("Gadamerplatz") > 0


def test_a_dataset_of_places_alone_shows_its_map(city: Town, browser: TestClient) -> None:
    record = city.catalog.store.existing("rad-unfaelle")
    city.catalog.store.put([Record(id="nur-orte", said=record.metadata)], "test")
    put_preview(city, "nur-orte", 0, "name;lat;lon\nEins;49,41;8,67\nZwei;49,42;8,68\n")
    page = browser.get("/daten/nur-orte").text
    assert 'class="datamap"' in page
    assert link(page, "Als Tabelle").endswith("?view=map")


def test_a_table_without_rows_and_a_page_behind_the_last_say_so(city: Town, browser: TestClient) -> None:
    put_preview(city, "street-trees", 0, "name;zahl\n")
    page = browser.get("/daten/street-trees/vorschau/trees-json").text
    assert "Die Tabelle hat keine Zeilen." in page
    assert "nie leer" not in page
    beyond = browser.get(f"{TABLE}?page=999").text
    assert "So viele Zeilen gibt es nicht." in beyond
    assert link(beyond, "Zur ersten Seite") == TABLE


def test_an_address_in_a_cell_is_a_link_and_nothing_else_is(city: Town, browser: TestClient) -> None:
    put_preview(city, "rad-unfaelle", 0, "name;seite\na;https://stadt.example.org/a?x=1&y=2\nb;javascript:alert(1)\n")
    page = browser.get("/daten/rad-unfaelle/vorschau/unfaelle-csv").text
    assert '<a href="https://stadt.example.org/a?x=1&amp;y=2" rel="nofollow noopener">' in page
    assert 'href="javascript' not in page


def test_an_id_with_odd_characters_has_its_page_and_its_files(city: Town, browser: TestClient) -> None:
    record = city.catalog.store.existing("rad-unfaelle")
    distribution = replace(record.metadata.distributions[0], id="Zähl werte/2026?.v1")
    metadata = replace(record.metadata, distributions=(distribution,))
    city.catalog.store.put([Record(id="odd", said=metadata)], "test")
    put_preview(city, "odd", 0, "name;zahl\na;1\nb;2\n")
    path = link(browser.get("/daten/odd").text, "Ansehen")
    assert path == "/daten/odd/vorschau/Z%C3%A4hl%20werte/2026%3F.v1"
    assert len(rows(browser.get(path).text)) == 2
    assert len(browser.get(f"{path}.json").json()) == 2
    english = browser.get("/en/datasets/odd/preview/Z%C3%A4hl%20werte/2026%3F.v1")
    assert english.status_code == 200
