"""SHACL: our own project profile, the product's validation, and the oracle itself."""

import json
from pathlib import Path

import pytest

from registry import rdf
from registry.errors import UsageError
from registry.model import Agent, Contact, Metadata, Opportunity, Participation, Period, Place
from registry.quality.shacl import loaded, shacl, shapes, validate
from tests.builders import TRAN, a_metadata, a_record, ended
from tests.shapes_oracle import SETS, results, violations
from vocab import project_shapes
from vocab.geometry import geojson
from vocab.namespaces import VOC

SHAPES = Path(project_shapes.__file__).with_name("shapes.ttl")


def a_project(**fields) -> Metadata:
    words = {
        "abstract": {"de": "Zehn neue Messstellen."},
        "themes": (TRAN,),
        "phase": VOC + "phase/umsetzung",
        "modified": "2026-01-15",
        "contacts": (Contact(email="messnetz@example.org"),),
        "participants": (Participation(agent=Agent(name={"de": "Amt"}), role=VOC + "role/federfuehrung"),),
        "period": Period(start="2025-03", end="2027"),
        "places": (Place(name={"de": "Weststadt"}),),
        "opportunities": (Opportunity(type=VOC + "opportunity/testen", title={"de": "Testen"}, starts="2026-02-01"),),
    }
    return a_metadata("Messnetz", "project", **{**words, **fields})


def found(said: Metadata) -> set[str]:
    data = b"".join(rdf.write([a_record("p", said=said)], "ttl", base_url="https://k.example"))
    report = validate(loaded(data, "p.ttl"), loaded(SHAPES.read_bytes(), "shapes.ttl"))
    return {one.field.rpartition("/")[2].rpartition("#")[2] for one in report if one.level == "must"}


def test_the_shapes_are_those_of_the_rows():
    assert SHAPES.read_text(encoding="utf-8") == project_shapes.shapes(), (
        "run: python -m vocab.project_shapes > vocab/shapes.ttl"
    )


def test_a_whole_project_conforms_to_our_profile():
    assert found(a_project()) == set()


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"abstract": {}}, "abstract"),
        ({"themes": ()}, "theme"),
        ({"themes": ("http://x.example/thema",)}, "theme"),
        ({"phase": ""}, "status"),
        ({"phase": "http://x.example/phase"}, "status"),
        ({"contacts": ()}, "contactPoint"),
        ({"contacts": (Contact(name={"de": "Amt"}),)}, "contactPoint"),
        ({"participants": (Participation(role=VOC + "role/partner"),)}, "qualifiedAssociation"),
        ({"opportunities": (Opportunity(title={"de": "Testen"}),)}, "type"),
    ],
)  # fmt: skip
def test_what_a_project_lacks_is_a_violation(fields, path):
    assert path in found(a_project(**fields))


def test_a_folder_of_shapes_validates_a_file_without_code_or_imports(tmp_path):
    (tmp_path / "a.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
<urn:o> owl:imports <http://127.0.0.1:9/never> .
<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property <urn:leads-nowhere> ,
  [ sh:path dct:title ; sh:minCount 1 ; sh:message "Titel fehlt" ] ,
  [ sh:path dct:description ; sh:minCount 1 ; sh:severity sh:Info ] ;
  sh:sparql [ sh:select "SELECT $this WHERE { $this ?p ?o }" ] .
"""
    )
    report = shacl(b"<http://x.example/d> a <http://www.w3.org/ns/dcat#Dataset> .", tmp_path, "d.ttl")
    assert [(one.rule, one.level, one.field, one.node, one.value) for one in report] == [
        ("shacl", "hint", "http://purl.org/dc/terms/description", "http://x.example/d", report[0].value),
        ("shacl", "must", "http://purl.org/dc/terms/title", "http://x.example/d", "Titel fehlt"),
    ]
    assert (None, None, None) in shapes(tmp_path)


def test_a_folder_without_shapes_is_named(tmp_path):
    with pytest.raises(UsageError, match="no shapes"):
        shacl(b"", tmp_path)


def test_the_oracle_finds_no_fault_in_the_golden_catalogue(shared):
    golden = (shared / "standards/derived/golden/heidelberg-golden.ttl").read_bytes()
    for shape_set in SETS:
        assert not violations(golden, shape_set), shape_set


def test_the_oracle_finds_the_faults_that_were_made(shared):
    folder = shared / "standards/derived/golden"
    golden = (folder / "heidelberg-golden.ttl").read_text()
    faults = json.loads((folder / "mutations.json").read_text())["mutations"]
    assert len(faults) == 43
    broken = golden.replace('  dcterms:title "Luftmesswerte Stadtgebiet"@de , "Urban air readings"@en ;\n', "")
    assert any(one.field.endswith("title") for one in results(broken.encode(), "ap301_base"))


# -- shapes on a map


def test_wkt_becomes_geojson_and_a_height_is_left_out():
    assert geojson("POINT(8.7 49.4)") == {"type": "Point", "coordinates": [8.7, 49.4]}
    assert geojson("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> Point (8.7 -4e1 110)")["coordinates"] == [8.7, -40]
    hole = geojson("POLYGON((0 0, 9 0, 9 9, 0 0) , (1 1, 2 1, 2 2, 1 1))")
    assert hole["coordinates"][1] == [[1, 1], [2, 1], [2, 2], [1, 1]]


@pytest.mark.parametrize(
    "wkt", ["POINT(1)", "POINT()", "POINT(1 2 3 4)", "POINT(1e999 2)", "POINT(1-2 3)", "LINESTRING(1 2, 3 4)"]
)
def test_what_is_no_point_or_polygon_is_no_geojson(wkt):
    assert geojson(wkt) is None


def test_a_shape_of_nothing_but_digits_comes_to_an_end():
    code = "from vocab.geometry import geojson; print(geojson('POINT(' + '1' * 900_000 + ')'))"
    assert ended(code) == "None"
