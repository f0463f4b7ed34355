"""A source does not speak for our own addresses."""

import msgspec
import pytest

from registry.model import Agent, Distribution, Link, Metadata, Place
from registry.model.own_addresses import may_claim, without_own_iris
from tests.builders import a_metadata

BASE = "https://daten.example.org"
OURS = f"{BASE}/id/radwege"
THEIRS = "https://amt.example.org/id/radwege"


def claims(**fields: object) -> tuple[Metadata, list[tuple[str, str]]]:
    metadata = a_metadata("Radwege", **fields)
    cleaned, claimed = without_own_iris(metadata, BASE)
    assert may_claim(msgspec.json.encode(metadata), BASE) or not claimed
    return cleaned, [(claim.field, claim.iri) for claim in claimed]


@pytest.mark.parametrize("iri", [OURS, "/id/radwege", f"{OURS}#record"])
def test_the_thing_itself_bears_no_iri_of_ours(iri: str) -> None:
    cleaned, claimed = claims(iri=iri)
    assert cleaned.iri == ""
    assert claimed == [("iri", iri)]


@pytest.mark.parametrize("iri", [THEIRS, "", "_:b0", f"{BASE}/geo/radwege", f"{BASE}.evil.example/id/x"])
def test_other_iris_stay(iri: str) -> None:
    cleaned, claimed = claims(iri=iri)
    assert cleaned.iri == iri
    assert claimed == []


def test_nodes_inside_that_say_something_lose_it_and_keep_their_words() -> None:
    cleaned, claimed = claims(
        publisher=Agent(iri=OURS, name={"de": "Jemand"}),
        creators=(Agent(iri=THEIRS, name={"de": "Amt"}), Agent(iri=OURS, name={"de": "Noch jemand"})),
        distributions=(
            Distribution(id="a", iri=f"{BASE}/id/x#a", title={"de": "Datei"}, access_url="https://a.example"),
        ),
        places=(Place(iri="/id/ort", name={"de": "Ort"}),),
    )
    assert sorted(field for field, _ in claimed) == ["creators", "distributions", "places", "publisher"]
    assert cleaned.publisher == Agent(name={"de": "Jemand"})
    assert [agent.iri for agent in cleaned.creators] == [THEIRS, ""]
    assert cleaned.distributions[0].iri == ""
    assert cleaned.places[0].name == {"de": "Ort"}
    assert b"/id/" not in msgspec.json.encode(cleaned).replace(THEIRS.encode(), b"")


def test_a_reference_to_a_thing_of_ours_stays() -> None:
    fields = {"publisher": Agent(iri=OURS), "links": (Link("related", "/id/radwege"), Link("uses", OURS))}
    cleaned, claimed = claims(**fields)
    assert claimed == []
    assert cleaned.publisher == Agent(iri=OURS)
    assert len(cleaned.links) == 2


def test_statements_about_a_thing_of_ours_go_and_those_that_name_it_stay() -> None:
    lines = f'<{OURS}> <http://x.example/p> "böse" .\n<{THEIRS}> <http://x.example/p> <{OURS}> .\n'
    cleaned, claimed = claims(statements=lines)
    assert cleaned.statements == f"<{THEIRS}> <http://x.example/p> <{OURS}> .\n"
    assert claimed == [("statements", OURS)]


def test_statements_about_the_thing_itself_stay_its_own() -> None:
    cleaned, claimed = claims(iri=OURS, statements=f'<{OURS}> <http://x.example/p> "mein Wort" .\n')
    assert cleaned.iri.startswith("_:")
    assert cleaned.statements == f'{cleaned.iri} <http://x.example/p> "mein Wort" .\n'
    assert claimed == [("iri", OURS)]


def test_what_claims_nothing_is_the_same_object() -> None:
    metadata = a_metadata("Radwege", links=(Link("related", "/id/x"),))
    assert without_own_iris(metadata, BASE)[0] is metadata
