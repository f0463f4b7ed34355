"""The parameters that limit a search by place and time, and name what is counted: read, checked, written again.

Entry points: `limits`, `counted_facets` and `check_cursor` (ValidationError with the parameter's name for a wrong
one), `pairs`, and `wrong`, by which pages leave wrong ones out.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from registry.errors import UsageError, ValidationError
from registry.model.message import Message, message, translations
from registry.model.timing import first_day, last_day
from registry.search.facets import DEFAULT_FACETS, FACETS
from registry.search.limits import Limits, Near
from registry.search.paging import cursor_of
from registry.search.query import Query
from registry.search.space_time import Box
from vocab.values import date

MAX_KM: Final = 200  # of a radius
MAX_CHARACTERS: Final = 100  # of a parameter
NO_FACETS: Final = "none"  # the value of `facets` that counts nothing

Error = Mapping[str, Any]


class _WrongError(Exception):
    """Its message is in `args`."""


def limits(given: Mapping[str, str]) -> Limits:
    """The limits that parameters ask for; ValidationError if one is wrong."""
    if errors := wrong(given):
        raise ValidationError("parameter-wrong", errors)
    values = {name: read(given[name].strip()) for name, (_, read) in _PARAMETERS.items() if given.get(name, "").strip()}
    return Limits(**{_PARAMETERS[name][0]: value for name, value in values.items()})


def counted_facets(value: str) -> tuple[str, ...]:
    """The facets that `facets=a,b` names, those counted by default for ""; ValidationError for an unknown one."""
    names = tuple(dict.fromkeys(filter(None, map(str.strip, value[: 20 * MAX_CHARACTERS].split(",")))))
    if names == (NO_FACETS,):
        return ()
    for name in names:
        if name not in FACETS:
            reason = message("facet-unknown", facet=name[:40], hint=message("there-are", names=", ".join(FACETS)))
            raise ValidationError("parameter-wrong", [_error("facets", reason)])
    return names or DEFAULT_FACETS


def check_cursor(query: Query) -> None:
    """ValidationError for a token that is none, or that belongs to another search."""
    try:
        cursor_of(query)
    except UsageError as error:
        raise ValidationError("parameter-wrong", [_error("cursor", error.summary)]) from error


def wrong(given: Mapping[str, str]) -> list[Error]:
    """An error for each parameter that cannot be used, as in the `errors` of a problem document."""
    errors, values = [], {}
    for name, (_, read) in _PARAMETERS.items():
        if text := given.get(name, "").strip():
            try:
                values[name] = read(text)
            except _WrongError as error:
                errors.append(_error(name, error.args[0]))
    first, last = first_day(values.get("from", "")), last_day(values.get("to", ""))
    if first and last and first > last:
        errors.append(_error("to", message("period-ends-before-it-begins")))
    return errors


def _error(name: str, reason: Message) -> Error:
    remedy = translations(message("see-openapi-parameters"))
    return {"field": name, "rule": reason.code, "message": translations(reason), "remedy": remedy}


def pairs(limits: Limits, facets: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The parameters that `limits` and `counted_facets` read back."""
    if limits.box:
        yield "bbox", _listed(limits.box)
    if limits.near:
        yield "near", _listed((limits.near.longitude, limits.near.latitude, limits.near.km))
    if limits.begins:
        yield "from", limits.begins
    if limits.ends:
        yield "to", limits.ends
    if not limits.whole_city:
        yield "city", "no"
    if facets != DEFAULT_FACETS:
        yield "facets", ",".join(facets) or NO_FACETS


def _listed(numbers: Iterable[float]) -> str:
    return ",".join(f"{number:.7f}".rstrip("0").rstrip(".") for number in numbers)


def _box(text: str) -> Box:
    numbers = _numbers(text, 4)
    if not numbers:
        raise _WrongError(message("bbox-form"))
    west, south, east, north = numbers
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _WrongError(message("bbox-form"))
    return Box(west, south, east, north)


def _near(text: str) -> Near:
    numbers = _numbers(text, 3)
    if not numbers:
        raise _WrongError(message("near-form", limit=MAX_KM))
    longitude, latitude, km = numbers
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90 and 0 < km <= MAX_KM):
        raise _WrongError(message("near-form", limit=MAX_KM))
    return Near(longitude, latitude, km)


def _numbers(text: str, count: int) -> tuple[float, ...]:
    """So many decimal numbers with commas between them; () for anything else."""
    parts = text.split(",")
    if len(text) > MAX_CHARACTERS or len(parts) != count:
        return ()
    try:
        numbers = tuple(map(float, parts))
    except ValueError:
        return ()
    return numbers if all(map(math.isfinite, numbers)) else ()


def _date(text: str) -> str:
    """A year, a month or a day, also as people write it: 3.5.2021."""
    read = date(text) if len(text) <= MAX_CHARACTERS else None
    if read is None or not first_day(read.value):
        raise _WrongError(message("date-form"))
    return str(read.value)[:10]


def _whole_city(text: str) -> bool:
    """False for "no": a district is meant without what holds for the whole city."""
    if text not in ("yes", "no"):
        raise _WrongError(message("city-form"))
    return text == "yes"


_PARAMETERS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {  # name -> field of Limits, and how it is read
    "bbox": ("box", _box),
    "near": ("near", _near),
    "from": ("begins", _date),
    "to": ("ends", _date),
    "city": ("whole_city", _whole_city),
}
LIMITS: Final = tuple(_PARAMETERS)
