"""The profile of a column of the table `typed`: filled, distinct, smallest, largest, histogram.

Entry point: `profiled`.
"""

import math
from typing import Any, Final

from msgspec.structs import replace

from registry.preview.model import Column
from registry.preview.zones import in_zone

BINS: Final = 12
COMMON_VALUES: Final = 5
MAX_VALUES: Final = 500  # distinct texts of a column that are kept, so that questions can name them
MAX_SHOWN_CHARACTERS: Final = 100  # of a smallest, largest or frequent text
_POSITION: Final = {  # type -> its values as a number, for the histogram
    "integer": "{c}",
    "number": "{c}",
    "date": "epoch({c})",
    "datetime": "epoch({c})",
    "time": "epoch({c})",
}


def profiled(connection: Any, column: str, described: Column) -> Column:
    """The description with the profile of all values."""
    if described.type == "geometry":
        filled, distinct = _one(connection, f"SELECT count({column}), count(DISTINCT hash({column})) FROM typed")
        return replace(described, filled=filled, distinct=distinct)
    shown = f"left({column}, {MAX_SHOWN_CHARACTERS})" if described.type == "text" else column
    filled, distinct, least, most = _one(
        connection, f"SELECT count({column}), count(DISTINCT {column}), min({shown}), max({shown}) FROM typed"
    )
    return replace(
        described,
        filled=filled,
        distinct=distinct,
        min=_plain(least, described),
        max=_plain(most, described),
        histogram=_histogram(connection, column, described.type) if distinct > 1 else (),
        common=_common(connection, column) if described.type in ("text", "boolean") and distinct > 0 else (),
        values=_values(connection, column) if described.type == "text" and 0 < distinct <= MAX_VALUES else (),
    )


def _histogram(connection: Any, column: str, type_: str) -> tuple[int, ...]:
    """How many values lie in each of BINS equal parts between the smallest and the largest; () for texts."""
    if type_ not in _POSITION:
        return ()
    position = _POSITION[type_].replace("{c}", column)
    least, most = _one(connection, f"SELECT min({position})::DOUBLE, max({position})::DOUBLE FROM typed")
    width = (most - least) / BINS
    if not math.isfinite(width) or width <= 0:
        return ()
    bins = [0] * BINS
    part = f"least({BINS - 1}, floor((({position})::DOUBLE - {least!r}) / {width!r}))::INTEGER"
    for number, count in connection.execute(
        f"SELECT {part} AS part, count(*) FROM typed WHERE {column} IS NOT NULL GROUP BY part"
    ).fetchall():
        bins[max(0, number)] = count
    return tuple(bins)


def _common(connection: Any, column: str) -> tuple[tuple[str, int], ...]:
    rows = connection.execute(
        f"SELECT left(CAST({column} AS VARCHAR), {MAX_SHOWN_CHARACTERS}) AS value, count(*) AS number FROM typed "
        f"WHERE {column} IS NOT NULL GROUP BY value ORDER BY number DESC, value LIMIT {COMMON_VALUES}"
    ).fetchall()
    return tuple((value, count) for value, count in rows)


def _values(connection: Any, column: str) -> tuple[str, ...]:
    """All texts of a column; () if one is long: then they are no names."""
    rows = connection.execute(f"SELECT DISTINCT {column} FROM typed WHERE {column} IS NOT NULL ORDER BY 1").fetchall()
    return tuple(text for (text,) in rows) if all(len(text) <= MAX_SHOWN_CHARACTERS for (text,) in rows) else ()


def _plain(value: Any, described: Column) -> float | int | str | bool | None:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if described.zone:
        return in_zone(value, described.zone)
    return str(value.isoformat())


def _one(connection: Any, query: str) -> Any:
    return connection.execute(query).fetchone()
