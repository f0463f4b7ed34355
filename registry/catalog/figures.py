"""Figures of a running installation for monitoring: how much there is, what waits, how each source fared.

Entry point: `figures`. No figure says anything about a person.
"""

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from registry.catalog.catalog import Catalog
from registry.sources.crashes import is_suspended
from registry.store.database import reading


class SourceFigures(NamedTuple):
    """How a source fared. `ended`: of its last run; `outcome` is "" before the first one."""

    name: str
    outcome: str
    ended: datetime | None
    listed: int
    suspended: bool


class Figures(NamedTuple):
    """`records`: by kind and state; `drafts`, `letters`: by state; `hooks`: those that are suspended, and all."""

    records: Mapping[tuple[str, str], int]
    drafts: Mapping[str, int]
    letters: Mapping[str, int]
    suspended_hooks: int
    hooks: int
    sources: tuple[SourceFigures, ...]
    free_bytes: int


def figures(catalog: Catalog) -> Figures:
    """The figures of this moment, in a few short queries; raises what the database raises where it is away."""
    hooks = catalog.following.webhooks.all()
    with reading(catalog.store.engine) as connection:
        records = connection.execute(sa.text("SELECT kind, state, count(*) FROM records GROUP BY kind, state")).all()
    return Figures(
        records={(kind, state): count for kind, state, count in records},
        drafts=drafts_by_state(catalog),
        letters={state: catalog.outbox.count(state) for state in ("waiting", "refused")},
        suspended_hooks=sum(hook.suspended for hook in hooks),
        hooks=len(hooks),
        sources=tuple(_of_source(catalog, source.name) for source in catalog.sources.all()),
        free_bytes=free_bytes(catalog.settings.data),
    )


def drafts_by_state(catalog: Catalog) -> dict[str, int]:
    """How many drafts are in each state; states without one are left out."""
    with reading(catalog.store.engine) as connection:
        rows = connection.execute(sa.text("SELECT state, count(*) AS drafts FROM drafts GROUP BY state")).all()
    return {row.state: row.drafts for row in rows}


def free_bytes(data: Path) -> int:
    """Free bytes on the disk of the data folder, also if the folder is not there yet."""
    there = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    return shutil.disk_usage(there).free


def _of_source(catalog: Catalog, name: str) -> SourceFigures:
    run = catalog.runs.last(name)
    if run is None:
        return SourceFigures(name, "", None, 0, False)
    return SourceFigures(name, run.outcome, run.ended, run.listed, is_suspended(catalog.runs, name))
