"""What was shown after any change, from the versions that the store keeps."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.catalog import Catalog
from registry.store.snapshot import records_at, shown_at
from tests.builders import a_dataset
from tests.town import Town, take


@pytest.fixture
def catalog(tmp_path: Path, any_database_url: str) -> Iterator[Catalog]:
    with Town(tmp_path / "data", database=any_database_url) as town:
        yield town.catalog


def rename(catalog: Catalog, id: str, title: str) -> None:
    record = catalog.store.existing(id)
    catalog.store.put([replace(record, said=replace(record.said, title={"de": title}))], "anna")


def test_each_state_of_the_catalogue_can_be_listed(catalog: Catalog) -> None:
    """`shown_at` against what the store listed at that time."""
    take(catalog, *(a_dataset(f"Satz {number:03}") for number in range(5)))
    listed = {catalog.store.last(): catalog.store.listing()}
    for act in (
        lambda: catalog.withdraw("satz-003", "anna", "Test"),
        lambda: rename(catalog, "satz-004", "Anders"),
        lambda: take(catalog, a_dataset("Aaa"), source="andere"),
        lambda: catalog.publish_again("satz-003", "anna"),
        lambda: catalog.withdraw("aaa", "anna", "Test"),
    ):
        act()
        listed[catalog.store.last()] = catalog.store.listing()
    for number, listing in listed.items():
        assert shown_at(catalog.store, number) == listing
    assert shown_at(catalog.store, 0) == []


def test_a_record_is_as_it_was(catalog: Catalog) -> None:
    take(catalog, a_dataset("Erstens"), a_dataset("Zweitens"))
    number = catalog.store.last()
    rename(catalog, "erstens", "Anders")
    take(catalog, a_dataset("Drittens"), source="andere")
    then = records_at(catalog.store, ["zweitens", "drittens", "erstens", "niemals"], number)
    assert [(id, record.metadata.title["de"]) for id, record in then.items()] == [
        ("zweitens", "Zweitens"),
        ("erstens", "Erstens"),
    ]
