"""Shapes of places in every notation that sources write.

Covers: vocab/crs.py, vocab/well_known_text.py
"""

import pytest

from vocab.crs import crs_of, to_degrees
from vocab.geometry import Shape, bounds, geojson, looks_like_shape, shape, wkt

BOX = "POLYGON((8.5 49.3, 8.8 49.3, 8.8 49.5, 8.5 49.5, 8.5 49.3))"
POINT = Shape(centroid="POINT(8.69 49.4)")
IN_HEIDELBERG = Shape(centroid="POINT(8.6829973 49.4002542)")
CRS = "http://www.opengis.net/def/crs"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("POINT (8.69 49.4)", POINT),
        ("point z(8.69 49.4 110)", POINT),
        ("POINTZM(8.69 49.4 110 1)", POINT),
        (f"<{CRS}/OGC/1.3/CRS84> POINT(8.69 49.4)", POINT),
        (f"<{CRS}/EPSG/0/4326> POINT(49.4 8.69)", POINT),  # latitude first, as GeoSPARQL has it
        ("<urn:ogc:def:crs:EPSG::4258> POINT(49.4 8.69)", POINT),
        ("SRID=4326;POINT(8.69 49.4)", POINT),  # EWKT has longitude first
        ("EPSG:4326;POINT(8.69 49.4)", POINT),
        (f"<{CRS}/EPSG/0/25832> POINT(477000 5472000)", IN_HEIDELBERG),
        ("SRID=25832;POINT(477000 5472000)", IN_HEIDELBERG),
        ("EPSG:4647 POINT(32477000 5472000)", IN_HEIDELBERG),
        ({"x": 477000, "y": 5472000, "spatialReference": {"wkid": 25832}}, IN_HEIDELBERG),
        ('{"type": "Point", "coordinates": [8.69, 49.4]}', POINT),
        (BOX, Shape(bbox=BOX)),
        ("8.5,49.3,8.8,49.5", Shape(bbox=BOX)),
        ("8.5 49.3 8.8 49.5", Shape(bbox=BOX)),
        ("[8.5, 49.3, 8.8, 49.5]", Shape(bbox=BOX)),
        ([8.5, 49.3, 8.8, 49.5], Shape(bbox=BOX)),
        ("ENVELOPE(8.5, 8.8, 49.5, 49.3)", Shape(bbox=BOX)),
        ({"xmin": 8.5, "ymin": 49.3, "xmax": 8.8, "ymax": 49.5}, Shape(bbox=BOX)),
        ({"west": "8.5", "south": "49.3", "east": "8.8", "north": "49.5"}, Shape(bbox=BOX)),
        (
            "MULTIPOINT((8.5 49.3), (8.8 49.5))",
            Shape(bbox=BOX, geometry="MULTIPOINT(8.5 49.3, 8.8 49.5)"),
        ),
        (
            {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Point", "coordinates": [8.5, 49.3]},
                    {"type": "LineString", "coordinates": [[8.6, 49.4], [8.8, 49.5]]},
                ],
            },
            Shape(bbox=BOX, geometry="GEOMETRYCOLLECTION(POINT(8.5 49.3), LINESTRING(8.6 49.4, 8.8 49.5))"),
        ),
        (
            {"type": "Point", "coordinates": [477000, 5472000], "crs": {"properties": {"name": "EPSG:25832"}}},
            IN_HEIDELBERG,
        ),
    ],
)
def test_a_shape_is_read_in_each_notation(written, expected):
    assert shape(written) == expected
    if isinstance(written, str):
        assert looks_like_shape(written)
        assert shape(wkt(expected)) == expected


@pytest.mark.parametrize(
    "written",
    [
        "POINT(477000 5472000)",  # which system?
        "SRID=31467;POINT(3477000 5472000)",  # another datum
        "POLYGON((8 49, 9 49, 9 50",
        "POINT EMPTY",
        '["ARG", "02"]',
        "[8.5, 49.3, 8.8]",
        '{"xmin": 477000, "ymin": 5472000, "xmax": 478000, "ymax": 5473000}',
        "8.8,49.3,8.5,49.5",
        "3477000,5472000",
        "GEOMETRYCOLLECTION(" * 20,
    ],
)
def test_coordinates_that_cannot_be_read_are_still_no_name(written):
    assert shape(written) is None
    assert looks_like_shape(written)


@pytest.mark.parametrize(
    "name", ["Heidelberg", "Point (Café)", "69117 Heidelberg", "[Altstadt]", "Linie 5, 8", "DE125", "Box 4"]
)
def test_a_name_does_not_look_like_a_shape(name):
    assert shape(name) is None
    assert not looks_like_shape(name)


def test_the_code_of_a_coordinate_system_is_in_each_of_its_names():
    names = (f"{CRS}/EPSG/0/25832", f"{CRS}/EPSG/9.9.1/25832", "urn:ogc:def:crs:EPSG::25832", "epsg:25832", "25832")
    assert {crs_of(name) for name in names} == {"25832"}
    assert crs_of(f"{CRS}/OGC/1.3/CRS84") == crs_of("urn:ogc:def:crs:OGC:1.3:CRS84") == "CRS84"
    assert crs_of("WGS 84") is None


def test_utm_is_exact_to_a_metre():
    """The corners of a degree on the central meridian and beside it, by the length of the meridian's arc."""
    convert = to_degrees("32632", by_definition=True)
    assert convert
    assert convert(500_000, 0) == (9.0, 0.0)
    longitude, latitude = convert(500_000, 5_538_630.70)  # 0.9996 × the arc to 50° N, 5 540 847.04 m
    assert (longitude, round(latitude, 5)) == (9.0, 50.0)


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(49.4 8.7)", [8.7, 49.4]),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(8.7 49.4)", [8.7, 49.4]),
        ("SRID=4326;POINT(8.7 49.4)", [8.7, 49.4]),
        ("POINT Z (8.7 49.4 110)", [8.7, 49.4]),
        ("POLYGON Z ((8 49 1, 9 49 1, 9 50 1, 8 49 1))", [[[8, 49], [9, 49], [9, 50], [8, 49]]]),
        ("<http://www.opengis.net/def/crs/EPSG/0/4258> POLYGON((49 8, 49 9, 50 9, 49 8))",
         [[[8, 49], [9, 49], [9, 50], [8, 49]]]),
        ("<http://www.opengis.net/def/crs/EPSG/0/31467> POINT(3477000 5474000)", None),
    ],
)  # fmt: skip
def test_geojson_has_longitude_first_and_no_height(written, right):
    result = geojson(written)
    assert (result and result["coordinates"]) == right


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("POINT(8.69 49.41)", (8.69, 49.41, 8.69, 49.41)),
        ("POLYGON((8.6 49.3, 8.7 49.3, 8.65 49.4, 8.6 49.3))", (8.6, 49.3, 8.7, 49.4)),
        ("8.57, 49.35, 8.80, 49.46", (8.57, 49.35, 8.8, 49.46)),
        ("POLYGON((" + ", ".join(f"{8 + n / 1000} {49 + n % 2}" for n in range(200)) + ", 8 49))", (8, 49, 8.199, 50)),
        ("LINESTRING(-0.5 -1, 0.25 2)", (-0.5, -1, 0.25, 2)),
        ("Altstadt", None),
        ("", None),
    ],
)
def test_a_shape_has_four_sides(text, sides):
    assert bounds(text) == sides
