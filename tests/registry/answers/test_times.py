"""The periods that a question names, and words that make a number something else than a year.

Covers: registry/answers/times.py
"""

import pytest

from registry.answers.times import times


@pytest.mark.parametrize(
    ("question", "first", "last", "grain"),
    [
        ("Räder 2025", "2025-01-01", "2025-12-31", "year"),
        ("im Jahr 2025", "2025-01-01", "2025-12-31", "year"),
        ("im März 2025", "2025-03-01", "2025-03-31", "month"),
        ("in February 2024", "2024-02-01", "2024-02-29", "month"),
        ("im 1. Quartal 2025", "2025-01-01", "2025-03-31", "month"),
        ("Q4 2025", "2025-10-01", "2025-12-31", "month"),
        ("am 12.3.2025", "2025-03-12", "2025-03-12", "day"),
        ("am 12. März 2025", "2025-03-12", "2025-03-12", "day"),
        ("on March 12, 2025", "2025-03-12", "2025-03-12", "day"),
        ("2025-03-12", "2025-03-12", "2025-03-12", "day"),
        ("von Januar bis März 2025", "2025-01-01", "2025-03-31", "month"),
        ("from May 2024 to June 2025", "2024-05-01", "2025-06-30", "month"),
        ("2024 bis 2025", "2024-01-01", "2025-12-31", "year"),
    ],
)
def test_a_period_is_read(question: str, first: str, last: str, grain: str) -> None:
    (time,) = times(question)
    assert (time.first.isoformat(), time.last.isoformat(), time.grain) == (first, last, grain)


@pytest.mark.parametrize(
    "question",
    ["mehr als 2000 Räder", "über 2000 Räder", "seit 2024", "vor 2025", "bis 2025", "2024/25", "im Mai", "letztes Jahr",
     "31.02.2025", "von Mai bis März 2025", "more than 2000", "12.05.25"],
)  # fmt: skip
def test_a_bound_an_amount_and_what_is_no_day_are_no_period(question: str) -> None:
    assert list(times(question)) == []


def test_two_periods_are_two() -> None:
    assert len(list(times("Räder 2024, Räder 2025"))) == 2
