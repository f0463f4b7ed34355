"""Shapes of others: judged with what our lists know beside the data, and with nothing invented."""

import pytest

from registry.errors import UsageError
from registry.quality.shacl import shacl

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency"
LISTED = f"""{PREFIXES}<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property [
 sh:path dct:accrualPeriodicity ; sh:class dct:Frequency , skos:Concept , rdfs:Resource ; sh:node <urn:listed> ] .
<urn:listed> a sh:NodeShape ; sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ] , [
 sh:path skos:inScheme ; sh:class skos:ConceptScheme ; sh:hasValue <{FREQUENCY}> ; sh:minCount 1 ] ."""


def folder_of(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.ttl").write_text(text)
    return tmp_path


def a_dataset_every(code):
    return f"{PREFIXES}<https://x.example/d> a dcat:Dataset ; dct:accrualPeriodicity <{FREQUENCY}/{code}> .".encode()


def test_shapes_for_code_lists_see_the_concepts_that_we_know_and_no_others(tmp_path):
    folder = folder_of(tmp_path, listed=LISTED)
    assert shacl(a_dataset_every("DAILY"), folder, "d.ttl") == ()
    wrong = shacl(a_dataset_every("ERFUNDEN"), folder, "d.ttl")
    assert {one.level for one in wrong} == {"must"}
    assert {one.node for one in wrong} == {"https://x.example/d"}


def test_a_dataset_is_a_resource_to_the_shapes(tmp_path):
    shape = f"""{PREFIXES}<urn:s> a sh:NodeShape ; sh:targetClass dcat:CatalogRecord ;
 sh:property [ sh:path foaf:primaryTopic ; sh:class dcat:Resource ] ."""
    data = f"{PREFIXES}<https://x.example/r> a dcat:CatalogRecord ; foaf:primaryTopic <https://x.example/d> .\n"
    folder = folder_of(tmp_path, shape=shape)
    assert shacl((data + "<https://x.example/d> a dcat:Dataset .").encode(), folder, "d.ttl") == ()
    assert [one.level for one in shacl(data.encode(), folder, "d.ttl")] == ["must"]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"leer": ""},
        {"daten": f"{PREFIXES}<https://x.example/d> a dcat:Dataset ."},
        {"kaputt": "Das ist kein Turtle"},
        {"a": LISTED + "<urn:p> a sh:PropertyShape ; sh:path dct:title , dct:type ."},
    ],
)
def test_a_folder_without_usable_shapes_is_an_error_of_whoever_asks(tmp_path, files):
    with pytest.raises(UsageError):
        shacl(a_dataset_every("DAILY"), folder_of(tmp_path, **files), "d.ttl")


def test_a_golden_record_breaks_no_official_shape(shared):
    golden = (shared / "standards/derived/golden/heidelberg-golden.ttl").read_bytes()
    for folder in ("dcat-ap/3.0.1/shacl", "dcat-ap-de/3.0/shacl"):
        found = shacl(golden, shared / "standards" / folder, "golden.ttl")
        assert [one for one in found if one.level == "must"] == [], folder
