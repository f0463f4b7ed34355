"""Facets: their filters and their counts."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from registry.errors import UsageError
from registry.search.query import FACETS, Count, Where
from vocab.concepts import ConceptList, concept_list
from vocab.match import district

SHOWN_VALUES = 100  # of a facet; what is selected comes in addition


def normal_where(where: Mapping[str, Iterable[str]], districts: ConceptList | None = None) -> Where:
    """Filter values as the index holds them: notations for full IRIs, ids for addresses of records.

    Raises UsageError for a facet that there is not, naming the nearest.
    """
    normal: dict[str, tuple[str, ...]] = {}
    for facet, values in where.items():
        if facet not in FACETS:
            near = difflib.get_close_matches(facet, FACETS, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(FACETS)}."
            raise UsageError(f"There is no facet {facet[:40]!r}. {hint}")
        normal[facet] = tuple(
            dict.fromkeys(_value(facet, value.strip(), districts) for value in values if value.strip())
        )
    return normal


_LISTS = {"theme": "themes", "format": "file-types", "licence": "licences", "phase": "phases"}


def _value(facet: str, value: str, districts: ConceptList | None) -> str:
    known = None
    if facet in _LISTS:
        known = concept_list(_LISTS[facet]).get(value)
    elif facet == "district" and districts is not None:
        known = districts.get(value) or district(value, districts)
    elif facet == "publisher" and "/id/" in value:
        return value.rpartition("/id/")[2]
    return known.notation if known else value


COUNTED = {facet: facet for facet in FACETS} | {"publisher": "publishers", "year": "years"}  # facet -> counted field
RANGES = 10_000  # of years that are told apart


def aggregations(
    where: Where, facets: Iterable[str], written: Callable[[Where], Any], more: str
) -> dict[str, dict[str, Any]]:
    """Terms of each facet below a filter by the others' values; and a filter for each selected value, however rare.

    `written`: a filter in the engine's own language; `more`: its name for how many terms a part of the index counts.
    """
    parts: dict[str, dict[str, Any]] = {}
    for facet in facets:
        others = {other: values for other, values in where.items() if other != facet}
        above = parts
        if others:
            above = parts.setdefault(f"by {' '.join(others)}", {"filter": written(others), "aggs": {}})["aggs"]
        size = RANGES if facet == "year" else SHOWN_VALUES
        above[facet] = {"terms": {"field": COUNTED[facet], "size": size, more: 20 * size}}
        for place, value in enumerate(where.get(facet, ())):
            above[f"{facet} {place}"] = {"filter": written({facet: (value,)})}
    return parts


def counts(answer: Mapping[str, Any], facet: str, selected: Sequence[str]) -> tuple[Count, ...]:
    """Counts of a facet, largest first, from what an engine answers to `aggregations`."""
    below = next(part for part in (answer, *answer.values()) if facet in part)
    found: dict[str, int] = {}
    labels: dict[str, str] = {}
    for bucket in below[facet]["buckets"]:
        for value, label in _counted(facet, bucket["key"]):
            found[value] = found.get(value, 0) + int(bucket["doc_count"])
            labels.setdefault(value, label)
    ordered = dict(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:SHOWN_VALUES])
    for place, value in enumerate(selected):
        if value not in ordered and "://" not in value:
            ordered[value] = int(below[f"{facet} {place}"]["doc_count"])
    return tuple(Count(value, count, labels.get(value, "")) for value, count in ordered.items())


def _counted(facet: str, key: str) -> Iterator[tuple[str, str]]:
    """The values that a counted one stands for, with their labels."""
    if facet == "year":
        first, _, last = key.partition("-")
        yield from ((str(year), "") for year in range(int(first), int(last) + 1))
    else:
        value, _, label = key.partition("\t")
        yield value, label
