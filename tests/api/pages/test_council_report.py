"""The report for the council: counted from the records, with money by currency and delay; the files say the same.

Covers: api/pages/council_report.py
"""

import csv
import io

from openpyxl import load_workbook
from starlette.testclient import TestClient

from registry.catalog import Catalog
from registry.model import Milestone, Money
from tests.builders import a_project
from tests.town import Town, take


def three(catalog: Catalog) -> None:
    late = (Milestone(title={"de": "Netz"}, planned="2020-01", reason={"de": "Kabel fehlten"}),)
    take(
        catalog,
        a_project("Netz", budget=Money(value="1000.50", currency="EUR"), milestones=late),
        a_project("Pegel", budget=Money(value="500", currency="EUR")),
        a_project("Fähre", budget=Money(value="70", currency="CHF"), themes=()),
    )


def rows(client: TestClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).content.decode("utf-8-sig"))))


def test_each_figure_is_counted_and_currencies_are_not_added(catalog: Catalog, town: Town) -> None:
    three(catalog)
    client = TestClient(town.app, headers={"accept": "text/html"})
    page = client.get("/bericht").text
    assert "1 von 1 mit geplanten Meilensteinen hinter dem Plan" in page
    assert "1.500,5" in page
    assert "Kabel fehlten" in page
    assert 'data-label="hinter dem Plan"' in page  # on a phone each figure says what it is
    listed = rows(client, "/bericht.csv")
    whole = [
        (row["projects"], row["behind_plan"], row["budget"], row["currency"]) for row in listed if row["group"] == "all"
    ]
    assert sorted(whole) == [("3", "1", "1500.50", "EUR"), ("3", "1", "70", "CHF")]
    themes = {row["value"]: row["projects"] for row in listed if row["group"] == "theme"}
    assert themes == {"Verkehr": "2", "nicht genannt": "1"}


def test_the_report_takes_the_filters_of_the_list(catalog: Catalog, town: Town) -> None:
    three(catalog)
    client = TestClient(town.app, headers={"accept": "text/html"})
    page = client.get("/bericht?theme=TRAN").text
    assert 'href="/bericht.csv?theme=TRAN"' in page
    assert "Thema: Verkehr" in page
    assert {row["projects"] for row in rows(client, "/bericht.csv?theme=TRAN") if row["group"] == "all"} == {"2"}
    assert 'href="/bericht?theme=TRAN"' in client.get("/projekte?theme=TRAN").text


def test_the_sheets_hold_the_figures_and_the_projects(catalog: Catalog, town: Town) -> None:
    three(catalog)
    answer = TestClient(town.app).get("/en/report.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Report", "Projects", "Info"]
    assert [book["Report"][cell].value for cell in ("A2", "G2", "H2", "G3")] == ["all", 70, "CHF", 1500.5]
    assert book["Projects"].max_row == 4


def test_without_projects_there_is_a_report_too(catalog: Catalog, town: Town) -> None:
    answer = TestClient(town.app, headers={"accept": "text/html"}).get("/bericht")
    assert answer.status_code == 200
    assert "Kein Projekt ist nach seinen Meilensteinen hinter dem Plan." in answer.text


def test_the_page_of_a_project_says_how_late_it_is(catalog: Catalog, town: Town) -> None:
    three(catalog)
    page = TestClient(town.app, headers={"accept": "text/html"}).get("/projekte/netz").text
    assert "Monate hinter dem Plan" in page
    assert "hinter dem Plan" not in TestClient(town.app, headers={"accept": "text/html"}).get("/projekte/pegel").text
