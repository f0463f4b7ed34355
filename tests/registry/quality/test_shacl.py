"""Shapes of others: judged with what our lists know beside the data, and with nothing invented."""

import json

import pytest

from registry.errors import UsageError
from registry.model.message import bilingual
from registry.quality.shacl import shacl
from vocab.namespaces import DCAT, DCT, RDF

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
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


@pytest.mark.parametrize(
    "condition",
    [
        r'sh:pattern "^\\p{Lu}"',
        'sh:pattern "^ t $" ; sh:flags "x"',
        'sh:pattern "^[a-z-[aeiou]]$"',
        r'sh:and ( [ sh:pattern "^\\p{Lu}" ] )',
        r'sh:not [ sh:pattern "\\P{L}" ]',
        r'sh:not [ sh:property [ sh:path dct:title ; sh:pattern "\\i" ] ]',
        r'sh:qualifiedMinCount 9 ; sh:qualifiedValueShape [ sh:pattern "\\c" ]',
        "sh:lessThanOrEquals dct:created",
    ],
)
def test_what_cannot_be_checked_is_named_and_the_rest_is_checked(tmp_path, condition):
    shape = f"""{PREFIXES}<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ;
 sh:property [ sh:path dct:issued ; {condition} ; sh:minCount 1 ] , [ sh:path dct:license ; sh:minCount 1 ] ."""
    data = f"""{PREFIXES}<https://x.example/d> a dcat:Dataset ; dct:issued "24:00:00"^^xsd:time ;
 dct:created "10:00:00"^^xsd:time ."""
    *unchecked, missing = shacl(data.encode(), folder_of(tmp_path, shape=shape), "d.ttl")
    assert {(one.rule, one.level) for one in unchecked} == {("shape-unchecked", "should")}
    assert all("urn:s" in bilingual(one.value) for one in unchecked)
    assert (missing.rule, missing.field) == ("shacl", "http://purl.org/dc/terms/license")


def test_a_pattern_that_python_knows_is_checked(tmp_path):
    shape = f"""{PREFIXES}<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ;
 sh:property [ sh:path dct:title ; sh:pattern "^[a-z]+-[0-9]$" ; sh:flags "i" ] ."""
    data = f"""{PREFIXES}<https://x.example/d> a dcat:Dataset ; dct:title "AB-1" , "AB-12" ."""
    result = shacl(data.encode(), folder_of(tmp_path, shape=shape), "d.ttl")
    assert [(one.rule, one.value.partition(":")[0]) for one in result] == [("shacl", "AB-12")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("d.ttl", '"""اسم\n"a\\u00e9\\r"""@ar--rtl , "x"@en--ltr , <<( <urn:a> <urn:b> "c" )>> , "\\\\"@de--rtl'),
        ("d.nt", None),
        ("d.jsonld", {"@value": "اسم", "@language": "ar", "@direction": "rtl"}),
    ],
)
def test_texts_with_a_direction_are_checked_like_others(tmp_path, name, text):
    shape = f"""{PREFIXES}<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ;
 sh:property [ sh:path dct:title ; sh:languageIn ( "en" ) ] ."""
    if name == "d.jsonld":
        data = json.dumps({"@id": "urn:d", "@type": str(DCAT.Dataset), str(DCT.title): text})
    elif name == "d.nt":
        data = f'<urn:d> a <{DCAT.Dataset}> .\n<urn:d> <{DCT.title}> "اسم"@ar--rtl .'.replace(" a ", f" <{RDF.type}> ")
    else:
        data = f"{PREFIXES}<urn:d> a dcat:Dataset ; dct:title {text} ."
    result = shacl(data.encode(), folder_of(tmp_path, shape=shape), name)
    assert {one.rule for one in result} == {"shacl"}
    assert any("اسم" in one.value for one in result)


def test_blank_nodes_of_two_shape_files_are_two(tmp_path):
    files = {
        name: f"{PREFIXES}<urn:{name}> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property _:p .\n"
        f"_:p sh:path dct:{name} ; sh:minCount 1 ."
        for name in ("title", "license")
    }
    result = shacl(f"{PREFIXES}<urn:d> a dcat:Dataset .".encode(), folder_of(tmp_path, **files), "d.ttl")
    assert sorted(one.field for one in result) == [str(DCT.license), str(DCT.title)]


def test_a_golden_record_breaks_no_official_shape(shared):
    golden = (shared / "standards/derived/golden/heidelberg-golden.ttl").read_bytes()
    for folder in ("dcat-ap/3.0.1/shacl", "dcat-ap-de/3.0/shacl"):
        found = shacl(golden, shared / "standards" / folder, "golden.ttl")
        assert [one for one in found if one.level == "must"] == [], folder
