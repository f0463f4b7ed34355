"""Decisions of people that change the catalogue: publishing a draft and taking that back, withdrawing a record,
publishing it again, restoring an older version.

Entry points: `publish`, `publish_later`, `publish_due`, `undo`, `withdraw`, `publish_again`, `revert`. Pages, the API
and commands decide with these functions only: they ask the table of permissions, and write the letters that tell of it.
"""

import logging
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import islice

from msgspec.structs import replace

from registry.catalog import file_references
from registry.catalog.catalog import PUBLICATION_UNDONE, Catalog
from registry.catalog.checks import require_publishable
from registry.errors import ConflictError, LotseError, NotFoundError
from registry.letters.letter import Letter, Paragraph, short_title
from registry.model import Account, Draft, Record, Release
from registry.model.message import message
from registry.model.people import publishable
from registry.people import permissions
from registry.people.drafts import UNDO_TIME
from registry.people.permissions import Subject

log = logging.getLogger("lotse.review")


def publish(catalog: Catalog, draft: Draft, account: Account, seen: int | None = None, comment: str = "") -> Record:
    """Publishes a draft and ends the work on it; returns the record. `seen`: the number of the record that the reviewer
    compared the draft with.

    NotAllowedError, ConflictError if draft or record were changed meanwhile, ValidationError for what may not be
    published.
    """
    catalog.inbox.require(draft, "publish", account)
    based = replace(draft, base=seen) if draft.of and seen is not None else draft
    record = catalog.register(based, account.name)
    with suppress(NotFoundError):  # another click was as fast; both have published the same record
        catalog.inbox.close(draft.id, account, draft.version, "publish", record.id, comment)
    file_references.settle(catalog, record, account.name)
    return record


def publish_later(catalog: Catalog, draft: Draft, account: Account, on: date, seen: int = 0) -> Draft:
    """Decides that a draft is published on a day (embargo); returns it. What may not be published is refused now."""
    catalog.inbox.require(draft, "publish", account)
    record = catalog.store.get(draft.of) if draft.of else None
    require_publishable(publishable(draft.metadata), record if record and record.origin else None)
    return catalog.inbox.schedule(draft.id, account, draft.version, Release(on.isoformat(), account.name, seen))


def publish_due(catalog: Catalog, today: date) -> int:
    """Publishes the drafts whose day has come; returns how many. One that cannot be published, because it or its record
    was changed or the account may no longer decide, waits for a decision again."""
    number = 0
    for draft in list(catalog.inbox.in_state("submitted")):
        if draft.release is None or draft.release.on > today.isoformat():
            continue
        account = catalog.people.get(draft.release.by)
        try:
            if account is None:
                raise NotFoundError("account-unknown", name=draft.release.by)
            publish(catalog, draft, account, draft.release.seen)
            number += 1
        except LotseError as error:
            log.warning("draft %s waits again: %s", draft.id, error)
            catalog.inbox.unschedule(draft.id)
    return number


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


def withdraw(catalog: Catalog, record: Record, account: Account, why: str) -> Record:
    """Withdraws a record that the account has seen, and tells the members of its organization; returns the record.

    NotAllowedError; ConflictError if it was changed or withdrawn meanwhile.
    """
    permissions.after(account, "withdraw", subject(record))
    withdrawn = catalog.withdraw(record.id, account.name, why, record.number)
    _tell(catalog, withdrawn, account, ("letter-withdrawn-subject", "letter-withdrawn"), why)
    return withdrawn


def publish_again(catalog: Catalog, record: Record, account: Account, why: str) -> Record:
    """Ends the withdrawal of a record, and tells the members of its organization; returns the record.

    NotAllowedError; ConflictError if it is not withdrawn.
    """
    permissions.after(account, "restore", subject(record))
    restored = catalog.publish_again(record.id, account.name, why)
    _tell(catalog, restored, account, ("letter-restored-subject", "letter-restored"), why)
    return restored


def revert(catalog: Catalog, record: Record, account: Account, number: int, why: str) -> Record:
    """Gives a record the metadata of an older version, and tells the members of its organization; returns the record.

    NotAllowedError; ConflictError if the record was changed meanwhile, ValidationError if that version may no longer be
    published.
    """
    permissions.after(account, "revert", subject(record))
    reverted = catalog.restore_version(record.id, number, account.name, why, record.number)
    _tell(catalog, reverted, account, ("letter-reverted-subject", "letter-reverted"), why)
    return reverted


def subject(record: Record) -> Subject:
    """The record as the table of permissions sees it."""
    return Subject("record", record.state, owner=record.owner)


def _tell(catalog: Catalog, record: Record, actor: Account, codes: tuple[str, str], why: str) -> None:
    """Writes a letter to each member of the organization that owns a record, but for who acted. `codes`: of the subject
    and of the sentence."""
    subject_code, sentence_code = codes
    names = [
        account.name
        for account in catalog.people.accounts()
        if record.owner and record.owner in account.organizations and account.name != actor.name
    ]
    letters = [
        Letter(
            to=mailbox.address,
            lang=mailbox.lang,
            subject=message(subject_code, title=short_title(record.metadata, mailbox.lang)),
            paragraphs=(
                Paragraph(message(sentence_code, title=short_title(record.metadata, mailbox.lang))),
                *((Paragraph(why),) if why else ()),
                Paragraph(message("letter-published-link"), page=record.kind, steps=(record.id,)),
            ),
            about=f"record:{record.id}",
            account=mailbox.account,
        )
        for mailbox in catalog.mailboxes.of(names)
    ]
    catalog.outbox.put(*letters)


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
