"""Content negotiation: the format of an answer, from the Accept header (RFC 9110 section 12.5.1) or a suffix.

The formats are those of `registry.rdf.SERIALISATIONS` and beside them HTML and our own JSON; nothing else lists them.
Entry points: `preferred` (by Accept), `by_suffix`.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from registry.errors import LotseError
from registry.rdf import SERIALISATIONS

MAX_HEADER: Final = 4_000  # characters of an Accept header that are read


class Format(NamedTuple):
    """A format that an address serves. `name` is the suffix; `aliases`: further media types by which clients ask for
    it."""

    name: str
    type: str
    label: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """As it is sent: RDF/XML, N-Triples and JSON-LD are UTF-8 by definition, text types say so."""
        return f"{self.type}; charset=utf-8" if self.type.startswith("text/") else self.type


HTML: Final = Format("html", "text/html", "HTML", ("application/xhtml+xml",))
JSON: Final = Format("json", "application/json", "JSON")
CSV: Final = Format("csv", "text/csv", "CSV")
XLSX: Final = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX")
ICS: Final = Format("ics", "text/calendar", "iCalendar")
ATOM: Final = Format("atom", "application/atom+xml", "Atom")
LISTS: Final = (CSV, XLSX, ICS, JSON, ATOM)  # of lists and searches (`api.data.lists`)

# In our order of preference: of formats with the same weight the first is taken, so a client that accepts any RDF gets
# Turtle.
RDF: Final = tuple(Format(row.name, row.media_type, row.label, row.aliases) for row in SERIALISATIONS)
TURTLE: Final = RDF[0]
DATA: Final = (*RDF, JSON)
PAGE_FORMATS: Final = (HTML, *DATA)


class NotAcceptableError(LotseError):
    """406: no offered format is in the Accept header; detail `alternatives`: the offered ones."""

    status = 406


def not_acceptable(url: str, *offered: Format) -> NotAcceptableError:
    """The error with the addresses of the offered formats, all of DATA if none is named."""
    addresses = [
        {"url": url if format is HTML else f"{url}.{format.name}", "type": format.type} for format in offered or DATA
    ]
    return NotAcceptableError("not-in-that-format", {"alternatives": addresses})


def by_suffix(path: str, offered: Iterable[Format] = DATA) -> tuple[str, Format | None]:
    """A path without the suffix of an offered format, and that format: `/daten/x.ttl` -> (`/daten/x`, TURTLE)."""
    stem, dot, suffix = path.rpartition(".")
    for format in offered:
        if dot and stem and suffix == format.name:
            return stem, format
    return path, None


def preferred(accept: str, offered: Sequence[Format] = PAGE_FORMATS) -> Format | None:
    """The offered format with the highest weight in Accept; the first one without a header, None if all are 0 (406)."""
    weighted = tuple(("*/*" if name == "*" else name, weight) for name, weight in ranges(accept[:MAX_HEADER]))
    if not weighted:
        return offered[0]
    best = max(offered, key=lambda format: _quality(format, weighted))  # the first of equals
    return best if _quality(best, weighted) > 0 else None


def ranges(header: str, *, lower: bool = True) -> Iterable[tuple[str, float]]:
    """What a header such as Accept names, with its weight; one that cannot be read counts as 1."""
    for part in (header.lower() if lower else header).split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        if not name:
            continue
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                weight = _weight(parameter[2:])
                break
        yield name, weight


def _weight(text: str) -> float:
    """A qvalue: 0 to 1 with at most three decimals."""
    digits = text.replace(".", "", 1)
    return min(float(text), 1.0) if len(text) <= 5 and digits.isascii() and digits.isdigit() else 1.0


def _quality(format: Format, ranges: Iterable[tuple[str, float]]) -> float:
    """The weight of the most specific range that covers a format; 0 if none does."""
    major = format.type.partition("/")[0]
    weights: dict[int, float] = {}
    for name, weight in ranges:
        if name == format.type or name in format.aliases:
            weights[3] = max(weights.get(3, 0.0), weight)
        elif name == f"{major}/*":
            weights[2] = max(weights.get(2, 0.0), weight)
        elif name == "*/*":
            weights[1] = max(weights.get(1, 0.0), weight)
    return weights[max(weights)] if weights else 0.0
