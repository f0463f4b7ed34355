"""Decides what the texts of a column are: numbers, dates, times, truth values or texts, and the SQL that reads them.

Entry points: `marks_of` (what all columns of a file say about its decimal mark), `reading_of` (one column). The shapes
of all values of a column are known here, not a sample: one value that does not fit keeps the column as text. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Final, NamedTuple

from registry.model.message import Message, message
from registry.preview.cells import BOOLEANS, ERRORS, MONTHS
from registry.preview.column_shapes import Shape, Shapes
from registry.preview.header_words import means
from registry.preview.model import ColumnType

MAX_DIGITS: Final = 15  # of an integer; a longer one is a code, and JavaScript could not hold it
MIN_PHONE_DIGITS: Final = 7  # behind a "+"
_MANY_DECIMALS: Final = 4  # of a coordinate, say: no code has so many


class Marks(NamedTuple):
    """Which decimal marks the file certainly has. `groups`: marks that certainly divide thousands;
    `semicolons`: its cells are divided by semicolons, as programs in German do because of their decimal comma."""

    comma: bool = False
    dot: bool = False
    groups: frozenset[str] = frozenset()
    semicolons: bool = False


class Reading(NamedTuple):
    """How a column is read. `sql`: an expression of its type from its text, with {c} in the place of the column; "" for
    text as it is. `decimal`, `thousands`, `dates`: as they are written; `notes`: what was decided."""

    type: ColumnType = "text"
    sql: str = ""
    notes: tuple[Message, ...] = ()
    unit: str = ""
    decimal: str = ""
    thousands: str = ""
    dates: str = ""
    placeholders: tuple[str, ...] = ()  # shapes of what is read as "no value"

    @property
    def kept(self) -> str:
        """The SQL condition for values that must not get lost."""
        return f"{{c}} IS NOT NULL AND NOT ({self.is_placeholder})" if self.placeholders else "{c} IS NOT NULL"

    @property
    def is_placeholder(self) -> str:
        shape = "translate(lower({c}), '012345678', '999999999')"
        return f"{shape} IN ({', '.join(map(_quoted, self.placeholders))})"


TEXT: Final = Reading()


def marks_of(columns: Iterable[Shapes], delimiter: str) -> Marks:
    """The decimal marks of a file, by the columns in which there is no doubt."""
    comma = dot = False
    groups: set[str] = set()
    for column in columns:
        numbers = column.numbers or {}
        groups |= {mark for form, mark in _GROUPS.items() if form in numbers}
        if not means(column.name, "code") and not means(column.name, "place"):
            comma = comma or _is_certain(column, ",")
            dot = dot or _is_certain(column, ".")
    return Marks(comma, dot, frozenset(groups), delimiter == ";")


_GROUPS: Final = {"dots": ".", "dot-comma": ".", "commas": ",", "comma-dot": ","}  # form -> mark between its thousands


def reading_of(column: Shapes, marks: Marks, numbers_too: bool = True) -> Reading:
    """How a column is read. `numbers_too`: False where numbers and truth values have cells of their own, so that a text
    that looks like one is meant as text (workbooks, JSON)."""
    if column.is_geometry:
        return Reading("geometry", "{c}")
    if not column.complete or not column.values:
        return TEXT
    reading = TEXT
    if column.are("date", "datetime", "zoned"):
        reading = _moments(column)
    elif numbers_too and column.numbers is not None:
        reading = _numbers(column, column.numbers, marks)
    elif numbers_too and column.are("boolean"):
        reading = _booleans(column)
    elif column.are("time"):
        reading = _times(column)
    if reading.sql and column.placeholders:
        reading = reading._replace(
            notes=(*reading.notes, *_missing(column.placeholders)),
            placeholders=tuple(shape.text for shape in column.placeholders),
        )
        reading = reading._replace(sql=f"CASE WHEN {reading.is_placeholder} THEN NULL ELSE {reading.sql} END")
    return reading


def _missing(placeholders: Sequence[Shape]) -> Iterator[Message]:
    """What is said of cells without a value: how many say so, and in how many a formula has failed."""
    errors = [shape for shape in placeholders if shape.text in ERRORS]
    if others := [shape for shape in placeholders if shape.text not in ERRORS]:
        signs = ", ".join(f"“{shape.text}”" for shape in others[:5])
        yield message("preview-placeholders", words=signs, count=sum(shape.number for shape in others))
    if errors:
        codes = ", ".join(ERRORS[shape.text] for shape in errors[:5])
        yield message("preview-error-cells", count=sum(shape.number for shape in errors), codes=codes)


def _text(code: str) -> Reading:
    return Reading(notes=(message(code),))


# -- numbers


def _numbers(column: Shapes, numbers: dict[str, list[Shape]], marks: Marks) -> Reading:
    shapes = column.values
    signs = {name.split()[3] for name in column.forms}
    units = {name.split()[2] for name in column.forms}
    if column.flags.leading_zero:
        return _text("preview-leading-zeros")
    if means(column.name, "phone") or ("+" in signs and _is_phone(shapes)):
        return _text("preview-phone")
    if len(units) > 1:
        return _text("preview-units-mixed")
    if _digits(shapes) > MAX_DIGITS and not _has_decimals(numbers):
        return _text("preview-long-numbers")
    if set(numbers) == {"integer"}:
        return _compact_date(column) or _number(column, "", "", units.pop(), signs)
    decimal, thousands, refusal = _marks(column, numbers, marks)
    return _text(refusal) if refusal else _number(column, decimal, thousands, units.pop(), signs)


def _marks(column: Shapes, numbers: dict[str, list[Shape]], marks: Marks) -> tuple[str, str, str]:
    """Decimal mark and mark between thousands of a column, or the code of the reason why nobody can tell."""
    comma, dot = _is_certain(column, ","), _is_certain(column, ".")
    if comma and dot:
        return "", "", "preview-marks-mixed"
    blank = _blank(numbers)
    if blank and not _are_groups(column, numbers):
        return "", "", "preview-blanks-inside"
    if comma:
        return ",", blank or ("." if {"dot3", "dots", "dot-comma"} & set(numbers) else ""), ""
    if dot:
        if _looks_like_code(column, numbers, marks):
            return "", "", "preview-code"
        return ".", blank or ("," if {"comma3", "commas", "comma-dot"} & set(numbers) else ""), ""
    return _ambiguous(column, numbers, marks, blank)


def _blank(numbers: dict[str, list[Shape]]) -> str:
    """What stands between thousands where it is neither a dot nor a comma: an apostrophe, as in Switzerland, or a
    blank."""
    between = [shape.text for name, shapes in numbers.items() if name.startswith("apostrophe") for shape in shapes]
    if between:
        return "’" if any("’" in text for text in between) else "'"
    return " " if any(name.startswith("blank") for name in numbers) else ""


def _ambiguous(column: Shapes, numbers: dict[str, list[Shape]], marks: Marks, blank: str) -> tuple[str, str, str]:
    """As `_marks` for a column in which every mark stands before exactly three digits: 1.234 or 1,234."""
    unclear = "", "", "preview-thousands-unclear"
    has_dot, has_comma = "dot3" in numbers or "dots" in numbers, "comma3" in numbers or "commas" in numbers
    if has_dot and has_comma:
        decimal = "," if "dots" in numbers else "." if "commas" in numbers else ""
        return (decimal, "." if decimal == "," else ",", "") if decimal else unclear
    if blank and not has_dot and not has_comma:
        return "", blank, ""
    mark = "." if has_dot else ","
    if "dots" in numbers or "commas" in numbers:
        return "", mark, ""
    if means(column.name, "place"):
        return mark, "", ""
    of_file, against_file = (marks.dot, marks.comma) if mark == "." else (marks.comma, marks.dot)
    if means(column.name, "code"):
        return "", "", "preview-code"
    if against_file and not of_file:
        return "", mark, ""
    if of_file and not against_file:
        return mark, "", ""
    if mark in marks.groups or _grows_into_groups(column, numbers, mark):
        return "", mark, ""
    return (mark, "", "") if mark == "," and marks.semicolons and not marks.dot else unclear


def _number(column: Shapes, decimal: str, thousands: str, unit: str, signs: set[str]) -> Reading:
    text = "translate(lower({c}), '−–', '--')" if "-" in signs or "-t" in signs else "lower({c})"
    if unit != ".":
        text = f"replace({text}, '{unit}', '')"
    text = f"regexp_replace({text}, '[^-0-9.,e+]', '', 'g')"
    if thousands in (".", ","):
        text = f"replace({text}, '{thousands}', '')"
    if decimal == ",":
        text = f"replace({text}, ',', '.')"
    notes = []
    if any(sign.endswith("t") for sign in signs):
        text = f"regexp_replace({text}, '^(.*)-$', '-\\1')"
        notes.append(message("preview-trailing-minus"))
    if thousands:
        sign = message("preview-blank") if thousands == " " else thousands
        notes.append(message("preview-thousands", sign=sign))
    if unit != ".":
        notes.append(message("preview-unit-behind", unit=unit))
    kind: ColumnType = "number" if decimal else "integer"
    sql = f"TRY_CAST({text} AS {'DOUBLE' if decimal else 'BIGINT'})"
    return Reading(kind, sql, tuple(notes), "" if unit == "." else _unit(unit), decimal, thousands)


def _is_certain(column: Shapes, mark: str) -> bool:
    """Whether this is the decimal mark of some number without any doubt: not before exactly three digits, or behind a
    zero, or in a number that has marks between its thousands as well."""
    numbers = column.numbers or {}
    if mark == ",":
        certain = ("comma", "dot-comma", "blank-comma", "exponent-comma")
        return any(name in numbers for name in certain) or column.flags.below_one_comma
    certain = ("dot", "comma-dot", "blank-dot", "apostrophe-dot")
    exponents = any("." in shape.text for shape in numbers.get("exponent-dot", ()))
    return any(name in numbers for name in certain) or exponents or column.flags.below_one_dot


def _has_decimals(numbers: dict[str, list[Shape]]) -> bool:
    return any(name not in ("integer", "dots", "commas", "blank", "apostrophe") for name in numbers)


def _are_groups(column: Shapes, numbers: dict[str, list[Shape]]) -> bool:
    """Whether blanks inside of numbers certainly divide thousands: numbers without one have at most three digits."""
    if "apostrophe" in numbers or "apostrophe-dot" in numbers or "blank-comma" in numbers or "blank-dot" in numbers:
        return True
    plain = max((_digits([shape]) for shape in numbers.get("integer", ())), default=0)
    return plain <= 3 and not means(column.name, "code")


def _grows_into_groups(column: Shapes, numbers: dict[str, list[Shape]], mark: str) -> bool:
    """Whether no number without a mark is so large that it should have one; where the header does not name a count,
    there must be such numbers, because decimals would not be missing, and two with a mark."""
    if any(_digits([shape]) > 3 for shape in numbers.get("integer", ())):
        return False
    marked = sum(shape.number for shape in numbers.get("dot3" if mark == "." else "comma3", ()))
    return means(column.name, "count") or ("integer" in numbers and marked > 1)


def _looks_like_code(column: Shapes, numbers: dict[str, list[Shape]], marks: Marks) -> bool:
    """Whether numbers with a dot are rather codes such as account 41.10: their header says so, or, in a German
    file, some have more decimals than others and end with a zero, which no program writes for numbers."""
    decimals = {len(shape.text.rpartition(".")[2]) for name in ("dot", "dot3") for shape in numbers.get(name, ())}
    if max(decimals, default=0) >= _MANY_DECIMALS or means(column.name, "place"):
        return False
    if means(column.name, "code"):
        return True
    return (marks.comma or marks.semicolons) and len(decimals) > 1 and column.flags.last_zero


def _digits(shapes: Iterable[Shape]) -> int:
    return max((shape.text.count("9") for shape in shapes), default=0)


def _is_phone(shapes: Sequence[Shape]) -> bool:
    return any(shape.text.startswith("+") and shape.text.count("9") >= MIN_PHONE_DIGITS for shape in shapes)


def _unit(unit: str) -> str:
    return {"eur": "EUR", "usd": "USD", "gbp": "GBP", "chf": "CHF", "euro": "EUR", "prozent": "%"}.get(unit, unit)


# -- dates, times, truth values


_ISO: Final[dict[str, tuple[str, str]]] = {  # form -> pattern and what makes it ISO 8601
    "iso": ("", ""),
    "iso-slash": (r"^(\d{4})/(\d{1,2})/(\d{1,2})", r"\1-\2-\3"),
    "german": (r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", r"\3-\2-\1"),
    "german-short": (r"^(\d{1,2})\.(\d{1,2})\.(\d\d)(?:$|[^0-9])", ""),
    "day-first": (r"^(\d{1,2})[-/](\d{1,2})[-/](\d{4})", r"\3-\2-\1"),
    "month-first": (r"^(\d{1,2})[-/](\d{1,2})[-/](\d{4})", r"\3-\1-\2"),
}
_WRITTEN: Final = {
    "iso": "YYYY-MM-DD", "iso-slash": "YYYY/MM/DD", "german": "DD.MM.YYYY", "german-short": "DD.MM.YY",
    "month": "D. MMMM YYYY", "day-first": "DD/MM/YYYY", "month-first": "MM/DD/YYYY", "compact": "YYYYMMDD",
}  # fmt: skip


def _moments(column: Shapes) -> Reading:
    kinds = {name.split(" ")[0] for name in column.forms}
    forms, refusal = _date_forms(column, kinds)
    if refusal:
        return _text(refusal)
    text = "lower({c})"
    for written in sorted(forms):
        text = _as_iso(text, written)
    dates = ", ".join(_WRITTEN[written] for written in sorted(forms))
    notes = [message("preview-short-years")] if "german-short" in forms else []
    if column.flags.midnight:
        notes.append(message("preview-midnight"))
    if kinds == {"date"}:
        return Reading("date", f"TRY_CAST({text} AS DATE)", tuple(notes), dates=dates)
    if kinds == {"date", "datetime"}:
        notes.append(message("preview-days-and-times"))
    text = f"regexp_replace(replace({text}, ' uhr', ''), '^([-0-9]+)(?:t|, ?)', '\\1 ')"
    text = f"replace({text}, ',', '.')"
    if "zoned" not in kinds:
        return Reading("datetime", f"TRY_CAST({text} AS TIMESTAMP)", tuple(notes), dates=dates)
    text = f"regexp_replace(replace(regexp_replace({text}, ' ?(z|utc)$', '+00:00'), ' +', '+'), ' -', '-')"
    return Reading("datetime", f"TRY_CAST({text} AS TIMESTAMPTZ)", tuple(notes), dates=dates)


def _date_forms(column: Shapes, kinds: set[str]) -> tuple[set[str], str]:
    """How the dates of a column are written, or the code of the reason why nobody can tell."""
    forms = {name.split(" ")[1] for name in column.forms}
    if "zoned" in kinds and len(kinds) > 1:
        return forms, "preview-zones-mixed"
    if forms == {"german-short"} and not (means(column.name, "date") or "datetime" in kinds):
        return forms, "preview-short-dates-unclear"
    if forms & {"slash", "dash"}:
        order = _day_order(column)
        if not order:
            return forms, "preview-dates-ambiguous"
        forms = forms - {"slash", "dash"} | {order}
    return forms, "preview-dates-mixed" if "month-first" in forms and len(forms) > 1 else ""


def _as_iso(text: str, written: str) -> str:
    if written == "german-short":
        pattern = r"^(\d{1,2})\.(\d{1,2})\.(\d\d)"
        later = f"regexp_replace({text}, '{pattern}', '20\\3-\\2-\\1')"
        earlier = f"regexp_replace({text}, '{pattern}', '19\\3-\\2-\\1')"
        short = f"regexp_matches({text}, '{pattern}([^0-9]|$)')"
        is_earlier = f"TRY_CAST(regexp_extract({text}, '{pattern}', 3) AS INTEGER) > 68"
        return f"CASE WHEN NOT {short} THEN {text} WHEN {is_earlier} THEN {earlier} ELSE {later} END"
    if written == "month":
        names = f"regexp_replace({text}, '^([0-9]+)[. ]+([^0-9.]+)[. ]+([0-9]{{4}})', '\\3-\\2-\\1')"
        return reduce(lambda sql, pair: f"replace({sql}, '-{pair[0]}-', '-{pair[1]}-')", MONTHS.items(), names)
    pattern, replacement = _ISO[written]
    return f"regexp_replace({text}, '{pattern}', '{replacement}')" if pattern else text


def _day_order(column: Shapes) -> str:
    """Whether day or month comes first in dates with strokes; "" if that cannot be told."""
    first, second = column.flags.first_above_12, column.flags.second_above_12
    return "day-first" if first and not second else "month-first" if second and not first else ""


def _compact_date(column: Shapes) -> Reading | None:
    """Days written as eight digits, where the header says that it is a date."""
    if not means(column.name, "date") or column.flags.no_compact_date:
        return None
    sql = "CAST(TRY_STRPTIME({c}, '%Y%m%d') AS DATE)"
    return Reading("date", sql, (message("preview-dates-compact"),), dates=_WRITTEN["compact"])


def _times(column: Shapes) -> Reading:
    if column.flags.beyond_day:
        return _text("preview-durations")
    return Reading("time", "TRY_CAST(replace(replace(lower({c}), ' uhr', ''), ',', '.') AS TIME)")


def _booleans(column: Shapes) -> Reading:
    values = {shape.text for shape in column.values}
    for true, false in BOOLEANS:
        if values <= {true, false}:
            notes = () if true == "true" else (message("preview-booleans", true=true, false=false),)
            return Reading("boolean", f"lower({{c}}) = '{true}'", notes)
    return TEXT


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
