"""The number at the hit: in the API, on the search page, on the page of the dataset, in both languages.

Covers: api/data/answers.py, api/text/answer_sentences.py
"""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from registry.model import Column, Distribution, Metadata, TableSchema
from tests.servers.replay import files_server
from tests.town import Town, take
from vocab.concepts import concept_list

AMOUNT = concept_list("aggregates").by_notation["summe"].iri
COUNTS = "Datum;Zählstelle;Fahrräder\n" + "".join(
    f"{day:02}.{month:02}.2025;{station};{count}\n"
    for month, count in ((1, 1200), (6, 3000))
    for day in (1, 31 if month == 1 else 30)
    for station in ("Alte Brücke", "Ufer")
)
SCHEMA = TableSchema(
    columns=(
        Column(number=1, name="Datum"),
        Column(number=2, name="Zählstelle", title={"de": "Zählstelle", "en": "Counting station"}),
        Column(
            number=3, name="Fahrräder", title={"de": "Fahrräder", "en": "Bicycles"}, unit="Fahrräder", aggregate=AMOUNT
        ),
    )
)
QUESTION = "Wie viele Räder fuhren 2025 über die Alte Brücke?"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A dataset of bicycle counts from January to June 2025."""
    with (
        files_server({"/rad.csv": (COUNTS.encode(), "text/csv")}) as server,
        Town(tmp_path_factory.mktemp("town") / "data") as town,
    ):
        file = Distribution(
            id="tag", title={"de": "Zählwerte"}, access_url=f"{server.url}/rad.csv", table_schema=SCHEMA
        )
        title = {"de": "Radverkehr", "en": "Cycle traffic"}
        (id,) = take(town.catalog, Metadata(kind="dataset", title=title, distributions=(file,)))
        town.catalog.previews.prepare(town.catalog.store.existing(id), file)
        town.catalog.sync()
        town.catalog.answers.refresh()
        yield town


@pytest.fixture(scope="module")
def client(town: Town) -> TestClient:
    return TestClient(town.app)


def test_the_search_answers_a_question_with_its_number(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": QUESTION}).json()["answer"]
    assert (answer["value"], answer["unit"], answer["measure"]) == (8400, "Fahrräder", "sum")
    assert (answer["column"], answer["rows"], answer["empty"]) == ("Fahrräder", 4, 0)
    assert answer["period"] == {"start": "2025-01-01", "end": "2025-06-30"}
    assert (answer["record"], answer["distribution"]) == ("radverkehr", "tag")
    assert answer["headline"] == {"de": "8.400 Fahrräder", "en": "8,400 Fahrräder"}
    assert "1. Januar 2025 bis 30. Juni 2025" in answer["text"]["de"]
    assert "Sum of the column “Bicycles”; Counting station: Alte Brücke" in answer["text"]["en"]


def test_its_address_shows_just_the_rows_that_were_counted(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": QUESTION}).json()["answer"]
    page = client.get(answer["url"])
    assert page.status_code == 200
    where = client.get(answer["url"]).url.params.get_list("where")
    rows = client.get("/api/v1/records/radverkehr/preview/tag", params={"where": where}).json()
    assert rows["total"] == 4
    assert sum(row[2] for row in rows["rows"]) == answer["value"]


@pytest.mark.parametrize(
    "params",
    [{"q": "Wie viele Räder fuhren nicht über die Alte Brücke?"}, {"q": "rad"}, {}, {"q": QUESTION, "format": "CSV"},
     {"q": QUESTION, "kind": "project"}, {"q": QUESTION, "page": "2"}],
)  # fmt: skip
def test_what_is_no_certain_question_has_no_answer(client: TestClient, params: dict[str, str]) -> None:
    assert client.get("/api/v1/search", params=params).json()["answer"] is None


@pytest.mark.parametrize(
    ("path", "sentence", "link"),
    [("/suche", "Summe der Spalte „Fahrräder“", "/daten/radverkehr/vorschau/tag?where="),
     ("/daten", "Summe der Spalte „Fahrräder“", "/daten/radverkehr?q="),
     ("/en/search", "Sum of the column “Bicycles”", "/en/datasets/radverkehr/preview/tag?where="),
     ("/daten/radverkehr", "Summe der Spalte „Fahrräder“", "/daten/radverkehr/vorschau/tag?where=")],
)  # fmt: skip
def test_pages_say_it_in_one_sentence_with_a_link(client: TestClient, path: str, sentence: str, link: str) -> None:
    page = client.get(path, params={"q": QUESTION}, headers={"Accept": "text/html"}).text
    assert "8.400 Fahrräder" in page or "8,400 Fahrräder" in page
    assert sentence in page
    assert link in page


def test_a_page_without_a_question_has_no_number(client: TestClient) -> None:
    assert 'class="answer' not in client.get("/daten/radverkehr", headers={"Accept": "text/html"}).text
    assert 'class="answer' not in client.get("/suche?q=radverkehr", headers={"Accept": "text/html"}).text
