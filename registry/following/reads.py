"""How often the data of records are fetched, and which other catalogues read here; by day, without anything personal.

Entry points: `Reads`, `open_reads`. Stored are a subject (a record, or the name of a known catalogue program), a day
and a number: no address, no browser, no account.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa

from registry.store.database import Tables, connect, inserting, make_tables, reading, writing

KEPT: Final = timedelta(days=400)
SHOWN: Final = timedelta(days=30)  # for which fetches of a record are counted
READER_SEEN: Final = timedelta(days=90)  # for which another catalogue counts as one that reads here
RECORD, READER = "record:", "reader:"  # begin a subject

TABLES: Final = Tables(
    "reads_version",
    (
        """CREATE TABLE IF NOT EXISTS reads (
            subject TEXT NOT NULL, day TEXT NOT NULL, number {big} NOT NULL, PRIMARY KEY (subject, day))""",
    ),
)
_READS: Final = sa.table("reads", sa.column("subject"), sa.column("day"), sa.column("number"))


class Reads:
    """The counts of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def add(self, counts: Mapping[str, int], today: date) -> None:
        """Adds to the numbers of a day, by subject; deletes those that are older than KEPT."""
        day = today.isoformat()
        insert = inserting(self._engine, _READS)
        with writing(self._engine) as connection:
            connection.execute(_READS.delete().where(_READS.c.day < (today - KEPT).isoformat()))
            for subject, number in sorted(counts.items()):
                row = insert.values(subject=subject, day=day, number=number)
                total = _READS.c.number + row.excluded.number
                connection.execute(row.on_conflict_do_update(index_elements=["subject", "day"], set_={"number": total}))

    def of_record(self, id: str, today: date) -> int:
        """How often the data of a record were fetched in the last 30 days."""
        query = sa.select(sa.func.sum(_READS.c.number)).where(
            _READS.c.subject == f"{RECORD}{id}", _READS.c.day > (today - SHOWN).isoformat()
        )
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def readers(self, today: date) -> list[tuple[str, date]]:
        """The catalogues that have read here of late, each with the last day."""
        since = (today - READER_SEEN).isoformat()
        query = (
            sa.select(_READS.c.subject, sa.func.max(_READS.c.day))
            .where(_READS.c.subject.like(f"{READER}%"), _READS.c.day > since)
            .group_by(_READS.c.subject)
            .order_by(_READS.c.subject)
        )
        with reading(self._engine) as connection:
            return [(row[0].removeprefix(READER), date.fromisoformat(row[1])) for row in connection.execute(query)]


def open_reads(database_url: str) -> Reads:
    """Opens the counts of an installation."""
    return Reads(connect(database_url))
