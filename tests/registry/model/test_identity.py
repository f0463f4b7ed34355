"""The language in which a text is shown is chosen in one place.

Covers: registry/model/agents.py, registry/model/text.py
"""

import pytest

from api.text.formatting import pick_language
from api.text.labels import both
from registry.model import Distribution
from registry.model.identity import with_ids
from registry.model.text import in_language, tags


@pytest.mark.parametrize(
    ("text", "de", "en"),
    [
        ({"en": "E", "und": "U", "de": "D"}, "D", "E"),
        ({"fr": "F", "en": "E", "und": "U"}, "U", "E"),
        ({"fr": "F", "de": "D", "und": "U"}, "D", "U"),
        ({"fr": "F", "de": "D"}, "D", "D"),
        ({"fr": "F", "en": "E"}, "E", "E"),
        ({"fr": "F", "da": "A"}, "A", "A"),
        ({"de": " ", "fr": "F"}, "F", "F"),
        ({}, "", ""),
    ],
)
def test_pages_and_documents_choose_the_same_language(text: dict[str, str], de: str, en: str) -> None:
    assert both(text) == {"de": de, "en": en}
    assert (pick_language(text, "de").words, pick_language(text, "en").words) == (de, en)
    assert (in_language(text, "de"), in_language(text, "en")) == (de, en)


def test_ids_that_are_taken_get_the_next_free_count() -> None:
    titles = ("a", "a-2", "a", "b", "a", "a-3", "b")
    distributions = with_ids(
        tuple(Distribution(title={"de": one}) for one in titles), lambda distribution: distribution.title["de"]
    )
    assert [one.id for one in distributions] == ["a", "a-2", "a-3", "b", "a-4", "a-3-2", "b-2"]


def test_the_choice_does_not_depend_on_the_order_of_the_words() -> None:
    several = {"it": ("i",), "da": ("d",), "de": (), "en": ("e",)}
    assert list(tags(several, "fr")) == list(tags(dict(reversed(several.items())), "fr")) == ["en", "da", "it"]
