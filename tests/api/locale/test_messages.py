"""The catalogue of English messages is complete, and the sentences are polite."""

import re

from api.locale.messages import catalogue, in_order, missing
from api.locale.messages import sentences as all_sentences


def test_the_english_catalogue_is_complete() -> None:
    assert missing("en") == []


def test_the_english_catalogue_has_the_same_gaps_to_fill() -> None:
    """A placeholder that is lost in translation breaks the page."""
    for entry in catalogue("en"):
        sources = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        targets = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if entry.id:
            wanted = set(re.findall(r"%\((\w+)\)s", " ".join(sources)))
            gaps = [set(re.findall(r"%\((\w+)\)s", target)) for target in targets]
            assert gaps[-1] == wanted, entry.id
            assert all(one <= wanted for one in gaps), entry.id


def test_sentences_are_polite_and_calm() -> None:
    for message, file in all_sentences():
        for sentence in message if isinstance(message, tuple) else (message,):
            assert "!" not in sentence, file
            assert not re.search(r"\b(leider|ungültig)\b", sentence, re.IGNORECASE), file


def test_sentences_that_exist_stay_in_their_place() -> None:
    """Else a new sentence would rewrite the whole file, and two people could never add one at the same time."""
    existing = catalogue("en")
    listed = [id if isinstance(id, str) else id[0] for id, _file in in_order(existing)]
    kept = [entry.id if isinstance(entry.id, str) else entry.id[0] for entry in existing if entry.id]
    assert [id for id in kept if id in set(listed)] == listed
