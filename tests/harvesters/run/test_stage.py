"""A source is read page by page: marks, repeats, ends that come too early, and where a killed run goes on.

Covers: harvesters/run/meter.py
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harvesters.harvester import Item, Mark
from harvesters.run import meter, stage
from harvesters.run.stage import Reading, edition, read_source
from registry.errors import SourceError, TooLargeError
from registry.model import Source
from registry.model.harvest import Reached
from registry.model.message import bilingual
from registry.rules import finding
from registry.sources.staging import Staging, open_staging

BASE = "https://daten.example.org"
SOURCE = Source(name="amt", kind="json", url="https://example.org/liste.json")


class Pages:
    """A harvester that gives what it was made with; `asked`: after which tokens."""

    VERSION = 1
    SETTINGS: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, *entries: Item | Mark | Exception) -> None:
        self.entries = entries
        self.asked: list[str | None] = []

    def read(self, source: Source, http: Any, after: str | None) -> Iterator[Item | Mark]:
        self.asked.append(after)
        started = after is None
        for entry in self.entries:
            if isinstance(entry, Exception):
                raise entry
            if started:
                yield entry
            started = started or (isinstance(entry, Mark) and entry.token == after)

    def to_metadata(self, item: Item, source: Source) -> Any:
        raise AssertionError("reading maps nothing")


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return open_staging(f"sqlite:///{tmp_path / 'lotse.sqlite'}", tmp_path)


def items(*ids: str) -> list[Item]:
    return [Item(id, id.encode()) for id in ids]


def read_all(staging: Staging, pages: Pages, run: int = 1, told: list[Any] | None = None, **settings: str) -> Reading:
    def progress(done: int, of: int | None) -> None:
        if told is not None:
            told.append((done, of))

    source = replace(SOURCE, settings=settings)
    begin = Reached(run, "", edition(source, pages, BASE), 0, "")
    return read_source(source, pages, None, staging, begin, stage.Listeners(progress, lambda new, things: None))  # type: ignore[arg-type]


def staged(staging: Staging, run: int = 1) -> list[str]:
    return list(dict(staging.positions("amt", run)))


def test_a_listing_is_complete_with_an_end_and_as_many_things_as_it_says(staging: Staging) -> None:
    for number, (complete, *entries) in enumerate(
        [
            (True, *items("a", "b"), Mark(end=True)),
            (True, *items("a", "b"), Mark(total=2, end=True)),
            (True, *items("a", "b"), Mark(total=1, end=True)),
            (False, *items("a", "b"), Mark(total=3, end=True)),
            (False, *items("a", "a"), Mark(total=2, end=True)),
            (False, *items("a", "b")),
            (False, *items("a", "b"), Mark("1")),
            (False, *items("a"), Mark(end=True), *items("b")),
            (True, Mark(end=True)),
        ],
        1,
    ):
        assert read_all(staging, Pages(*entries), number).complete is complete, entries


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (Mark("1", total=5, end=True), "2 von 5 / 2 of 5"),
        (Mark("1"), "die Liste hat kein Ende / the listing has no end"),
    ],
)
def test_a_listing_that_is_not_whole_is_reported(staging: Staging, last: Mark, why: str) -> None:
    found = read_all(staging, Pages(*items("a", "b"), last))
    assert not found.complete
    assert [(one.finding.rule, bilingual(one.finding.value)) for one in found.problems] == [("listing-partial", why)]


def test_progress_is_told_at_each_mark(staging: Staging) -> None:
    told: list[Any] = []
    read_all(staging, Pages(*items("a", "b"), Mark("1", 3), *items("c"), Mark(end=True)), told=told)
    assert told == [(2, 3), (3, 3)]


def test_things_without_id_are_told_apart_by_their_place(staging: Staging) -> None:
    entries = [Item("", b"x"), Item("a", b"y"), Item(" ", b"z", error=finding("unreadable"))]
    assert list(read_all(staging, Pages(*entries, Mark(end=True))).named) == ["?#1", "a", "?#3"]
    rules = [one.error and one.error.rule for one in staging.staged("amt", ["?#1", "a", "?#3"])]
    assert sorted(map(str, rules)) == ["None", "id-missing", "unreadable"]


def test_too_large_a_thing_costs_itself(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MAX_PAYLOAD_BYTES", 10)
    read_all(staging, Pages(Item("a", b"x" * 11), Item("b", b"x" * 10), Mark(end=True)))
    found = {one.remote_id: one for one in staging.staged("amt", ["a", "b"])}
    assert (found["a"].payload, found["b"].payload) == (b"", b"x" * 10)
    assert found["a"].error
    assert found["a"].error.rule == "too-large"


def test_too_long_an_id_is_cut_and_stays_its_own(staging: Staging) -> None:
    one, other = "x" * 5000 + "1", "x" * 5000 + "2"
    named = list(read_all(staging, Pages(*items(one, other), Mark(end=True))).named)
    assert len(set(named)) == 2
    assert all(len(id) == stage.MAX_ID_CHARACTERS for id in named)
    assert list(read_all(staging, Pages(*items(one, other), Mark(end=True)), 2).named) == named


def test_a_listing_without_end_is_left(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MAX_ITEMS_PER_FLUSH", 10)
    with pytest.raises(TooLargeError, match="more than 50"):
        read_all(staging, Pages(*items(*map(str, range(100)))), max_items="50")


def test_what_is_left_out_on_purpose_counts_too(staging: Staging) -> None:
    pages = (Mark(str(page), left_out=page * 10) for page in range(1, 100))
    with pytest.raises(TooLargeError, match="more than 50"):
        read_all(staging, Pages(*pages), max_items="50")


def test_pages_without_items_end_at_the_bound(staging: Staging) -> None:
    with pytest.raises(TooLargeError, match="more than 7 pages"):
        read_all(staging, Pages(*(Mark(str(page)) for page in range(100))), max_pages="7")


def test_a_run_has_a_deadline(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = iter(range(1000))
    monkeypatch.setattr(meter.time, "monotonic", lambda: 60.0 * next(minutes))
    with pytest.raises(TooLargeError, match="longer than 5 minutes"):
        read_all(staging, Pages(*(Mark(str(page)) for page in range(100))), max_minutes="5")


def test_a_source_stages_no_more_than_its_share(staging: Staging) -> None:
    payloads = [random.Random(number).randbytes(400_000) for number in range(10)]
    listing = Pages(*(entry for n, payload in enumerate(payloads) for entry in (Item(str(n), payload), Mark(str(n)))))
    with pytest.raises(TooLargeError, match="more than 1 MB of disk"):
        read_all(staging, listing, max_staged_megabytes="1")
    assert staging.staged_bytes("amt") == 0  # its share is free again
    assert read_all(staging, Pages(*items("a"), Mark(total=1, end=True)), 2, max_staged_megabytes="1").complete


def test_what_replaces_a_staged_item_is_not_counted_twice(staging: Staging) -> None:
    for run in range(1, 6):
        payload = random.Random(run).randbytes(600_000)
        read_all(staging, Pages(Item("a", payload), Mark(total=1, end=True)), run, max_staged_megabytes="1")
    assert staging.staged_bytes("amt") < 1_000_000


def test_a_mark_of_the_future_is_no_place_to_go_on(staging: Staging) -> None:
    with pytest.raises(SourceError):
        read_all(staging, Pages(*items("a"), Mark("1"), SourceError("as if killed")))
    mark = staging.reached("amt")
    assert mark
    staging.stage("amt", [], [], replace(mark, at=(datetime.now(UTC) + timedelta(days=3652)).isoformat()))
    whole = Pages(*items("a"), Mark("1"), *items("b"), Mark("2", total=2, end=True))
    read_all(staging, whole, run=2)
    assert whole.asked == [None]


def test_a_page_is_staged_before_its_mark_when_it_is_long(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MAX_ITEMS_PER_FLUSH", 2)
    broken = Pages(*items("a", "b"), Mark("1"), *items("c", "d", "e"), SourceError("broken"))
    with pytest.raises(SourceError):
        read_all(staging, broken)
    assert staged(staging) == ["a", "b", "c", "d"]
    reached = staging.reached("amt")
    assert reached
    assert (reached.token, reached.position) == ("1", 2)


def test_a_killed_run_goes_on_at_its_last_mark_and_counts_nothing_twice(staging: Staging) -> None:
    broken = Pages(*items("a", "b"), Mark("1"), *items("c"), SourceError("as if killed"))
    with pytest.raises(SourceError):
        read_all(staging, broken)
    whole = Pages(*items("a", "b"), Mark("1"), *items("c", "d"), Mark("2", total=4, end=True))
    found = read_all(staging, whole, run=2)
    assert whole.asked == ["1"]
    assert (found.complete, list(found.named)) == (True, ["a", "b", "c", "d"])
    assert not any(one.twice for one in staging.staged("amt", ["a", "b", "c", "d"]))
    assert staging.reached("amt") is None


def test_who_goes_on_reads_a_page_that_was_read_in_part_once_more(staging: Staging) -> None:
    partial = Mark("2", findings=(finding("listing-partial", "page", "line 7"),))
    with pytest.raises(SourceError):
        read_all(staging, Pages(*items("a"), Mark("1"), *items("b"), partial, *items("c"), SourceError("as if killed")))
    again = Pages(*items("a"), Mark("1"), *items("b"), partial, *items("c"), Mark("3", end=False))
    found = read_all(staging, again, run=2)
    assert again.asked == ["1"]
    assert (found.complete, [one.finding.rule for one in found.problems]) == (False, ["listing-partial"])
    assert not any(one.twice for one in staging.staged("amt", ["a", "b", "c"]))


@pytest.mark.parametrize("why", ["edition", "age"])
def test_what_is_too_old_or_was_read_otherwise_is_read_from_the_start(
    staging: Staging, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    with pytest.raises(SourceError):
        read_all(staging, Pages(*items("a"), Mark("1"), SourceError("as if killed")))
    again = Pages(*items("a", "b"), Mark(end=True))
    if why == "edition":
        again.VERSION = 2
    else:
        monkeypatch.setattr(stage, "MAX_RESUME_AGE", stage.MAX_RESUME_AGE * 0)
    assert read_all(staging, again, run=2).complete
    assert again.asked == [None]


def test_an_edition_is_that_of_mapping_addresses_and_settings_but_not_of_the_limit() -> None:

    base = edition(SOURCE, Pages(), BASE)
    assert base == edition(
        replace(SOURCE, settings={"max_withdrawals": "9"}, rank=3, schedule="* * * * *"), Pages(), BASE
    )
    other = Pages()
    other.VERSION = 2
    sources = (
        replace(SOURCE, url="https://example.org/2"),
        replace(SOURCE, language="de"),
        replace(SOURCE, settings={"id": "x"}),
    )
    others = [edition(SOURCE, other, BASE), edition(SOURCE, Pages(), "https://anders.example.org")]
    others += [edition(source, Pages(), BASE) for source in sources]
    assert len({base, *others}) == 6
