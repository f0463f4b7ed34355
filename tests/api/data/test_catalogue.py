"""The catalogue's own description, as harvesters get it.

Covers: api/data/catalogue.py
"""

import pytest

from api.data import catalogue
from api.data.export import exported
from registry.city import City
from tests.builders import a_record
from tests.shapes_oracle import SETS, violations
from tests.town import BASE

BASE_SETS = [name for name in SETS if not name.startswith("hvd")]


def test_a_catalogue_without_a_city_is_described_by_its_address() -> None:
    described = catalogue.served(City(), "https://daten.stadt.example")
    assert described.title == {"de": "Datenkatalog daten.stadt.example", "en": "Data catalogue daten.stadt.example"}
    assert "https://daten.stadt.example/" in described.description["de"]
    assert described.publisher is not None
    assert described.publisher.name["de"] == "Betreiber des Katalogs daten.stadt.example"
    assert set(catalogue.missing(described)).isdisjoint({"title", "description", "publisher"})


def test_what_the_city_says_is_left_as_it_is() -> None:
    city = City(name="Beispielberg", title={"de": "Daten"}, description={"de": "Alles"}, publisher={"de": "Stadt"})
    assert catalogue.served(city, BASE) == catalogue.description(city, BASE)
    assert catalogue.served(City(name="Beispielberg"), BASE).title["de"] == "Datenkatalog Beispielberg"


@pytest.mark.parametrize("shape_set", BASE_SETS)
def test_a_catalogue_without_a_city_has_no_fault_that_official_shapes_see(shared: object, shape_set: str) -> None:
    served = catalogue.served(City(), BASE)
    graph = b"".join(exported([a_record("a")], "ttl", BASE, served))
    assert [result for result in violations(graph, shape_set) if result.node == f"{BASE}/catalog"] == []
    bare = b"".join(exported([a_record("a")], "ttl", BASE, catalogue.description(City(), BASE)))
    assert shape_set in ("ap301_range", "ap301_recommended", "ap301_codelists") or violations(bare, shape_set)
