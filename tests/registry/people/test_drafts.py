"""Drafts, their states and the queue.

Covers: registry/people/review.py
"""

import threading
from datetime import timedelta

import pytest

from registry.errors import ConflictError, NotAllowedError, NotFoundError
from registry.model import Account
from registry.people import drafts
from registry.people.drafts import open_inbox
from tests.builders import a_metadata

AUTHOR = Account(name="agentur", organizations=("digital-agentur",))
COLLEAGUE = Account(name="kollegin", organizations=("digital-agentur",))
STRANGER = Account(name="fremd", organizations=("verein",))
REVIEWER = Account(name="lotsin", role="reviewer")


@pytest.fixture
def inbox(database_url):
    return open_inbox(database_url)


@pytest.fixture
def draft(inbox):
    return inbox.begin(a_metadata("Kühle Wege", "project"), AUTHOR, "digital-agentur")


def test_a_draft_goes_to_review_comes_back_and_is_published(inbox, draft):
    sent = inbox.submit(draft.id, AUTHOR, draft.version)
    assert [waiting.id for waiting in inbox.queue()] == [draft.id]
    back = inbox.hand_back(draft.id, REVIEWER, sent.version, "Bitte nennen Sie den Zeitraum.")
    assert (back.state, back.comments[0].text) == ("returned", "Bitte nennen Sie den Zeitraum.")
    saved = inbox.save(draft.id, a_metadata("Kühle Wege 2", "project"), AUTHOR, back.version)
    assert saved.state == "returned"
    again = inbox.submit(draft.id, COLLEAGUE, saved.version)
    assert inbox.close(draft.id, REVIEWER, again.version, "publish").metadata.title == {"de": "Kühle Wege 2"}
    with pytest.raises(NotFoundError):
        inbox.get(draft.id)


def test_an_older_version_is_not_laid_over_a_newer_one(inbox, draft):
    inbox.save(draft.id, a_metadata("Neu", "project"), COLLEAGUE, draft.version)
    with pytest.raises(ConflictError):
        inbox.save(draft.id, a_metadata("Alt", "project"), AUTHOR, draft.version)
    assert inbox.get(draft.id).metadata.title == {"de": "Neu"}


def test_of_twenty_at_once_one_saves(inbox, draft):
    outcomes = []

    def save(number):
        try:
            outcomes.append(inbox.save(draft.id, a_metadata(f"Nr {number}", "project"), AUTHOR, draft.version))
        except ConflictError:
            outcomes.append(None)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(outcomes) == 20
    assert sum(outcome is not None for outcome in outcomes) == 1


def test_strangers_neither_save_nor_decide(inbox, draft):
    with pytest.raises(NotAllowedError):
        inbox.save(draft.id, draft.metadata, STRANGER, draft.version)
    sent = inbox.submit(draft.id, AUTHOR, draft.version)
    with pytest.raises(NotAllowedError):
        inbox.close(draft.id, AUTHOR, sent.version, "publish")


def test_nobody_decides_on_a_draft_of_their_own(inbox):
    own = inbox.begin(a_metadata("Eigenes", "project"), REVIEWER, "amt")
    sent = inbox.submit(own.id, REVIEWER, own.version)
    with pytest.raises(NotAllowedError):
        inbox.close(own.id, REVIEWER, sent.version, "publish")


def test_what_is_with_the_reviewers_is_not_changed_meanwhile(inbox, draft):
    sent = inbox.submit(draft.id, AUTHOR, draft.version)
    with pytest.raises(ConflictError):
        inbox.save(draft.id, draft.metadata, AUTHOR, sent.version)


def test_everyone_sees_the_drafts_of_their_organization(inbox, draft):
    assert [own.id for own in inbox.of_account(COLLEAGUE)] == [draft.id]
    assert list(inbox.of_account(STRANGER)) == []


def test_a_list_of_drafts_holds_no_connection_while_it_is_read(inbox, draft):
    listed = inbox.of_account(AUTHOR)
    assert next(listed).id == draft.id
    assert inbox._engine.pool.checkedout() == 0


def test_a_submitted_draft_is_taken_back_and_a_declined_one_is_in_no_list(inbox, draft):
    sent = inbox.submit(draft.id, AUTHOR, draft.version)
    with pytest.raises(NotAllowedError):
        inbox.withdraw(draft.id, REVIEWER, sent.version)
    back = inbox.withdraw(draft.id, AUTHOR, sent.version)
    assert back.state == "draft"
    again = inbox.submit(draft.id, AUTHOR, back.version)
    inbox.close(draft.id, REVIEWER, again.version, "decline")
    assert list(inbox.of_account(AUTHOR)) == list(inbox.queue()) == []
    assert inbox.get_any(draft.id).state == "declined"
    with pytest.raises(NotFoundError):
        inbox.close(draft.id, REVIEWER, again.version + 1, "publish")


def test_a_closed_draft_is_deleted_after_a_time(inbox, draft, monkeypatch):
    def close(draft):
        sent = inbox.submit(draft.id, AUTHOR, draft.version)
        inbox.close(draft.id, REVIEWER, sent.version, "publish", "kuehle-wege")

    close(draft)
    assert inbox.get_any(draft.id).record == "kuehle-wege"
    monkeypatch.setattr(drafts, "CLOSED_DRAFTS_KEPT", timedelta(0))
    close(inbox.begin(a_metadata("Zweites", "project"), AUTHOR, "digital-agentur"))
    with pytest.raises(NotFoundError):
        inbox.get_any(draft.id)


def test_the_queue_of_an_account_holds_what_it_may_decide_on(database_url):
    inbox = open_inbox(database_url, {"kuehle-wege": "verein"}.get)
    own = inbox.begin(a_metadata("Eigenes", "project"), AUTHOR, "digital-agentur")
    inbox.submit(own.id, AUTHOR, own.version)
    proposal = inbox.begin(a_metadata("Vorschlag", "project"), AUTHOR, "digital-agentur", "kuehle-wege", 1)
    inbox.submit(proposal.id, AUTHOR, proposal.version)

    def queue(account):
        return [waiting.id for waiting, _may_decide in inbox.queue_of(account)]

    assert queue(REVIEWER) == [waiting.id for waiting in inbox.queue()] == [own.id, proposal.id]
    assert queue(Account(name="l", role="reviewer", organizations=("digital-agentur",))) == [own.id]
    assert queue(Account(name="l", role="reviewer", organizations=("verein",))) == [proposal.id]
    assert queue(COLLEAGUE) == []


def test_the_queue_says_what_an_account_may_decide_on_itself(database_url):
    inbox = open_inbox(database_url)
    for office in ("digital-agentur", "verein"):
        draft = inbox.begin(a_metadata("Eigenes", "project"), REVIEWER, office)
        inbox.submit(draft.id, REVIEWER, draft.version)
    inbox.four_eyes.lift("verein", "verwaltung", "Es gibt nur eine Person.")
    waiting = {draft.owner: may_decide for draft, may_decide in inbox.queue_of(REVIEWER)}
    assert waiting == {"digital-agentur": False, "verein": True}
    assert all(may == inbox.may(draft, "publish", REVIEWER) for draft, may in inbox.queue_of(REVIEWER))
