"""Confirming that an entry is still current: signed in, or from a letter."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from registry.catalog.reminding import CURRENT_FOR, _still_current
from registry.letters.mailboxes import Mailbox
from registry.model import Account
from registry.model.timing import today
from registry.people.confirmations import signature
from tests.signed_in import browser, hidden
from tests.town import Town

PATH = "/mein/aktuell/sporthallen"


@pytest.fixture(autouse=True)
def owned(city: Town) -> None:
    record = city.catalog.store.existing("sporthallen")
    if record.owner != "digital-agentur":
        city.catalog.store.put([replace(record, owner="digital-agentur")], "test")


def signed_until(city: Town, day: date) -> str:
    """The query of a link that was signed for the author and may be used until a day."""
    sign = signature(city.settings.secret[0], "agentur", "sporthallen", day.isoformat())
    return f"?by=agentur&until={day}&sign={sign}"


def confirmed(city: Town) -> bool:
    return "sporthallen" in city.catalog.confirmations.of(["sporthallen"])


def test_a_letter_confirms_with_one_button_and_no_sign_in(city: Town) -> None:
    visitor = browser(city)
    page = visitor.get(PATH + signed_until(city, today()))
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store", "the signature stands in the page"
    assert not confirmed(city), "opening the address must not confirm anything"
    answer = visitor.post(PATH, data=hidden(page.text))
    assert "Danke" in answer.text
    assert confirmed(city)
    assert "bestätigt am" in visitor.get("/projekte/sporthallen").text


def test_a_link_of_a_letter_confirms_for_sixty_days_and_not_with_another_day(city: Town) -> None:
    account, mailbox = (
        Account(name="agentur", organizations=("digital-agentur",)),
        Mailbox("agentur", "a@stadt.example"),
    )
    before = city.catalog.confirmations.of(["sporthallen"])
    letter = _still_current(city.catalog, account, mailbox, datetime.now(UTC) + 2 * CURRENT_FOR)[0]
    assert "until=" in letter.query
    yesterday = today() - timedelta(days=1)
    late = signed_until(city, yesterday)
    assert browser(city).get(PATH + late).status_code == 303, "whoever comes too late signs in"
    assert browser(city).get(PATH + late.replace(str(yesterday), str(today()))).status_code == 303
    assert city.catalog.confirmations.of(["sporthallen"]) == before


@pytest.mark.parametrize("query", ["", "?by=agentur&sign=falsch", "?by=lotsin&sign="])
def test_without_a_signature_of_ours_one_has_to_sign_in(city: Town, query: str) -> None:
    assert browser(city).get(PATH + query).status_code == 303
    assert browser(city, "lotsin").get(PATH + query).status_code == 403


def test_a_member_confirms_in_their_entries(city: Town) -> None:
    member = browser(city, "agentur")
    answer = member.post(PATH, data=hidden(member.get(PATH).text))
    assert answer.headers["location"] == "/mein/eintraege?confirmed"
