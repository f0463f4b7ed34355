"""Texts of pages: versions, and two people who write at once."""

import pytest

from registry.errors import ConflictError, UsageError
from registry.people.page_texts import MAX_TEXT_CHARACTERS, open_page_texts


def test_every_version_stays_and_the_newest_counts(any_database_url):
    texts = open_page_texts(any_database_url)
    assert texts.current("imprint", "de") is None
    texts.save("imprint", "de", "Eins", "anna", 0)
    texts.save("imprint", "de", "Zwei", "berta", 1)
    assert [(version.number, version.text, version.by) for version in texts.versions("imprint", "de")] == [
        (2, "Zwei", "berta"),
        (1, "Eins", "anna"),
    ]
    assert texts.current("imprint", "en") is None
    assert texts.written() == {("imprint", "de", True)}
    texts.save("imprint", "de", "", "anna", 2)
    assert texts.written() == {("imprint", "de", False)}


def test_who_was_slower_is_told_and_loses_nothing(database_url):
    texts = open_page_texts(database_url)
    texts.save("help", "en", "First", "anna", 0)
    with pytest.raises(ConflictError):
        texts.save("help", "en", "Other", "berta", 0)
    assert texts.current("help", "en").text == "First"


@pytest.mark.parametrize(
    ("name", "lang", "text"),
    [("start", "de", "x"), ("help", "fr", "x"), ("help", "de", "x" * (MAX_TEXT_CHARACTERS + 1))],
)
def test_what_is_no_text_of_a_page_is_refused(database_url, name, lang, text):
    with pytest.raises(UsageError):
        open_page_texts(database_url).save(name, lang, text, "anna", 0)
