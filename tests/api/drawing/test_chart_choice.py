"""Which chart shows what is in a table, and its data and words."""

from api.drawing.chart_choice import COUNT, Choice, chart, choice, groupings_of, numbers_of, question
from registry.preview.model import Aggregate, Column, Group, Groups, Preview

DAY = Column(name="tag", type="date", filled=700, distinct=700, min="2024-01-01", max="2025-12-31")
STATION = Column(name="stelle", type="text", filled=700, distinct=3)
BICYCLES = Column(name="raeder", type="integer", filled=700, distinct=500, min=0, max=900)
POSTCODE = Column(name="plz", type="integer", filled=700, distinct=9, min=69115, max=69126)
LATITUDE = Column(name="lat", type="number", filled=700, distinct=9, min=49.3, max=49.5)
YEAR = Column(name="Jahr", type="integer", filled=20, distinct=20, min=2005, max=2024)


def preview(*columns: Column, total: int = 700) -> Preview:
    return Preview(state="ready", columns=columns, total=total)


def group(key: object, value: float | None, rows: int = 2) -> Group:
    return Group(key=key, value=value, rows=rows, filled=rows)


def test_times_come_before_categories_and_quantities_are_no_codes() -> None:
    table = preview(POSTCODE, LATITUDE, STATION, DAY, BICYCLES)
    assert [column.name for column in groupings_of(table.columns)] == ["tag", "stelle"]
    assert [column.name for column in numbers_of(table.columns)] == ["raeder"]
    chosen = choice(table)
    assert chosen == Choice("tag", "raeder", "avg", "month", True)
    assert question(chosen, [("stelle", "a")]) == Aggregate(
        measure="avg", column="raeder", by="tag", part="month", where=(("stelle", "a"),)
    )


def test_what_is_asked_for_wins_over_what_fits_and_what_cannot_be_is_ignored() -> None:
    table = preview(STATION, DAY, BICYCLES)
    assert choice(table, "stelle", "raeder", "max") == Choice("stelle", "raeder", "max", None, False)
    assert choice(table, "gibt-es-nicht", "auch-nicht", "unsinn") == choice(table)
    assert choice(table, "stelle", COUNT) == Choice("stelle", "", "count", None, False)
    assert choice(table, kinds={"raeder": "amount"}) == Choice("tag", "raeder", "sum", "month", True)


def test_a_column_of_years_is_an_axis_of_time() -> None:
    assert choice(preview(YEAR, BICYCLES)) == Choice("Jahr", "raeder", "avg", None, True)


def test_nothing_plain_is_no_chart() -> None:
    assert choice(preview(POSTCODE, LATITUDE)) is None
    names = Column(name="name", type="text", filled=20, distinct=20)
    assert choice(preview(names, total=20)) is None  # each once: a count says nothing
    assert choice(preview(Column(name="text", type="text", filled=700, distinct=700), BICYCLES)) is None


MONTHS = Choice("tag", "raeder", "avg", "month", True)


def test_a_month_without_rows_is_a_gap_and_stands_in_no_table() -> None:
    answer = Groups(
        groups=(group("2024-01", 5.0), group("2024-02", 9.25), group("2024-04", 7.0), group(None, 1.0)), rows=8
    )
    drawn = chart(MONTHS, answer, "Räder", "de")
    assert drawn is not None
    assert drawn.finding == "Am höchsten: Februar 2024 mit 9,25."
    assert drawn.measured == "raeder (Räder), Mittelwert je Monat"
    assert [label for label, _value in drawn.rows] == ["Januar 2024", "Februar 2024", "April 2024"]
    assert drawn.lines[0].path.count("M") == 1
    assert len(drawn.lines[0].spots) == 1


def test_categories_stand_in_the_order_of_their_values() -> None:
    answer = Groups(groups=(group("a", 1, 1), group("b", 3, 1), group("c", None, 1), group(True, 2, 1)), rows=4)
    drawn = chart(Choice("stelle", "raeder", "avg", None, False), answer, "", "de")
    assert drawn is not None
    assert drawn.rows == (("b", "3"), ("ja", "2"), ("a", "1"))
    assert drawn.measured == "raeder nach stelle"  # every category has one row: there is nothing to average


def test_too_few_or_too_many_groups_are_no_chart() -> None:
    assert chart(MONTHS, Groups(groups=(group("2024-01", 5.0),), rows=2), "", "de") is None
    many = Groups(groups=(group("2024-01", 5.0), group("2024-02", 6.0)), rows=4, complete=False)
    assert chart(MONTHS, many, "", "de") is None


def test_english_has_its_own_words() -> None:
    answer = Groups(groups=(group("2024-01", 5.5), group("2024-02", 9.25)), rows=8)
    drawn = chart(MONTHS, answer, "", "en")
    assert drawn is not None
    assert drawn.finding == "Highest: February 2024 with 9.25."
    assert drawn.measured == "raeder, average per month"


def test_hours_of_a_single_day_are_an_axis_of_their_own() -> None:
    hours = Column(
        name="zeit", type="datetime", filled=24, distinct=24, min="2026-01-01T00:00:00", max="2026-01-01T23:00:00"
    )
    chosen = choice(preview(hours, BICYCLES, total=24))
    assert chosen is not None
    assert chosen.part == "hour"
    drawn = chart(chosen, Groups(groups=(group(0, 4), group(1, 6)), rows=4), "", "de")
    assert drawn is not None
    assert drawn.rows[1] == ("1 Uhr", "6")


def test_a_stock_is_added_up_of_one_day_only() -> None:
    days = Column(name="stichtag", type="date", filled=900, distinct=12, min="2024-01-01", max="2026-10-01")
    cars = Column(name="fahrzeuge", type="integer", filled=900, distinct=300, min=1, max=900)
    table = preview(days, STATION, cars, total=900)
    over_time = choice(table, kinds={"fahrzeuge": "stock"})
    assert over_time == Choice("stichtag", "fahrzeuge", "sum", "day", True, None, True)
    assert choice(preview(STATION, cars), kinds={"fahrzeuge": "stock"}) == Choice(
        "stelle", "fahrzeuge", "sum", None, False
    )
    quarters = Groups(groups=(group("2024-01-01", 90.0), group("2024-04-01", 95.0), group("2024-07-01", 99.0)), rows=6)
    drawn = chart(over_time, quarters, "", "de") if over_time else None
    assert drawn is not None
    assert drawn.lines[0].path.count("M") == 1  # one line through the days that there are
    assert drawn.finding == "Am höchsten: 1. Juli 2024 mit 99."
    assert drawn.measured == "fahrzeuge, Summe am jeweiligen Tag"


def test_a_sum_by_category_is_of_the_latest_year_only_and_says_so() -> None:
    year = Column(name="Jahr", type="integer", filled=26, distinct=2, min=2025, max=2026)
    posts = Column(name="Teilhaushalt", type="text", filled=26, distinct=7)
    sums = Column(name="Erträge", type="number", filled=26, distinct=26, min=1.0, max=9e6)
    table = preview(year, posts, sums, total=26)
    chosen = choice(table, kinds={"Erträge": "amount"})
    assert chosen == Choice("Teilhaushalt", "Erträge", "sum", None, False, ("Jahr", "2026"))
    assert chosen is not None
    assert question(chosen, ()).where == (("Jahr", "2026"),)
    drawn = chart(chosen, Groups(groups=(group("Bildung", 5.0), group("Kultur", 2.0)), rows=4), "Euro", "de")
    assert drawn is not None
    assert drawn.measured == "Erträge (Euro), Summe nach Teilhaushalt, Jahr 2026"
    asked = choice(table, "Teilhaushalt", "Erträge", "sum", {"Erträge": "amount"})
    assert asked is not None
    assert asked.only is None  # who chooses it gets what the filters say
