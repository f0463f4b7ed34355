"""The sources that are harvested, with their settings. Entry points: `open_sources`, `Sources`."""

from pathlib import Path

import msgspec
import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError
from registry.model import Source
from registry.sources import tables
from registry.sources.staging import Staging, open_staging
from registry.sources.tables import SOURCES
from registry.store.database import connect, make_tables, reading, writing
from registry.store.unchanged import UntilChanged


def open_sources(database_url: str, data: Path, staging: Staging | None = None) -> "Sources":
    """Sources in the store's database; what is staged of them in the data folder (with PostgreSQL in its tables).
    `staging`: if it is open already."""
    engine = connect(database_url)
    make_tables(engine, tables.TABLES)
    return Sources(engine, staging or open_staging(database_url, data))


class Sources:
    """May be used by any number of threads and processes."""

    def __init__(self, engine: sa.Engine, staging: Staging) -> None:
        self._engine = engine
        self._staging = staging
        self._every = UntilChanged(engine, self._read_all)

    def all(self) -> tuple[Source, ...]:
        """All sources in order of name."""
        return self._every()

    def _read_all(self) -> tuple[Source, ...]:
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(SOURCES.c.body).order_by(SOURCES.c.name)).fetchall()
        return tuple(msgspec.json.decode(row.body, type=Source) for row in rows)

    def get(self, name: str) -> Source:
        """The source of that name; NotFoundError lists the names that exist."""
        with reading(self._engine) as connection:
            body = connection.execute(sa.select(SOURCES.c.body).where(SOURCES.c.name == name)).scalar()
        if body is not None:
            return msgspec.json.decode(body, type=Source)
        names = ", ".join(source.name for source in self.all()) or "none yet"
        raise NotFoundError("source-unknown", {"source": name}, name=name, names=names)

    def add(self, source: Source) -> None:
        """Stores a new source; ConflictError if the name is taken."""
        try:
            with writing(self._engine) as connection:
                connection.execute(SOURCES.insert().values(name=source.name, body=msgspec.json.encode(source)))
        except sa.exc.IntegrityError:
            raise ConflictError("source-exists", {"source": source.name}, name=source.name) from None

    def revise(self, source: Source) -> None:
        """Replaces the source of the same name; NotFoundError."""
        self.get(source.name)
        with writing(self._engine) as connection:
            connection.execute(
                SOURCES.update().where(SOURCES.c.name == source.name).values(body=msgspec.json.encode(source))
            )

    def remove(self, name: str) -> None:
        """Deletes a source and its staged items; its runs and its records stay (`Catalog.withdraw_source`)."""
        self.get(name)
        with writing(self._engine) as connection:
            connection.execute(SOURCES.delete().where(SOURCES.c.name == name))
        self._staging.forget(name)
