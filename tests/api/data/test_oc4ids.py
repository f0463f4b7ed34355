"""A project as OC4IDS: valid by its schema, only with what the record says.

Covers: api/data/oc4ids.py
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
from starlette.testclient import TestClient

from api.data.oc4ids import package
from registry.model import Agent, Indicator, Milestone, Money, Observation, Participation, Period, Place, Record
from tests.builders import a_project
from tests.town import BASE, Town
from vocab.concepts import concept_list

AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def role(notation: str) -> str:
    return concept_list("roles").by_notation[notation].iri


def full() -> Record:
    lead = Participation(agent=Agent(name={"de": "Umweltamt"}, id="umweltamt"), role=role("federfuehrung"))
    funder = Participation(agent=Agent(name={"de": "Land"}), role=role("foerdergeber"))
    metadata = a_project(
        "Netz",
        identifiers=("N-7",),
        participants=(lead, funder, funder),
        period=Period(start="2026-03", end="2027"),
        budget=Money(value="1200.50", currency="EUR"),
        places=(Place(name={"de": "Altstadt"}, centroid="POINT(8.7 49.4)"), Place()),
        milestones=(
            Milestone(title={"de": "Start"}, planned="2026-04", reached="2026-04-03"),
            Milestone(planned="2027-01"),
        ),
        decisions=("https://rat.example.org/1", "javascript:alert(1)"),
        indicators=(Indicator(title={"de": "Wege"}, unit="km", observations=(Observation(date="2026", value="12"),)),),
    )
    return Record(id="netz", said=metadata, changed=AT)


def test_the_package_is_valid_by_the_schema(shared: Path) -> None:
    schema = json.loads((shared / "standards/oc4ids/project-schema.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    bare = Record(id="bare", said=a_project("Karg", abstract={}, phase="", themes=(), participants=(), contacts=()))
    for record in (full(), bare):
        (project,) = package(record, BASE, "Stadt")["projects"]
        assert list(validator.iter_errors(project)) == []


def test_what_the_record_says_is_there_and_nothing_else() -> None:
    document = package(full(), BASE, "Stadt")
    (project,) = document["projects"]
    assert document["publishedDate"] == "2026-11-01T09:30:00Z"
    assert project["period"] == {"startDate": "2026-03-01T00:00:00Z", "endDate": "2027-12-31T23:59:59Z"}
    assert project["budget"] == {"amount": {"amount": 1200.5, "currency": "EUR"}}
    assert (project["status"], project["sector"]) == ("implementation", ["transport"])
    assert [(party["id"], party.get("roles")) for party in project["parties"]] == [
        ("umweltamt", ["publicAuthority"]),
        ("Land", ["funder"]),
    ]
    assert project["milestones"][0]["status"] == "met"
    assert project["documents"] == [{"id": "1", "url": "https://rat.example.org/1"}]
    (location,) = project["locations"]
    assert location["geometry"] == {"type": "Point", "coordinates": [8.7, 49.4]}
    (bare,) = package(Record(id="bare", said=a_project("Karg", phase="")), BASE, "")["projects"]
    assert not {"status", "budget", "period", "milestones", "documents", "metrics"} & bare.keys()


def test_the_address(city: Town) -> None:
    client = TestClient(city.app)
    answer = client.get("/api/v1/records/kuehle-wege/oc4ids")
    assert answer.status_code == 200
    assert answer.json()["projects"][0]["title"] == "Kühle Wege"
    assert (
        client.get("/api/v1/records/kuehle-wege/oc4ids", headers={"if-none-match": answer.headers["etag"]}).status_code
        == 304
    )
    assert client.get("/api/v1/records/baumkataster/oc4ids").status_code == 404
