"""Times that a question names: 2025, im März 2025, 1. Quartal 2025, 12.03.2025, March 12, 2025, Januar bis März 2025.

Entry point: `times`. Years, months, quarters and days only; what is relative ("last year"), a season or an hour is
none.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

_NAMES: Final = (
    "januar jänner january jan",
    "februar february feb",
    "märz maerz march",
    "april",
    "mai may",
    "juni june",
    "juli july",
    "august",
    "september sept",
    "oktober october",
    "november nov",
    "dezember december dez dec",
)
_MONTHS: Final = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_MONTH: Final = f"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_YEAR: Final = r"(?:19|20)\d\d"
_NTH: Final = {"1": 1, "2": 2, "3": 3, "4": 4, "ersten": 1, "erstes": 1, "zweiten": 2, "zweites": 2, "dritten": 3,
               "drittes": 3, "vierten": 4, "viertes": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}  # fmt: skip
_QUARTER: Final = (
    rf"(?:(?:(?P<nth>{'|'.join(_NTH)})\.?\s+(?:quartal|quarter)|q(?P<q>[1-4]))"
    rf"(?:\s+(?:of|in|des\s+jahres))?\s+(?P<yq>{_YEAR}))"
)
_DAY: Final = (
    rf"(?:(?P<d1>\d{{1,2}})\.\s?(?P<m1>\d{{1,2}})\.\s?(?P<y1>{_YEAR})|(?P<y2>{_YEAR})-(?P<m2>\d\d)-(?P<d2>\d\d)"
    rf"|(?P<d3>\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?(?P<m3>{_MONTH})\s+(?P<y3>{_YEAR})"
    rf"|(?P<m4>{_MONTH})\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y4>{_YEAR}))"
)
_MONTH_YEAR: Final = rf"(?:(?P<m5>{_MONTH})(?:\s+of)?(?:\s+(?P<y5>{_YEAR}))|(?P<y6>{_YEAR})-(?P<m6>\d\d)(?![-\d]))"
_LEAD: Final = (
    r"(?:(?:im|am|vom|in|on|during|im\s+laufe)\s+)?(?:(?:the|dem|das)\s+)?"
    r"(?:(?:jahres|jahre|jahr|year|month\s+of)\s+)?(?:of\s+)?"
)
_SINGLE = re.compile(
    rf"\b{_LEAD}(?:{_QUARTER}|{_DAY}|{_MONTH_YEAR}|(?P<y7>{_YEAR}))\b(?!\s*[/%]|[.,-]\d)", re.IGNORECASE
)
_RANGE = re.compile(
    rf"\b(?:von|vom|from|in|im)?\s*(?:(?P<a>{_MONTH})(?:\s+(?P<ya>{_YEAR}))?|(?P<y8>{_YEAR}))\s*(?:bis|to|until|through|–|-)\s*"
    rf"(?:(?P<b>{_MONTH})\s+(?P<yb>{_YEAR})|(?P<y9>{_YEAR}))\b(?![/-]\d)",
    re.IGNORECASE,
)
# Words before a number that make it a bound or an amount instead of a year.
_BOUND = re.compile(
    r"(?:über|ueber|unter|mehr|weniger|als|ab|seit|vor|nach|bis|rund|etwa|ca\.?|ungefähr|mindestens|höchstens|over|above|below|under"
    r"|than|since|before|after|until|till|about|around|least|zwischen|between|und|and|oder|or|[<>=≥≤~])\s*(?:dem\s+jahr\s+|jahr\s+|der\s+)?$",
    re.IGNORECASE,
)


class Time(NamedTuple):
    """A period that a question names, from `first` to `last` day. `start`, `end`: where it stands in the question;
    `grain`: how exact it is, `year`, `month` or `day`."""

    start: int
    end: int
    first: date
    last: date
    grain: str


def times(question: str) -> Iterator[Time]:
    """The periods in their order; a number behind a word such as "more than" or "since" is none."""
    position = 0
    while position < len(question):
        single, span = _SINGLE.search(question, position), _RANGE.search(question, position)
        match = span if span and (not single or span.start() <= single.start()) else single
        if match is None:
            return
        if not _BOUND.search(question[: match.start()]):
            time = _range(match) if match is span else _single(match)
            if time:
                yield time
        position = match.end()


def _range(match: re.Match[str]) -> Time | None:
    if match["y8"] and match["y9"] and not match["a"] and not match["b"]:
        first, last, grain = date(int(match["y8"]), 1, 1), date(int(match["y9"]), 12, 31), "year"
    elif match["a"] and match["b"]:
        first_month, last_month = _MONTHS[match["a"].lower()], _MONTHS[match["b"].lower()]
        last_year = int(match["yb"])
        first = date(int(match["ya"] or last_year), first_month, 1)
        last, grain = _end_of_month(last_year, last_month), "month"
    else:
        return None
    return Time(match.start(), match.end(), first, last, grain) if first < last else None


def _single(match: re.Match[str]) -> Time | None:
    try:
        first, last, grain = _ends(match)
    except ValueError:  # 31.02.2025
        return None
    return Time(match.start(), match.end(), first, last, grain)


def _ends(match: re.Match[str]) -> tuple[date, date, str]:
    groups = match.groupdict()
    if groups["yq"]:
        year, quarter = int(groups["yq"]), int(groups["q"] or _NTH[groups["nth"].lower()])
        return date(year, 3 * quarter - 2, 1), _end_of_month(year, 3 * quarter), "month"
    for number in "1234":
        if groups[f"y{number}"]:
            day = date(int(groups[f"y{number}"]), _month(groups[f"m{number}"]), int(groups[f"d{number}"]))
            return day, day, "day"
    for number in "56":
        if groups[f"y{number}"]:
            year, month = int(groups[f"y{number}"]), _month(groups[f"m{number}"])
            return date(year, month, 1), _end_of_month(year, month), "month"
    year = int(groups["y7"])
    return date(year, 1, 1), date(year, 12, 31), "year"


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS[text.lower()]


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
