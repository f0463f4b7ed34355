"""Days that dates mean, and the day of the next promised update.

Covers: registry/model/timing.py
"""

from datetime import date

import pytest

from registry.model.timing import first_day, last_day, promise
from tests.builders import a_dataset

EU = "http://publications.europa.eu/resource/authority/frequency"


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-03T10:00:00Z", date(2024, 2, 3), date(2024, 2, 3)),
        ("-0050", None, None),
        ("2024-13", None, None),
        ("", None, None),
    ],
)
def test_a_date_of_any_accuracy_has_a_first_and_a_last_day(value, first, last):
    assert (first_day(value), last_day(value)) == (first, last)


@pytest.mark.parametrize(
    ("frequency", "due", "last_good_day"),
    [("DAILY", (2024, 1, 2), (2024, 1, 3)), ("ANNUAL", (2024, 12, 31), (2025, 1, 14)), ("HOURLY", (2024, 1, 2), None)],
)
def test_an_update_is_due_after_the_interval_and_overdue_some_days_later(frequency, due, last_good_day):
    promised = promise(a_dataset(modified="2024-01-01", frequency=f"{EU}/{frequency}"))
    assert promised is not None
    assert promised.due == date(*due)
    if last_good_day:
        assert promised.last_good_day == date(*last_good_day)


@pytest.mark.parametrize(
    "fields", [{"frequency": f"{EU}/DAILY"}, {"modified": "2024"}, {"frequency": f"{EU}/IRREG", "modified": "2024"}]
)
def test_without_a_date_or_an_interval_nothing_is_promised(fields):
    assert promise(a_dataset(**fields)) is None


def test_the_calendar_ends():
    promised = promise(a_dataset(modified="9999-12-30", frequency=f"{EU}/DAILY"))
    assert promised is not None
    assert promised.last_good_day == date.max
