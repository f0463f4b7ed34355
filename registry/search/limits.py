"""The limits of a query by place and time, as a person or program gives them. Entry point: `Limits`."""

import msgspec

from registry.model import Date
from registry.model.timing import first_day, last_day
from registry.search.filters import Ranges
from registry.search.space_time import FIRST_DAY, LAST_DAY, Box, Span, in_box, in_circle, overlaps


class Near(msgspec.Struct, frozen=True):
    longitude: float
    latitude: float
    km: float


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`box`: a place of the record touches it; `near`: touches the circle; `begins`, `ends`: a period of the record has
    a day between the first day of `begins` and the last day of `ends`, either of which may be open; `whole_city`: a
    district contains what holds for the whole city."""

    box: Box | None = None
    near: Near | None = None
    begins: Date = ""
    ends: Date = ""
    whole_city: bool = True

    def conditions(self) -> tuple[Ranges, ...]:
        conditions = []
        if self.box:
            conditions.append(in_box(self.box))
        if self.near:
            conditions.append(in_circle(self.near.longitude, self.near.latitude, self.near.km))
        if self.begins or self.ends:
            first, last = first_day(self.begins), last_day(self.ends)
            span = Span(first.toordinal() if first else FIRST_DAY, last.toordinal() if last else LAST_DAY)
            conditions.append(overlaps(span))
        return tuple(conditions)
