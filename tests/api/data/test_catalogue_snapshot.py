"""All pages of the catalogue that a reader gets are of one snapshot, whatever changes meanwhile, in every process.

Covers: api/data/catalogue_snapshot.py
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from api.app import create_app
from api.data import catalogue, catalogue_snapshot
from registry.catalog import Catalog
from registry.settings import Settings
from tests.builders import a_dataset
from tests.town import BASE, take

IDS = [f"satz-{number:03}" for number in range(230)]


@pytest.fixture
def large(catalog: Catalog) -> Catalog:
    take(catalog, *(a_dataset(f"Satz {number:03}") for number in range(len(IDS))))
    return catalog


@pytest.fixture
def reader(large: Catalog, settings: Settings) -> TestClient:
    return TestClient(create_app(large, settings), base_url=BASE)


def pages(client: TestClient, path: str) -> Iterator[dict[str, Any]]:
    """The pages along their links, as JSON."""
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        path = answer.json()["next"].removeprefix(BASE)


def ids(page: dict[str, Any]) -> list[str]:
    return [record["id"] for record in page["records"]]


def rename(catalog: Catalog, id: str, title: str) -> None:
    record = catalog.store.existing(id)
    catalog.store.put([replace(record, said=replace(record.said, title={"de": title}))], "anna")
    catalog.sync()


def snapshot(catalog: Catalog) -> str:
    return f"{catalog.store.epoch}.{catalog.store.last()}"


@pytest.mark.parametrize("query", ["", "?kind=dataset", "?theme=TRAN", "?q=satz"])
def test_nothing_is_lost_doubled_or_new_while_records_change(reader: TestClient, large: Catalog, query: str) -> None:
    reading = pages(reader, f"/catalog.json{query}")
    read = ids(next(reading))
    for id in ("satz-000", "satz-150", "satz-151"):
        large.withdraw(id, "anna", "Test")
    large.publish_again("satz-151", "anna")
    rename(large, "satz-160", "Neuer Titel")
    take(large, a_dataset("Aaa"), a_dataset("Satz 120a"), source="andere")
    second = next(reading)
    large.withdraw("satz-229", "anna", "Test")
    large.sync()
    for page in (second, *reading):
        read += ids(page)
        assert page["total"] == len(IDS)
        assert "Neuer Titel" not in [record["metadata"]["title"]["de"] for record in page["records"]]
    assert read == IDS
    again = [id for page in pages(reader, "/catalog.json") for id in ids(page)]
    assert set(IDS) - set(again) == {"satz-000", "satz-150", "satz-229"}
    assert set(again) - set(IDS) == {"aaa", "satz-120a"}


@pytest.mark.parametrize("query", ["page=2", "page=2&theme=TRAN", "modified_since=2020-01-01&page=2"])
def test_every_process_gives_the_same_page_of_a_snapshot(
    reader: TestClient, large: Catalog, settings: Settings, query: str
) -> None:
    path = f"/catalog.nt?{query}&snapshot={snapshot(large)}"
    before = reader.get(path).content
    for id in ("satz-010", "satz-110"):
        rename(large, id, "Anders")
    large.withdraw("satz-120", "anna", "Test")
    large.sync()
    other = TestClient(create_app(large, settings), base_url=BASE)
    assert other.get(path).content == before
    assert before.count(b"/id/satz-120>") > 1


def test_a_page_of_words_is_refused_where_only_a_former_search_knows_it(
    reader: TestClient, large: Catalog, settings: Settings
) -> None:
    link = next(pages(reader, "/catalog.json?q=satz"))["next"].removeprefix(BASE)
    other = TestClient(create_app(large, settings), base_url=BASE)
    assert other.get(link).json()["total"] == len(IDS)
    rename(large, "satz-000", "Anders")
    assert reader.get(link).json()["total"] == len(IDS)
    answer = TestClient(create_app(large, settings), base_url=BASE).get(link)
    assert (answer.status_code, "first page" in answer.json()["detail"]) == (410, True)


def test_an_old_snapshot_is_not_given_out_any_more(
    reader: TestClient, large: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/catalog.json?page=2&snapshot={snapshot(large)}"
    monkeypatch.setattr(catalogue_snapshot, "SNAPSHOT_KEPT", timedelta(0))
    assert reader.get(path).status_code == 200  # nothing has replaced it yet
    rename(large, "satz-000", "Anders")
    assert reader.get(path).status_code == 410


@pytest.mark.parametrize("number", ["x", "999999", "-1", "\u0661", "9" * 4000, "0" * 20 + "9" * 20, "0" * 5000])
def test_a_snapshot_that_never_was_is_refused(reader: TestClient, large: Catalog, number: str) -> None:
    assert reader.get("/catalog.json", params={"snapshot": f"{large.store.epoch}.{number}"}).status_code == 410


def test_a_page_of_large_records_is_shorter(catalog: Catalog, settings: Settings) -> None:
    long = {"de": "Wort " * (catalogue.MAX_PAGE_BYTES // 22)}  # four of them are as much as a page may hold
    take(catalog, *(a_dataset(f"Satz {number:02}", description=long) for number in range(6)))
    read = [ids(page) for page in pages(TestClient(create_app(catalog, settings), base_url=BASE), "/catalog.json")]
    assert [len(page) for page in read] == [4, 2]
    assert len({id for page in read for id in page}) == 6
