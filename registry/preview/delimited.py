"""Reads delimited text (CSV, TSV) into rows of texts: finds the delimiter, and whether quotes mean anything.

Entry points: `dialect_of`, `rows`. No values are interpreted here.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

DELIMITERS: Final = ("\t", ";", "|", ",")  # of several that would do, the first one: commas stand in numbers, too
NO_DELIMITER: Final = "\x1f"  # a control character that no text holds
SAMPLE_CHARACTERS: Final = 200_000
SAMPLE_ROWS: Final = 500
MAX_FIELD: Final = 10_000_000  # characters; a quote that is never closed would swallow the file
MIN_SHARE: Final = 0.6  # of the rows of a table that must have the same number of cells
MAX_LINES_IN_CELL: Final = 500  # above that a quote was not closed
_ESCAPED: Final = re.compile(r'[^\\]\\"')
_DOUBLED: Final = re.compile(r'[^;,\t|\r\n"]""[^"]')  # a quote inside of quotes, and not an empty cell
_DECIMAL: Final = re.compile(r"[-+]?\d+(?:\.\d{3})*(?:,\d+)?")
_NO_NAME: Final = re.compile(r"[;,\t|]|^[-+\d.]+$")
_SINGLE: Final = re.compile(r"(?:^|[;,\t|])'[^'\r\n]*'(?=[;,\t|\r\n]|$)", re.MULTILINE)
_SEP: Final = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)


class Dialect(NamedTuple):
    """How a text is divided. `delimiter`: "" if every line is one cell; `escapes`: a quote inside of quotes has a
    stroke before it, and not another quote; `skipped`: characters before the first row; `share`: of the sampled rows
    that have `width` cells; `quote`: around cells that hold a delimiter."""

    delimiter: str
    quoting: bool = True
    escapes: bool = False
    skipped: int = 0
    width: int = 1
    share: float = 1.0
    quote: str = '"'


def dialect_of(text: str) -> Dialect:
    """The dialect of a text, from its first rows."""
    declared = _SEP.match(text)
    if declared:  # a line for spreadsheet programs
        return _measured(text[declared.end() :][:SAMPLE_CHARACTERS], declared[1])._replace(skipped=declared.end())
    sample = text[:SAMPLE_CHARACTERS]
    if _has_decimals_only(sample):
        return Dialect("")
    candidates = [_measured(sample, delimiter) for delimiter in DELIMITERS]
    fitting = [dialect for dialect in candidates if dialect.width > 1 and dialect.share >= MIN_SHARE]
    if not fitting:
        return Dialect("")
    best = max(dialect.share for dialect in fitting)
    return next(dialect for dialect in fitting if dialect.share >= best - 0.15)


def _has_decimals_only(sample: str) -> bool:
    """Whether a comma divides nothing: below a name without one there are only numbers with a decimal comma."""
    name, *values = [line.strip() for line in sample.splitlines()[:SAMPLE_ROWS] if line.strip()] or [""]
    return (
        bool(values)
        and not _NO_NAME.search(name)
        and all(map(_DECIMAL.fullmatch, values))
        and any("," in v for v in values)
    )


def rows(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """The rows of a text, with their empty ones; cells as they are written, without their quotes."""
    csv.field_size_limit(MAX_FIELD)
    source = io.StringIO(text, newline="")
    source.seek(dialect.skipped)
    delimiter = dialect.delimiter or NO_DELIMITER
    if dialect.escapes:
        return csv.reader(source, delimiter=delimiter, doublequote=False, escapechar="\\")
    if dialect.quoting:
        return csv.reader(source, delimiter=delimiter, quotechar=dialect.quote)
    return csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _measured(sample: str, delimiter: str) -> Dialect:
    dialect = Dialect(delimiter, escapes=bool(_ESCAPED.search(sample)) and not _DOUBLED.search(sample))
    if '"' not in sample and len(_SINGLE.findall(sample)) > sample.count("'") * MIN_SHARE / 2:
        dialect = dialect._replace(quote="'")
    if _is_unclosed(sample, dialect):
        dialect = dialect._replace(quoting=False, escapes=False)
    lines = [row for row in islice(rows(sample, dialect), SAMPLE_ROWS) if any(row)]
    if len(lines) > 1 and len(sample) >= SAMPLE_CHARACTERS:
        lines.pop()  # the sample ends within it
    widths = Counter(len(row) for row in lines)
    # Notes stand in one cell, so they do not count, unless there is nothing else.
    tables = {width: count for width, count in widths.items() if width > 1}
    if not tables:
        return dialect
    width, count = max(tables.items(), key=lambda pair: (pair[1], pair[0]))
    near = sum(number for other, number in tables.items() if abs(other - width) <= 1)
    singles = widths.get(1, 0)
    share = (count + 0.5 * (near - count)) / (sum(tables.values()) + max(0, singles - 10))
    return dialect._replace(width=width, share=share)


def _is_unclosed(text: str, dialect: Dialect) -> bool:
    """Whether a cell holds so many lines that its quote was certainly never closed."""
    try:
        return any(cell.count("\n") > MAX_LINES_IN_CELL for row in rows(text, dialect) for cell in row)
    except csv.Error:
        return True
