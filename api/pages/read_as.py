"""How a file was read, in words: what it says itself, and what was guessed.

Entry point: `read_as`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from api.text.formatting import moment
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model.message import sentence
from registry.preview.model import Preview, ReadAs


class ReadInWords(NamedTuple):
    """`short`: in one line; `facts`: label and value of each; `notes`: sentences about what was guessed or left out, of
    the file and of its columns (name and sentence)."""

    short: str
    stand: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    column_notes: tuple[tuple[str, tuple[str, ...]], ...]


def read_as(preview: Preview, lang: Lang) -> ReadInWords:
    """How the file of a prepared table was read."""
    read = preview.read or ReadAs()
    facts = tuple(_facts(read, lang))
    columns = [(column.name, tuple(sentence(note, lang) for note in column.notes)) for column in preview.columns]
    return ReadInWords(
        _short(read, lang),
        moment(preview.fetched, lang),
        facts,
        tuple(sentence(note, lang) for note in read.notes),
        tuple((name, notes) for name, notes in columns if notes),
    )


def _short(read: ReadAs, lang: Lang) -> str:
    _ = translator(lang)
    parts = []
    if read.delimiter:
        parts.append(_("Trennzeichen %(sign)s") % {"sign": _sign(read.delimiter, lang)})
    if read.table:
        parts.append(_("Blatt oder Liste „%(name)s“") % {"name": read.table})
    if read.encoding:
        parts.append(_("Kodierung %(name)s") % {"name": read.encoding.upper()})
    return ", ".join(parts)


def _facts(read: ReadAs, lang: Lang) -> Iterator[tuple[str, str]]:
    _ = translator(lang)
    yield _("Format"), read.format
    if read.encoding:
        yield _("Kodierung"), read.encoding.upper()
    if read.delimiter:
        yield _("Trennzeichen"), _sign(read.delimiter, lang)
    if read.decimal:
        yield _("Dezimalzeichen"), _sign(read.decimal, lang)
    if read.thousands:
        yield _("Tausendertrennung"), _sign(read.thousands, lang)
    if read.dates:
        yield _("Form der Daten"), read.dates
    if read.header is not None:
        yield _("Spaltennamen"), _("in Zeile %(number)s") % {"number": read.header} if read.header else _("keine")
    if read.table:
        yield _("Blatt oder Liste"), read.table
    if read.crs:
        yield _("Koordinatensystem"), read.crs


def _sign(sign: str, lang: Lang) -> str:
    _ = translator(lang)
    names = {"\t": _("Tabulator"), " ": _("Leerzeichen"), "\N{NO-BREAK SPACE}": _("Leerzeichen")}
    return names.get(sign, f"„{sign}“" if lang == "de" else f"“{sign}”")
