"""The profiles in which records are written.

Covers: registry/rdf/profiles.py
"""

from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from registry import rdf
from registry.model import Agent, Place
from registry.rdf import DEFAULT, PROFILES, profile_of, with_contributor
from registry.rdf.profiles import contributor_iri
from tests.builders import a_dataset, a_record
from tests.shapes_oracle import violations
from vocab.concepts import concept_list
from vocab.namespaces import DCT, PREFIXES

BASE = "https://k.example"
RECORD = a_record(
    changed=datetime(2026, 1, 1, tzinfo=UTC),
    said=a_dataset(
        publisher=Agent(name={"de": "Amt"}, id="amt"),
        custodians=(Agent(name={"de": "Amt"}, id="amt"), Agent(name={"de": "Werk"}, id="werk")),
        places=(Place(name={"de": "Stadt"}, bbox="POLYGON((8 49,9 49,9 50,8 50,8 49))"),),
    ),
)
GERMAN = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
EUROPEAN = "http://publications.europa.eu/resource/authority/licence/DLDE_BY_2_0"


def triples(change=lambda graph: graph) -> set[tuple[str, str, str]]:
    body = b"".join(rdf.write([RECORD], "nt", base_url=BASE, change=change))
    return {(str(s), p.value, str(o)) for s, p, o, _ in ox.parse(body, ox.RdfFormat.N_TRIPLES)}


def test_the_default_is_what_was_written_before_there_were_profiles() -> None:
    assert DEFAULT.change is not None
    assert triples(DEFAULT.change) == triples()


def test_a_european_profile_has_the_licences_of_the_eu() -> None:
    row = profile_of("dcat-ap-3")
    assert row
    assert row.change
    statements = triples(row.change)
    assert {o for _, p, o in statements if p == DCT.license} == {f"<{EUROPEAN}>"}
    assert (f"<{EUROPEAN}>", PREFIXES["skos"] + "exactMatch", f"<{GERMAN}>") in statements
    assert len(statements) == len(triples())


def test_geographical_clients_get_roles_and_geometries() -> None:
    row = profile_of("geodcat-ap")
    assert row
    assert row.change
    statements = triples(row.change)
    roles = sorted(o.rpartition("/")[2].rstrip(">") for _, p, o in statements if p == PREFIXES["dcat"] + "hadRole")
    assert roles == ["custodian", "custodian", "publisher"]
    boxes = {o for _, p, o in statements if p == PREFIXES["dcat"] + "bbox"}
    assert {o for _, p, o in statements if p == PREFIXES["geo"] + "asWKT"} == boxes != set()
    geometries = {o for _, p, o in statements if p == PREFIXES["locn"] + "geometry"}
    assert geometries == {s for s, p, _ in statements if p == PREFIXES["geo"] + "asWKT"}


@pytest.mark.parametrize("row", [row for row in PROFILES if row.change], ids=lambda row: row.token)
def test_an_entry_names_its_profile(row: rdf.OutputProfile) -> None:
    assert row.change
    standards = {o for _, p, o in triples(row.change) if p == DCT.conformsTo}
    assert standards == {f"<{row.iri}>"}


def test_tokens_and_iris_tell_one_profile() -> None:
    names = [name for row in PROFILES for name in (row.token, row.iri, *row.aliases)]
    assert len(names) == len(set(names))
    assert all(profile_of(name) is row for row in PROFILES for name in (row.token, row.iri, *row.aliases))
    assert profile_of("nosuch") is None


def test_high_value_is_what_the_regulation_marks() -> None:
    row = profile_of("dcat-ap-hvd")
    assert row
    assert not row.only(RECORD.metadata)
    assert row.only(a_dataset(legislation=("http://data.europa.eu/eli/reg_impl/2023/138/oj",)))


def test_a_dataset_names_its_data_provider_that_of_its_source_first() -> None:
    first = next(iter(concept_list("contributors")))
    assert contributor_iri(first.notation) == first.iri
    property = PREFIXES["dcatde"] + "contributorID"
    statements = triples(lambda graph: with_contributor(graph, first.notation))
    assert [(s, o) for s, p, o in statements if p == property] == [(f"<{BASE}/id/radwege>", f"<{first.iri}>")]
    own = rdf.graph(a_dataset(contributor_ids=("https://x.example/own",)), f"{BASE}/id/x", BASE)
    assert with_contributor(own, first.notation) == own
    assert with_contributor(own, "") is own


@pytest.mark.parametrize("token", ["dcat-ap-de-3", "dcat-ap-3", "dcat-3"])
@pytest.mark.parametrize("shape_set", ["ap301_full1", "de30_spec"])
def test_the_official_shapes_find_no_fault_in_a_profile(shared: Path, token: str, shape_set: str) -> None:
    row = profile_of(token)
    assert row
    assert row.change
    body = b"".join(rdf.write([RECORD], "ttl", base_url=BASE, change=row.change))
    assert violations(body, shape_set) == ()
