"""Values as people read them, by the form of their row."""

import pytest

from api.text.field_texts import field_texts
from registry.model import Agent, Money, Participation, Place
from vocab.concepts import concept_list
from vocab.fields import rows_by_name

ROW = rows_by_name("project")
OFFICE, POINT = Agent(name={"de": "Umweltamt"}, id="umweltamt"), "POINT(8.7 49.4)"
LEAD = concept_list("roles").by_notation["federfuehrung"].iri


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("title", {"de": "Kühle Wege", "en": "Cool paths"}, ["Kühle Wege", "Cool paths (en)"]),
        ("keywords", {"de": ("Hitze", "Schatten")}, ["Hitze, Schatten"]),
        ("starts", "2027-03", ["März 2027"]),
        ("modified", "2027-03-01T10:00:00+01:00", ["1. März 2027, 10:00\N{NO-BREAK SPACE}Uhr"]),
        ("budget", Money(value="120000", currency="EUR"), ["120.000 EUR"]),
        ("participants", (Participation(agent=OFFICE, role=LEAD),), ["Umweltamt · Federführung"]),
        ("places", (Place(iri="_:b0", geometry=POINT, bbox=POINT),), ["auf der Karte eingezeichnet"]),
        ("places", (Place(name={"de": "Südstadt", "en": "Südstadt"}),), ["Südstadt"]),
        ("places", (Place(name={"de": "Altstadt", "en": "Old Town"}),), ["Altstadt · Old Town (en)"]),
        ("landing_page", "https://stadt.example", ["https://stadt.example"]),
        ("phase", "", []),
    ],
)  # fmt: skip
def test_no_code_and_no_id_is_shown(field: str, value: object, expected: list[str]) -> None:
    assert field_texts(value, ROW[field], "de") == expected
