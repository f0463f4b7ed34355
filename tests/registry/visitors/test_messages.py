"""Messages of visitors: they wait, lose name and address when decided on, and are deleted in time.

Covers: registry/visitors/messages.py
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError, NotReadyError
from registry.store.database import connect
from registry.visitors import messages as room
from registry.visitors.messages import Messages, VisitorMessage, open_messages


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'lotse.sqlite'}"


@pytest.fixture
def messages(url: str) -> Messages:
    return open_messages(url)


def wish(messages: Messages, **fields: str) -> VisitorMessage:
    return messages.add(VisitorMessage(kind="wish", **({"subject": "Bänke", "text": "Für eine Karte."} | fields)))  # type: ignore[arg-type]


def test_a_message_waits_and_is_public_only_after_a_decision(messages: Messages) -> None:
    stored = wish(messages)
    assert [message.id for message in messages.waiting()] == [stored.id]
    assert messages.published("wish") == []
    messages.decide(stored.id, "published", "Kommt.")
    assert messages.waiting() == []
    assert [(message.subject, message.answer) for message in messages.published("wish")] == [("Bänke", "Kommt.")]


def test_name_and_address_are_gone_after_the_decision(messages: Messages, url: str) -> None:
    stored = messages.add(VisitorMessage(kind="interest", text="Wir auch.", name="Erika", email="erika@example.org"))
    before = messages.decide(stored.id, "forwarded")
    assert before.email == "erika@example.org"
    with connect(url).connect() as connection:
        bodies = [row.body for row in connection.execute(sa.text("SELECT body FROM visitor_messages"))]
    assert bodies
    assert not [body for body in bodies if b"rika" in body]


def test_a_decision_is_made_once_but_an_answer_can_be_changed(messages: Messages) -> None:
    stored = wish(messages)
    messages.decide(stored.id, "published")
    messages.decide(stored.id, "published", "Doch.")
    with pytest.raises(ConflictError):
        messages.decide(stored.id, "forwarded")
    messages.decide(stored.id, "rejected")
    assert messages.published("wish") == []


def test_what_was_decided_is_deleted_in_time(messages: Messages, url: str) -> None:
    old, new = wish(messages), wish(messages)
    for message in (old, new):
        messages.decide(message.id, "rejected")
    past = datetime.now(UTC) - timedelta(days=room.DAYS_KEPT + 1)
    with connect(url).begin() as connection:
        connection.execute(room._MESSAGES.update().filter_by(id=old.id).values(changed=past))
    wish(messages)
    with pytest.raises(NotFoundError):
        messages.get(old.id)
    assert messages.get(new.id).state == "rejected"


def test_nobody_can_fill_the_disk(messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_WAITING", 2)
    wish(messages)
    wish(messages)
    with pytest.raises(NotReadyError):
        wish(messages)


def test_support_counts_each_supporter_once_and_only_for_published_wishes(messages: Messages) -> None:
    stored = wish(messages)
    with pytest.raises(NotFoundError):
        messages.support(stored.id, "a")
    messages.decide(stored.id, "published")
    assert [messages.support(stored.id, supporter) for supporter in ("a", "a", "b")] == [True, False, True]
    assert messages.supports([stored.id, "other"]) == {stored.id: 2, "other": 0}
    messages.forget("a")
    assert messages.supports([stored.id]) == {stored.id: 1}
