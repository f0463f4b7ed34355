"""Subscriptions: one for each address and query, told once, ended without a trace.

Covers: registry/following/subscriptions.py
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.errors import NotFoundError, NotReadyError
from registry.following import subscriptions as room
from registry.following.subscriptions import Subscriptions, next_due, open_subscriptions
from registry.letters.letter import Letter, Paragraph
from registry.letters.outbox import open_outbox


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'lotse.sqlite'}"


@pytest.fixture
def subscriptions(url: str) -> Subscriptions:
    return open_subscriptions(url)


@pytest.mark.parametrize(
    ("now", "daily", "weekly"),
    [
        ("2026-12-01T10:00", "2026-12-02T05:00", "2026-12-07T05:00"),
        ("2026-12-06T23:30", "2026-12-08T05:00", "2026-12-14T05:00"),  # Monday already in the city
        ("2026-07-06T03:00", "2026-07-07T04:00", "2026-07-13T04:00"),  # summer time
    ],
)
def test_letters_come_in_the_morning_of_the_city(now: str, daily: str, weekly: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_due("daily", at) == datetime.fromisoformat(daily).replace(tzinfo=UTC)
    assert next_due("weekly", at) == datetime.fromisoformat(weekly).replace(tzinfo=UTC)


def test_the_same_address_and_query_is_one_subscription(subscriptions: Subscriptions) -> None:
    first = subscriptions.add("a@example.org", "theme=TRAN", "daily", "de", 5)
    second = subscriptions.add("a@example.org", "theme=TRAN", "weekly", "de", 9)
    assert (second.id, second.rhythm, second.seen) == (first.id, "weekly", 5)
    subscriptions.add("b@example.org", "theme=TRAN", "daily", "de", 5)
    assert len(subscriptions.all()) == 2
    assert subscriptions.followers("theme=TRAN") == 2


def test_of_two_processes_one_writes_the_letter(subscriptions: Subscriptions, url: str) -> None:
    outbox = open_outbox(url)
    entry = subscriptions.add("a@example.org", "", "daily", "de", 5)
    letter = Letter(to=entry.address, subject="Neues", paragraphs=(Paragraph("x"),))
    now = datetime.now(UTC)
    assert subscriptions.told(entry, 8, now, [letter])
    assert not subscriptions.told(entry, 8, now, [letter])
    assert outbox.count() == 1
    assert subscriptions.get(entry.id).seen == 8


def test_the_end_leaves_nothing(subscriptions: Subscriptions) -> None:
    subscription = subscriptions.add("a@example.org", "q=rad", "daily", "de", 1)
    subscriptions.add("a@example.org", "q=bus", "daily", "de", 1)
    subscriptions.end(subscription.id)
    with pytest.raises(NotFoundError):
        subscriptions.get(subscription.id)
    subscriptions.forget("a@example.org")
    assert subscriptions.all() == []


def test_one_address_cannot_begin_without_end(subscriptions: Subscriptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_PER_ADDRESS", 1)
    subscriptions.add("a@example.org", "q=rad", "daily", "de", 1)
    with pytest.raises(NotReadyError):
        subscriptions.add("a@example.org", "q=bus", "daily", "de", 1)


def test_what_is_due_can_leave_out_some(subscriptions: Subscriptions) -> None:
    entries = [subscriptions.add("a@example.org", query, "daily", "de", 1) for query in ("q=a", "q=b")]
    due = subscriptions.due(entries[0].due, 10, [entries[0].id])
    assert [entry.query for entry in due] == ["q=b"]
    assert subscriptions.due(datetime.now(UTC), 10) == []
