"""Charts: a line over time and bars of categories, as numbers of a drawing.

Covers: api/drawing/charts.py, api/drawing/values.py
"""

import itertools
import re

import pytest

from api.drawing.charts import HEIGHT, MAX_BARS, WIDTHS, Datum, bars, line, nice_steps, rounded
from api.drawing.values import is_identifying, number_text, shape_text, shown


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ([2039, 4421], (0, 2000, 4000, 6000)),
        ([0, 3], (0, 1, 2, 3)),
        ([-12.4, 38.1], (-20, 0, 20, 40)),
        ([1013, 1021], (1010, 1015, 1020, 1025)),  # far from zero: an axis from zero would show a flat line
        ([5, 5], (0, 2, 4, 6)),
        ([0, 0], (0, 0.5)),
    ],
)
def test_an_axis_has_round_numbers_around_all_values(values: list[float], steps: tuple[float, ...]) -> None:
    axis = nice_steps(values)
    assert axis[0] <= min(values)
    assert axis[-1] >= max(values)
    assert axis == pytest.approx(steps)


def months(*values: float | None) -> list[Datum]:
    return [Datum(f"Monat {at + 1}", value, float(at)) for at, value in enumerate(values)]


def test_a_missing_value_is_a_gap_and_never_zero() -> None:
    wide, narrow = line(months(5, 6, None, 7, 8, None, 9), "de", [(0.0, "2025")])
    assert wide.path.count("M") == 2
    assert len(wide.spots) == 1  # the last one, which has no neighbour
    assert (wide.width, narrow.width) == WIDTHS
    heights = [float(y) for y in re.findall(r" ([\d.]+)", wide.path)]
    assert all(0 <= y <= HEIGHT for y in heights)
    assert max(heights) < (wide.zero or 0)


def test_the_highest_point_is_labelled_inside_of_the_drawing() -> None:
    for values in ((9, 1, 1), (1, 9, 1), (1, 1, 9)):
        for drawing in line(months(*values), "de", []):
            assert drawing.mark is not None
            assert drawing.mark.label == f"Monat {values.index(9) + 1}: 9"
            assert 0 < drawing.mark.x < drawing.width
    first, last = line(months(9, 1, 1), "de", [])[0], line(months(1, 1, 9), "de", [])[0]
    assert first.mark
    assert last.mark
    assert (first.mark.anchor, last.mark.anchor) == ("start", "end")


def test_labels_of_times_never_overlap() -> None:
    labels = [(float(at), f"{1900 + at}") for at in range(100)]
    for drawing in line(months(*range(100)), "de", labels):
        places = [tick.x for tick in drawing.times]
        assert places
        assert all(after - before >= 40 for before, after in itertools.pairwise(places))


@pytest.mark.parametrize("values", [(), (1,), (None, None), (1, None)])
def test_fewer_than_two_values_are_no_line(values: tuple[float | None, ...]) -> None:
    assert line(months(*values), "de", []) == ()


def test_bars_are_as_long_as_their_values_and_begin_at_zero() -> None:
    wide, _narrow = bars([Datum("a", 10), Datum("b", 5), Datum("c", -5), Datum("leer", None)], "de")
    assert [bar.label for bar in wide.bars] == ["a", "b", "c"]
    ten, five, below = wide.bars
    assert ten.length == pytest.approx(2 * five.length, abs=0.2)
    assert ten.x == five.x == wide.zero
    assert below.x + below.length == pytest.approx(wide.zero, abs=0.2)
    assert below.value == "\N{MINUS SIGN}5"
    assert all(bar.x + bar.length <= wide.width for bar in wide.bars)


def test_more_categories_than_fit_are_not_drawn_and_long_names_are_cut() -> None:
    wide, narrow = bars([Datum("Grundstücksverkehrsgenehmigungszuständigkeit", n) for n in range(1, 40)], "de")
    assert len(wide.bars) == MAX_BARS
    assert all(len(bar.label) <= 24 for bar in wide.bars)
    assert narrow.left < narrow.width / 2


def test_all_zero_has_bars_without_length() -> None:
    assert [bar.length for bar in bars([Datum("a", 0), Datum("b", 0)], "de")[0].bars] == [0, 0]


@pytest.mark.parametrize(
    ("value", "lang", "text"),
    [
        (968422, "de", "968.422"),
        (968422, "en", "968,422"),
        (4421, "de", "4421"),
        (12.5, "de", "12,5"),
        (-3, "de", "\N{MINUS SIGN}3"),
        (7.0, "en", "7"),
        (69115.25, "de", "69.115,25"),
    ],
)
def test_numbers_are_written_in_the_form_of_the_language(value: float, lang: str, text: str) -> None:
    assert number_text(value, lang) == text  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["plz", "PLZ", "Haus-Nr", "baum_id", "Jahr", "AGS", "Nummer der Stelle"])
def test_numbers_that_are_no_quantities_are_told_by_the_name_of_their_column(name: str) -> None:
    assert is_identifying(name)


@pytest.mark.parametrize("name", ["raeder", "Einwohner", "idee", "nrw_anteil", "Codierung", "Jahresmittel"])
def test_other_columns_are_quantities(name: str) -> None:
    assert not is_identifying(name)


def test_a_cell_is_shown_as_people_read_it() -> None:
    assert shown(None, "text", "de") == ""
    assert shown(True, "boolean", "de") == "ja"
    assert shown("2026-07-14T23:00:00", "datetime", "de") == "2026-07-14 23:00"
    assert shown("2026-07-14T23:00:05+02:00", "datetime", "de") == "2026-07-14 23:00:05"
    assert shown("0012", "text", "de") == "0012"
    assert shown(69115, "integer", "de", grouped=False) == "69115"
    assert shown("x" * 500, "text", "de").endswith("…")
    assert shape_text("MULTIPOLYGON(((0 0, 1 1, 1 0, 0 0)))", "de") == "Flächen"


def test_a_number_has_no_more_digits_than_a_drawing_shows() -> None:
    assert rounded(4421.33333) == 4421
    assert rounded(0.0123456) == 0.01235
    assert rounded(12.3456) == 12.35
    assert rounded(float("nan")) == 0
