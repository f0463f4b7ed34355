"""Reminders: what waits too long, and the weekly letter; each once, in however many processes."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from msgspec.json import encode
from msgspec.structs import replace

from registry.catalog.reminding import due_for_confirmation, remind
from registry.letters.letter import Sender, plain_text, subject
from registry.links.links import Outcome
from registry.model import Account, Distribution, Metadata, Record
from registry.store.database import writing
from tests.sample_city import PASSWORD, entries
from tests.town import Town

AUTHOR = Account(name="agentur", organizations=("digital-agentur",))
REVIEWER = Account(name="lotsin", role="reviewer")
METADATA = dict(entries())["sporthallen"]
TUESDAY, MONDAY = (datetime(2026, 12, day, 9, tzinfo=UTC) for day in (8, 14))
SENDER = Sender("Lotse", "lotse@stadt.example", "https://lotse.example")


@pytest.fixture
def catalog(tmp_path):
    with Town(tmp_path / "data", secret=("s" * 40,), mail="smtp://mail.example") as town:
        for account in (AUTHOR, REVIEWER):
            town.catalog.people.add(account, PASSWORD)
            town.catalog.mailboxes.set(account.name, f"{account.name}@stadt.example")
        yield town.catalog


def waiting(catalog, changed):
    """A draft that was submitted at that time; the letters of that are gone."""
    draft = catalog.inbox.begin(METADATA, AUTHOR, "digital-agentur")
    draft = catalog.inbox.submit(draft.id, AUTHOR, draft.version)
    old = replace(draft, changed=changed)
    with writing(catalog.store.engine) as connection:
        connection.execute(sa.text("UPDATE drafts SET body = :body"), {"body": encode(old)})
        connection.execute(sa.text("DELETE FROM letters"))
    return old


def letters(catalog):
    waiting_letters = [entry.letter for entry in catalog.outbox.newest(50)]
    return {letter.to.partition("@")[0]: (subject(letter), plain_text(letter, SENDER)) for letter in waiting_letters}


def test_who_decides_is_reminded_once_of_what_waits_for_days(catalog):
    draft = waiting(catalog, TUESDAY - timedelta(days=6))
    assert remind(catalog, TUESDAY - timedelta(days=3)) == 0
    assert remind(catalog, TUESDAY) == 1
    assert remind(catalog, TUESDAY) == 0
    ((name, (line, text)),) = letters(catalog).items()
    assert (name, line) == ("lotsin", "Wartet seit Tagen: Offene Sporthallen")
    assert "seit 6 Tagen" in text
    assert f"https://lotse.example/freigabe/{draft.id}" in text


def test_the_weekly_letter_has_what_is_open_for_each(catalog):
    draft = waiting(catalog, MONDAY - timedelta(days=1))
    catalog.inbox.begin(METADATA, AUTHOR, "digital-agentur")
    assert remind(catalog, TUESDAY) == 0
    assert remind(catalog, MONDAY) == 2
    assert remind(catalog, MONDAY + timedelta(hours=2)) == 0
    told = letters(catalog)
    assert told["lotsin"][0] == told["agentur"][0] == "Bei Ihnen offen: 1"
    assert f"/freigabe/{draft.id}" in told["lotsin"][1]
    assert "Entwurf „Offene Sporthallen“ fertig schreiben" in told["agentur"][1]
    assert "Entscheidung" not in told["agentur"][1]


def test_who_has_nothing_open_or_wants_no_weekly_letter_gets_none(catalog):
    catalog.inbox.begin(METADATA, AUTHOR, "digital-agentur")
    catalog.mailboxes.set("agentur", "agentur@stadt.example", weekly=False)
    assert remind(catalog, MONDAY) == 0


def test_an_entry_is_asked_about_after_half_a_year_until_it_is_confirmed(catalog):
    catalog.store.put([Record(id="halle", said=METADATA, owner="digital-agentur")], "agentur")
    later = datetime.now(UTC) + timedelta(days=200)
    assert due_for_confirmation(catalog, AUTHOR, datetime.now(UTC)) == []
    assert [record.id for record in due_for_confirmation(catalog, AUTHOR, later)] == ["halle"]
    assert due_for_confirmation(catalog, REVIEWER, later) == []
    monday = later + timedelta(days=-later.weekday() % 7)
    assert remind(catalog, monday.replace(hour=12)) == 1
    assert re.search(r"/mein/aktuell/halle\?by=agentur&until=[\d-]{10}&sign=", letters(catalog)["agentur"][1])
    catalog.confirmations.confirm("halle", "agentur")
    assert due_for_confirmation(catalog, AUTHOR, datetime.now(UTC) + timedelta(days=100)) == []


def test_who_answers_for_data_is_told_of_addresses_that_fail_since_days(catalog):
    file = Distribution(id="plan", download_url="https://digital.example/weg.csv")
    metadata = Metadata(kind="dataset", title={"de": "Sporthallen"}, distributions=(file,))
    catalog.store.put([Record(id="hallen", said=metadata, owner="digital-agentur")], "agentur")
    links = catalog.links
    links.follow(catalog.store, MONDAY - timedelta(days=6))
    (link,) = links.listed()
    for days in (5, 4):
        link = links.note(link, Outcome(False, "404"), MONDAY - timedelta(days=days))
    assert remind(catalog, MONDAY) == 0  # it may be a server that sleeps
    links.note(link, Outcome(False, "404"), MONDAY - timedelta(days=1))
    assert remind(catalog, MONDAY) == 1
    told = letters(catalog)
    assert "lotsin" not in told
    sentence = "Eine Adresse von „Sporthallen“ antwortet seit Tagen nicht: https://digital.example/weg.csv"
    assert sentence in told["agentur"][1]
    assert "https://lotse.example/daten/hallen" in told["agentur"][1]


def test_an_entry_is_asked_about_on_the_day_on_which_its_access_is_reviewed(catalog):
    metadata = Metadata(kind="dataset", title={"de": "Leitungen"}, access_review="2099-05")
    catalog.store.put([Record(id="leitungen", said=metadata, owner="digital-agentur")], "agentur")
    catalog.confirmations.confirm("leitungen", "agentur")
    in_april = datetime.now(UTC) + timedelta(days=10)
    assert due_for_confirmation(catalog, AUTHOR, in_april) == []
    record = catalog.store.existing("leitungen")
    soon = (in_april - timedelta(days=5)).date().isoformat()
    catalog.store.put([replace(record, said=replace(metadata, access_review=soon))], "agentur")
    assert [entry.id for entry in due_for_confirmation(catalog, AUTHOR, in_april)] == ["leitungen"]
    assert due_for_confirmation(catalog, AUTHOR, in_april - timedelta(days=9)) == []
