"""The fields of the search page for a place: coordinates as map programs show them, or a box, and a radius.

Entry points: `as_limits` turns what was typed into the parameters `near` and `bbox`, `typed` turns these back.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from registry.model import Text
from registry.model.message import message, translations
from registry.search.limits import Limits

AROUND: Final = "around"  # latitude, longitude; or west, south, east, north
KM: Final = "km"
DEFAULT_KM: Final = "1"
MAX_CHARACTERS: Final = 100
_WITH_POINT: Final = re.compile(r"([-+−]?\d+(?:\.\d+)?)\s*°?\s*([NSEOW]?)")
_WITH_COMMA: Final = re.compile(r"([-+−]?\d+(?:,\d+)?)\s*°?\s*([NSEOW]?)")
_NEGATIVE: Final = ("S", "W")

Pairs = Iterable[tuple[str, str]]


class Typed(NamedTuple):
    around: str = ""
    km: str = DEFAULT_KM


def as_limits(params: Pairs) -> tuple[list[tuple[str, str]], tuple[Text, ...]]:
    """The parameters with `near` or `bbox` in place of the fields, and a note if these cannot be read."""
    listed = list(params)
    values = dict(reversed(listed))  # of a parameter that repeats the first counts
    around, km = values.get(AROUND, "").strip(), values.get(KM, "").strip().replace(",", ".") or DEFAULT_KM
    others = [(name, value) for name, value in listed if name not in (AROUND, KM)]
    if not around:
        return others, ()
    numbers = _numbers(around[:MAX_CHARACTERS].upper())
    if len(numbers) not in (2, 4):
        return others, (translations(message("place-form")),)
    limit = ("bbox", ",".join(numbers)) if len(numbers) == 4 else ("near", ",".join((numbers[1], numbers[0], km)))
    return [*(pair for pair in others if pair[0] != limit[0]), limit], ()


def _numbers(text: str) -> list[str]:
    """The numbers of a text, with decimal points or decimal commas; south and west are negative."""
    pattern = _WITH_POINT if "." in text else _WITH_COMMA
    numbers = pattern.findall(text.replace("−", "-"))
    return [("-" if side in _NEGATIVE else "") + number.replace(",", ".") for number, side in numbers]


def typed(limits: Limits) -> Typed:
    """What the fields show for these limits."""
    if limits.near:
        near = limits.near
        return Typed(f"{near.latitude:.7g}, {near.longitude:.7g}", f"{near.km:g}")
    return Typed(", ".join(f"{side:.7g}" for side in limits.box)) if limits.box else Typed()
