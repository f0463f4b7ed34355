"""Counts what a question asks for from the raw file, in plain Python: without DuckDB, previews and readings."""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from deploy.heidelberg.sample.files.serving import FILES

Row = dict[str, Any]


def rows_of(path: str) -> list[Row]:
    """The rows of a sample file, as they stand there."""
    content = FILES[path]().decode()
    if path.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(content), delimiter=";"))
    parsed = json.loads(content)
    return [feature["properties"] for feature in parsed["features"]] if "features" in parsed else parsed["parkhaeuser"]


def value_of(text: Any) -> float | None:
    """A number as German files write it."""
    if isinstance(text, int | float) or text is None or text == "":
        return None if text in (None, "") else float(text)
    return float(text.replace(".", "").replace(",", "."))


def expected(path: str, measure: str, column: str, where: str) -> float:
    """The number of a line of numbers.csv."""
    filters, by = [], ""
    for part in filter(None, where.split("&")):
        if part.startswith("by "):
            by = part.removeprefix("by ")
        else:
            filters.append(_filter(part))
    rows = [row for row in rows_of(path) if all(fits(row) for fits in filters)]
    if by:
        sums: dict[str, float] = defaultdict(float)
        for row in rows:
            sums[row[by]] += (value_of(row[column]) or 0) if column else 1
        return max(sums.values()) if measure == "largest" else min(sums.values())
    if measure == "rows":
        return len(rows)
    if measure == "distinct":
        return len({row[column] for row in rows})
    values = [value for row in rows if (value := value_of(row[column])) is not None]
    return {"sum": sum(values), "mean": sum(values) / len(values), "max": max(values), "min": min(values)}[measure]


def _filter(part: str) -> Callable[[Row], bool]:
    match = re.fullmatch(r"([^=^]+)([=^])(.*)", part)
    assert match, part
    name, sign, value = match.groups()
    if sign == "^":  # the day begins with
        return lambda row: _iso(row[name]).startswith(value)
    return lambda row: {True: "ja", False: "nein"}.get(row[name], str(row[name])) == value


def _iso(text: str) -> str:
    german = re.match(r"(\d\d)\.(\d\d)\.(\d{4})", text)
    return f"{german[3]}-{german[2]}-{german[1]}" if german else text
