"""Working days: weekends and holidays of all German states do not count.

Covers: registry/model/working_days.py
"""

from datetime import date

import pytest

from registry.model.working_days import working_day_after


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (date(2026, 12, 1), 5, date(2026, 12, 8)),  # one weekend
        (date(2026, 12, 5), 1, date(2026, 12, 7)),  # from a Saturday
        (date(2026, 12, 23), 6, date(2027, 1, 4)),  # Christmas Day and New Year are Fridays, 26 December a Saturday
        (date(2027, 3, 25), 1, date(2027, 3, 30)),  # Easter Sunday is 28 March 2027
        (date(2026, 5, 13), 1, date(2026, 5, 15)),  # Ascension Day
        (date(2026, 5, 22), 1, date(2026, 5, 26)),  # Whit Monday
        (date(2000, 4, 20), 1, date(2000, 4, 25)),  # Easter Sunday is 23 April 2000
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
    ],
)
def test_the_day_that_is_so_many_working_days_later(day: date, number: int, expected: date) -> None:
    assert working_day_after(day, number) == expected
