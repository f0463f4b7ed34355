"""The page of a dataset: what can be done with its data, how well they are described, and all that is told of them.

Covers: api/pages/using.py, api/pages/files.py, api/pages/described.py, api/pages/all_details.py
"""

import ast
import shlex
from datetime import date

import pytest
from fastapi.testclient import TestClient

from api.pages.all_details import everything
from api.pages.described import described
from api.pages.files import files
from api.pages.using import citations, credit, recipes
from registry.model import Agent, Distribution, Metadata, Record
from registry.preview.model import Preview, ReadAs
from tests.sample_city import file, iri
from tests.town import Town

THING = "https://daten.example.org/id/rad"
DAY = date(2026, 11, 22)


def record(*distributions: Distribution, **more: object) -> Record:
    fields = {"title": {"de": "Räder & Wege"}, "publisher": Agent(name={"de": "Amt {1}"}), "modified": "2026-03-01"}
    metadata = Metadata(kind="dataset", distributions=distributions, **(fields | more))  # type: ignore[arg-type]
    return Record(id="rad", said=metadata)


def test_the_line_to_copy_names_publisher_title_short_licence_address_and_day() -> None:
    line = credit(record(file("Werte", "CSV", "werte.csv")), THING, "de", DAY)
    assert line == (
        "Amt {1}, Räder & Wege, dl-de/by-2-0, daten.example.org/id/rad, "
        "22.\N{NO-BREAK SPACE}November\N{NO-BREAK SPACE}2026"
    )


def test_a_citation_escapes_what_its_form_reads_as_a_command() -> None:
    bibtex, ris, apa = (citation.text for citation in citations(record(), THING, "de", DAY))
    assert "title = {{Räder \\& Wege}}" in bibtex
    assert "author = {{Amt \\{1\\}}}" in bibtex
    assert ris.splitlines()[0] == "TY  - DATA"
    assert ris.endswith("ER  - ")
    assert apa == f"Amt {{1}} (2026). Räder & Wege [Datensatz]. {THING}"


def test_a_title_of_two_lines_adds_no_line_to_a_citation() -> None:
    _bibtex, ris, _apa = citations(record(title={"de": "Eins\nUR  - https://boese.example"}), THING, "de", DAY)
    assert [line[:2] for line in ris.text.splitlines()].count("UR") == 1


ADDRESS = "https://daten.example.org/a\"b'c;$(d)/werte.csv?x=1&y=2"


def test_a_recipe_quotes_the_address_for_its_tool() -> None:
    odd = Distribution(id="x", title={"de": "x"}, download_url=ADDRESS, format=iri("file-types", "CSV"))
    by_tool = {recipe.tool: recipe.code for recipe in recipes(files((odd,), "de"), "de")}
    assert list(by_tool) == ["Excel", "Python", "R", "curl"]
    assert shlex.split(by_tool["curl"]) == ["curl", "-L", "-o", "werte.csv", ADDRESS]
    call = ast.parse(by_tool["Python"]).body[-1]
    assert ADDRESS in [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
    assert by_tool["Excel"] == ADDRESS


@pytest.mark.parametrize(
    ("type", "tools"),
    [
        ("GEOJSON", ["Python", "R", "QGIS", "curl"]),
        ("WMS_SRVC", ["QGIS"]),
        ("XLSX", ["Excel", "Python", "R", "curl"]),
        ("PDF", []),
    ],
)
def test_a_format_has_the_tools_that_read_it(type: str, tools: list[str]) -> None:
    assert [recipe.tool for recipe in recipes(files((file("x", type, "x.bin"),), "de"), "de")] == tools


def test_a_file_without_an_address_that_is_safe_has_no_recipe() -> None:
    bad = Distribution(id="x", download_url="javascript:alert(1)", format=iri("file-types", "CSV"))
    assert recipes(files((bad,), "de"), "de") == ()


def test_a_dataset_has_a_point_for_each_question_that_it_answers() -> None:
    points = described(record(), "de")
    assert points is not None
    assert (points.points, points.most) == (1, 9)
    assert "eine bekannte Lizenz" in points.missing
    assert "ein Kontakt" in points.missing
    assert described(Record(id="x", said=Metadata(kind="project")), "de") is None


def test_all_details_stand_in_groups_and_are_written_as_above() -> None:
    groups = {group.label: dict(group.fields) for group in everything(record(), "de")}
    assert groups["Wann und wo"]["Geändert"] == ["1. März 2026"]
    assert list(groups["Wer zuständig ist"].values()) == [["Amt {1}"]]


def test_a_missing_licence_is_a_warning_above_the_files(browser: TestClient) -> None:
    page = browser.get("/daten/strassennamen").text
    assert page.index('class="note warning"') < page.index("Dateien und Schnittstellen</h2>")
    assert 'class="note warning"' not in browser.get("/daten/rad-zaehlstellen").text


def test_the_first_sentences_lead_where_the_source_has_no_short_text_and_stand_once(browser: TestClient) -> None:
    page = browser.get("/daten/rad-zaehlstellen").text
    lead = page[page.index('class="lead"') : page.index("Dateien und Schnittstellen</h2>")]
    assert "Wie viele Fahrräder fahren an 14 Stellen vorbei?" in lead
    assert page.count("<p>Wie viele Fahrräder") == 0
    assert "Zwei Stellen liegen in der Bahnstadt." in page


def test_the_page_shows_real_values_to_copy(city: Town, browser: TestClient) -> None:
    page = browser.get("/en/datasets/rad-zaehlstellen").text
    assert "How you can use these data" in page
    assert "https://daten.example.org/rad/stunde.csv" in page
    assert "@misc{rad-zaehlstellen," in page


def test_a_recipe_names_how_a_file_is_written_where_that_is_known() -> None:
    read = ReadAs(format="CSV", encoding="cp1252", delimiter=";", decimal=",", header=3)
    listed = tuple(files((file("Werte", "CSV", "werte.csv"),), "de"))
    known = {listed[0].id: Preview(state="ready", read=read)}
    by_tool = {recipe.tool: recipe for recipe in recipes(listed, "de", known)}
    assert by_tool["Excel"].sentence.endswith("Das Trennzeichen ist das Semikolon, die Kodierung CP1252.")
    assert 'sep=";", decimal=",", encoding="cp1252", skiprows=2)' in by_tool["Python"].code
    assert 'sep=None, engine="python")' in recipes(listed, "de")[1].code
