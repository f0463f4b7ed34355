"""Confirming that an entry is still current: signed in, or from a letter."""

import pytest
from msgspec.structs import replace

from registry.people.confirmations import signature
from tests.signed_in import browser, hidden
from tests.town import Town

PATH = "/mein/aktuell/sporthallen"


@pytest.fixture(autouse=True)
def owned(city: Town) -> None:
    record = city.catalog.store.existing("sporthallen")
    if record.owner != "digital-agentur":
        city.catalog.store.put([replace(record, owner="digital-agentur")], "test")


def confirmed(city: Town) -> bool:
    return "sporthallen" in city.catalog.confirmations.of(["sporthallen"])


def test_a_letter_confirms_with_one_button_and_no_sign_in(city: Town) -> None:
    sign = signature(city.settings.secret[0], "agentur", "sporthallen")
    visitor = browser(city)
    page = visitor.get(f"{PATH}?by=agentur&sign={sign}")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store", "the signature stands in the page"
    assert not confirmed(city), "opening the address must not confirm anything"
    answer = visitor.post(PATH, data=hidden(page.text))
    assert "Danke" in answer.text
    assert confirmed(city)
    assert "bestätigt am" in visitor.get("/projekte/sporthallen").text


@pytest.mark.parametrize("query", ["", "?by=agentur&sign=falsch", "?by=lotsin&sign="])
def test_without_a_signature_of_ours_one_has_to_sign_in(city: Town, query: str) -> None:
    assert browser(city).get(PATH + query).status_code == 303
    assert browser(city, "lotsin").get(PATH + query).status_code == 403


def test_a_member_confirms_in_their_entries(city: Town) -> None:
    member = browser(city, "agentur")
    answer = member.post(PATH, data=hidden(member.get(PATH).text))
    assert answer.headers["location"] == "/mein/eintraege?confirmed"
