"""The structs of previews: what a prepared table holds, how its file was read, what is asked of it.

Entry points: `Preview` (stored for each distribution), `Selection` and `Rows` (one page of a table). Pure.
"""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from registry.model.message import Message

ColumnType = Literal["text", "integer", "number", "boolean", "date", "datetime", "time", "geometry"]
ORDERED_TYPES: Final = frozenset(
    ("integer", "number", "date", "datetime", "time")
)  # types of which ranges can be asked
NUMERIC_TYPES: Final = frozenset(("integer", "number"))
MAP_SYSTEMS: Final = ("EPSG:3857", "CRS:84", "EPSG:4326", "EPSG:4258")  # of pictures that we ask for, best first
READER_VERSION: Final = 3  # of what the readers make of a file; a higher one has every file read again


class Column(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A column of a prepared table, with its profile over all rows.

    `min`, `max`: a number, else text (dates as ISO 8601). `histogram`: how many values lie in each of equal parts
    between `min` and `max`. `common`: the most frequent values of a text or boolean column; `values`: all of a
    text column that has few. `unit`: as the header names
    it, or the sign behind every value. `notes`: how its values were read, where that was a decision.
    """

    name: str
    type: ColumnType = "text"
    filled: int = 0
    distinct: int = 0
    min: float | int | str | bool | None = None
    max: float | int | str | bool | None = None
    histogram: tuple[int, ...] = ()
    values: tuple[str, ...] = ()
    common: tuple[tuple[str, int], ...] = ()
    unit: str = ""
    zone: str = ""  # of a datetime column whose values name their offset; "" for local times without one
    notes: tuple[Message, ...] = ()


class MapLayer(msgspec.Struct, frozen=True, array_like=True):
    """A layer that a map service draws. `box`: west, south, east, north; `crs`: its coordinate systems that are among
    MAP_SYSTEMS."""

    name: str
    title: str
    box: tuple[float, float, float, float]
    crs: tuple[str, ...]


class MapOffer(msgspec.Struct, frozen=True, array_like=True):
    """What a map service can draw. `url`: where it is asked (GetMap); `formats`: of pictures, as it names them."""

    url: str
    version: str
    formats: tuple[str, ...]
    layers: tuple[MapLayer, ...]


class ReadAs(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """How a file was read. `header`: number of the row (from 1) in which the names of the columns stand, 0 for none;
    `rows`: rows of data; `table`: the sheet, layer, list or file inside; `crs`: coordinate system in the file.

    `notes`: everything that was guessed or left out, as messages.
    """

    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    thousands: str = ""
    dates: str = ""  # the form in which dates are written: "DD.MM.YYYY"
    header: int | None = None
    rows: int = 0
    table: str = ""
    crs: str = ""
    notes: tuple[Message, ...] = ()


class Prepared(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A table that the child has written. `file`: its name in the folder of previews; of the child's own, the name that
    it gave. `more`: the other tables of the same file, which have none themselves. `map_offer`: of a map service, what
    pictures it can draw."""

    read: ReadAs
    columns: tuple[Column, ...]
    total: int
    file: str = ""
    more: tuple["Prepared", ...] = ()
    map_offer: MapOffer | None = None


class Picture(msgspec.Struct, frozen=True, array_like=True):
    """A picture that a map service has drawn. `file`: its name in the folder of previews; sizes in pixels; `layer`:
    what it shows; `box`: west, south, east, north."""

    file: str
    width: int
    height: int
    layer: str
    box: tuple[float, float, float, float]


class Preview(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is known of the table behind a distribution. `waiting`: it was not read yet; `failed`: `reason` says why.

    `url`: from where, `fetched`: when it was read last, `digest`: of its bytes, `file`: name of the prepared file in
    the folder of previews. `worked`: the last time it could be read. `more`: the other tables of the file; `tables`:
    the names of all of them where there are several; `picture`: what a map service shows.
    """

    state: Literal["ready", "waiting", "failed"]
    read: ReadAs | None = None
    columns: tuple[Column, ...] = ()
    total: int = 0
    reason: Message | None = None
    url: str = ""
    fetched: datetime | None = None
    worked: datetime | None = None
    digest: str = ""
    size_bytes: int = 0
    file: str = ""
    reader: int = READER_VERSION
    more: tuple[Prepared, ...] = ()
    tables: tuple[str, ...] = ()
    picture: Picture | None = None

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all prepared files: tables and picture."""
        pictures = (self.picture.file,) if self.picture else ()
        return tuple(filter(None, (self.file, *(table.file for table in self.more), *pictures)))

    def table(self, name: str) -> "Preview":
        """This preview with another of its tables in the place of the first one; itself for "". KeyError."""
        if name in ("", *self.tables[:1]):
            return self
        table = next((table for table in self.more if table.read.table == name), None)
        if table is None:
            raise KeyError(name)
        return replace(self, read=table.read, columns=table.columns, total=table.total, file=table.file)


class Selection(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A part of a table. `sort`: a column, with "-" before it for the largest first; `where`: column and value, all of
    which must hold; `size`, `page`: which of its rows; `table`: of a file with several, "" for the first one."""

    sort: str = ""
    where: tuple[tuple[str, str], ...] = ()
    size: int = 50
    page: int = 1
    table: str = ""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rows, as JSON has them: numbers, ISO 8601 dates, text, None; geometry as WKT. `total`: of the
    selection. `next`: number of the next page, None on the last one."""

    rows: list[list[Any]]
    total: int
    next: int | None = None


Measure = Literal["count", "sum", "avg", "min", "max", "distinct"]
Part = Literal["year", "month", "day", "hour", "weekday"]  # of a date or time; weekdays from 1 (Monday)


class Aggregate(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A question to a table: a measure of a column (of rows for "count" without one), over the rows of `where`, for
    each value of `by`, or of a part of it. Without `by` there is one group. `table`: as of a `Selection`."""

    measure: Measure = "count"
    column: str = ""
    by: str = ""
    part: Part | None = None
    where: tuple[tuple[str, str], ...] = ()
    table: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One group of an aggregate. `key`: as JSON has it; None without `by`, or for rows without a value there. `rows`:
    of the group; `filled`: those with a value in the measured column."""

    key: Any
    value: float | int | str | None
    rows: int
    filled: int


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an aggregate, in the order of the keys. `rows`: of all groups. `complete`: False if there are more
    groups than are answered."""

    groups: tuple[Group, ...]
    rows: int
    complete: bool = True
