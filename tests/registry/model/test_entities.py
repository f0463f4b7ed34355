"""HTML entities in the texts of a record."""

from msgspec.structs import replace

from registry.model import Agent
from registry.model.entities import without_entities
from tests.builders import a_dataset, a_distribution


def test_each_text_is_decoded_once_and_descriptions_stay() -> None:
    metadata = replace(
        a_dataset(),
        title={"de": "Stra&szlig;en &amp; Wege", "en": "R&amp;amp;B"},
        keywords={"de": ("Stra&szlig;e", "Straße", "A & B")},
        description={"de": "L&auml;nge"},
        publisher=Agent(name={"de": "Gr&#252;n"}, homepage="https://amt.example.org/?a=1&amp;b=2"),
        distributions=(a_distribution(title={"de": "Stra&szlig;en als CSV"}),),
    )
    decoded, written = without_entities(metadata)
    assert decoded.title == {"de": "Straßen & Wege", "en": "R&amp;B"}
    assert decoded.keywords == {"de": ("Straße", "A & B")}
    assert decoded.description == {"de": "L&auml;nge"}
    assert decoded.publisher == Agent(name={"de": "Grün"}, homepage="https://amt.example.org/?a=1&amp;b=2")
    assert decoded.distributions[0].title == {"de": "Straßen als CSV"}
    assert written == {
        "title": "Stra&szlig;en &amp; Wege",
        "keywords": "Stra&szlig;e",
        "publisher": "Gr&#252;n",
        "distributions": "Stra&szlig;en als CSV",
    }


def test_a_record_without_entities_is_the_same_object() -> None:
    metadata = a_dataset("A & B; C &c.")
    assert without_entities(metadata) == (metadata, {})
    assert without_entities(metadata)[0] is metadata
