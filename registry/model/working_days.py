"""Working days: Monday to Friday, without the public holidays that all German states have.

Entry point: `working_day_after`. Holidays of a single state are left out: the code is the same in every city, so a date
can be a day too early there, never too late.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_FIXED: Final = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))  # month and day
_FROM_EASTER: Final = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension Day, Whit Monday: days from Easter Sunday


def working_day_after(day: date, number: int) -> date:
    """The working day that is `number` working days after a day."""
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5 and day not in _holidays(day.year)
    return day


@lru_cache(16)
def _holidays(year: int) -> frozenset[date]:
    easter = _easter(year)
    moving = (easter + timedelta(days=days) for days in _FROM_EASTER)
    return frozenset((*(date(year, month, day) for month, day in _FIXED), *moving))


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm, as Meeus gives it)."""
    golden, century = year % 19, year // 100
    leaps = century // 4
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - moon - year % 100 % 4) % 7
    correction = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)
