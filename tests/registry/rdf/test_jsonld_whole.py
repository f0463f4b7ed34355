"""JSON-LD is read whole, or it is said that something is missing."""

import json
from typing import Any

import pytest

from registry import rdf
from registry.rdf import foreign_contexts
from tests.conftest import SHARED

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
}
REPORT = SHARED / "data/reports/01-jsonld-address-with-blank"


def parsed(graph: list[dict[str, Any]], **terms: Any) -> rdf.Parsed:
    document = {"@context": CONTEXT | terms, "@graph": graph}
    return rdf.parse(json.dumps(document).encode(), media_type="application/ld+json")


def metadata_of(graph: list[dict[str, Any]], **terms: Any) -> Any:
    (thing,) = rdf.things(parsed(graph, **terms).graph)
    return rdf.read(thing.payload)


def dataset(id: str = "https://daten.example.org/1", **properties: Any) -> dict[str, Any]:
    return {"@id": id, "@type": "dcat:Dataset", "dct:title": "Titel"} | properties


@pytest.mark.skipif(not REPORT.exists(), reason="needs ../shared/data/reports")
def test_things_with_blanks_in_their_addresses_are_read_as_from_turtle():
    data = (REPORT / "2-after.jsonld").read_bytes()
    result = rdf.parse(data, name="2-after.jsonld")
    things = {thing.iri: rdf.read(thing.payload) for thing in rdf.things(result.graph)}
    assert not result.findings
    assert set(things) == {
        f"https://daten.example.org/dataset/{name}" for name in ("baum%20kataster", "brunnen", "parken")
    }
    fountains, findings = things["https://daten.example.org/dataset/brunnen"]
    assert fountains.distributions[0].access_url == "https://daten.example.org/brunnen%20liste.csv"
    assert [finding.rule for finding in findings] == ["value-mended"]
    assert things["https://daten.example.org/dataset/parken"][0].title == {"de-DE": "Parken"}
    turtle = rdf.parse((REPORT / "same.ttl").read_bytes(), name="same.ttl")
    for thing in rdf.things(turtle.graph):
        from_turtle, from_json = rdf.read(thing.payload)[0], things[thing.iri][0]
        assert (from_turtle.title, from_turtle.statements) == (from_json.title, from_json.statements)


@pytest.mark.skipif(not REPORT.exists(), reason="needs ../shared/data/reports")
def test_blanks_around_an_address_are_left_out_with_a_finding():
    (thing,) = rdf.things(rdf.parse((REPORT / "3-more.jsonld").read_bytes(), name="3-more.jsonld").graph)
    metadata, findings = rdf.read(thing.payload)
    theme = "http://publications.europa.eu/resource/authority/data-theme/"
    assert set(metadata.themes) == {f"{theme}TRAN", f"{theme}ENVI"}
    assert metadata.publisher
    assert metadata.publisher.name == {"und": "Amt"}
    assert metadata.publisher.iri == "mailto:amt@example.org"
    assert ("address-unreadable", "landing_page") in {(finding.rule, finding.field) for finding in findings}


def test_what_the_strict_parser_would_drop_is_mended():
    metadata, findings = metadata_of(
        [
            dataset(
                **{
                    "dcat:landingPage": {"@id": "https://daten.example.org/eine seite"},
                    "dct:description": {"@value": "Text", "@language": "de_AT"},
                    "dcat:keyword": [{"@value": "Baum", "@language": "d e"}],
                }
            )
        ]
    )
    assert metadata.landing_page == "https://daten.example.org/eine%20seite"
    assert metadata.description == {"de-AT": "Text"}
    assert metadata.keywords == {"d-e": ("Baum",)}
    assert {finding.rule for finding in findings} == {"value-mended"}


def test_a_thing_that_does_not_come_out_of_the_parser_is_told():
    nested = [{"@id": "https://daten.example.org/katalog", "@type": "dcat:Catalog", "datasets": [dataset()]}]
    (finding,) = parsed(nested, datasets=None).findings
    assert finding.rule == "statement-unreadable"
    assert not parsed(nested, datasets="dcat:dataset").findings
    assert not parsed([dataset(), dataset()]).findings  # the same one twice
    kind = {"@id": "https://daten.example.org/1", "kind": "dcat:Dataset", "dct:title": "Titel"}
    assert not parsed([kind], kind="@type").findings


def test_a_key_that_the_context_does_not_have_says_nothing_but_the_thing_in_it_is_read():
    nested = [{"@id": "https://daten.example.org/katalog", "@type": "dcat:Catalog", "datasets": [dataset()]}]
    assert [thing.iri for thing in rdf.things(parsed(nested).graph)] == ["https://daten.example.org/1"]
    metadata, findings = metadata_of([dataset(note="x", number=2.5)])
    assert (metadata.statements, findings) == ("", ())


def test_a_map_by_type_is_read():
    """The strict parser refuses it, though it is valid (JSON-LD 1.1, Node Type Indexing)."""
    files = {"dcat:Distribution": {"@id": "https://daten.example.org/1#f", "dct:title": "Datei"}}
    by_type = {"@id": "dcat:distribution", "@container": "@type"}
    metadata, _ = metadata_of([dataset(files=files)], files=by_type)
    assert [file.title for file in metadata.distributions] == [{"und": "Datei"}]


def test_numbers_with_a_fraction_are_decimals():
    resolution = "dcat:spatialResolutionInMeters"
    for number, expected in ((2.5, "2.5"), (0.00001, "0.00001"), (2.0, "2.0")):
        metadata, findings = metadata_of([dataset(**{resolution: number})])
        assert (metadata.spatial_resolution, findings) == (expected, ())
    typed = {"@id": resolution, "@type": "http://www.w3.org/2001/XMLSchema#decimal"}
    assert metadata_of([dataset(r=10.5)], r=typed)[0].spatial_resolution == "10.5"
    assert metadata_of([dataset(**{"dcat:version": 2.1})])[0].version == "2.1"
    assert metadata_of([dataset(**{"dcat:version": {"@value": 2.1}})])[0].version == "2.1"
    as_string = {"@id": "dcat:version", "@type": "http://www.w3.org/2001/XMLSchema#string"}
    assert metadata_of([dataset(v=2.1)], v=as_string)[0].version == "2.1"


def test_words_with_a_direction_keep_their_language():
    arabic = {"@value": "خريطة", "@language": "ar", "@direction": "rtl"}
    metadata, _ = metadata_of([dataset(**{"dct:title": [arabic, {"@value": "Stadtplan", "@language": "de"}]})])
    assert metadata.title == {"ar": "خريطة", "de": "Stadtplan"}
    turtle = (
        '<https://e.org/1> a <http://www.w3.org/ns/dcat#Dataset>; <http://purl.org/dc/terms/title> "خريطة"@ar--rtl.'
    )
    (thing,) = rdf.things(rdf.parse(turtle.encode()).graph)
    assert rdf.read(thing.payload)[0].title == {"ar": "خريطة"}


def test_a_publisher_who_stands_in_each_dataset_costs_nothing():
    """His statements repeat with each dataset; the bound on the statements of a page counts them once."""
    office = {"@id": "https://daten.example.org/amt", "foaf:name": "Amt"}
    graph = [dataset(f"https://daten.example.org/{number}", **{"dct:publisher": office}) for number in range(1_500)]
    things = list(rdf.things(parsed(graph).graph))
    assert not any(thing.error for thing in things)
    assert all(thing.payload.count(b"name") == 1 for thing in things)


@pytest.mark.parametrize(
    ("keys", "is_text"),
    [
        ({"de": "Radwege", "en": "Cycle paths"}, True),
        ({"@none": "Radwege"}, True),
        ({"name": "Amt für Grün", "email": "gruen@example.org"}, False),
        ({"text": "Radwege", "stand": "2024"}, False),
    ],
)
def test_an_object_is_a_text_by_language_only_if_its_keys_are_languages(keys: dict[str, str], is_text: bool) -> None:
    assert foreign_contexts._is_language_map(keys) is is_text
