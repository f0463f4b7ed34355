"""The map of projects: districts with their numbers, places to scale, and the tables that say the same.

Covers: api/pages/project_map.py
"""

from starlette.testclient import TestClient

from api.pages.project_map import plan
from registry.model import Place, Record
from tests.builders import a_project


def project(id: str, *shapes: str) -> Record:
    places = tuple(Place(name={"de": f"Ort {number}"}, geometry=shape) for number, shape in enumerate(shapes))
    return Record(id=id, said=a_project(id.title(), places=places))


def test_points_lines_and_areas_are_drawn_to_scale() -> None:
    records = [
        project("a", "POINT(8.60 49.40)"),
        project("b", "LINESTRING(8.60 49.40,8.70 49.40)", "POLYGON((8.65 49.40,8.70 49.40,8.70 49.45,8.65 49.40))"),
    ]
    drawn = plan(records, "de")
    assert drawn is not None
    point, way, area = drawn.shapes
    assert (point.number, point.path, way.number, area.number) == (1, "", 2, 2)
    assert way.path.startswith("M24.0 ")
    assert (way.area, area.area) == (False, True)
    assert point.x == 24.0
    assert drawn.left_out == 0
    # a km is as long to the north as to the east
    assert abs(drawn.bar / drawn.km - (750 - 48) / (0.10 * 111.195 * 0.6505)) < 1


def test_what_is_far_away_does_not_make_the_city_a_dot() -> None:
    records = [project("a", "POINT(8.60 49.40)"), project("b", "POINT(8.61 49.41)"), project("c", "POINT(13.4 52.5)")]
    drawn = plan(records, "de")
    assert drawn is not None
    assert [shape.address for shape in drawn.shapes] == ["/projekte/a", "/projekte/b"]
    assert drawn.left_out == 1


def test_without_coordinates_there_is_no_drawing_to_scale() -> None:
    assert plan([project("a")], "de") is None


def test_the_table_names_the_projects_of_each_district(browser: TestClient) -> None:
    page = browser.get("/projekte/karte").text
    row = page.partition('<th scope="row"><a class="name" href="/projekte/karte?district=bergheim"')[2].partition(
        "</tr>"
    )[0]
    assert ">Kühle Wege</a>" in row
    assert ">Grünes Band fürs Rad</a>" in row
    assert "Ganze Stadt" in page
    assert "http://" not in page.partition("<main")[2].partition("</main>")[0].replace("http://testserver", "")


def test_a_district_of_the_map_leads_to_its_projects_with_the_other_filters(browser: TestClient) -> None:
    page = browser.get("/projekte/karte?theme=TRAN").text
    assert 'href="/projekte/karte?theme=TRAN&amp;district=bahnstadt"' in page
    chosen = browser.get("/projekte/karte?district=suedstadt").text
    assert 'aria-current="true">Südstadt</a>' in chosen
    assert "Pegel am Neckar" not in chosen


def test_the_english_map(browser: TestClient) -> None:
    assert browser.get("/en/projects/map").status_code == 200
