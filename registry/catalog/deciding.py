"""Decisions on drafts that change the catalogue: publishing one, and taking that back.

Entry points: `publish`, `undo`. Pages, the API and commands decide with these functions only.
"""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

from msgspec.structs import replace

from registry.catalog.catalog import PUBLICATION_UNDONE, Catalog
from registry.errors import ConflictError, NotFoundError
from registry.model import Account, Draft, Record
from registry.people.drafts import UNDO_TIME


def publish(catalog: Catalog, draft: Draft, account: Account, seen: int | None = None) -> Record:
    """Publishes a draft and ends the work on it; returns the record. `seen`: the number of the record that the reviewer
    compared the draft with.

    NotAllowedError, ConflictError if draft or record were changed meanwhile, ValidationError for what may not be
    published.
    """
    catalog.inbox.require(draft, "publish", account)
    based = replace(draft, base=seen) if draft.of and seen is not None else draft
    record = catalog.register(based, account.name)
    with suppress(NotFoundError):  # another click was as fast; both have published the same record
        catalog.inbox.close(draft.id, account, draft.version, "publish", record.id)
    return record


def undo(catalog: Catalog, draft: Draft, account: Account) -> Draft:
    """Takes back a decision that was made within UNDO_TIME; the draft waits again.

    NotAllowedError; ConflictError if it is too late, or if the record was changed since.
    """
    catalog.inbox.require(draft, "undo", account)
    if draft.changed is None or draft.changed < datetime.now(UTC) - UNDO_TIME:
        raise ConflictError("undo-too-late")
    if draft.state == "published":
        _unpublish(catalog, draft, account.name)
    return catalog.inbox.undo(draft.id, account, draft.version)


def _unpublish(catalog: Catalog, draft: Draft, by: str) -> None:
    """Takes back that a draft was published: a new record is withdrawn, of a changed one the version before is
    restored. ConflictError if the record has been changed since."""
    record = catalog.store.existing(draft.record)
    newest, *older = islice(catalog.store.history(record.id), 2)
    if draft.changed is None or newest.at > draft.changed:
        raise ConflictError("record-changed", {"ids": [record.id]}, id=record.id)
    if draft.of and older:
        catalog.restore_version(record.id, older[0].number, by, PUBLICATION_UNDONE, record.number)
    elif record.state == "published":
        catalog.withdraw(record.id, by, PUBLICATION_UNDONE, record.number)
