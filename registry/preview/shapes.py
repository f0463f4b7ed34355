"""Collects the shapes of all values of a column with DuckDB. Entry point: `shapes_of`."""

from typing import Any, Final

from registry.preview.cells import MAX_SHAPE, form, is_placeholder, shape
from registry.preview.column_types import Flags, Shape, Shapes

SAMPLE_VALUES: Final = 300  # looked at first: one word among them is enough to know that a column is text
MAX_SHAPES: Final = 5_000
_SHAPE: Final = "translate(lower({c}), '012345678', '999999999')"
_BARE: Final = "ltrim(lower({c}), ' +-−–€$£abcdefghijklmnopqrstuvwxyz')"
_FLAGS: Final[dict[str, str]] = {
    "leading_zero": f"bool_or(starts_with({_BARE}, '0') AND {_BARE}[2] BETWEEN '0' AND '9')",
    "below_one_dot": f"bool_or(starts_with({_BARE}, '0.'))",
    "below_one_comma": f"bool_or(starts_with({_BARE}, '0,'))",
    "last_zero": "bool_or(regexp_matches({c}, '[.,][0-9]+0$'))",
    "first_above_12": "bool_or(TRY_CAST(regexp_extract({c}, '^([0-9]+)[-/]', 1) AS INTEGER) BETWEEN 13 AND 31)",
    "second_above_12": "bool_or(TRY_CAST(regexp_extract({c}, '^[0-9]+[-/]([0-9]+)', 1) AS INTEGER) BETWEEN 13 AND 31)",
    "beyond_day": "bool_or(TRY_CAST(split_part({c}, ':', 1) AS INTEGER) > 24)",
    "no_compact_date": "bool_or(NOT regexp_full_match({c}, '(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]'))",
}


def shapes_of(connection: Any, column: str, name: str) -> Shapes:
    """The shapes of all values of a column of the table `raw`; incomplete as soon as a word is among them."""
    sample = connection.execute(f"SELECT {column} FROM raw WHERE {column} IS NOT NULL LIMIT {SAMPLE_VALUES}")
    if any(_is_word(value) for (value,) in sample.fetchall()):
        return Shapes(name, (), complete=False)
    rows = connection.execute(
        f"SELECT {_of(_SHAPE, column)} AS shape, count(*) FROM raw WHERE {column} IS NOT NULL "
        f"GROUP BY shape ORDER BY count(*) DESC, shape LIMIT {MAX_SHAPES + 1}"
    ).fetchall()
    if len(rows) > MAX_SHAPES or any(_is_word(text) for text, _ in rows):
        return Shapes(name, (), complete=False)
    shapes = [Shape(text, count) for text, count in rows]
    return Shapes(name, shapes, _flags(connection, column) if shapes else Flags())


def _is_word(value: str) -> bool:
    return not is_placeholder(value) and (len(value) > MAX_SHAPE or not form(shape(value)))


def _flags(connection: Any, column: str) -> Flags:
    expressions = ", ".join(_of(expression, column) for expression in _FLAGS.values())
    row = connection.execute(f"SELECT {expressions} FROM raw").fetchone()
    return Flags(**{name: bool(value) for name, value in zip(_FLAGS, row, strict=True)})


def _of(expression: str, column: str) -> str:
    return expression.replace("{c}", column)
