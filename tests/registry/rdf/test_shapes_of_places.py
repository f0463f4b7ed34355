"""`locn:geometry` of places, in every notation: the shape is understood, and what goes out is what came in.

Covers: registry/rdf/node_values.py
"""

import pyoxigraph as ox
import pytest
from msgspec.structs import replace

from registry import rdf
from registry.model import Metadata

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix locn: <http://www.w3.org/ns/locn#> . @prefix geo: <http://www.opengis.net/ont/geosparql#> .
"""
GEOJSON = r'"{\"type\": \"Polygon\", \"coordinates\": [[[8, 49], [9, 49], [9, 50], [8, 49]]]}"'
IANA = "<https://www.iana.org/assignments/media-types/application/vnd.geo+json>"
SHAPE = "POLYGON((8 49, 9 49, 9 50, 8 49))"
GML = '"<gml:Point/>"^^geo:gmlLiteral'


def read(spatial: str) -> tuple[Metadata, bytes, list[str]]:
    """Metadata, what was read as N-Triples, and the rules of the findings."""
    text = (
        PREFIXES
        + f'<https://x.example/d> a dcat:Dataset ; dct:title "T"@de ; dct:spatial [ a dct:Location ; {spatial} ] .'
    )
    (thing,) = rdf.things(rdf.parse(text.encode(), name="a.ttl").graph)
    metadata, findings = rdf.read(thing.payload)
    return metadata, thing.payload, [finding.rule for finding in findings]


def graph(text: bytes) -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(text, ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def written(metadata: Metadata) -> bytes:
    lines = b"".join(rdf.written([("x", rdf.graph(metadata, metadata.iri, "https://b.example"))], "nt"))
    return lines.replace(b"<https://x.example/d> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                         b"<http://www.w3.org/ns/dcat#Resource> .\n", b"")  # fmt: skip


@pytest.mark.parametrize(
    ("spatial", "shape", "rules"),
    [
        (f'locn:geometry "{SHAPE}"^^geo:wktLiteral', SHAPE, []),
        (f"locn:geometry {GEOJSON}^^geo:geoJSONLiteral", SHAPE, ["value-mended"]),
        (f"locn:geometry {GEOJSON}^^{IANA}", SHAPE, ["value-mended"]),
        (f'locn:geometry {GEOJSON}^^{IANA}, "POLYGON ((8.0 49.0, 9.0 49, 9 50, 8 49))"^^geo:wktLiteral',
         "POLYGON ((8.0 49.0, 9.0 49, 9 50, 8 49))", []),
        ('locn:geometry "<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(49 8)"^^geo:wktLiteral', "POINT(8 49)",
         ["value-mended"]),
        (f'locn:geometry [ a locn:Geometry ; geo:asWKT "{SHAPE}"^^geo:wktLiteral ]', SHAPE, []),
        (f"locn:geometry [ a locn:Geometry ; geo:asGeoJSON {GEOJSON}^^geo:geoJSONLiteral ]", SHAPE, []),
        (f'geo:hasGeometry [ a geo:Geometry ; geo:asWKT "{SHAPE}"^^geo:wktLiteral ]', SHAPE, []),
        (f"locn:geometry {GML}", "", ["value-unread"]),
        (f'locn:geometry "POINT(1 2)"^^geo:wktLiteral, {GEOJSON}^^{IANA}', "POINT(1 2)", ["value-extra"]),
        (f'locn:geometry {GML}, "POINT(1 2)"^^geo:wktLiteral', "POINT(1 2)", ["value-unread"]),
    ],
)  # fmt: skip
def test_a_shape_comes_out_as_it_went_in(spatial: str, shape: str, rules: list[str]) -> None:
    metadata, payload, told = read(spatial)
    assert metadata.places[0].geometry == shape
    assert told == rules
    assert graph(written(metadata)) == graph(payload)


def test_a_shape_that_somebody_has_changed_goes_out() -> None:
    metadata, _, _ = read(f"locn:geometry {GEOJSON}^^{IANA}")
    moved = replace(metadata, places=(replace(metadata.places[0], geometry="POINT(8.5 49.5)"),))
    assert b'"POINT(8.5 49.5)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>' in written(moved)
