"""Who has which role in CKAN packages: `qualified_attribution` of ckanext-dcat, and contributor, originator and
maintainer of GovData's extras, read and written.

Covers: registry/ckan/agents.py
"""

import json
from typing import Any

import pytest

from registry import rdf
from registry.ckan import to_metadata, to_package
from registry.ckan.tables import AGENT
from registry.model import Agent, Metadata, Participation, Period
from tests.builders import a_dataset, a_project, a_record
from tests.town import BASE
from vocab.concepts import concept_list

PROCESSOR = "http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole/processor"
PARTNER = concept_list("roles").by_notation["partner"].iri
OFFICE = {"name": "Vermessungsamt", "email": "amt@example.org", "url": "https://amt.example.org/"}


def package(**keys: Any) -> dict[str, Any]:
    return {"id": "1", "name": "p", "title": "Netz", "organization": {"name": "o", "title": "Stadt"}, **keys}


def read(**keys: Any) -> tuple[Metadata, list[str]]:
    metadata, findings = to_metadata(package(**keys), "https://x.example", "de")
    return metadata, [finding.rule for finding in findings if finding.field == "participants"]


ENTRY = {"agent": [OFFICE], "role": PROCESSOR}


@pytest.mark.parametrize(
    "keys",
    [
        {"qualified_attribution": [ENTRY]},
        {"qualified_attribution": json.dumps([ENTRY])},
        {"extras": [{"key": "qualified_attribution", "value": json.dumps([ENTRY])}]},
        {"qualified_attribution": [{"agent": OFFICE, "role": PROCESSOR}]},
    ],
)
def test_attributions_are_read_wherever_they_stand(keys: dict[str, Any]) -> None:
    metadata, rules = read(**keys)
    agent = Agent(name={"de": "Vermessungsamt"}, email="amt@example.org", homepage="https://amt.example.org/")
    assert metadata.participants == (Participation(agent=agent, role=PROCESSOR),)
    assert (rules, metadata.extras.get("qualified_attribution")) == ([], None)


def test_several_agents_of_a_role_and_words_for_a_role() -> None:
    entry = {
        "agent": ["https://a.example/x", {"name": "B", "homepage": "https://b.example/"}],
        "role": "Projektpartner",
    }
    metadata, _ = read(qualified_attribution=[entry])
    assert [(each.agent.iri, each.agent.homepage, each.role) for each in metadata.participants] == [
        ("https://a.example/x", "", PARTNER),
        ("", "https://b.example/", PARTNER),
    ]


@pytest.mark.parametrize(
    "entry",
    ["Vermessungsamt", {"role": PROCESSOR}, {"agent": [OFFICE]}, {"agent": [OFFICE], "role": "irgendwie dabei"},
     {"agent": [{"name": "A", "shoe_size": 43}], "role": PROCESSOR}],
)  # fmt: skip
def test_what_is_no_attribution_stays_with_a_finding_and_is_written_again(entry: Any) -> None:
    metadata, rules = read(qualified_attribution=[ENTRY, entry])
    assert len(metadata.participants) == 1
    assert metadata.extras["qualified_attribution"] == [entry]
    assert rules[-1] == "value-unread"
    again, _ = to_metadata(json.loads(json.dumps(to_package(a_record(said=metadata), BASE))), BASE, "de")
    assert (again.participants, again.extras["qualified_attribution"]) == (metadata.participants, [entry])


PEOPLE = (
    Participation(agent=Agent(name={"de": "Amt", "en": "Office"}, iri="https://amt.example/"), role=PROCESSOR),
    Participation(agent=Agent(name={"de": "Werk"}, identifiers=("w-1",)), role=PARTNER),
)


def test_attributions_come_out_as_they_went_in() -> None:
    agents = {name: (Agent(name={"de": name}, email=f"{name}@example.org"),) for name in
              ("contributors", "custodians", "originators", "creators")}  # fmt: skip
    metadata = a_dataset(participants=PEOPLE, **agents)
    written = to_package(a_record(said=metadata), BASE)
    keys = {extra["key"] for extra in written["extras"]}
    assert {"qualified_attribution", "contributor_name", "originator_email", "maintainer_name"} <= keys
    again, _ = to_metadata(json.loads(json.dumps(written)), BASE, "de")
    assert again.participants == PEOPLE
    assert {name: getattr(again, name) for name in agents} == agents


def test_the_period_and_the_words_about_a_part_in_a_project_stay() -> None:
    period = Period(start="2024", end="2026-06-30")
    words = {"de": "stellt Messgeräte"}
    partner = Participation(agent=Agent(name={"de": "Uni"}), role=PARTNER, period=period, description=words)
    package = to_package(a_record(kind="project", said=a_project(participants=(partner,))), BASE)
    again, _ = to_metadata(json.loads(json.dumps(package)), BASE, "de")
    assert again.participants == (partner,)


def test_attributions_of_a_package_are_those_of_its_graph() -> None:
    metadata, _ = read(qualified_attribution=[ENTRY])
    graph = b"".join(rdf.write([a_record(said=metadata)], "nt", base_url=BASE))
    assert f"<http://www.w3.org/ns/dcat#hadRole> <{PROCESSOR}>".encode() in graph
    (thing,) = rdf.things(rdf.parse(graph, name="a.nt").graph)
    (again,) = rdf.read(thing.payload)[0].participants
    assert (again.role, again.agent.name, again.agent.email) == (PROCESSOR, {"de": "Vermessungsamt"}, OFFICE["email"])
    assert "homepage" in AGENT.row_of


def test_attributions_under_the_names_that_ckanext_dcat_writes_are_read() -> None:
    """`dcat:` instead of `prov:` (findings/ckanext-dcat-writes-attributions-it-does-not-read.sh)."""
    turtle = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    <https://x.example/d> a dcat:Dataset ; <http://purl.org/dc/terms/title> "T"@de ; dcat:qualifiedAttribution
        [ a dcat:Attribution ; dcat:hadRole <{PROCESSOR}> ; dcat:agent [ a foaf:Agent ; foaf:name "Amt" ] ] ."""
    (thing,) = rdf.things(rdf.parse(turtle.encode(), name="a.ttl").graph)
    metadata, findings = rdf.read(thing.payload)
    (attribution,) = metadata.participants
    assert (attribution.role, attribution.agent.name) == (PROCESSOR, {"und": "Amt"})
    assert "term-former" in {finding.rule for finding in findings}
