"""Values of a table as pages show them: numbers in the form of the language, dates as in the file, "leer" for nothing.

Entry points: `shown` (a cell), `number_text`, `day_text`. Fast, because a page has thousands of cells.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from api.text.formatting import day, moment
from api.text.i18n import translator
from api.web.addresses import Lang

MAX_CELL_CHARACTERS: Final = 200  # of a text; who wants all takes the file
MAX_DECIMALS: Final = 8  # that a column shows in all its cells
MIN_GROUPED: Final = 10_000  # from which on thousands are separated: years and short numbers stay as they are
# Names of columns whose numbers are no quantities: nobody writes a postal code with a separator
_IDENTIFYING: Final = re.compile(
    r"(?:^|[\W_])(?:id|nr|nummer|number|no|plz|postleitzahl|zip|postcode|jahr|year|code|schl(?:ü|ue)ssel|key|ags|"
    r"kennung|kennzahl|fid|gid|objectid|hausnummer|telefon|phone)(?:$|[\W_])",
    re.IGNORECASE,
)
_SWAPPED: Final = str.maketrans(",.", ".,")
_SHAPES: Final = re.compile(r"(MULTI)?(POINT|LINESTRING|POLYGON)")


def is_identifying(name: str) -> bool:
    """Whether the numbers of a column with this name are identifiers, codes or years and no quantities."""
    return _IDENTIFYING.search(name) is not None


def number_text(value: float | int, lang: Lang, grouped: bool = True, decimals: int | None = None) -> str:
    """A number: 12.345,6 in German, 12,345.6 in English, with the digits that it has, or with so many decimals."""
    comma = "," if grouped and abs(value) >= MIN_GROUPED else ""
    text = format(value, comma) if decimals is None else format(value, f"{comma}.{decimals}f")
    if decimals is None and isinstance(value, float):
        text = text.removesuffix(".0")
    text = text.replace("-", "\N{MINUS SIGN}", 1) if text[:1] == "-" else text
    return text.translate(_SWAPPED) if lang == "de" else text


def day_text(value: str, lang: Lang) -> str:
    """A date or a moment in words: 14. Juli 2026, 23:00 Uhr."""
    return moment(value, lang) if "T" in value else day(value, lang)


def decimals_of(values: Iterable[Any]) -> int | None:
    """How many decimals the numbers of a column have at most, so that all are shown with as many; None for whole
    numbers and where they have too many to be written out."""
    most = 0
    for value in values:
        if isinstance(value, float):
            text = repr(value)
            if "e" in text or "n" in text:  # 1e-07, nan, inf
                return None
            most = max(most, len(text) - text.index(".") - 1 if not text.endswith(".0") else 0)
    return most if 0 < most <= MAX_DECIMALS else None


def shown(value: Any, type: str, lang: Lang, grouped: bool = True, decimals: int | None = None) -> str:
    """The text of a cell, "" for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        _ = translator(lang)
        return _("ja") if value else _("nein")
    if isinstance(value, int | float):
        return number_text(value, lang, grouped, decimals)
    if type == "datetime":
        return _moment(value)
    if type == "geometry":
        return shape_text(value, lang)
    return value if len(value) <= MAX_CELL_CHARACTERS else f"{value[: MAX_CELL_CHARACTERS - 1]}…"


def _moment(value: str) -> str:
    """2026-07-14T23:00:00+02:00 -> 2026-07-14 23:00: the column says which zone that is."""
    text = value[:19].replace("T", " ")
    return text.removesuffix(":00") if len(text) == 19 else text


def shape_text(wkt: str, lang: Lang) -> str:
    """What kind of shape it is, in a word: the map shows it."""
    _ = translator(lang)
    match = _SHAPES.match(wkt)
    if match is None:
        return _("Form")
    labels = {"POINT": _("Punkt"), "LINESTRING": _("Linie"), "POLYGON": _("Fläche")}
    many = {"POINT": _("Punkte"), "LINESTRING": _("Linien"), "POLYGON": _("Flächen")}
    return (many if match[1] else labels)[match[2]]
