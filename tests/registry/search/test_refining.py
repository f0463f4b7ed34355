"""Words and meaning together: what is added, what stays, on which floor, and where it fails.

Covers: registry/search/refining.py
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from registry import build
from registry.catalog import Catalog
from registry.errors import NotReadyError
from registry.model import Metadata, Record
from registry.search import meaning
from registry.search.candidates import MAX_SIMILAR
from registry.search.query import Query, ResultPage
from registry.search.refining import ByMeaning
from registry.settings import Settings
from tests.api.commands.calling import lotse
from tests.builders import a_record

pytestmark = pytest.mark.skipif(not meaning.is_installed(), reason=f"needs the encoder: {meaning.INSTALL}")

RECORDS = {
    "rad": ("Radverkehr: Zählstellen", "Wie viele Räder über die Brücken der Stadt fahren, je Stunde."),
    "spiel": ("Spielplätze", "Orte, an denen Kinder schaukeln, rutschen und klettern."),
    "wahl": ("Wahlergebnisse", "Stimmen für den Gemeinderat, je Partei und Stadtteil."),
    "wlan": ("WLAN auf Plätzen", "Freies Internet ohne Kabel auf Plätzen der Altstadt."),
    "bau": ("Digitale Bauakte", "Bauanträge stellen und ihren Stand verfolgen, ohne Papier."),
}


def described(id: str) -> Record:
    title, description = RECORDS[id]
    return a_record(id, said=Metadata(kind="dataset", title={"de": title}, description={"de": description}))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with closing(
        build.open_catalog(Settings(data=tmp_path_factory.mktemp("data"), secret=("s" * 40,), meaning="on"))
    ) as catalog:
        catalog.store.put([described(id) for id in RECORDS], by="test")
        catalog.sync(only=("search", "meaning"))
        yield catalog


def asked(catalog: Catalog, words: str, **more: object) -> ResultPage:
    return catalog.index.search(Query(words=words, **more))  # type: ignore[arg-type]


def test_what_only_meaning_finds_is_similar_and_says_so(catalog: Catalog) -> None:
    page = asked(catalog, "connect my laptop outdoors")
    assert (page.total, page.similar_total) == (0, len(page.hits))
    assert (page.hits[0].id, page.hits[0].exact, page.hits[0].by) == ("wlan", False, "meaning")
    assert page.relaxed


def test_page_api_and_command_say_that_it_is_only_meant_alike(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(create_app(catalog, catalog.settings), base_url=catalog.settings.base_url)
    hits = client.get("/api/v1/search", params={"q": "connect my laptop outdoors"}).json()["hits"]
    assert (hits[0]["id"], hits[0]["exact"], hits[0]["by"]) == ("wlan", False, "meaning")
    assert client.get("/api/v1/search?q=Spielplätze").json()["hits"][0]["by"] == "words"
    assert "ähnlich gemeint" in client.get("/suche", params={"q": "connect my laptop outdoors"}).text
    assert "similar in meaning" in client.get("/en/search", params={"q": "connect my laptop outdoors"}).text
    assert "ähnlich gemeint" not in client.get("/suche?q=Spielplätze").text
    monkeypatch.setenv("LOTSE_DATA", str(catalog.settings.data))
    monkeypatch.setenv("LOTSE_MEANING", "on")
    assert "WLAN auf Plätzen (ähnlich gemeint)" in lotse("search", "connect my laptop outdoors").stdout
    explained = json.loads(lotse("search", "connect my laptop outdoors", "--explain", "--json").stdout)["hits"][0]
    assert explained["parts"]["meaning"] > explained["parts"]["words"] == 0


def test_hits_with_all_words_stay_exact_and_first(catalog: Catalog) -> None:
    page = asked(catalog, "Spielplätze")
    assert page.total == 1
    assert (page.hits[0].id, page.hits[0].exact, page.hits[0].by) == ("spiel", True, "words")
    assert len(page.hits) <= 1 + MAX_SIMILAR


def test_filters_hold_for_what_is_meant_too(catalog: Catalog) -> None:
    assert asked(catalog, "connect my laptop outdoors", where={"kind": ("project",)}).hits == ()
    assert asked(catalog, "connect my laptop outdoors", where={"kind": ("dataset",)}).hits


def test_what_is_far_is_not_shown(catalog: Catalog) -> None:
    assert asked(catalog, "blockchain").hits == ()
    assert asked(catalog, "asdfgh").hits == ()


def test_a_query_without_words_is_left_alone(catalog: Catalog) -> None:
    assert asked(catalog, "").total == len(RECORDS)


@pytest.mark.parametrize("words", ["\ud800", "a" * 5000, "\0", "🚲" * 300, "<" * 999, "´`'\u200b"])
def test_odd_queries_are_answered(catalog: Catalog, words: str) -> None:
    asked(catalog, words)


def test_the_same_words_are_encoded_once(catalog: Catalog) -> None:
    refiner = catalog.index.refiner  # type: ignore[attr-defined]
    assert isinstance(refiner, ByMeaning)
    before = refiner.vector.cache_info().misses
    asked(catalog, "open air concerts", page=1)
    asked(catalog, "open air concerts", where={"kind": ("dataset",)})
    assert refiner.vector.cache_info().misses == before + 1


def test_where_it_fails_the_words_answer(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(texts: Sequence[str]) -> list[bytes]:
        raise NotReadyError("went-wrong", number="1")

    refiner = catalog.index.refiner  # type: ignore[attr-defined]
    monkeypatch.setattr(refiner.encoder, "encode", broken)
    page = asked(catalog, "Spielplätze und Bolzplätze")
    assert "spiel" in [hit.id for hit in page.hits]
    assert not [hit for hit in page.hits if hit.by == "meaning"]


def test_before_there_are_vectors_the_words_answer(tmp_path: Path) -> None:
    with closing(build.open_catalog(Settings(data=tmp_path, meaning="on"))) as catalog:
        catalog.store.put([described("spiel")], by="test")
        catalog.sync()
        assert catalog.projector.state()["ready"]
        assert catalog.projector.state()["projections"]["meaning"] == {"number": None, "behind": None}
        assert [hit.id for hit in asked(catalog, "Spielplätze").hits] == ["spiel"]
        assert asked(catalog, "slides and swings").hits == ()
        catalog.sync(only=("search", "meaning"))
        assert catalog.projector.state()["projections"]["meaning"]["behind"] == 0
        assert [hit.id for hit in asked(catalog, "slides and swings").hits] == ["spiel"]
