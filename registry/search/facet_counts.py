"""Turns filter values into those of the index, builds aggregations, and reads counts from an engine's answer.

Entry points: `normal_where` (filters of a request), `aggregations` and `counts` (both engines use the same format).
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from registry.errors import UsageError
from registry.model.message import message
from registry.search.facets import DATED_FACETS, FACETS, OUTSIDE_FACETS, VALUE_END, Facet, value_list
from registry.search.filters import Condition, Filters, Where, conditions_of
from registry.search.organization_tree import OrganizationTree
from registry.search.query import Count
from vocab.concepts import ConceptList
from vocab.folding import named
from vocab.match import district

SHOWN_VALUES = 100  # of a facet; selected values come in addition


def normal_where(where: Mapping[str, Iterable[str]], districts: ConceptList | None = None) -> Where:
    """Filter values as the index holds them: notations in place of IRIs, ids in place of addresses of records.

    Raises UsageError for an unknown facet, with the most similar name.
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
    concept = concepts.get(value) if concepts else None
    if concept is None and concepts is not None and concepts is districts:
        concept = district(value, concepts)
    elif concept is None and concepts is not None and facet.by_name:
        concept = named(concepts, value)
    return concept.notation if concept else value


MAX_KEYS = 10_000  # different keys that are counted of a facet whose values are put together from them
Written = Callable[[Iterable[Condition]], Any]  # conditions in the engine's query language


def aggregations(where: Filters, facets: Iterable[str], written: Written, more: str) -> dict[str, dict[str, Any]]:
    """The aggregations of a search: each facet's terms, filtered by the selected values of the other facets only.

    Each selected value has a filter of its own, so that it is counted even if it is rare. `more`: the engine's
    parameter for the number of terms that a shard or segment counts.
    """
    parts: dict[str, dict[str, Any]] = {}
    alone = replace(where, whole_city=False)  # a district is counted without what holds for the whole city
    for facet in facets:
        others = {other: values for other, values in where.where.items() if other != facet}
        above = parts
        if others:
            part = {"filter": written(conditions_of(where, others)), "aggs": {}}
            above = parts.setdefault(f"by {' '.join(others)}", part)["aggs"]
        if facet in OUTSIDE_FACETS:
            above[facet] = {"filter": written(conditions_of(alone, {facet: (OUTSIDE_FACETS[facet],)}))}
        else:
            above[facet] = _ranges(facet, where.today) if facet in DATED_FACETS else _terms(facet, more)
        for n, value in enumerate(where.where.get(facet, ())):
            above[f"{facet} {n}"] = {"filter": written(conditions_of(alone, {facet: (value,)}))}
    return parts


def _terms(facet: str, more: str) -> dict[str, Any]:
    row = FACETS[facet]
    size = MAX_KEYS if row.tree or row.together or row.values == "years" else SHOWN_VALUES
    return {"terms": {"field": row.counted_field, "size": size, more: 20 * size}}


def _ranges(facet: str, today: int) -> dict[str, Any]:
    """The end of a range is not part of it. Numbers in no range are in further buckets, which `counts` leaves out."""
    ranges = sorted(DATED_FACETS[facet].ranges(today).items(), key=lambda range: range[1])
    listed = [{"key": f"={value}", "from": low, "to": high + 1} for value, (low, high) in ranges]
    return {"range": {"field": facet, "ranges": listed}}


def counts(
    answer: Mapping[str, Any],
    facet: str,
    selected: Sequence[str],
    organizations: OrganizationTree | None = None,
) -> tuple[Count, ...]:
    """Counts of a facet, largest first, from an engine's answer to `aggregations`. `organizations`: only needed for a
    facet that is a tree."""
    below = next(part for part in (answer, *answer.values()) if facet in part)
    buckets = [(bucket["key"], int(bucket["doc_count"])) for bucket in below[facet].get("buckets", ())]
    labels: dict[str, str] = {}
    if FACETS[facet].values == "years":
        count_by_value = _by_year(buckets)
    elif facet in OUTSIDE_FACETS:
        count_by_value = {OUTSIDE_FACETS[facet]: int(below[facet]["doc_count"])}
    elif facet in DATED_FACETS:
        count_by_value = {key[1:]: count for key, count in buckets if key.startswith("=")}
    else:
        count_by_value = _by_value(_single(buckets) if FACETS[facet].together else buckets, labels)
    tree = organizations if FACETS[facet].tree else None
    if tree:
        count_by_value = tree.with_parents(count_by_value)
    counted = sorted(count_by_value.items(), key=lambda counted: (-counted[1], counted[0]))
    ordered = {value: count for value, count in counted[:SHOWN_VALUES] if count}
    for n, value in enumerate(selected):
        if value not in ordered and "://" not in value:
            ordered[value] = int(below[f"{facet} {n}"]["doc_count"])
    parents = tree.parents(ordered) if tree else {}
    return tuple(Count(value, count, labels.get(value, ""), parents.get(value, "")) for value, count in ordered.items())


def _single(buckets: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Buckets of single values from those of texts with all values of a record."""
    return ((value, count) for key, count in buckets for value in key.split(VALUE_END))


def _by_value(buckets: Iterable[tuple[str, int]], labels: dict[str, str]) -> dict[str, int]:
    """Counts of values, whose keys may have a label behind a tab; it is noted in `labels`."""
    counts: dict[str, int] = {}
    for key, count in buckets:
        value, _, label = key.partition("\t")
        counts[value] = counts.get(value, 0) + count
        labels.setdefault(value, label)
    return counts


def _by_year(buckets: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Counts of single years from those of ranges such as "2019-2021"."""
    changes: dict[int, int] = {}  # year -> how many ranges begin in it, less those that ended the year before
    for key, count in buckets:
        first, _, last = key.partition("-")
        changes[int(first)] = changes.get(int(first), 0) + count
        changes[int(last) + 1] = changes.get(int(last) + 1, 0) - count
    counts, current = {}, 0
    for year in range(min(changes, default=0), max(changes, default=0)):
        current += changes.get(year, 0)
        if current:
            counts[str(year)] = current
    return counts
