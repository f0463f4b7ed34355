"""Collects the shapes of all values of a column with DuckDB. Entry point: `shapes_of`."""

from collections.abc import Sequence
from typing import Any, Final

from registry.preview.cells import MAX_SHAPE, form, is_placeholder, shape
from registry.preview.column_shapes import Flags, Shape, Shapes
from vocab.geometry import WKT_SHAPE

SAMPLE_VALUES: Final = 300  # looked at first: one word among them is enough to know that a column is text
_FIRST_POINT: Final = r"^[A-Za-z ]+\(+\s*([-0-9.]+)\s+([-0-9.]+)"
MAX_SHAPES: Final = 5_000
_SHAPE: Final = "translate(lower({c}), '012345678', '999999999')"
_BARE: Final = "ltrim(lower({c}), ' +-−–€$£abcdefghijklmnopqrstuvwxyz')"
_FLAGS: Final[dict[str, tuple[tuple[str, ...], str]]] = {  # flag -> forms that need it, and its expression
    "leading_zero": (("number",), "bool_or(starts_with({bare}, '0') AND {bare}[2] BETWEEN '0' AND '9')"),
    "below_one_dot": (("number dot3",), "bool_or(starts_with({bare}, '0.'))"),
    "below_one_comma": (("number comma3",), "bool_or(starts_with({bare}, '0,'))"),
    "last_zero": (("number dot",), "bool_or(regexp_matches({c}, '[.,][0-9]+0$'))"),
    "first_above_12": (
        ("date slash", "date dash", "datetime slash", "datetime dash", "zoned slash", "zoned dash"),
        "bool_or(TRY_CAST(regexp_extract({c}, '^([0-9]+)[-/]', 1) AS INTEGER) BETWEEN 13 AND 31)",
    ),
    "second_above_12": (
        ("date slash", "date dash", "datetime slash", "datetime dash", "zoned slash", "zoned dash"),
        "bool_or(TRY_CAST(regexp_extract({c}, '^[0-9]+[-/]([0-9]+)', 1) AS INTEGER) > 12)",
    ),
    "midnight": (("datetime", "zoned"), "bool_or({c} LIKE '% 24:00%' OR {c} LIKE '%T24:00%')"),
    "beyond_day": (("time",), "bool_or(TRY_CAST(split_part({c}, ':', 1) AS INTEGER) > 24)"),
    "no_compact_date": (("number integer",), "bool_or({compact})"),
}
_NO_DAY: Final = "NOT regexp_full_match({c}, '(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]')"


def shapes_of(connection: Any, column: str, name: str) -> Shapes:
    """The shapes of all values of a column of the table `raw`; incomplete as soon as a word is among them."""
    query = f"SELECT {column} FROM raw WHERE {column} IS NOT NULL LIMIT {SAMPLE_VALUES}"
    sample = [value for (value,) in connection.execute(query).fetchall()]
    if sample and all(map(WKT_SHAPE.match, sample)):
        return Shapes(name, (), complete=False, is_geometry=_are_shapes(connection, column))
    if any(map(_is_word, sample)):
        return Shapes(name, (), complete=False)
    rows = connection.execute(
        f"SELECT {_of(_SHAPE, column)} AS shape, count(*) FROM raw WHERE {column} IS NOT NULL "
        f"GROUP BY shape ORDER BY count(*) DESC, shape LIMIT {MAX_SHAPES + 1}"
    ).fetchall()
    if len(rows) > MAX_SHAPES or any(_is_word(text) for text, _ in rows):
        return Shapes(name, (), complete=False)
    shapes = [Shape(text, count) for text, count in rows]
    return Shapes(name, shapes, _flags(connection, column, shapes))


def _are_shapes(connection: Any, column: str) -> bool:
    """Whether all values are WKT with coordinates in degrees."""
    first, second = (f"TRY_CAST(regexp_extract({column}, '{_FIRST_POINT}', {part}) AS DOUBLE)" for part in (1, 2))
    fits = f"{column} LIKE '%)' AND abs({first}) <= 180 AND abs({second}) <= 90"
    query = f"SELECT count(*) FROM raw WHERE {column} IS NOT NULL AND ({fits}) IS NOT TRUE"
    return bool(connection.execute(query).fetchone()[0] == 0)


def _is_word(value: str) -> bool:
    return not is_placeholder(value) and (len(value) > MAX_SHAPE or not form(shape(value)))


def _flags(connection: Any, column: str, shapes: Sequence[Shape]) -> Flags:
    """The flags that matter for values of these shapes; a look at all values costs most of the reading."""
    forms = {form(shape.text) for shape in shapes}
    wanted = {
        name: expression
        for name, (starts, expression) in _FLAGS.items()
        if any(name_of_form.startswith(starts) for name_of_form in forms)
    }
    if not wanted:
        return Flags()
    is_bare = all(shape.text[:1] == "9" for shape in shapes)
    may_be_days = all(shape.text == "99999999" for shape in shapes)
    expressions = ", ".join(wanted.values()).replace("{bare}", "{c}" if is_bare else _BARE)
    expressions = expressions.replace("{compact}", _NO_DAY if may_be_days else "true")
    row = connection.execute(f"SELECT {_of(expressions, column)} FROM raw").fetchone()
    return Flags(**{name: bool(value) for name, value in zip(wanted, row, strict=True)})


def _of(expression: str, column: str) -> str:
    return expression.replace("{c}", column)
