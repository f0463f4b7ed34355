"""Confirmations of entries, and reminders that are written once."""

from datetime import UTC, datetime, timedelta

from registry.people.confirmations import first_time, open_confirmations, signature
from registry.store.database import connect, writing


def test_the_last_confirmation_counts(any_database_url):
    confirmations = open_confirmations(any_database_url)
    confirmations.confirm("halle", "anna")
    confirmations.confirm("halle", "berta")
    assert confirmations.of(["halle", "pegel"])["halle"].by == "berta"
    assert set(confirmations.of(["halle", "pegel"])) == {"halle"}


def test_a_reminder_is_given_once_in_its_time(any_database_url):
    open_confirmations(any_database_url)
    engine, now = connect(any_database_url), datetime.now(UTC)
    with writing(engine) as connection:
        assert first_time(connection, "weekly:anna", now, now - timedelta(days=6))
        assert not first_time(connection, "weekly:anna", now, now - timedelta(days=6))
        assert first_time(connection, "weekly:anna", now, now + timedelta(days=1))
        assert first_time(connection, "weekly:berta", now, now)


def test_a_signature_is_for_one_account_and_one_record():
    day = "2027-01-31"
    signs = {signature("geheim", *pair, day) for pair in (("anna", "halle"), ("anna", "pegel"), ("berta", "halle"))}
    assert len(signs | {signature("anders", "anna", "halle", day)}) == 4
    assert signature("geheim", "anna", "halle", "2027-02-28") not in signs
