"""Which records are similar to one, and why."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from registry import build
from registry.catalog import Catalog
from registry.catalog.similar import similar_records
from registry.model import DCAT_KINDS, Link, Record
from registry.search import meaning
from registry.settings import Settings
from tests.builders import TRAN, a_dataset, a_project

KINDS = ("project", *DCAT_KINDS)


def records() -> list[Record]:
    counts = a_dataset(
        "Radverkehr: Zählstellen",
        description={"de": "Wie viele Fahrräder an den Brücken der Stadt gezählt werden, je Stunde."},
        keywords={"de": ("Fahrrad", "Zählung", "Brücke")},
    )
    cars = a_dataset(
        "Verkehrszählung Kraftfahrzeuge",
        description={"de": "Wie viele Autos und Lastwagen an den Straßen der Stadt gezählt werden, je Stunde."},
        keywords={"de": ("Zählung", "Auto")},
    )
    bridge = a_project(
        "Neue Brücke für Räder",
        abstract={"de": "Eine Brücke nur für Fahrräder, geplant nach der Zahl der Räder."},
        keywords={"de": ("fahrrad", "Brücke")},
        links=(Link(relation="uses", iri="https://daten.example.org/netz"),),
    )
    used = a_dataset("Haushaltsplan", description={"de": "Einnahmen und Ausgaben der Stadt, nach Produkten."})
    vote = a_dataset(
        "Wahlergebnisse", themes=(), description={"de": "Stimmen für den Gemeinderat, je Partei und Stadtteil."}
    )
    other = a_project(
        "Fahrradstraße",
        abstract={"de": "Eine Straße, auf der Räder Vorrang haben."},
        links=(Link(relation="uses", iri="https://daten.example.org/netz"),),
    )
    named = {"zaehlung": counts, "autos": cars, "bruecke": bridge, "haushalt": used, "wahl": vote, "strasse": other}
    return [Record(id=id, said=metadata) for id, metadata in named.items()]


@pytest.fixture(scope="module", params=["off", "on"])
def catalog(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    if request.param == "on" and not meaning.is_installed():
        pytest.skip(f"needs the encoder: {meaning.INSTALL}")
    settings = Settings(data=tmp_path_factory.mktemp("data"), secret=("s" * 40,), meaning=request.param)
    with closing(build.open_catalog(settings)) as catalog:
        catalog.store.put(records(), by="test")
        catalog.sync(only=tuple(catalog.projector.projections))
        yield catalog


def proposed(catalog: Catalog, id: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Id -> reason -> what both have."""
    similar = similar_records(catalog, catalog.store.existing(id), KINDS)
    return {match.record.id: {reason.why: reason.values for reason in match.reasons} for match in similar}


def test_data_are_proposed_to_a_project_with_the_reasons(catalog: Catalog) -> None:
    reasons = proposed(catalog, "bruecke")["zaehlung"]
    assert set(reasons) - {"meaning"} == {"keywords", "themes"}
    assert set(reasons["keywords"]) == {"Fahrrad", "Brücke"}
    assert reasons["themes"] == (TRAN,)
    assert "bruecke" in proposed(catalog, "zaehlung")


def test_projects_that_use_the_same_thing_are_similar(catalog: Catalog) -> None:
    assert "links" in proposed(catalog, "bruecke")["strasse"]


def test_what_has_only_a_topic_in_common_is_not_similar(catalog: Catalog) -> None:
    assert "haushalt" not in proposed(catalog, "zaehlung")
    assert "wahl" not in proposed(catalog, "zaehlung")
    assert proposed(catalog, "haushalt") == {}


def test_no_record_is_similar_to_itself_or_withdrawn(catalog: Catalog) -> None:
    assert all(record.id not in proposed(catalog, record.id) for record in records())
