"""Maps: shapes to scale, simplified and bounded, and the same as GeoJSON.

Covers: api/drawing/maps.py
"""

import json
import math

import pytest

from api.drawing.maps import MAX_DRAWN_POINTS, MAX_SHAPES, WIDTH, Frame, feature_collection, map_of, placed, simplified

POINTS = ["POINT(8.67 49.41)", "POINT(8.69 49.40)", None, "POINT(8.68 49.42)"]
AREA = "POLYGON((8.60 49.40, 8.70 49.40, 8.70 49.45, 8.60 49.45, 8.60 49.40))"


def test_pictures_behind_a_drawing_lie_where_their_corners_are() -> None:
    box = (8.6, 49.3, 8.7, 49.4)
    frame = Frame(box)
    west, south, east, north = frame.visible()
    (whole,) = placed(box, [("a", (west, south, east, north))])
    assert (whole.x, whole.y) == pytest.approx((0, 0), abs=0.1)
    assert (whole.width, whole.height) == pytest.approx((WIDTH, frame.height), abs=1)
    left, right = placed(box, [("a", (8.6, 49.3, 8.65, 49.4)), ("b", (8.65, 49.3, 8.7, 49.4))])
    assert left.x + left.width > right.x  # no line is seen between them
    assert left.x + left.width == pytest.approx(right.x, abs=1)


def test_points_lie_within_the_drawing_north_above_south() -> None:
    drawing = map_of(POINTS)
    assert drawing is not None
    assert [shape.row for shape in drawing.shapes] == [0, 1, 3]
    assert all(0 <= shape.x <= WIDTH and 0 <= shape.y <= drawing.height for shape in drawing.shapes)
    south, north = drawing.shapes[1], drawing.shapes[2]
    assert north.y < south.y
    assert drawing.is_numbered
    assert drawing.left_out == 0
    assert drawing.box == (8.67, 49.40, 8.69, 49.42)


def test_an_area_is_closed_and_a_line_is_not() -> None:
    drawing = map_of([AREA, "LINESTRING(8.6 49.4, 8.7 49.45)"])
    assert drawing is not None
    area, way = drawing.shapes
    assert area.is_area
    assert area.path.endswith("Z")
    assert not way.is_area
    assert "Z" not in way.path


def test_a_single_point_has_a_map_with_a_scale() -> None:
    drawing = map_of(["POINT(8.67 49.41)"])
    assert drawing is not None
    assert drawing.height > 100
    assert 0 < drawing.bar <= WIDTH / 4


def test_what_cannot_be_read_or_lies_off_the_earth_is_left_out_and_counted() -> None:
    drawing = map_of(["POINT(8.67 49.41)", "POINT(3476543 5474623)", "KREIS(1 2)"])
    assert drawing is not None
    assert (len(drawing.shapes), drawing.left_out) == (1, 2)
    assert map_of([None, "KREIS(1 2)"]) is None


def test_a_drawing_is_bounded_in_shapes_and_points() -> None:
    many = map_of([f"POINT({8 + n / 10_000} 49.4)" for n in range(MAX_SHAPES + 10)])
    assert many is not None
    assert len(many.shapes) == MAX_SHAPES
    assert many.left_out == 10
    assert not many.is_numbered
    ring = [(8.6 + math.cos(n) / 10, 49.4 + math.sin(n * 7) / 10) for n in range(20_000)]
    text = ", ".join(f"{x} {y}" for x, y in ring)
    wild = map_of([f"LINESTRING({text})"])
    assert wild is not None
    assert wild.shapes[0].path.count("L") < MAX_DRAWN_POINTS


def test_a_simplified_line_keeps_its_ends() -> None:
    ring = [(x / 10, 0.0) for x in range(100)]
    simple = simplified(ring, 1.0)
    assert (simple[0], simple[-1]) == (ring[0], ring[-1])
    assert len(simple) < 15


def test_geojson_has_the_shape_as_geometry_and_the_other_columns_as_properties() -> None:
    document = feature_collection(["name", "ort"], [["Eiche", "POINT(8.67 49.41)"], ["ohne", None]], 1)
    first, second = json.loads(json.dumps(document))["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [8.67, 49.41]}
    assert first["properties"] == {"name": "Eiche"}
    assert second["geometry"] is None
