"""Messages: a code with values, stored as JSON, shown as a sentence."""

import msgspec
import pytest

from registry.errors import SourceError, ValidationError
from registry.model import Finding
from registry.model.message import Message, bilingual, message, sentence, translations


def test_a_message_is_a_sentence_in_the_language_of_the_reader() -> None:
    unknown = message("record-unknown", id="rad")
    assert sentence(unknown, "de") == "Den Eintrag 'rad' gibt es nicht."
    assert sentence(unknown, "en") == str(unknown) == "There is no record 'rad'."


def test_a_message_may_hold_messages() -> None:
    fault = message("at-line", line=5, what=message("json-value-missing"))
    assert translations(fault) == {"de": "Zeile 5: hier fehlt ein Wert", "en": "line 5: a value is missing"}


def test_a_message_comes_back_from_json_as_it_was() -> None:
    fault = message("at-line", line=5, what=message("json-value-missing"))
    body = msgspec.json.encode(Finding("unreadable", "failed", value=fault))
    assert msgspec.json.decode(body, type=Finding).value == fault
    assert len({fault, msgspec.json.decode(body, type=Finding).value}) == 1


def test_words_of_a_person_stay_as_they_are() -> None:
    assert sentence("Umbau / Abriss", "en") == bilingual("Umbau / Abriss") == "Umbau / Abriss"


def test_programs_get_the_languages_side_by_side() -> None:
    assert bilingual(message("listing-short", named=3, total=9)) == "3 von 9 / 3 of 9"


@pytest.mark.parametrize("stored", [Message("of-a-later-version", {"a": 1}), Message("run-unknown", {"a": 1})])
def test_a_message_of_another_version_is_still_shown(stored: Message) -> None:
    assert stored.code in sentence(stored, "de") or "a=1" in sentence(stored, "de")


def test_an_error_has_its_sentence_and_what_programs_may_read() -> None:
    error = SourceError("source-unreachable", {"status": None}, url="http://x")
    assert error.message == "http://x cannot be reached. Check the address, and whether the server runs."
    assert str(error) == error.message
    assert sentence(error.summary, "de").startswith("http://x ist nicht zu erreichen.")
    assert error.detail == {"status": None}


def test_an_error_of_fields_says_which() -> None:
    error = ValidationError("field-wrong", [{"field": "title"}])
    assert error.errors == ({"field": "title"},)
    assert error.detail == {"errors": [{"field": "title"}]}
