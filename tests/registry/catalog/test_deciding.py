"""Publishing a draft and taking it back."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from registry.catalog import deciding
from registry.catalog.deciding import publish, publish_due, publish_later, undo
from registry.errors import ConflictError, NotAllowedError, ValidationError
from registry.model import Account
from tests.sample_city import PASSWORD, entries
from tests.town import Town

AUTHOR = Account(name="agentur", organizations=("digital-agentur",))
REVIEWER = Account(name="lotsin", role="reviewer")
METADATA = dict(entries())["sporthallen"]


@pytest.fixture
def catalog(tmp_path):
    with Town(tmp_path / "data") as town:
        yield town.catalog


@pytest.fixture
def draft(catalog):
    draft = catalog.inbox.begin(METADATA, AUTHOR, "digital-agentur")
    return catalog.inbox.submit(draft.id, AUTHOR, draft.version)


def test_what_was_taken_back_is_published_again_under_its_address(catalog, draft):
    record = publish(catalog, draft, REVIEWER)
    waiting = undo(catalog, catalog.inbox.get_any(draft.id), REVIEWER)
    assert (waiting.state, catalog.store.existing(record.id).state) == ("submitted", "withdrawn")
    again = publish(catalog, waiting, REVIEWER)
    assert (again.id, again.state, again.withdrawn) == (record.id, "published", None)


def test_after_an_hour_it_is_too_late(catalog, draft, monkeypatch):
    publish(catalog, draft, REVIEWER)
    monkeypatch.setattr(deciding, "UNDO_TIME", timedelta())
    with pytest.raises(ConflictError):
        undo(catalog, catalog.inbox.get_any(draft.id), REVIEWER)


def test_nobody_publishes_or_takes_back_their_own(catalog, draft):
    with pytest.raises(NotAllowedError):
        publish(catalog, draft, Account(name="agentur", role="administrator"))
    publish(catalog, draft, REVIEWER)
    with pytest.raises(NotAllowedError):
        undo(catalog, catalog.inbox.get_any(draft.id), Account(name="agentur", role="reviewer"))


def test_an_approved_draft_is_published_on_its_day(catalog, draft):
    catalog.people.add(REVIEWER, PASSWORD)
    on = date(2027, 3, 1)
    publish_later(catalog, draft, REVIEWER, on)
    assert list(catalog.inbox.queue()) == []
    assert publish_due(catalog, date(2027, 2, 28)) == 0
    assert publish_due(catalog, on) == 1
    closed = catalog.inbox.get_any(draft.id)
    assert (closed.state, catalog.store.existing(closed.record).state) == ("published", "published")
    assert publish_due(catalog, on) == 0


def test_what_cannot_be_published_on_its_day_waits_again(catalog, draft):
    publish_later(catalog, draft, REVIEWER, date(2027, 3, 1))  # the account has gone since
    assert publish_due(catalog, date(2027, 3, 1)) == 0
    assert [waiting.id for waiting in catalog.inbox.queue()] == [draft.id]


def test_any_other_act_ends_the_embargo(catalog, draft):
    scheduled = publish_later(catalog, draft, REVIEWER, date(2027, 3, 1))
    assert catalog.inbox.withdraw(draft.id, AUTHOR, scheduled.version).release is None


def test_an_incomplete_draft_is_not_approved_for_later(catalog):
    begun = catalog.inbox.begin(replace(METADATA, title={}), AUTHOR, "digital-agentur")
    waiting = catalog.inbox.submit(begun.id, AUTHOR, begun.version)
    with pytest.raises(ValidationError):
        publish_later(catalog, waiting, REVIEWER, date(2027, 3, 1))
