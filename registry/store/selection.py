"""Which records are meant: conditions that the database answers, and not the search index.

Entry points: `Selection`, `ALL`, `SHOWN`; `conditions` for the store.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa

from registry.store.schema import NAMES, RECORDS

_RECORD = RECORDS.c
_EQUAL = ("source", "remote_id", "owner", "state", "kind", "same_as")  # columns that a Selection may name


class Selection(NamedTuple):
    """Conditions for records, answered by the database and not by the search index; None: no condition.

    `iri`: the publisher's, now or formerly. `shown`: published and not shown under another record.
    """

    iri: str | None = None
    source: str | None = None
    remote_id: str | None = None
    owner: str | None = None
    state: str | None = None
    kind: str | None = None
    shown: bool | None = None
    same_as: str | None = None


ALL = Selection()
SHOWN = Selection(shown=True)


def conditions(selection: Selection) -> list[Any]:
    """The conditions in SQL."""
    equal = {name: getattr(selection, name) for name in _EQUAL}
    where: list[Any] = [_RECORD[name] == value for name, value in equal.items() if value is not None]
    if selection.shown is not None:
        is_shown = sa.and_(_RECORD.state == "published", _RECORD.same_as.is_(None))
        where.append(is_shown if selection.shown else sa.not_(is_shown))
    if selection.iri is not None:
        where.append(_RECORD.id.in_(sa.select(NAMES.c.id).where(NAMES.c.name == selection.iri)))
    return where
