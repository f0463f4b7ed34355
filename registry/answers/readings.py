"""What a covered question asks of a table: which measure of which column, over which rows.

Entry point: `reading_of`, None where that is not certain. The rules are those of docs/decisions/0216: one column, one
aggregate that the words or the dictionary of the column name, and nothing in the question that is left over.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from registry.answers import terms
from registry.answers.covering import Span
from registry.answers.frames import ADJECTIVES, STANDING, SUPERLATIVES
from registry.answers.parts import (
    Parts,
    Where,
    distinct_of,
    frames_fit,
    grouped_by,
    is_sort_of_thing,
    labels_fit,
    next_noun,
    parts_of,
    where_of,
)
from registry.answers.tables import GENERIC_LABELS, Table, TableColumn
from registry.answers.times import Time

Measure = Literal["rows", "distinct", "sum", "mean", "daily", "max", "min", "single"]


class Reading(NamedTuple):
    """A question to a table. `column`: what is measured, None for rows; `by`: the largest (or smallest) of the groups
    of this column is asked for; `time`: as the question names it; `latest`: only rows of the last time count;
    `is_named`: the question names what the table is about, too."""

    table: Table
    measure: Measure
    column: TableColumn | None
    where: Where
    time: Time | None = None
    by: TableColumn | None = None
    largest: bool = True
    latest: bool = False
    is_named: bool = False


def reading_of(table: Table, cover: tuple[Span, ...]) -> Reading | None:
    """The reading of a cover; None if it is not certain."""
    parts = parts_of(cover)
    where = where_of(table, parts)
    if where is None or not frames_fit(table, parts):
        return None
    reading = _asked(table, parts, where)
    if reading is None or not _units_fit(parts, reading) or not _verbs_fit(parts, reading):
        return None
    if parts.has("counted") and reading.column and reading.column.aggregate == "bestand":
        return None
    if parts.has("value") and (reading.column is None or reading.column.aggregate != "mittel"):
        return None
    is_named = bool(parts.rows or parts.labels) or parts.has("context")
    reading = reading._replace(is_named=is_named)
    return _with_time(reading, parts) if _adds_up(reading) else None


def _adds_up(reading: Reading) -> bool:
    """Whether no row of the table stands for others together: a row "all districts" would be counted twice."""
    filtered = dict(reading.where)
    return not any(column.has_totals and column.name not in filtered for column in reading.table.columns)


def _units_fit(parts: Parts, reading: Reading) -> bool:
    """Whether each unit that is named is that of the measured column; other units are other numbers."""
    unit = terms.tokens_of(reading.column.unit) if reading.column else ()
    return all(
        span.meaning and span.meaning.column and unit and terms.tokens_of(span.meaning.column.unit) == unit
        for span in parts.units
    )


def _verbs_fit(parts: Parts, reading: Reading) -> bool:
    """Whether the verbs of the question say of what is counted only that it was there."""
    fitting = verbs_of(reading.column, reading.table)
    if reading.table.time is None and parts.times:
        years = [column for column in reading.table.columns if column.role == "year"]
        fitting = fitting.union(*(verbs_of(column, reading.table) for column in years))
    used = {span.text for span in parts.cover if span.frame == "verb"}
    bare = any(span.meaning and span.meaning.bare for span in parts.measures)
    return used <= fitting and (bool(used) or not bare)


def verbs_of(column: TableColumn | None, table: Table) -> frozenset[str]:
    """The verbs that fit what a column counts, or the rows if there is no column."""
    if column is None:
        phrases = [terms.phrase_of(text, tag) for title in table.titles for tag, text in title.items()]
        phrases += [phrase._replace(tokens=phrase.tokens[-1:]) for phrase in phrases]
    else:
        phrases = [terms.phrase_of(text, tag) for tag, text in column.label.items()]
        phrases += [terms.phrase_of(column.name), terms.phrase_of(column.unit)]
    verbs = {verb for phrase in phrases for group in terms.groups_of(phrase) for verb in group.verbs}
    return frozenset(verbs if column else verbs | STANDING)


# -- what is asked


def _asked(table: Table, parts: Parts, where: Where) -> Reading | None:
    """The measure and its column, without the time."""
    columns = _measured(parts)
    if columns is None or not labels_fit(parts):
        return None
    grouped = grouped_by(parts)
    if parts.has("which") and grouped is None and not parts.superlative:
        return None
    if grouped:
        return _group_reading(table, parts, where, grouped, columns)
    if not columns and parts.rows and not parts.superlative and not parts.has("mean"):
        return _count_reading(table, parts, where)
    if not columns and (implied := _implied(table, parts)):
        columns = [implied]
    if not columns and distinct_of(parts):
        return _distinct_reading(table, parts, where)
    if not columns and _counts_a_sort(table, parts):
        return Reading(table, "rows", None, where)
    if len(columns) != 1:
        return None
    return _column_reading(table, parts, where, columns[0])


def _measured(parts: Parts) -> list[TableColumn] | None:
    """The measured columns that are named; None for more than one."""
    columns: list[TableColumn] = []
    for span in parts.measures:
        assert span.meaning
        assert span.meaning.column
        if span.meaning.column not in columns:
            columns.append(span.meaning.column)
    return columns if len(columns) <= 1 else None


def _implied(table: Table, parts: Parts) -> TableColumn | None:
    """The column that an adjective asks for where none is named: the tallest tree, how tall; or a generic one."""
    names: Sequence[tuple[str, ...]] = ()
    if parts.superlative and parts.rows:
        names = SUPERLATIVES[parts.superlative].columns
    elif adjective := next((span.text for span in parts.cover if span.frame == "adjective"), ""):
        if table.rows_are_things and not parts.rows:
            return None  # "how large is the old town" does not ask for its playgrounds
        names = [terms.tokens_of(name) for name in ADJECTIVES[adjective].split()]
    else:
        return _generic(table, parts)
    candidates = [
        column for column in table.columns if column.role in ("measure", "year") and _is_called(column, names)
    ]
    return candidates[0] if len(candidates) == 1 else None


def _is_called(column: TableColumn, names: Sequence[tuple[str, ...]]) -> bool:
    labels = [terms.tokens_of(text) for text in (column.name, *column.label.values())]
    return any(terms.is_phrase(name, label) for name in names for label in labels)


def _generic(table: Table, parts: Parts) -> TableColumn | None:
    """The only measure, named "number" or "value": its unit or a value of the table says what is counted."""
    measures = table.measures()
    generic = [column for column in measures if GENERIC_LABELS & set(terms.tokens_of(column.name))]
    named = [
        span
        for span in parts.values
        if span.meaning and span.meaning.column and span.meaning.column.role in ("sort", "other")
    ]
    if len(measures) != 1 or generic != measures or not named:
        return None
    counted = bool(parts.units) and next_noun(parts, "count") in parts.units
    return generic[0] if counted or parts.has("often") else None


def _count_reading(table: Table, parts: Parts, where: Where) -> Reading | None:
    """How many things: the word that is counted is what the rows are."""
    if not table.rows_are_things or next_noun(parts, "count") not in parts.rows or parts.has("daily"):
        return None
    return Reading(table, "rows", None, where)


def _distinct_reading(table: Table, parts: Parts, where: Where) -> Reading | None:
    """How many different values: of a column that says the sort of a thing, or at the end of the title. A table of
    trees does not know all streets."""
    span = distinct_of(parts)
    if span is None or span.meaning is None or parts.superlative or parts.has("mean") or parts.has("daily"):
        return None
    column = span.meaning.column
    if column is None or not (is_sort_of_thing(column) or _is_in_title(column, table)):
        return None
    return Reading(table, "distinct", column, where)


def _is_in_title(column: TableColumn, table: Table) -> bool:
    labels = terms.with_equivalents([terms.phrase_of(text, tag) for tag, text in column.label.items()])
    parts = [terms.tokens_of(part) for text in table.titles[0].values() for part in text.split(":")]
    return any(terms.is_phrase(label.tokens, part[-1:]) for label in labels for part in parts)


def _counts_a_sort(table: Table, parts: Parts) -> bool:
    """Whether what is counted is a sort of the things that the rows are: "how many oaks"."""
    start = next((number for number, span in enumerate(parts.cover) if span.frame == "count"), None)
    if start is None or not table.rows_are_things or parts.superlative or parts.has("mean") or parts.has("daily"):
        return False
    following = [
        span for span in parts.cover[start + 1 :] if span.frame not in ("stop", "total") and span not in parts.flags
    ]
    first = following[0] if following else None
    if first is None or first not in parts.values or first.meaning is None or first.meaning.column is None:
        return False
    return is_sort_of_thing(first.meaning.column)


def _group_reading(
    table: Table, parts: Parts, where: Where, by: TableColumn, columns: list[TableColumn]
) -> Reading | None:
    """Which of the groups has most: of rows that are things, or of the sum of a column."""
    superlative = SUPERLATIVES[parts.superlative]
    if by.name in dict(where) or parts.has("count") or parts.has("mean") or parts.has("daily") or superlative.columns:
        return None
    if not columns and table.rows_are_things and (parts.rows or by.role == "sort"):
        return Reading(table, "rows", None, where, by=by, largest=superlative.largest)
    if len(columns) == 1 and columns[0].aggregate in ("summe", "bestand"):
        return Reading(table, "sum", columns[0], where, by=by, largest=superlative.largest)
    return None


def _column_reading(table: Table, parts: Parts, where: Where, column: TableColumn) -> Reading | None:
    counted = next_noun(parts, "count")
    if parts.has("count") and not (counted in parts.measures or counted in parts.units):
        return None  # something else is counted: "how many day-care centres with places"
    if parts.superlative:
        superlative = SUPERLATIVES[parts.superlative]
        is_thing = table.rows_are_things and bool(parts.rows)
        if parts.has("count") or parts.has("daily") or not (is_thing or column.aggregate == "mittel"):
            return None
        largest = superlative.largest
        return Reading(table, "max" if largest else "min", column, where, largest=largest)
    if parts.has("daily"):
        dated = table.time is not None and table.time.type in ("date", "datetime")
        return Reading(table, "daily", column, where) if dated and column.aggregate == "summe" else None
    if parts.has("mean"):
        averaged = column.aggregate == "mittel" or (table.rows_are_things and column.aggregate == "bestand")
        return Reading(table, "mean", column, where) if averaged and not parts.has("total") else None
    return _plain_reading(table, parts, where, column)


def _plain_reading(table: Table, parts: Parts, where: Where, column: TableColumn) -> Reading | None:
    """A column without a word for the aggregate: by its dictionary."""
    asks = parts.has("count") or parts.has("how") or parts.has("total") or parts.has("stop")
    if not asks and not (where or parts.times):
        return None  # one word is a search, no question
    if column.aggregate in ("summe", "bestand"):
        return Reading(table, "sum", column, where)
    if column.aggregate == "mittel" and not parts.has("count") and not parts.has("total"):
        of_one = all(
            other.name in dict(where)
            for other in table.columns
            if other.role in ("place", "sort") and other.distinct > 1
        )
        return Reading(table, "mean" if parts.times and of_one else "single", column, where)
    return Reading(table, "single", column, where)


# -- times


def _with_time(reading: Reading, parts: Parts) -> Reading | None:
    """The reading with the time of the question, which the table must know."""
    time = parts.times[0].time if parts.times else None
    table = reading.table
    if time is None:
        fixed = table.time is not None and table.time.name in dict(reading.where)
        stock = reading.column is not None and reading.column.aggregate == "bestand"
        return reading._replace(latest=stock and table.time is not None and not fixed)
    if table.time is None:
        return _with_year_of_thing(reading, parts, time)
    filter = time_filter(table.time, time)
    if filter is None or table.time.name in dict(reading.where):
        return None
    return reading._replace(where=(*reading.where, (table.time.name, filter)), time=time)


def _with_year_of_thing(reading: Reading, parts: Parts, time: Time) -> Reading | None:
    """Trees planted in 2010: the year of a column that the question names, by its label or its verb."""
    columns = [column for column in reading.table.columns if column.role == "year"]
    used = {span.text for span in parts.cover if span.frame == "verb"}
    named = [
        column
        for column in columns
        if any(span.meaning and span.meaning.column == column for span in parts.labels)
        or used & verbs_of(column, reading.table)
    ]
    if len(named) != 1 or time.grain != "year" or reading.column in named:
        return None
    return reading._replace(where=(*reading.where, (named[0].name, time_filter(named[0], time) or "")))


def time_filter(column: TableColumn, time: Time) -> str | None:
    """The filter of a time column for a period; None if the column is not that exact."""
    first, last = time.first, time.last
    if column.type in ("date", "datetime"):
        return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
    if column.role in ("year", "time") and column.type == "integer":
        if time.grain != "year":
            return None
        return str(first.year) if first.year == last.year else f"{first.year}..{last.year}"
    if column.text_time == "month" and time.grain != "day":
        start, end = _month(first), _month(last)
        return start if start == end else f"{start}..{end}"
    return None


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02}"
