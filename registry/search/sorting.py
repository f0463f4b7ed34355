"""A page of a list that is not by relevance. Entry point: `sorted_page`."""

from typing import Final

from msgspec.structs import replace

from registry.search.filters import Range, Ranges
from registry.search.matching import Asked, Engine
from registry.search.paging import Stretch
from registry.search.query import Sorted

MAX_DIGITS: Final = 10  # of a day in a key, which may come from a token of anybody's own


def sorted_page(engine: Engine, wanted: Asked, stretch: Stretch) -> Sorted:
    """A stretch of the list. In an order with a day these are two lists: what is to come, the next first, then what is
    over, the latest first."""
    order, after = stretch.order, stretch.after
    if not order.day:
        return engine.sorted(wanted, stretch)
    today = wanted.filters.today
    coming = _among(wanted, Range(order.day, today, None))
    over = _among(wanted, Range(order.day, None, today - 1))
    day = after.partition("\t")[0]
    is_over = day.isdecimal() and int(day[:MAX_DIGITS]) < today
    first = engine.sorted(coming, stretch._replace(size=0, after="") if is_over else stretch)
    begin = 0 if after else max(stretch.first - first.total, 0)
    behind = Stretch(order._replace(descending=True), begin, stretch.size - len(first.hits), after if is_over else "")
    second = engine.sorted(over, behind)
    return Sorted(first.hits + second.hits, first.total + second.total, second.last or first.last)


def _among(wanted: Asked, days: Range) -> Asked:
    filters = replace(wanted.filters, limits=(*wanted.filters.limits, Ranges(((days,),))))
    return replace(wanted, filters=filters)
