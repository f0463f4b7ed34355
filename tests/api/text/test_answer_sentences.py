"""The sentence of a number: what was counted, when the rows begin and end, and what is not said."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from api.text.answer_sentences import explanation, headline, period
from registry.answers.answers import Answer
from registry.answers.evaluating import Result
from registry.answers.readings import Reading
from registry.answers.tables import Table, TableColumn
from registry.answers.terms import Phrases
from registry.answers.times import Time
from registry.model import Metadata, Record

STATION = TableColumn("station", {"de": "Zählstelle", "en": "Station"}, "text", "", "place")
DAY = TableColumn("tag", {"de": "Tag"}, "date", "", "time")
COUNT = TableColumn("anzahl", {"de": "Fahrräder"}, "integer", "Fahrräder", "measure", "summe")
TABLE = Table(
    "rad", "1", ({"de": "Radverkehr"}, {"de": "Zählwerte"}), 10, (STATION, DAY, COUNT), DAY, False, Phrases(),
    frozenset(), frozenset(), False,
)  # fmt: skip
YEAR = Time(0, 4, date(2025, 1, 1), date(2025, 12, 31), "year")


def answer(result: Result, **reading: Any) -> Answer:
    asked: dict[str, Any] = {
        "table": TABLE,
        "measure": "sum",
        "column": COUNT,
        "where": (("station", "Plöck"),),
    } | reading
    record = Record(id="rad", said=Metadata(kind="dataset"))
    return Answer(record, Reading(**asked), result, datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2025-01-01", "2025-12-31", "2025"),
        ("2025-01-01T00:00:00", "2025-12-31T23:00:00", "2025"),
        ("2025-01", "2025-12", "2025"),
        ("2025", "2025", "2025"),
        ("2025-01-01", "2025-06-30", "1. Januar 2025 bis 30. Juni 2025"),
        ("2025-01", "2025-09", "Januar 2025 bis September 2025"),
    ],
)
def test_a_year_that_is_not_whole_says_from_when_to_when(first: str, last: str, shown: str) -> None:
    assert period(answer(Result(5, 5, first=first, last=last), time=YEAR), "de") == shown


def test_rows_without_a_value_are_said() -> None:
    text = explanation(answer(Result(1234.5, 8, 2, first="2025-01-01", last="2025-12-31"), time=YEAR), "de")
    assert text == (
        "Summe der Spalte „Fahrräder“; Zählstelle: Plöck; 2025. "
        "8 Zeilen der Datei „Zählwerte“ aus „Radverkehr“ (2 weitere ohne Wert), gelesen am 1. Dezember 2026."
    )


def test_one_row_is_a_value_and_no_sum() -> None:
    assert explanation(answer(Result(5, 1)), "en").startswith("Value of the column “Fahrräder”; Station: Plöck. 1 row:")


def test_the_largest_group_is_named_before_its_number() -> None:
    largest = answer(Result(900, 3, key=(("station", "Plöck"),)), by=STATION, where=())
    assert headline(largest, "de") == "Plöck: 900 Fahrräder"
    assert "größte Summe der Spalte „Fahrräder“ je „Zählstelle“" in explanation(largest, "de")


def test_a_year_has_no_thousands() -> None:
    planted = TableColumn("jahr", {"de": "Pflanzjahr"}, "integer", "", "year")
    assert headline(answer(Result(1900, 1), column=planted, measure="min"), "de") == "1900"
