"""The queries of the store that pages and searches ask again and again. Entry point: `Queries`."""

from typing import Final

import sqlalchemy as sa

from registry.store.prepared import Prepared, is_among
from registry.store.schema import LINKS, NAMES, RECORDS, VERSIONS

VERSIONS_PER_PAGE: Final = 20

_RECORD, _BODY, _LINK = RECORDS.c, VERSIONS.c, LINKS.c


class Queries:
    """The queries, compiled for an engine; those without other parameters take a list as `among`."""

    def __init__(self, engine: sa.Engine) -> None:
        shown = (_RECORD.state == "published", _RECORD.same_as.is_(None))
        newest = RECORDS.join(VERSIONS, _RECORD.number == _BODY.number)
        bodies = sa.select(_BODY.body, _BODY.body_version).select_from(newest)
        self.by_ids = Prepared(engine, bodies.where(is_among(engine, _RECORD.id)))
        self.merged = Prepared(engine, bodies.where(is_among(engine, _RECORD.same_as)).order_by(_RECORD.id))
        of_id = _BODY.id == sa.bindparam("id")
        earlier = sa.select(*_BODY).where(of_id, _BODY.number < sa.bindparam("before"))
        self.history = Prepared(engine, earlier.order_by(_BODY.number.desc()).limit(VERSIONS_PER_PAGE))
        columns = (_RECORD.number, _RECORD.id, _RECORD.state, _RECORD.same_as, _BODY.body, _BODY.body_version)
        between = (_RECORD.number > sa.bindparam("since"), _RECORD.number <= sa.bindparam("upto"))
        changes = sa.select(*columns).select_from(newest).where(*between).order_by(_RECORD.number)
        self.changes = Prepared(engine, changes.limit(sa.bindparam("limit")))
        changed = _RECORD.changed >= sa.bindparam("changed")
        self.shown = Prepared(engine, sa.select(_RECORD.id, _RECORD.kind, _RECORD.changed).where(*shown, changed))
        self.names = Prepared(engine, sa.select(NAMES.c.name).where(NAMES.c.id == sa.bindparam("id")))
        of_link = (_LINK.id, _LINK.relation, _LINK.iri)
        links = sa.select(*of_link).join_from(LINKS, RECORDS, _RECORD.id == _LINK.id)
        self.linking = Prepared(engine, links.where(is_among(engine, _LINK.iri), *shown).order_by(*of_link))
