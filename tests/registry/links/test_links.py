"""What is known of addresses after checks over days; which addresses there are. The clock is the test's.

Covers: registry/links/states.py
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.catalog import Catalog
from registry.links.links import (
    BROKEN_AGAIN,
    CHECK_AGAIN,
    TRY_AGAIN,
    Link,
    Links,
    Outcome,
    addresses_of,
    after,
)
from registry.model import Distribution, Metadata
from registry.quality.mqa import mqa
from registry.quality.scores import measured
from registry.store.store import Selection
from tests.builders import a_dataset
from tests.town import Town, take

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
OK, GONE, SILENT = Outcome(True, "200"), Outcome(False, "404"), Outcome(None, "429")
DAY = timedelta(days=1)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Town(tmp_path / "data") as town:
        yield town.catalog


def with_files(title: str, *addresses: str) -> Metadata:
    files = tuple(Distribution(id=f"f{i}", download_url=address) for i, address in enumerate(addresses))
    return replace(a_dataset(title), distributions=files)


def checked(*outcomes: tuple[Outcome, timedelta]) -> Link:
    link = Link("https://a.example/x", "unknown", "", 0, None, None, None, NOW)
    for outcome, passed in outcomes:
        link = after(link, outcome, NOW + passed)
    return link


def test_an_address_that_answers_is_asked_again_after_a_week() -> None:
    link = checked((OK, 0 * DAY))
    assert (link.state, link.last_ok, link.due) == ("ok", NOW, NOW + CHECK_AGAIN)


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        ((0,), "failing"),
        ((0, 1, 2, 3), "failing"),  # often, but in one morning
        ((0, 49), "failing"),  # over days, but twice only
        ((0, 24, 47), "failing"),
        ((0, 24, 48), "broken"),
        ((0, 24, 48, 72), "broken"),
    ],
)
def test_only_what_fails_often_and_over_days_is_broken(hours: tuple[int, ...], state: str) -> None:
    link = checked((OK, -DAY), *((GONE, timedelta(hours=hour)) for hour in hours))
    assert link.state == state
    assert link.first_failed == NOW
    assert link.last_ok == NOW - DAY
    assert link.due == NOW + timedelta(hours=hours[-1]) + (BROKEN_AGAIN if state == "broken" else TRY_AGAIN)


def test_one_answer_mends_it_and_the_next_failure_counts_from_the_beginning() -> None:
    broken = [(GONE, day * DAY) for day in range(4)]
    assert checked(*broken, (OK, 5 * DAY)).state == "ok"
    again = checked(*broken, (OK, 5 * DAY), (GONE, 6 * DAY))
    assert (again.state, again.failures, again.first_failed) == ("failing", 1, NOW + 6 * DAY)


def test_a_server_that_wants_to_be_left_alone_says_nothing_about_its_address() -> None:
    link = checked((OK, -DAY), (SILENT, 0 * DAY))
    assert (link.state, link.checked, link.failures) == ("ok", NOW - DAY, 0)


def test_the_addresses_of_records_come_and_go_with_them(catalog: Catalog) -> None:
    links = catalog.links
    take(
        catalog,
        with_files("Rad", "https://a.example/1", "https://a.example/2"),
        with_files("Luft", "https://a.example/2"),
    )
    links.follow(catalog.store, NOW)
    assert {link.address for link in links.listed()} == {"https://a.example/1", "https://a.example/2"}
    assert links.users(links.listed())["https://a.example/2"] == ["luft", "rad"]
    links.note(links.of(["https://a.example/2"])["https://a.example/2"], OK, NOW)
    catalog.withdraw("rad", "anna", "Test")
    links.follow(catalog.store, NOW + DAY)
    (left,) = links.listed()
    assert (left.address, left.state) == ("https://a.example/2", "ok")  # what was learnt stays
    catalog.withdraw("luft", "anna", "Test")
    links.follow(catalog.store, NOW + DAY)
    assert links.listed() == []


def test_only_what_can_be_asked_is_checked() -> None:
    named = with_files(
        "Rad", "ftp://a.example/1", "https://a.example/2", "mailto:x@a.example", f"https://a.example/{'x' * 2000}"
    )
    assert addresses_of(named) == ("https://a.example/2",)


def test_few_of_each_host_are_due_at_a_time(catalog: Catalog) -> None:
    take(catalog, with_files("Rad", *(f"https://a.example/{i}" for i in range(9)), "https://b.example/1"))
    catalog.links.follow(catalog.store, NOW)
    due = [link.address for link in catalog.links.due(NOW, 3, 100)]
    assert len(due) == 4
    assert "https://b.example/1" in due[:2]  # hosts take turns
    assert catalog.links.due(NOW - DAY, 3, 100) == []


def test_mqa_counts_addresses_that_answer_and_leaves_out_those_that_nobody_asked(catalog: Catalog) -> None:
    good, bad, new = (f"https://{name}.example/x" for name in ("gut", "kaputt", "frisch"))
    take(catalog, with_files("Gut", good), with_files("Kaputt", bad), with_files("Frisch", new))
    links = catalog.links
    links.follow(catalog.store, NOW)
    links.note(links.of([good])[good], OK, NOW)
    for day in range(3):
        links.note(links.of([bad])[bad], GONE, NOW + day * DAY)
    records = {record.id: record for record in catalog.store.find(Selection(shown=True))}
    results = {id: mqa(record.metadata, links.answers([record.metadata])) for id, record in records.items()}
    assert "downloadUrlStatusCode" in results["gut"].met
    assert "downloadUrlStatusCode" not in results["kaputt"].met | results["kaputt"].unknown
    assert "downloadUrlStatusCode" in results["frisch"].unknown
    (total,) = (score for score in measured(records.values(), links=links) if score.scope == "catalogue")
    assert total.met["downloadUrlStatusCode"] == 1
    assert links.counts() == {"unknown": 1, "ok": 1, "failing": 0, "broken": 1}


def test_the_addresses_are_read_anew_after_a_restore(catalog: Catalog) -> None:
    take(catalog, with_files("Rad", "https://a.example/1"))
    Links(catalog.store.engine).follow(catalog.store, NOW)
    with catalog.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE checked_links_followed SET epoch = 'another', number = 10000")
        connection.exec_driver_sql("UPDATE checked_link_uses SET record = 'gone'")
    catalog.links.follow(catalog.store, NOW)
    assert catalog.links.users(catalog.links.listed()) == {"https://a.example/1": ["rad"]}
