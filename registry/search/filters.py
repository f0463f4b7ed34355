"""The filters of a query as conditions that every engine executes: texts of a field, or ranges of its numbers.

Entry points: `Filters`, which goes through to the engines; `conditions_of` for some of the facets; `fits` for a
single document.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from registry.search.facet_values import WHOLE_CITY
from registry.search.facets import DATED_FACETS, OUTSIDE_FACETS
from registry.search.organization_tree import OrganizationTree

Where = Mapping[str, tuple[str, ...]]  # facet -> values: OR within a facet, AND between
Outside = tuple[tuple[str, tuple[str, ...]], ...]  # facet, and the ids of the records that have its value
NEVER: Final = (2**50, 2**50)  # a range in which no number of a record is


class Range(NamedTuple):
    """Numbers of a field from `low` to `high`, both included; None: open."""

    field: str
    low: int | None
    high: int | None


class Texts(NamedTuple):
    """A document has one of these texts in the field."""

    field: str
    values: tuple[str, ...]


class Ranges(NamedTuple):
    """A document has, for one of the alternatives, a number in each of its ranges."""

    alternatives: tuple[tuple[Range, ...], ...]


Condition = Texts | Ranges


class Filters(msgspec.Struct, frozen=True):
    """What narrows a search. `where`: facets; `limits`: by place and time; `today`: a day number; `units`: for an
    organization the ids of those that are a unit of it, at any depth, and its own; `organizations`: all of them, where
    they were read already; `whole_city`: a district contains what holds for the whole city; `outside`: of facets that
    the index does not know."""

    where: Where = {}
    limits: tuple[Ranges, ...] = ()
    today: int = 0
    units: Mapping[str, tuple[str, ...]] = {}
    organizations: OrganizationTree | None = None
    whole_city: bool = True
    outside: Outside = ()

    def conditions(self) -> Iterator[Condition]:
        yield from conditions_of(self, self.where)
        yield from self.limits

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same filters on the same day."""
        return tuple(sorted(self.where.items())), self.limits, self.today, self.whole_city, self.outside


def conditions_of(filters: Filters, where: Where) -> Iterator[Condition]:
    """A condition for each facet of `where`."""
    for facet, values in where.items():
        if facet in DATED_FACETS:
            ranges = DATED_FACETS[facet].ranges(filters.today)
            yield Ranges(tuple((Range(facet, *ranges.get(value, NEVER)),) for value in values))
        elif facet in OUTSIDE_FACETS:
            ids = dict(filters.outside).get(facet, ()) if OUTSIDE_FACETS[facet] in values else ()
            yield Texts("id", ids or ("",))
        else:
            city = (WHOLE_CITY,) if facet == "district" and filters.whole_city else ()
            yield Texts(facet, (*(unit for value in values for unit in filters.units.get(value, (value,))), *city))


def fits(filters: Filters, texts: Mapping[str, Collection[str]], numbers: Mapping[str, Collection[int]]) -> bool:
    """Whether a document with these texts and numbers by field fulfils all conditions, as an engine would say."""
    return all(_fulfilled(condition, texts, numbers) for condition in filters.conditions())


def _fulfilled(
    condition: Condition, texts: Mapping[str, Collection[str]], numbers: Mapping[str, Collection[int]]
) -> bool:
    if isinstance(condition, Texts):
        return not set(condition.values).isdisjoint(texts.get(condition.field, ()))
    return any(all(_has(numbers, range) for range in ranges) for ranges in condition.alternatives)


def _has(numbers: Mapping[str, Collection[int]], range: Range) -> bool:
    low, high = -1 if range.low is None else range.low, NEVER[0] + 1 if range.high is None else range.high
    return any(low <= number <= high for number in numbers.get(range.field, ()))
