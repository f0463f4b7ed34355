"""Measurements of the quality as RDF."""

import re

import pyoxigraph as ox
from fastapi.testclient import TestClient

from registry.quality.mqa import mqa
from tests.town import Town

DQV = "http://www.w3.org/ns/dqv#"
PV = "https://piveau.eu/ns/voc#"
RECORD = "/qualitaet/rad-zaehlstellen"


def values(data: bytes) -> dict[tuple[str, str], str]:
    """What was measured, and the metric -> value."""
    measured: dict[str, dict[str, str]] = {}
    for quad in ox.parse(data, ox.RdfFormat.TURTLE):
        measured.setdefault(str(quad.subject), {})[quad.predicate.value] = quad.object.value  # type: ignore[union-attr]
    return {
        (about[f"{DQV}computedOn"], about[f"{DQV}isMeasurementOf"].removeprefix(PV)): about[f"{DQV}value"]
        for about in measured.values()
    }


def test_measurements_of_a_record_are_dqv(city: Town, browser: TestClient) -> None:
    record = city.catalog.store.existing("rad-zaehlstellen")
    answer = browser.get(f"{RECORD}.ttl")
    assert answer.headers["content-type"].startswith("text/turtle")
    measured = values(answer.content)
    assert len(measured) == 22  # 23 without two addresses that nobody tried, and the points
    thing = f"{city.settings.base_url}/id/rad-zaehlstellen"
    assert measured[thing, "keywordAvailability"] == "true"
    assert measured[thing, "score"] == str(mqa(record.metadata).total)


def test_measurements_of_the_catalogue_and_its_parts_are_dqv(city: Town, browser: TestClient) -> None:
    measured = values(browser.get("/qualitaet.ttl").content)
    base = city.settings.base_url
    shares = [float(value) for (_, metric), value in measured.items() if metric != "score"]
    assert all(0 <= share <= 1 for share in shares)
    points = re.search(r"(\d+) von 405 Punkten", browser.get("/qualitaet").text)
    assert points
    assert measured[f"{base}/catalog", "score"] == points[1]
    assert {about for about, _ in measured} >= {
        f"{base}/catalog",
        f"{base}/id/umweltamt",
        f"{base}/qualitaet#source-stadtwerke",
    }
    for suffix in ("rdf", "jsonld", "nt"):
        assert browser.get(f"/qualitaet.{suffix}").status_code == 200
