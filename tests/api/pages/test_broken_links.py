"""What the link check finds can be looked for: a filter of lists, API and feeds, and the points of quality.

Covers: api/pages/facet_groups.py
"""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from registry.catalog import Catalog
from registry.links.links import MIN_FAILURES, Outcome, addresses_of
from registry.quality.mqa import mqa
from tests.builders import a_dataset, a_distribution
from tests.town import take

LIST = "/daten?links=broken"


def check(catalog: Catalog, id: str, *, is_reached: bool) -> None:
    """The addresses of a record are checked on several days, always with the same outcome."""
    now = datetime.now(UTC)
    catalog.links.follow(catalog.store, now)
    addresses = addresses_of(catalog.store.get(id).metadata)
    for day in range(MIN_FAILURES):
        for link in catalog.links.of(addresses).values():
            catalog.links.note(link, Outcome(is_reached, "404"), now + timedelta(days=day))


def test_records_with_a_broken_file_can_be_listed_and_counted(client: TestClient, filled: Catalog) -> None:
    broken, whole = take(
        filled,
        a_dataset("Alte Karte", distributions=(a_distribution(download_url="https://alt.example.org/karte.csv"),)),
        a_dataset("Neue Karte", distributions=(a_distribution(download_url="https://neu.example.org/karte.csv"),)),
        source="x",
    )
    assert "Erreichbarkeit" not in client.get("/daten").text
    check(filled, broken, is_reached=False)
    check(filled, whole, is_reached=True)
    answer = client.get("/api/v1/search?links=broken&facets=links").json()
    assert [hit["id"] for hit in answer["hits"]] == [broken]
    (count,) = answer["facets"]["links"]
    assert (count["value"], count["count"], count["selected"]) == ("broken", 1, True)
    assert count["label"] == {"de": "Eine Datei ist nicht erreichbar", "en": "A file cannot be reached"}
    assert [hit["id"] for hit in client.get("/api/v1/search?q=karte&links=broken").json()["hits"]] == [broken]
    assert "links" not in client.get("/api/v1/search").json()["facets"]  # only where it is asked for
    assert "Eine Datei ist nicht erreichbar" in client.get("/daten").text
    page = client.get(LIST).text
    assert "Alte Karte" in page
    assert "Neue Karte" not in page
    assert client.get("/api/v1/search?links=sonst").json()["total"] == 0
    check(filled, broken, is_reached=True)
    assert client.get("/api/v1/search?links=broken").json()["total"] == 0


def test_a_broken_file_costs_points_of_quality(filled: Catalog) -> None:
    (id,) = take(filled, a_dataset("Alte Karte"), source="x")
    metadata = filled.store.get(id).metadata
    check(filled, id, is_reached=True)
    reached = mqa(metadata, filled.links.answers([metadata]))
    check(filled, id, is_reached=False)
    broken = mqa(metadata, filled.links.answers([metadata]))
    assert sum(broken.points.values()) < sum(reached.points.values())
