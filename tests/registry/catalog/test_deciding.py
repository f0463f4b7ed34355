"""Publishing a draft and taking it back."""

from datetime import timedelta

import pytest

from registry.catalog import deciding
from registry.catalog.deciding import publish, undo
from registry.errors import ConflictError, NotAllowedError
from registry.model import Account
from tests.sample_city import entries
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
