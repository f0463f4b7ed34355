"""Another spelling for a query with a slip."""

import pytest

from registry.search.query import Suggestion
from registry.search.spelling import meant, respelled
from registry.search.synonyms import Synonyms
from vocab.concepts import Concept, ConceptList

WRITTEN = ("Spielplätze", "Trinkbrunnen", "Mietspiegel", "Radwege", "Straßen", "Öffentlicher Nahverkehr")
RINGS = Synonyms([("Bolzplatz", "Spielplatz")])


def suggest(beginning: str, size: int) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(word, 1) for word in WRITTEN if word.lower().startswith(beginning.lower()))[:size]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("spielpläze", "Spielplätze"),
        ("Wo ist der Mietspigel?", "Wo ist der Mietspiegel?"),
        ("trinkbrunen radwge", "Trinkbrunnen Radwege"),
        ("tinkbrunnen", "Trinkbrunnen"),
        ("radwege", ""),
        ("rad", ""),
        ("bolzplatz", ""),
        ("xylophon", ""),
        ("Spielplan", ""),
        ("", ""),
        ("wo ist", ""),
    ],
)
def test_words_of_the_catalogue_take_the_place_of_words_with_a_slip(question, meant):
    assert respelled(question, suggest, RINGS) == meant


class _Index:
    """Suggests WRITTEN."""

    synonyms = RINGS
    districts = ConceptList("districts", (Concept("https://example.org/w", "weststadt", {"de": "Weststadt"}),))
    suggest = staticmethod(suggest)


def test_a_district_can_be_meant_that_no_title_has():
    assert meant(_Index(), "spielplätze weststat") == "spielplätze Weststadt"  # type: ignore[arg-type]
    assert meant(_Index(), "weststad") == ""  # type: ignore[arg-type]
