"""What a single cell says: the forms of numbers, dates, times and truth values, and the signs for "no value".

Entry points: `form` (of a shape: a text whose digits are all 9), `is_value` (is it a number or date rather than a
word?), `PLACEHOLDERS`, `ERRORS`. Pure; used by the search for the header row and by the profile of columns.
"""

import re
from functools import lru_cache
from typing import Final

ERRORS: Final = {  # shape -> as spreadsheet programs write it for a formula that failed
    "#div/9!": "#DIV/0!", "err:999": "Err:5…", **{sign: sign.upper() for sign in (
        "#nv", "#n/a", "#wert!", "#value!", "#bezug!", "#ref!", "#name?", "#zahl!", "#num!", "#null!", "#überlauf!",
        "#spill!", "#feld!", "#field!", "#kalk!", "#calc!",
    )}
}  # fmt: skip
PLACEHOLDERS: Final = frozenset(  # in small letters; among numbers, dates or truth values they mean "no value"
    (
        "-", "–", "—", "--", "---", "- -", ".", "..", "...", "…", "/", "*", "x", "?", "k.a.", "k. a.", "k.a", "ka",
        "k. angabe", "keine angabe", "keine angaben", "ohne angabe", "o.a.", "o. a.", "n/a", "na", "n.a.", "n. a.",
        "n.v.", "n. v.", "n.b.", "n. b.", "nicht verfügbar", "nicht bekannt", "unbekannt", "entfällt", "null", "none",
        "nan", "nil", "nv", "leer", "not available", "no data", "missing", "unknown",
    )
)  # fmt: skip
BOOLEANS: Final = (("true", "false"), ("wahr", "falsch"), ("ja", "nein"), ("yes", "no"))

_SIGN: Final = "[-+−–]?"
_UNIT: Final = r"(?:€|eur|euro|\$|usd|£|gbp|chf|%|‰|prozent)"
_BLANK: Final = "[ \u00a0\u202f\u2009]"
# Form -> pattern of the shape of a number without sign and unit. The most exact ones first.
_NUMBERS: Final = {
    "integer": r"9+",
    "dot3": r"9{1,3}\.9{3}",  # 1.234: grouped or decimal
    "comma3": r"9{1,3},9{3}",
    "dot": r"9*\.9+",
    "comma": r"9*,9+",
    "dots": r"9{1,3}(?:\.9{3}){2,}",  # 1.234.567: grouped for certain
    "commas": r"9{1,3}(?:,9{3}){2,}",
    "dot-comma": r"9{1,3}(?:\.9{3})+,9+",  # 1.234,56
    "comma-dot": r"9{1,3}(?:,9{3})+\.9+",
    "blank": rf"9{{1,3}}(?:{_BLANK}9{{3}})+",
    "blank-comma": rf"9{{1,3}}(?:{_BLANK}9{{3}})+,9+",
    "blank-dot": rf"9{{1,3}}(?:{_BLANK}9{{3}})+\.9+",
    "apostrophe": r"9{1,3}(?:['’]9{3})+",
    "apostrophe-dot": r"9{1,3}(?:['’]9{3})+\.9+",
    "exponent-dot": r"9+(?:\.9+e[-+]?9+|e[-+]9+)",  # not 12E4, which is a code
    "exponent-comma": r"9+,9+e[-+]?9+",
}
_TIME: Final = r"9{1,2}:99(?::99(?:[.,]9{1,9})?)?"
_ZONE: Final = r"(?: ?(?:z|utc|[-+]99(?::?99)?))"
MONTHS: Final = {  # in small letters, as in dates of German and English texts
    "januar": 1, "jänner": 1, "january": 1, "jan": 1, "februar": 2, "february": 2, "feb": 2, "märz": 3, "march": 3,
    "mar": 3, "mrz": 3, "april": 4, "apr": 4, "mai": 5, "may": 5, "juni": 6, "june": 6, "jun": 6, "juli": 7, "july": 7,
    "jul": 7, "august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9, "oktober": 10, "october": 10, "okt": 10,
    "oct": 10, "november": 11, "nov": 11, "dezember": 12, "december": 12, "dez": 12, "dec": 12,
}  # fmt: skip
_DATES: Final = {
    "iso": r"9999-9{1,2}-9{1,2}",
    "iso-slash": r"9999/9{1,2}/9{1,2}",
    "german": r"9{1,2}\. ?9{1,2}\. ?9999",
    "german-short": r"9{1,2}\.9{1,2}\.99",
    "slash": r"9{1,2}/9{1,2}/9999",
    "dash": r"9{1,2}-9{1,2}-9999",
    "month": rf"9{{1,2}}\.? ?(?:{'|'.join(name + ('' if len(name) > 4 else '[.]?') for name in MONTHS)}) 9999",
}
NUMBER: Final = re.compile(
    rf"(?P<before>{_UNIT}{_BLANK}?)?(?P<sign>{_SIGN}){_BLANK}?(?:"
    + "|".join(f"(?P<{name.replace('-', '_')}>{pattern})" for name, pattern in _NUMBERS.items())
    + rf")(?P<minus>-)?(?P<after>{_BLANK}?{_UNIT})?"
)
MOMENT: Final = re.compile(
    "(?:"
    + "|".join(f"(?P<{name.replace('-', '_')}>{pattern})" for name, pattern in _DATES.items())
    + rf")(?P<time>(?:[t ]|, ?)(?:{_TIME})(?: uhr)?)?(?P<zone>{_ZONE})?"
)
TIME: Final = re.compile(rf"{_TIME}(?: uhr)?")
_DIGITS: Final = str.maketrans("012345678", "999999999")
MAX_SHAPE: Final = 60  # characters; what is longer is no number and no date


@lru_cache(4096)
def form(shape: str) -> str:
    """The form of a shape in small letters: "number …", "date …", "datetime …", "zoned …", "time", "boolean", or "" for
    words. "number dot3 % -": with the unit and the sign."""
    if shape in _BOOLEANS:
        return "boolean"
    if match := NUMBER.fullmatch(shape):
        name = next(name for name in _NUMBERS if match[name.replace("-", "_")] is not None)
        unit = (match["before"] or match["after"] or "").strip(" \u00a0\u202f\u2009")
        sign = "-" if match["minus"] or match["sign"] in tuple("-−–") else match["sign"]
        if (match["minus"] and match["sign"]) or (match["before"] and match["after"]):
            return ""
        return f"number {name} {unit or '.'} {sign or '.'}{'t' if match['minus'] else ''}"
    if match := MOMENT.fullmatch(shape):
        name = next(name for name in _DATES if match[name.replace("-", "_")] is not None)
        if match["zone"] and not match["time"]:
            return ""
        return f"{'zoned' if match['zone'] else 'datetime' if match['time'] else 'date'} {name}"
    return "time" if TIME.fullmatch(shape) else ""


_BOOLEANS: Final = frozenset(word for pair in BOOLEANS for word in pair)


def shape(text: str) -> str:
    """The text in small letters, all of its digits as 9."""
    return text.lower().translate(_DIGITS)


def is_value(text: str) -> bool:
    """Whether a cell is a number, date, time or truth value: data rather than the name of a column."""
    return len(text) <= MAX_SHAPE and bool(form(shape(text.strip())))


def is_placeholder(text: str) -> bool:
    """Whether a cell, or its shape, means "no value" among numbers and dates; formulas that failed do, too."""
    written = text.strip().lower()
    return written in PLACEHOLDERS or written.translate(_DIGITS) in ERRORS
