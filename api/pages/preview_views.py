"""What the page of a preview shows of a table: rows with the profile of each column, a chart, a map, filters, files.

Entry points: `table_view`, `chart_view`, `map_view` (variables of `preview.html`), `views`, `chips`, `take`. Pure: rows
and groups come from the caller.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from api.drawing.chart_choice import COUNT, MEASURES, Choice, chart, choice, groupings_of, numbers_of
from api.drawing.maps import MAX_NUMBERED, map_of
from api.drawing.profiles import Profile, profile
from api.drawing.values import day_text, decimals_of, is_identifying, shown
from api.pages.table_address import Asked
from api.text.formatting import link, moment
from api.text.i18n import translator
from api.web.addresses import Lang
from api.web.negotiate import CSV, JSON, XLSX
from registry.preview.model import NUMERIC_TYPES, ORDERED_TYPES, Column, Groups, Preview, Rows

MAX_COLUMNS_SHOWN: Final = 40  # where nobody has chosen some
PARQUET: Final = ("parquet", "Parquet")
FILES: Final = ((CSV.name, CSV.label), (JSON.name, JSON.label), (XLSX.name, XLSX.label), PARQUET)


class Head(NamedTuple):
    """The head of a column. `order`: "ascending", "descending" or ""; `address`: where the next order is shown."""

    name: str
    profile: Profile
    order: str
    address: str


class Cell(NamedTuple):
    """`text`: "" for an empty cell; `address`: of a text that is a web address."""

    text: str
    is_number: bool
    address: str = ""


class Chip(NamedTuple):
    """An active filter in words, and the address without it."""

    label: str
    address: str


class TableView(NamedTuple):
    """A form of the table."""

    label: str
    address: str
    current: bool


# -- the table


def table_view(preview: Preview, rows: Rows, asked: Asked, path: str, lang: Lang) -> dict[str, Any]:
    """The rows with the heads of their columns, and the addresses of the pages before and after."""
    indices = _indices(preview, asked)
    columns = [preview.columns[index] for index in indices]
    first = (asked.page - 1) * asked.size + 1
    decimals = {index: decimals_of(row[index] for row in rows.rows) for index in indices}
    return {
        "table": {
            "heads": [_head(column, preview, asked, path, lang) for column in columns],
            "rows": [
                [_cell(row[index], preview.columns[index], lang, decimals[index]) for index in indices]
                for row in rows.rows
            ],
            "hidden": len(preview.columns) - len(indices),
            "first": first,
            "last": first + len(rows.rows) - 1,
            "total": rows.total,
            "before": replace(asked, page=asked.page - 1).url(path) if asked.page > 1 else "",
            "after": replace(asked, page=asked.page + 1).url(path) if rows.next else "",
            "first_page": replace(asked, page=1).url(path) if not rows.rows and rows.total else "",
            "following": min(asked.size, rows.total - first - len(rows.rows) + 1),
        }
    }


def _indices(preview: Preview, asked: Asked) -> list[int]:
    """The columns that are shown: those that were chosen, else the first ones."""
    chosen = [index for index, column in enumerate(preview.columns) if column.name in asked.columns]
    return chosen or list(range(min(len(preview.columns), MAX_COLUMNS_SHOWN)))


def _head(column: Column, preview: Preview, asked: Asked, path: str, lang: Lang) -> Head:
    filters = [pair[len(column.name) + 1 :] for pair in asked.where if pair.startswith(f"{column.name}:")]
    order = {column.name: "ascending", f"-{column.name}": "descending"}.get(asked.sort, "")
    return Head(
        column.name,
        profile(column, preview.total, lang, filters),
        order,
        asked.sorted_by(column.name).url(path),
    )


def _cell(value: Any, column: Column, lang: Lang, decimals: int | None = None) -> Cell:
    text = shown(value, column.type, lang, grouped=not is_identifying(column.name), decimals=decimals)
    is_address = column.type == "text" and isinstance(value, str) and value.startswith(("https://", "http://"))
    return Cell(text, column.type in NUMERIC_TYPES, link(value) if is_address else "")


# -- the chart


def chart_view(preview: Preview, chosen: Choice | None, answer: Groups | None, lang: Lang) -> dict[str, Any]:
    """The chart, and what can be chosen for another one; `chart` is None where the values make none."""
    column = preview.column(chosen.y) if chosen and chosen.y else None
    drawn = chart(chosen, answer, column.unit if column else "", lang) if chosen and answer else None
    say = translator(lang)
    numbers = [column.name for column in numbers_of(preview.columns) if not chosen or column.name != chosen.x]
    return {
        "chart": drawn,
        "chart_form": {
            "chosen": chosen,
            "x": [column.name for column in groupings_of(preview.columns)],
            "y": [*((name, name) for name in numbers), (COUNT, say(MEASURES["count"]))],
            "measures": [(name, say(label)) for name, label in MEASURES.items() if name != "count"],
        },
    }


# -- the map


def map_view(preview: Preview, rows: Rows, lang: Lang) -> dict[str, Any]:
    """The map of the rows, and the first of them as a table; `map` is None where no shape can be drawn."""
    shapes = shapes_of(preview, rows.rows)
    drawn = map_of(shapes)
    if drawn is None:
        return {}
    columns = [
        (index, column) for index, column in enumerate(preview.columns) if column.type != "geometry" and column.filled
    ][:6]  # fmt: skip
    listed = [rows.rows[shape.row] for shape in drawn.shapes[:MAX_NUMBERED]]
    decimals = {index: decimals_of(row[index] for row in listed) for index, _column in columns}
    return {
        "map": {
            "drawing": drawn,
            "heads": [(column.name, column.type in NUMERIC_TYPES) for _index, column in columns],
            "rows": [[_cell(row[index], column, lang, decimals[index]) for index, column in columns] for row in listed],
            "total": rows.total,
            "not_read": rows.total - len(rows.rows),
        }
    }


_LATITUDES: Final = ("lat", "latitude", "breite", "breitengrad", "y", "geo_lat", "koord_y")
_LONGITUDES: Final = ("lon", "lng", "long", "longitude", "laenge", "länge", "laengengrad", "längengrad", "x", "geo_lon")


def geometry_columns(preview: Preview) -> tuple[int, int | None] | None:
    """The column of shapes, or those of longitude and latitude, by their names and values; None without."""
    for index, column in enumerate(preview.columns):
        if column.type == "geometry" and column.filled:
            return index, None
    longitude = _coordinate(preview, _LONGITUDES, 180)
    latitude = _coordinate(preview, _LATITUDES, 90)
    return (longitude, latitude) if longitude is not None and latitude is not None else None


def _coordinate(preview: Preview, names: Sequence[str], most: int) -> int | None:
    for index, column in enumerate(preview.columns):
        low, high = column.min, column.max
        if column.name.lower() in names and column.type in NUMERIC_TYPES and isinstance(low, int | float) \
                and isinstance(high, int | float) and -most <= low <= high <= most:  # fmt: skip
            return index
    return None


def shapes_of(preview: Preview, rows: Sequence[Sequence[Any]]) -> list[str | None]:
    """The shape of each row as WKT."""
    columns = geometry_columns(preview)
    if columns is None:
        return []
    first, second = columns
    if second is None:
        return [row[first] for row in rows]
    return [
        f"POINT({row[first]} {row[second]})" if row[first] is not None and row[second] is not None else None
        for row in rows
    ]  # fmt: skip


# -- forms, filters, files


def views(preview: Preview, asked: Asked, path: str, lang: Lang) -> tuple[TableView, ...]:
    """Table, chart and map of the same rows, as far as there are some; nothing where there is only the table."""
    _ = translator(lang)
    forms = [("", _("Tabelle"))]
    if choice(preview) is not None:
        forms.append(("chart", _("Diagramm")))
    if geometry_columns(preview) is not None:
        forms.append(("map", _("Karte")))
    if len(forms) == 1:
        return ()
    kept = replace(asked, page=1)
    return tuple(TableView(label, replace(kept, view=name).url(path), name == asked.view) for name, label in forms)


def tables(preview: Preview, asked: Asked, path: str) -> tuple[TableView, ...]:
    """The tables of a file with several, as sheets of a workbook; () for a file with one."""
    shown = asked.table or next(iter(preview.tables), "")
    return tuple(
        TableView(name, Asked(table=name if number else "").url(path), name == shown)
        for number, name in enumerate(preview.tables)
    )  # fmt: skip


def newest_value(preview: Preview, rows: Rows, lang: Lang) -> str:
    """The newest value of a service with its unit, of what it is, when it was measured, and when we asked; "" without
    one. `rows`: its streams or tables, the newest first."""
    _ = translator(lang)
    names = [column.name for column in preview.columns]
    for row in rows.rows:
        value = dict(zip(names, row, strict=True))
        if value["value"] is None or value["time"] is None:
            continue
        column = preview.column("value")
        number = shown(value["value"], column.type if column else "text", lang)
        stream = dict.fromkeys(str(value[name]) for name in ("property", "name", "thing") if value.get(name))
        return _("%(what)s: %(value)s, gemessen am %(time)s, geprüft am %(checked)s") % {
            "what": ", ".join(stream),
            "value": " ".join(filter(None, (number, value["unit"]))),
            "time": day_text(str(value["time"]), lang),
            "checked": moment(preview.fetched, lang),
        }
    return ""


def chips(preview: Preview, asked: Asked, path: str, lang: Lang) -> tuple[Chip, ...]:
    """The active filters in words, each with the address without it."""
    return tuple(Chip(_in_words(preview, pair, lang), asked.without(pair).url(path)) for pair in asked.where)


def _in_words(preview: Preview, pair: str, lang: Lang) -> str:
    _ = translator(lang)
    names = sorted((column.name for column in preview.columns if pair.startswith(f"{column.name}:")), key=len)
    name = names[-1] if names else pair.partition(":")[0]
    value, column = pair[len(name) + 1 :].strip(), preview.column(name)
    if not value:
        return _("%(column)s ist leer") % {"column": name}
    if column is not None and column.type in ORDERED_TYPES and ".." in value:
        start, _dots, end = value.partition("..")
        ends = {"column": name, "start": _value(start.strip(), column, lang), "end": _value(end.strip(), column, lang)}
        if start and end:
            return _("%(column)s von %(start)s bis %(end)s") % ends
        return (_("%(column)s ab %(start)s") if start else _("%(column)s bis %(end)s")) % ends
    shown_value = _value(value, column, lang) if column else value
    if column is not None and column.type in ("date", "datetime") and len(value) == 10:
        return _("%(column)s am %(value)s") % {"column": name, "value": shown_value}
    return _("%(column)s ist %(value)s") % {"column": name, "value": shown_value}


def _value(text: str, column: Column, lang: Lang) -> str:
    return day_text(text, lang) if column.type in ("date", "datetime") else text


def take(asked: Asked, path: str) -> tuple[tuple[str, str], ...]:
    """Label and address of each file of the selection."""
    return tuple((label, asked.selection_url(f"{path}.{name}")) for name, label in FILES)
