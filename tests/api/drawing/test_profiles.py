"""The profile of a column: a histogram and words about what is in it."""

import pytest

from api.drawing.profiles import HEIGHT, WIDTH, percent, profile, type_in_words
from registry.preview.model import Column

NUMBERS = Column(
    name="raeder", type="integer", filled=94, distinct=90, min=0, max=100, histogram=(10, 40, 0, 44), unit="Räder"
)
DAYS = Column(name="tag", type="date", filled=10, distinct=10, min="2026-01-01", max="2026-12-31", histogram=(5, 3, 2))
NAMES = Column(name="stelle", type="text", filled=10, distinct=3, common=(("Allee", 5), ("Brücke", 4), ("Ufer", 1)))
ANSWERS = Column(name="luecke", type="boolean", filled=1000, distinct=2, common=(("false", 986), ("true", 14)))


def test_a_column_of_numbers_says_between_what_they_lie_and_how_many_are_missing() -> None:
    head = profile(NUMBERS, 100, "de")
    assert (head.range, head.empty, head.has_gaps) == (
        "0 bis 100\N{NO-BREAK SPACE}Räder",
        "6\N{NO-BREAK SPACE}% leer",
        True,
    )
    assert head.is_number
    assert len(head.bars) == 3  # no bar where there is no value
    assert all(bar.x + bar.width <= WIDTH and bar.y + bar.height == pytest.approx(HEIGHT) for bar in head.bars)
    assert max(bar.height for bar in head.bars) == HEIGHT


def test_the_bars_of_a_filter_are_marked() -> None:
    assert [bar.is_chosen for bar in profile(NUMBERS, 100, "de", ["30"]).bars] == [False, True, False]
    assert [bar.is_chosen for bar in profile(NUMBERS, 100, "de", ["20..90"]).bars] == [True] * 4  # the empty part, too
    assert [bar.is_chosen for bar in profile(DAYS, 10, "de", ["2026-12-24"]).bars] == [False, False, True]
    assert [bar.is_chosen for bar in profile(NAMES, 10, "de", ["BRÜCKE"]).bars] == [False, True, False]
    assert not any(bar.is_chosen for bar in profile(NUMBERS, 100, "de", ["viele", "999", ""]).bars)


def test_texts_days_and_answers_say_what_is_in_them() -> None:
    assert profile(NAMES, 10, "de").range == "Text, 3 verschiedene"
    assert profile(DAYS, 10, "de").range == "2026-01-01 bis 2026-12-31"
    assert profile(ANSWERS, 1000, "de").range == "ja 1,4\N{NO-BREAK SPACE}%, nein 98,6\N{NO-BREAK SPACE}%"
    assert profile(NAMES, 10, "de").empty == "nie leer"
    assert profile(Column(name="x"), 10, "en").empty == "always empty"
    assert (
        profile(Column(name="jahr", type="integer", filled=2, distinct=1, min=2026, max=2026), 2, "de").range
        == "immer 2026"
    )
    assert type_in_words(DAYS, "en") == "Day"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0 %"),
        (10, 10, "100 %"),
        (1, 3, "33 %"),
        (1, 100_000, "unter 0,1 %"),
        (99_999, 100_000, "99,9 %"),
        (1, 70, "1,4 %"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_all(part: int, whole: int, text: str) -> None:
    assert percent(part, whole, "de") == text.replace(" %", "\N{NO-BREAK SPACE}%")
