"""Which requests count as reading: data of a record, and feeds that a known catalogue fetches."""

import pytest

from api.running.reads import ReadCounter, subject_of, write
from registry.model.timing import today
from tests.signed_in import browser
from tests.town import Town


@pytest.mark.parametrize(
    ("path", "program", "subject"),
    [
        ("/daten/baumkataster.ttl", "curl/8", "record:baumkataster"),
        ("/en/datasets/baumkataster.json", "Mozilla/5.0", "record:baumkataster"),
        ("/daten/baumkataster/vorschau/baum-csv.csv", "", "record:baumkataster"),
        ("/api/v1/records/baumkataster", "", "record:baumkataster"),
        ("/daten/baumkataster", "", ""),
        ("/daten.csv", "", ""),
        ("/catalog.ttl", "ckanext-harvest/1.5", "reader:CKAN"),
        ("/catalog", "GovData Harvester", "reader:GovData"),
        ("/api/3/action/package_list", "Mozilla/5.0 (X11)", ""),
    ],
)
def test_what_a_request_counts_for(path: str, program: str, subject: str) -> None:
    assert subject_of(path, program) == subject


def test_the_page_before_withdrawing_says_who_reads(city: Town) -> None:
    counter: ReadCounter = city.app.state.reads
    visitor = browser(city)
    for _ in range(3):
        assert visitor.get("/daten/rad-zaehlstellen.ttl").status_code == 200
    visitor.get("/daten/rad-zaehlstellen.pdf")
    assert visitor.get("/catalog.ttl", headers={"User-Agent": "ckanext-dcat"}).status_code == 200
    write(counter, city.catalog.following.reads)
    assert counter.taken() == {}
    assert city.catalog.following.reads.of_record("rad-zaehlstellen", today()) == 3
    page = browser(city, "verwaltung").get("/daten/rad-zaehlstellen/zurueckziehen").text
    assert "in 30 Tagen 3-mal abgerufen" in page
    assert "CKAN (zuletzt am" in page
