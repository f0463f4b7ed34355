"""Filters by facets in the form of the index, and the counts of facets from what an engine answers."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from registry.errors import UsageError
from registry.model.message import message
from registry.search.facets import FACETS, Facet, value_list
from registry.search.query import Count, Where
from vocab.concepts import ConceptList
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
            hint = message("did-you-mean", near=near[0]) if near else message("there-are", names=", ".join(FACETS))
            raise UsageError("facet-unknown", facet=facet[:40], hint=hint)
        normal[facet] = tuple(
            dict.fromkeys(_value(FACETS[facet], value.strip(), districts) for value in values if value.strip())
        )
    return normal


def _value(facet: Facet, value: str, districts: ConceptList | None) -> str:
    if facet.values == "records" and "/id/" in value:
        return value.rpartition("/id/")[2]
    concepts = value_list(facet, districts)
    known = concepts.get(value) if concepts else None
    if known is None and concepts is not None and concepts is districts:
        known = district(value, concepts)
    return known.notation if known else value


MAX_YEAR_RANGES = 10_000  # that are told apart


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
        size = MAX_YEAR_RANGES if FACETS[facet].values == "years" else SHOWN_VALUES
        above[facet] = {"terms": {"field": FACETS[facet].counted_field, "size": size, more: 20 * size}}
        for place, value in enumerate(where.get(facet, ())):
            above[f"{facet} {place}"] = {"filter": written({facet: (value,)})}
    return parts


def counts(answer: Mapping[str, Any], facet: str, selected: Sequence[str]) -> tuple[Count, ...]:
    """Counts of a facet, largest first, from what an engine answers to `aggregations`."""
    below = next(part for part in (answer, *answer.values()) if facet in part)
    count_by_value: dict[str, int] = {}
    labels: dict[str, str] = {}
    for bucket in below[facet]["buckets"]:
        for value, label in _counted(facet, bucket["key"]):
            count_by_value[value] = count_by_value.get(value, 0) + int(bucket["doc_count"])
            labels.setdefault(value, label)
    ordered = dict(sorted(count_by_value.items(), key=lambda one: (-one[1], one[0]))[:SHOWN_VALUES])
    for place, value in enumerate(selected):
        if value not in ordered and "://" not in value:
            ordered[value] = int(below[f"{facet} {place}"]["doc_count"])
    return tuple(Count(value, count, labels.get(value, "")) for value, count in ordered.items())


def _counted(facet: str, key: str) -> Iterator[tuple[str, str]]:
    """The values that a counted one stands for, with their labels."""
    if FACETS[facet].values == "years":
        first, _, last = key.partition("-")
        yield from ((str(year), "") for year in range(int(first), int(last) + 1))
    else:
        value, _, label = key.partition("\t")
        yield value, label
