"""The groups of filters beside a list: a facet with its values, a second level below it, a search among many values.

Entry points: `counted` (what a list counts), `groups`, `Names` (the labels of values).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from api.web.addresses import Lang
from registry.search.analysis import fold_word
from registry.search.facets import FACETS, Facet, value_list
from registry.search.query import Count, Query, ResultPage
from vocab.concepts import ConceptList

GROUPS: Final = sorted((facet for facet in FACETS.values() if facet.order), key=lambda facet: facet.order)
OPEN_GROUPS: Final = 4  # groups that are open at first
MAX_VALUES_BEFORE_REST: Final = 8  # values of a group before "all"
MAX_VALUES_PER_GROUP: Final = 60  # values that are listed at all
MIN_VALUES_TO_SEARCH: Final = 12  # with so many values a group has a search field
FIND: Final = "find."  # start of the name of that field's parameter

Names = dict[str, dict[str, str]]  # facet -> value -> label


class Value(NamedTuple):
    """A value of a facet, with its number of hits. `level`: below how many others it stands."""

    value: str
    label: str
    number: int
    selected: bool
    level: int = 0


class FacetGroup(NamedTuple):
    """A facet with its values; `rest` is shown after a click on "all". `find`: what was typed to search among the
    values, None without such a field. `inner`: the second level. `dates`: it has fields for a period."""

    name: str
    label: str
    open: bool
    first: tuple[Value, ...]
    rest: tuple[Value, ...]
    find: str | None = None
    inner: tuple["FacetGroup", ...] = ()
    dates: bool = False


def counted(kind: str | None) -> tuple[str, ...]:
    """The facets that the list of a kind counts; of all kinds for None, which has tabs for the kinds."""
    shown = tuple(facet.name for facet in GROUPS if _belongs(facet, kind))
    return shown if kind else ("kind", *shown)


def _belongs(facet: Facet, kind: str | None) -> bool:
    return not (facet.kinds and kind and kind not in facet.kinds)


def groups(
    asked: Query,
    results: ResultPage,
    names: Names,
    page: tuple[Lang, str | None],
    districts: ConceptList | None,
    find: Mapping[str, str],
) -> tuple[FacetGroup, ...]:
    """The groups of a list. `page`: its language and kind; `find`: facet -> what was typed to search its values."""
    lang, kind = page
    shown: dict[str, FacetGroup] = {}
    below: dict[str, list[FacetGroup]] = {}
    for facet in GROUPS:
        chosen = asked.where.get(facet.name, ())
        values = _values(facet, results.facets.get(facet.name, ()), chosen, names, value_list(facet, districts))
        if not values or not (_belongs(facet, kind) or chosen):
            continue
        wanted = bool(chosen) or facet.name in find
        group = _group(facet, values, lang, find.get(facet.name, ""))
        if facet.inside in shown:
            below.setdefault(facet.inside, []).append(group._replace(open=wanted))
        else:
            dated = group.dates and bool(asked.limits.begins or asked.limits.ends)
            shown[facet.name] = group._replace(open=len(shown) < OPEN_GROUPS or wanted or dated)
    return tuple(_with_inner(group, below.get(name, ())) for name, group in shown.items())


def _with_inner(group: FacetGroup, inner: Sequence[FacetGroup]) -> FacetGroup:
    return group._replace(inner=tuple(inner), open=group.open or any(below.open for below in inner))


def _group(facet: Facet, values: list[Value], lang: Lang, find: str) -> FacetGroup:
    typed = fold_word(find)
    end = max([MAX_VALUES_BEFORE_REST, *(at for at, value in enumerate(values, 1) if value.selected)])
    first, rest = values[:end], values[end:MAX_VALUES_PER_GROUP]
    if typed:
        fitting = [value for value in values if value.selected or typed in fold_word(value.label)]
        first, rest = fitting[:MAX_VALUES_PER_GROUP], []
    label, dates = (facet.inside_label or facet.label)[lang], facet.values == "years"
    searched = find if len(values) >= MIN_VALUES_TO_SEARCH and not dates else None
    return FacetGroup(facet.name, label, False, tuple(first), tuple(rest), searched, dates=dates)


def _values(
    facet: Facet, counts: tuple[Count, ...], chosen: tuple[str, ...], names: Names, concepts: ConceptList | None
) -> list[Value]:
    """The values of a facet: chosen ones first, so that they are always visible; years from the newest, units below
    their organization and a chosen one with it, values with an order of their own in that."""
    listed = {count.value for count in counts}
    numbers = {count.value: count.count for count in counts} | {value: 0 for value in chosen if value not in listed}
    values = [
        Value(value, names[facet.name].get(value, value), number, value in chosen) for value, number in numbers.items()
    ]
    if facet.values == "years":
        values.sort(key=lambda value: value.value, reverse=True)
    if facet.in_order and concepts:
        places = {concept.notation: at for at, concept in enumerate(concepts)}
        values.sort(key=lambda value: places.get(value.value, len(places)))
    all_visible = len(values) <= MAX_VALUES_BEFORE_REST
    if facet.tree:
        parents = {count.value: count.parent for count in counts}
        first = set() if all_visible else _with_parents(chosen, parents)
        return _as_tree(sorted(values, key=lambda value: value.value not in first), parents)
    if all_visible and facet.in_order:
        return values
    return sorted(values, key=lambda value: not value.selected)


def _with_parents(values: Sequence[str], parents: Mapping[str, str]) -> set[str]:
    """These values and all above them."""
    reached: set[str] = set()
    for value in values:
        above = value
        while above and above not in reached:
            reached.add(above)
            above = parents.get(above, "")
    return reached


def _as_tree(values: list[Value], parents: Mapping[str, str]) -> list[Value]:
    """The values with each below its parent, in their order otherwise."""
    below: dict[str, list[Value]] = {}
    for value in values:
        below.setdefault(parents.get(value.value, ""), []).append(value)

    def branch(parent: str, level: int) -> Iterator[Value]:
        for value in below.get(parent, ()):
            yield value._replace(level=level)
            yield from branch(value.value, level + 1)

    return list(branch("", 0))
