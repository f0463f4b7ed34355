"""Free text -> frequency of the EU: "täglich", "alle 14 Tage", "3 times a year", "R/P1D".

Entry point: `frequency`.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from vocab.concepts import Concept, concept_list
from vocab.folding import CACHED, MAX_TEXT, fold, match
from vocab.values import interval

_COUNTED = (
    "ein eine einen one a;zwei two;drei three;vier four;fuenf five;sechs six;sieben seven;acht eight;neun nine;"
    "zehn ten;elf eleven;zwoelf twelve"
)
_NUMBERS: Final = {
    **{word: number for number, text in enumerate(_COUNTED.split(";"), 1) for word in text.split()},
    "vierzehn": 14,
    "fourteen": 14,
    "fuenfzehn": 15,
    "fifteen": 15,
    "zwanzig": 20,
    "twenty": 20,
    "dreissig": 30,
}
_UNITS: Final = {  # stem of a unit -> months, seconds
    **dict.fromkeys(("minute", "minuten", "minutes", "min"), (0, 60)),
    **dict.fromkeys(("stunde", "stunden", "hour", "hours", "stuendlich", "hourly"), (0, 3600)),
    **dict.fromkeys(("tag", "tage", "tagen", "day", "days", "taeglich", "daily"), (0, 86400)),
    **dict.fromkeys(("woche", "wochen", "week", "weeks", "woechentlich", "weekly"), (0, 604800)),
    **dict.fromkeys(("monat", "monate", "month", "months", "monatlich", "monthly"), (1, 0)),
    **dict.fromkeys(("quartal", "quartale", "quarter", "quarters"), (3, 0)),
    **dict.fromkeys(("jahr", "jahre", "year", "years", "jaehrlich", "yearly"), (12, 0)),
}
_EVERY = re.compile(r"(?:alle|every|jede[nrs]?|each) (?:(\w+) )?(\w+)$")
_TIMES = re.compile(r"(\w+?) ?(?:x|mal|times) (?:(?:im|in der|am|pro|je|per|a|an) )?(\w+)$")


@lru_cache(maxsize=CACHED)
def _frequency(text: str) -> Concept | None:
    concept = match("frequencies", text)
    if concept:
        return concept
    folded = fold(text)
    rhythm = _rhythm(text.strip()) or _every(folded) or _times(folded)
    return _by_rhythm().get(rhythm) if rhythm else None


def frequency(text: str) -> Concept | None:
    """The EU frequency of a text, a code of CKAN or ISO 19115, or a repeating interval of ISO 8601 ("R/P1D")."""
    return _frequency(text) if text and len(text) <= MAX_TEXT else None


@cache
def _by_rhythm() -> Mapping[tuple[float, float], Concept]:
    pairs = ((_rhythm(concept.extra["interval"]), concept) for concept in concept_list("frequencies"))
    return {rhythm: concept for rhythm, concept in pairs if rhythm}


def _rhythm(duration: str) -> tuple[float, float] | None:
    """Months and seconds of an ISO 8601 duration."""
    parts = interval(duration)
    if parts is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = parts
    return _rounded(12 * years + months, 86400 * (7 * weeks + days) + 3600 * hours + 60 * minutes + seconds)


def _rounded(months: float, seconds: float) -> tuple[float, float]:
    """Months rounded to two digits, days to one, because people write thirds of a month or week as 0.33."""
    return round(months, 2), seconds if seconds < 86400 else 86400 * round(seconds / 86400, 1)


def _number(word: str | None) -> int:
    if not word:
        return 1
    return int(word) if word.isdecimal() and len(word) < 4 else _NUMBERS.get(word, 0)


def _every(folded: str) -> tuple[float, float] | None:
    """ "alle 14 Tage", "every two months" """
    parts = _EVERY.match(folded)
    number, unit = (_number(parts[1]), _UNITS.get(parts[2])) if parts else (0, None)
    return _rounded(unit[0] * number, unit[1] * number) if unit and number else None


def _times(folded: str) -> tuple[float, float] | None:
    """ "3 mal im Jahr". A day is not divided: twice a day does not mean every twelve hours."""
    parts = _TIMES.match(folded)
    number, unit = (_number(parts[1]), _UNITS.get(parts[2])) if parts else (0, None)
    whole = number == 1 or (unit and (unit[0] or unit[1] > 86400))
    return _rounded(unit[0] / number, unit[1] / number) if unit and number and whole else None
