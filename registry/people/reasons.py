"""Text modules: reasons that reviewers use again and again, which they can change.

Entry points: `Reasons`, `open_reasons`. Until somebody changes them there are those of DEFAULTS, in the language of the
reader.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa

from registry.errors import UsageError
from registry.model.message import message, sentence
from registry.store.database import Tables, connect, make_tables, reading, writing
from registry.store.locks import lock_table

MAX_REASONS: Final = 50
MAX_TITLE_CHARACTERS: Final = 80
MAX_TEXT_CHARACTERS: Final = 1_000

DEFAULTS: Final = (
    (message("reason-missing-title"), message("reason-missing-text")),
    (message("reason-plain-title"), message("reason-plain-text")),
    (message("reason-person-title"), message("reason-person-text")),
    (message("reason-twice-title"), message("reason-twice-text")),
)

TABLES: Final = Tables(
    "reasons_version",
    ("CREATE TABLE IF NOT EXISTS reasons (position INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL)",),
)
_REASONS: Final = sa.table("reasons", *(sa.column(name) for name in ("position", "title", "text")))


class Reason(NamedTuple):
    """A text module: its name in the list, and the text that is sent."""

    title: str
    text: str


class Reasons:
    """The text modules of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def all(self, lang: str) -> list[Reason]:
        """The text modules in their order; DEFAULTS in that language if none are stored."""
        with reading(self._engine) as connection:
            rows = connection.execute(_REASONS.select().order_by(_REASONS.c.position)).fetchall()
        stored = [Reason(row.title, row.text) for row in rows]
        return stored or [Reason(sentence(title, lang), sentence(text, lang)) for title, text in DEFAULTS]

    def replace(self, reasons: Sequence[Reason]) -> None:
        """Stores these in place of all; without any there are the DEFAULTS again. UsageError if a title or a text is
        missing or too long."""
        for reason in reasons:
            lengths = (len(reason.title) <= MAX_TITLE_CHARACTERS, len(reason.text) <= MAX_TEXT_CHARACTERS)
            if not (reason.title and reason.text and all(lengths)) or len(reasons) > MAX_REASONS:
                raise UsageError("reason-texts-form")
        rows = [{"position": number, "title": title, "text": text} for number, (title, text) in enumerate(reasons)]
        with writing(self._engine) as connection:
            lock_table(connection, _REASONS)
            connection.execute(_REASONS.delete())
            if rows:
                connection.execute(_REASONS.insert(), rows)


def open_reasons(database_url: str) -> Reasons:
    """Opens the text modules of an installation."""
    return Reasons(connect(database_url))
