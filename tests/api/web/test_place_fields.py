"""Coordinates as people copy them from a map.

Covers: api/web/place_fields.py
"""

import pytest

from api.web import place_fields, query
from registry.search.limits import Limits, Near
from registry.search.space_time import Box


@pytest.mark.parametrize(
    ("around", "km", "limits"),
    [
        ("49.41, 8.69", "2", Limits(near=Near(8.69, 49.41, 2))),
        ("49,41; 8,69", "0,5", Limits(near=Near(8.69, 49.41, 0.5))),
        ("49.41° N 8.69° E", "", Limits(near=Near(8.69, 49.41, 1))),
        ("33.45 s, 70.66 w", "10", Limits(near=Near(-70.66, -33.45, 10))),
        ("8.6, 49.37, 8.7, 49.42", "2", Limits(box=Box(8.6, 49.37, 8.7, 49.42))),
        ("", "2", Limits()),
    ],
)
def test_coordinates_are_read_as_maps_show_them(around: str, km: str, limits: Limits) -> None:
    params, notes = query.without_wrong([("q", "rad"), ("around", around), ("km", km)])
    assert (query.parse(params).limits, notes) == (limits, ())
    shown = place_fields.typed(limits)
    again, _ = query.without_wrong([("around", shown.around), ("km", shown.km)])
    assert query.parse(again).limits == limits


def test_the_fields_replace_the_place_of_before() -> None:
    params, _ = query.without_wrong([("near", "1,2,3"), ("around", "49.41, 8.69"), ("km", "2")])
    assert query.parse(params).limits == Limits(near=Near(8.69, 49.41, 2))


@pytest.mark.parametrize("around", ["Marktplatz", "49.41", "1, 2, 3", "x" * 500])
def test_what_is_no_place_is_left_out_with_a_note(around: str) -> None:
    params, (note,) = query.without_wrong([("around", around), ("q", "rad")])
    assert (params, note["en"][:30]) == ([("q", "rad")], "We could not read the place. W")


@pytest.mark.parametrize(("around", "km"), [("99, 8", "1"), ("49.41, 8.69", "900"), ("49.41, 8.69", "weit")])
def test_what_lies_outside_is_noted_like_the_parameter(around: str, km: str) -> None:
    params, notes = query.without_wrong([("around", around), ("km", km)])
    assert (query.parse(params).limits, len(notes)) == (Limits(), 1)
