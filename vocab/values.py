"""Reads single written values: dates, addresses, telephone numbers, durations.

Each function returns a `Read`, whose value is the form that we keep; None if it cannot be read. Nothing is guessed.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

# Language tags. RDF 1.1 (Turtle, LANGTAG) takes more than BCP 47 allows: its first part may be a single letter.
TAG: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
TAG_OF_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")  # of a code of ISO 639: group 1

_DIRECTION: Final = re.compile(r"--(?:ltr|rtl)$")

MAX_ADDRESS: Final = 4000  # characters
MAX_DATE_CHARACTERS: Final = 100  # of a written date


def language_tag(text: str) -> str:
    """A language tag as RDF takes it, de_DE as de-DE and ar--rtl (RDF 1.2) as ar; "" for what is none."""
    tag = _DIRECTION.sub("", text.strip().replace("_", "-"))
    return tag if TAG.fullmatch(tag) else ""


class Read(NamedTuple):
    """A value as we keep it; `repaired`: it was written in another form."""

    value: Any
    repaired: bool = False


# -- dates

_ISO = re.compile(  # years before 0 and above 9999 as in XSD 1.1; of the latter never a bare number
    r"(-?\d{4}|-?[1-9]\d{4,8}(?=-))(?:-(\d\d)(?:-(\d\d)"
    r"(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)\s?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.IGNORECASE | re.ASCII,
)
# A day, month or year with a zone, as XSD allows.
_ZONED_DAY = re.compile(
    r"(-?\d{4}|-?[1-9]\d{4,8}(?=-))(?:-(\d\d)(?:-(\d\d))?)?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)", re.ASCII
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner jan january",
            "februar feber feb february",
            "märz mrz mär march mar",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sept sep",
            "oktober okt october oct",
            "november nov",
            "dezember dez december dec",
        ),
        1,
    )
    for name in names.split()
}
_TIME = r"(?:(?:\s*[-,]|\s+um)?\s*(?P<time>\d{1,2}:\d\d(?::\d\d)?)(?:\s*uhr)?)?"
_WRITTEN: Final = tuple(
    re.compile(rf"(?:[^\W\d_]+\.?,\s*)?{day}{_TIME}", re.IGNORECASE)
    for day in (
        r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})",
        r"(?P<d>\d{1,2})\.?\s+(?P<m>[^\W\d_]{3,9})\.?,?\s+(?P<y>\d{4})",
        r"(?P<m>[^\W\d_]{3,9})\.?\s+(?P<d>\d{1,2}),\s+(?P<y>\d{4})",
        r"(?P<d>1[3-9]|2\d|3[01])/(?P<m>\d{1,2})/(?P<y>\d{4})",  # 03/04/2020 could be two days
        r"(?P<m>0?[1-9]|1[0-2])/(?P<d>1[3-9]|2\d|3[01])/(?P<y>\d{4})",
        r"(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<m>[^\W\d_]{3,9})\.?\s+(?P<y>\d{4})",
        r"(?P<m>0?[1-9]|1[0-2])[./](?P<y>\d{4})",
    )
)
_LABEL = re.compile(r"^(?:date changed|stand|geändert am|created|updated|last updated)\s*:?\s+", re.IGNORECASE)


def date(text: str, zone: str = "") -> Read | None:
    """ISO 8601 with the accuracy that was written (gYear to dateTime); `zone` is appended to a time without one.

    Also reads 15.01.2026, "Dienstag, 19. November 2013 - 10:13", "März 2014" and, where only one reading is possible,
    dates with slashes.
    """
    text = text.strip()
    return None if len(text) > MAX_DATE_CHARACTERS else _date(text, zone)


@lru_cache(4096)  # the same few dates in most things of a source
def _date(text: str, zone: str) -> Read | None:
    iso = _ISO.fullmatch(text)
    if iso:
        value = _iso(iso, zone)
        return Read(value) if value else None
    day = _ZONED_DAY.fullmatch(text)
    if day:
        return Read(text) if exists(f"{day[1]}-{day[2] or '01'}-{day[3] or '01'}") else None
    bare = _LABEL.sub("", text)
    if bare != text:
        bare_date = _date(bare, zone)
        return bare_date and Read(bare_date.value, True)
    for form in _WRITTEN:
        match = form.fullmatch(text)
        if match:
            value = _written(match.groupdict(), zone)
            return Read(value, True) if value else None
    return None


_ABOUT = re.compile(  # words before a year or month that say something for which the model has no place
    r"(?:(?:ca\.|circa|etwa|ungefähr|voraussichtlich|geplant|spätestens|frühestens|ab|bis|seit|im|in|about|around|from|"
    r"until|by)\s+){0,3}"
    r"(?:(?:anfang|mitte|ende|frühjahr|frühling|sommer|herbst|jahr|early|mid|late|end of|spring|summer|autumn|q[1-4]|"
    r"(?:[1-4]\.?|erstes|zweites|drittes|viertes|first|second|third|fourth)\s*(?:quartal|quarter|halbjahr|half)"
    r"(?:\s+of)?)\s+)?"
    r"(?P<rest>(?:[^\W\d_]{3,9}\.?\s+)?\d{4})",
    re.IGNORECASE,
)


def rough_date(text: str) -> Read | None:
    """The year or month in "Ende 2027", "voraussichtlich März 2027", "2. Quartal 2027": what is more exact than that is
    not in the text, and nothing is made up. None if there is no such date."""
    match = _ABOUT.fullmatch(" ".join(text.split())) if len(text) <= 60 else None
    read = date(match["rest"]) if match else None
    return Read(read.value, True) if read else None


_YEAR = re.compile(r"(-?[0-9]{4,9})(?![0-9])")


def year_of(value: str) -> int:
    """The year with which a date begins that we keep ("2021-03", "-0012-11-29"), 0 if there is none."""
    match = _YEAR.match(value)
    return int(match[1]) if match else 0


def is_reversed(start: str, end: str) -> bool:
    """Whether the end of a period lies before its start, as far as both are exact."""
    if not (start and end):
        return False
    if "-" in (start[0], end[0]) or year_of(start) != year_of(end):
        return year_of(end) < year_of(start)
    return end[: len(start)] < start[: len(end)]


def _iso(parts: re.Match[str], zone: str) -> str:
    year, month, day, time, offset = parts.groups()
    if not month:
        return str(year) if year != "0000" else ""
    if not time:
        return parts[0] if exists(f"{year}-{month}-{day or '01'}") else ""
    time = time.replace(",", ".")
    if len(time) == 5:
        time += ":00"
    if offset is None:
        offset = zone
    elif offset[0] not in "+-":
        offset = "Z"
    elif ":" not in offset:
        offset = f"{offset[:3]}:{offset[3:] or '00'}"
    value = f"{year}-{month}-{day}T{time}{offset}"
    seconds = time.partition(".")[0]  # Python knows six digits of a fraction, sources write up to nine
    return value if exists(f"{year}-{month}-{day}T{seconds}{'' if offset == 'Z' else offset}") else ""


def _written(parts: dict[str, str | None], zone: str) -> str:
    month = parts["m"] or ""
    number = int(month) if month.isdigit() else _MONTHS.get(month.casefold(), 0)
    value = f"{parts['y']}-{number:02}" + (f"-{int(parts['d'] or 0):02}" if parts.get("d") else "")
    if not exists(value if parts.get("d") else f"{value}-01"):
        return ""
    time = parts.get("time")
    if not time or not parts.get("d"):
        return value
    hours, _, minutes = time.partition(":")
    value += f"T{hours:>02}:{minutes}" + (":00" if ":" not in minutes else "")
    return value + zone if exists(value) else ""


def exists(value: str) -> bool:
    """Whether there is such a day and time, in the calendar carried on before the year 1 and after 9999 (XSD 1.1). The
    hour 24 is the end of a day."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return _exists_in_other_years(value)
    return True


def _exists_in_other_years(value: str) -> bool:
    """Whether there is such a day and time in the years that Python's calendar lacks, or at the hour 24."""
    year, rest = value[: value.index("-", 4)], value[value.index("-", 4) :]
    if len(year) > 4 or year == "0000":  # the calendar repeats after 400 years
        year = f"{2000 + int(year) % 400}"
    if "T24:" in rest:
        rest = rest.replace("T24:00:00", "T00:00:00")
    try:
        datetime.fromisoformat(year + rest)
    except ValueError:
        return False
    return True


# -- addresses

_ENDS: Final = "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 15))
_BAD: Final = (  # what an IRI may not have (RFC 3987, 2.2)
    r"\s\x00-\x20<>\"\\^`{|}\[\]\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    + _ENDS
)
_BAD_ONE = re.compile(f"[{_BAD}]")
_ASCII: Final = r"[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*"
_PLAIN = re.compile(  # nearly all addresses: a host name, nothing to repair
    rf"https?://(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{{2,20}}(?::\d{{1,4}})?(?:[/?]{_ASCII})?(?:#{_ASCII})?"
)
_SCHEME = re.compile(r"(?:https?|s?ftps?)://", re.IGNORECASE)
_OTHER = re.compile(
    rf"(?!https?:|s?ftps?:|javascript:|data:|file:|vbscript:|about:)[a-z][a-z0-9+.-]{{1,30}}:(?!//)[^{_BAD}#%]+(?:#[^{_BAD}#%]*)?",
    re.IGNORECASE,
)
_ENCODED: Final = {ord(one): quote(one, safe="") for one in ' \t\n\r\u00a0\u202f<>"\\^`{|}[]'}
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"[^\s/?#@:]+\.[^\s/?#@:.]{2,63}\.?|localhost|\d+(?:\.\d+){3}|[\w-]+", re.IGNORECASE)


def address(text: str, base: str = "") -> Read | None:
    """A web address (http, https, ftp). Characters that an IRI may not have are percent-encoded, "www." gets http://, a
    path gets `base` before it. None for two addresses in one value."""
    text = text.strip()
    if len(text) > MAX_ADDRESS:
        return None
    if _is_address(text):
        return Read(text)
    plain = text
    while (twice := _SCHEME.match(text)) and _SCHEME.match(text[twice.end() :].lstrip()):
        text = text[twice.end() :].lstrip()  # "http:// https://…"
    if text[:4].lower() == "www.":
        text = f"http://{text}"
    elif base and text.startswith("/") and not text.startswith("//"):
        text = urljoin(base, text)
    if not _SCHEME.match(text) or re.search(r"\s(?:https?://|www\.)", text):
        return None
    head, hash, fragment = text.partition("#")
    repaired = head.translate(_ENCODED) + hash + fragment.replace("#", "%23").translate(_ENCODED)
    repaired = _PERCENT.sub("%25", repaired)
    return Read(repaired, repaired != plain) if _is_address(repaired) else None


def _is_address(text: str) -> bool:
    if "%" in text and _PERCENT.search(text):
        return False
    if _PLAIN.fullmatch(text):
        return True
    sound = _SCHEME.match(text) is not None and text.count("#") < 2 and _BAD_ONE.search(text) is None
    return sound and _has_host(text)


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    name = parts.netloc.rpartition("@")[2].partition(":")[0]
    return "@" not in parts.netloc.rpartition("@")[0] and "%" not in name and _NAME.fullmatch(name) is not None


def absolute_iri(text: str) -> Read | None:
    """An absolute IRI: a web address, or urn:, doi: and the like. Only blanks around it are removed."""
    text = text.strip()
    web_address = address(text)
    if web_address:
        return None if web_address.repaired else web_address
    return Read(text) if len(text) <= MAX_ADDRESS and _OTHER.fullmatch(text) else None


# -- mail addresses, telephone numbers

_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_MAILTO = re.compile(r"\A\s*+(?:mailto:(?://)?\s*+)++", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"<([^<>\s]{3,300})>\s*+\Z")
_TEL = re.compile(r"\A\s*+(?:(?:tel|callto|phone):(?://)?\s*+)++", re.IGNORECASE)


def email(text: str) -> Read | None:
    """The mail address in "a@b.de", "mailto:a@b.de", "MAILTO://a@b.de?subject=…", "Amt <a@b.de>"."""
    return _email(text) if len(text) < 400 else None


@lru_cache(maxsize=4096)
def _email(text: str) -> Read | None:
    bare = _without_scheme(_MAILTO, text.strip())
    if _is_email(bare):
        return Read(bare)
    in_brackets = _IN_BRACKETS.search(bare)
    bare = _without_scheme(_MAILTO, in_brackets[1] if in_brackets else bare)
    bare = unquote(bare.partition("?")[0]).strip()
    return Read(bare, True) if _is_email(bare) else None


def _is_email(text: str) -> bool:
    return len(text) < 255 and _EMAIL.fullmatch(text) is not None


def _without_scheme(scheme: re.Pattern[str], text: str) -> str:
    """The text; if it has the scheme of an IRI, without it and with its characters decoded."""
    bare = scheme.sub("", text)
    return text if bare == text else unquote(bare).strip()


def telephone(text: str) -> Read | None:
    """A telephone number as it was written, without tel: and the parameters of such an IRI (RFC 3966), or callto:."""
    text = text.strip()
    bare = _without_scheme(_TEL, text)
    bare = bare if bare == text else bare.partition(";")[0].strip()
    return Read(bare) if bare else None


# -- durations

DURATION: Final = re.compile(  # xsd:duration
    r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?", re.ASCII
)
# A duration or repeating interval of ISO 8601, as people write it: with weeks, fractions, small letters.
_INTERVAL = re.compile(
    r"(?:R\d*/)?P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?"
    r"(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?",
    re.IGNORECASE,
)


class Interval(NamedTuple):
    """The parts of a duration of ISO 8601, each as it was counted."""

    years: float
    months: float
    weeks: float
    days: float
    hours: float
    minutes: float
    seconds: float


def duration(text: str) -> Read | None:
    """A positive xsd:duration, as it was written."""
    text = text.strip()
    return Read(text) if len(text) < 60 and text[:1] == "P" and DURATION.fullmatch(text) else None


def interval(text: str) -> Interval | None:
    """The parts of "P1M", "R/P0.33M", "P1W"; None where there is none, or a number cannot be read."""
    parts = _INTERVAL.fullmatch(text)
    if not parts or not any(parts.groups()):
        return None
    try:
        return Interval(*(float(part or 0) for part in parts.groups()))
    except ValueError:
        return None
