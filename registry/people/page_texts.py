"""Texts of pages that administrators write, such as the imprint, each in two languages and with all its versions.

Entry points: `PageTexts`, `open_page_texts`. A version is never changed: an older one is saved again.
"""

from datetime import UTC, datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from registry.errors import ConflictError, UsageError
from registry.store.database import Tables, connect, make_tables, reading, writing
from registry.store.locks import lock_table
from registry.store.unchanged import UntilChanged

NAMES: Final = ("imprint", "privacy", "accessibility", "easy-language", "sign-language", "help")
MAX_TEXT_CHARACTERS: Final = 100_000
MAX_VERSIONS_LISTED: Final = 100

TABLES: Final = Tables(
    "page_texts_version",
    (
        """CREATE TABLE IF NOT EXISTS page_texts (
            name TEXT NOT NULL, lang TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
            text TEXT NOT NULL, PRIMARY KEY (name, lang, number))""",
    ),
)
_TEXTS: Final = sa.table("page_texts", *(sa.column(name) for name in ("name", "lang", "number", "at", "by", "text")))


class PageText(NamedTuple):
    """A version of a text. `by`: the account that saved it; an empty `text` takes the page's text away."""

    name: str
    lang: str
    number: int
    at: datetime
    by: str
    text: str


class PageTexts:
    """The texts of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)
        self._written = UntilChanged(engine, self._read_written)  # each page asks, for its links

    def current(self, name: str, lang: str) -> PageText | None:
        """The newest version; None if nobody has saved one."""
        return next(iter(self.versions(name, lang, 1)), None)

    def versions(self, name: str, lang: str, most: int = MAX_VERSIONS_LISTED) -> list[PageText]:
        """The versions, the newest first."""
        of_text = (_TEXTS.c.name == name, _TEXTS.c.lang == lang)
        query = _TEXTS.select().where(*of_text).order_by(_TEXTS.c.number.desc()).limit(most)
        with reading(self._engine) as connection:
            rows = connection.execute(query).fetchall()
        return [
            PageText(row.name, row.lang, row.number, datetime.fromisoformat(row.at), row.by, row.text) for row in rows
        ]

    def written(self) -> frozenset[tuple[str, str, bool]]:
        """Name and language of each text that was saved here, and whether its newest version says something."""
        return self._written()

    def _read_written(self) -> frozenset[tuple[str, str, bool]]:
        last = sa.select(_TEXTS.c.name, _TEXTS.c.lang, sa.func.max(_TEXTS.c.number).label("number"))
        newest = last.group_by(_TEXTS.c.name, _TEXTS.c.lang).subquery()
        same = sa.and_(*(_TEXTS.c[column] == newest.c[column] for column in ("name", "lang", "number")))
        query = sa.select(_TEXTS.c.name, _TEXTS.c.lang, _TEXTS.c.text != "").select_from(_TEXTS.join(newest, same))
        with reading(self._engine) as connection:
            return frozenset((row[0], row[1], bool(row[2])) for row in connection.execute(query))

    def save(self, name: str, lang: str, text: str, by: str, base: int) -> PageText:
        """Stores a new version after the one with the number `base` (0: the first). ConflictError if somebody else has
        saved one meanwhile; UsageError for an unknown name or a text that is too long."""
        if name not in NAMES or lang not in ("de", "en") or len(text) > MAX_TEXT_CHARACTERS:
            raise UsageError("page-text-form", name=name, most=MAX_TEXT_CHARACTERS)
        saved = PageText(name, lang, base + 1, datetime.now(UTC), by, text)
        with writing(self._engine) as connection:
            lock_table(connection, _TEXTS)
            newest = connection.execute(
                sa.select(sa.func.max(_TEXTS.c.number)).where(_TEXTS.c.name == name, _TEXTS.c.lang == lang)
            ).scalar()
            if (newest or 0) != base:
                raise ConflictError("page-text-changed", name=name)
            connection.execute(_TEXTS.insert(), [saved._asdict() | {"at": saved.at.isoformat()}])
        return saved


def open_page_texts(database_url: str) -> PageTexts:
    """Opens the texts of an installation."""
    return PageTexts(connect(database_url))
