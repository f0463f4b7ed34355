"""Rewrites stored versions in place, with the numbers that they have: for erasing a person, and for nothing else.

Entry point: `rewrite_versions`. Everything else that changes a record writes a new version (`Store.put`).
"""

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from registry.model import Version
from registry.model.former import stored_text
from registry.model.text import storable
from registry.store import schema
from registry.store.bodies import BODY_VERSION
from registry.store.database import reading, writing
from registry.store.schema import RECORDS, VERSIONS
from registry.store.store import Store

VERSIONS_PER_TRANSACTION: Final = 250


def rewrite_versions(store: Store, change: Callable[[Version], Version | None]) -> int:
    """Replaces each version for which `change` returns another one; returns how many were replaced. Dictionaries that
    were trained on records go with what was erased from one of them."""
    changed, last, is_erased = 0, 0, False
    while True:
        query = sa.select(*VERSIONS.c).where(VERSIONS.c.number > last).order_by(VERSIONS.c.number)
        with reading(store.engine) as connection:
            rows = connection.execute(query.limit(VERSIONS_PER_TRANSACTION)).fetchall()
        if not rows:
            break
        last = rows[-1].number
        versions = map(store.read_version, rows)
        pairs = [(version, new) for version in versions if (new := change(version)) is not None]
        replaced = [new for _, new in pairs]
        is_erased = is_erased or any(version.record != new.record for version, new in pairs)
        changed += len(replaced)
        with writing(store.engine) as connection:
            for version in replaced:
                _replace(connection, store, version)
    if is_erased:
        store.bodies.forget_trained()
    return changed


def _replace(connection: sa.Connection, store: Store, version: Version) -> None:
    values = {
        "by": storable(version.by),
        "note": storable(stored_text(version.note)),
        "body_version": BODY_VERSION,
        "body": store.bodies.pack(version.record),
    }
    connection.execute(VERSIONS.update().where(VERSIONS.c.number == version.number).values(**values))
    columns = schema.columns(version.record)
    newest = RECORDS.update().where(RECORDS.c.number == version.number)
    rewritten = ("withdrawn_by", "iri", "identifiers", "title", "digest")
    connection.execute(newest.values({name: columns[name] for name in rewritten}))
