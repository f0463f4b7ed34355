"""The days on which a record was changed, without reading its versions.

Entry point: `version_days`.
"""

from datetime import date

import sqlalchemy as sa

from registry.model.record import is_source
from registry.store.database import reading
from registry.store.schema import VERSIONS


def version_days(engine: sa.Engine, id: str, since: date) -> list[date]:
    """The days from `since` on with a version that a source brought, each once, the first day first."""
    at, by = VERSIONS.c.at, VERSIONS.c.by
    query = sa.select(at, by).where(VERSIONS.c.id == id, at >= since.isoformat()).order_by(VERSIONS.c.number)
    with reading(engine) as connection:
        rows = connection.execute(query).fetchall()
    return list(dict.fromkeys(date.fromisoformat(row.at[:10]) for row in rows if is_source(row.by)))
