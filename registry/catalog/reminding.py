"""Reminders by letter: what waits too long for a decision, and once a week what is open for somebody.

Entry points: `run` (of `lotse serve` and `lotse worker`), `remind`, `due_for_confirmation`. Each letter is written
once, whatever number of processes run: the note that it was written is in the same transaction.
"""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Final
from urllib.parse import quote

from registry.catalog.catalog import Catalog
from registry.catalog.deciding import publish_due
from registry.isolation import isolated
from registry.letters.letter import Letter, Paragraph, short_title
from registry.letters.mailboxes import Mailbox
from registry.letters.outbox import enqueue
from registry.masking import public
from registry.model import Account, Draft, Record
from registry.model.message import message
from registry.model.timing import ZONE, first_day, today
from registry.people.confirmations import first_time, signature
from registry.people.review_letters import deciders, link_to, titled, writers
from registry.settings import with_secret
from registry.store.database import writing
from registry.store.store import Selection
from vocab.concepts import concept_list

ROUND_SECONDS: Final = 600.0
DECIDE_WITHIN: Final = timedelta(days=5)  # after which those who decide are reminded of a draft
ANSWER_WITHIN: Final = timedelta(days=14)  # after which the writers are reminded of a question
CURRENT_FOR: Final = timedelta(days=182)  # after which somebody should confirm that an entry is still current
LINK_KEPT: Final = timedelta(days=60)  # for which the link of a letter confirms an entry without signing in
WEEK: Final = timedelta(days=6)  # at least, between two weekly letters
WEEKLY_FROM_HOUR: Final = 7  # on Mondays, in the city's time
NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)  # before every reminder
MAX_ITEMS: Final = 20  # of one kind in a weekly letter
MAX_BROKEN_LINKS: Final = 1_000  # in which those of an account are looked for
ENDED_PHASES: Final = frozenset(
    concept.iri for concept in concept_list("phases") if concept.notation in ("abgeschlossen", "abgebrochen")
)

log = logging.getLogger("lotse.letters")


def run(catalog: Catalog, stop: threading.Event) -> None:
    """Publishes drafts whose day has come, and writes what is due if there is a mail server, every ROUND_SECONDS until
    `stop` is set."""
    while not stop.is_set():
        isolated(lambda: publish_due(catalog, today()), _failed)
        if catalog.settings.mail:
            isolated(lambda: remind(catalog, datetime.now(UTC)), _failed)
        stop.wait(ROUND_SECONDS)


def remind(catalog: Catalog, now: datetime) -> int:
    """Writes the reminders that are due, and on Mondays the weekly letters; returns how many letters."""
    accounts = list(catalog.people.accounts())
    number = sum(_remind_of_draft(catalog, draft, accounts, now) for draft in _late_drafts(catalog, now))
    local = now.astimezone(ZONE)
    if local.weekday() == 0 and local.hour >= WEEKLY_FROM_HOUR:
        number += sum(_weekly(catalog, account, now) for account in accounts)
    return number


def due_for_confirmation(catalog: Catalog, account: Account, now: datetime) -> list[Record]:
    """The registered records of the account's organizations that nobody has changed or confirmed in CURRENT_FOR, or
    since the day on which their access is to be reviewed."""
    records = [
        record
        for owner in account.organizations
        for record in catalog.store.find(Selection(owner=owner, shown=True))
        if record.origin is None
        and record.kind != "organization"
        and record.metadata.phase not in ENDED_PHASES
        and record.changed
        and record.changed < _asked_since(record, now)
    ]
    confirmed = catalog.confirmations.of([record.id for record in records])
    return [
        record
        for record in records
        if record.id not in confirmed or confirmed[record.id].at < _asked_since(record, now)
    ]


def _asked_since(record: Record, now: datetime) -> datetime:
    """Whoever changed or confirmed the record after this moment is not asked: half a year ago, or the day on which its
    access was to be reviewed, if that has come."""
    half_a_year_ago = now - CURRENT_FOR
    review = first_day(record.metadata.access_review)
    if review is None or review > now.astimezone(ZONE).date():
        return half_a_year_ago
    return max(half_a_year_ago, datetime.combine(review, time(), ZONE))


# -- drafts that wait too long


def _late_drafts(catalog: Catalog, now: datetime) -> Iterator[Draft]:
    limits = {"submitted": DECIDE_WITHIN, "returned": ANSWER_WITHIN}
    for state, limit in limits.items():
        for draft in catalog.inbox.in_state(state):  # type: ignore[arg-type]
            if draft.release is None and draft.changed and draft.changed < now - limit:
                yield draft


def _remind_of_draft(catalog: Catalog, draft: Draft, accounts: list[Account], now: datetime) -> int:
    """Reminds of a draft, once a version; returns how many letters were written."""
    if draft.state == "submitted":
        names, page = deciders(draft, accounts, catalog.inbox.record_owner(draft)), "review"
        codes = ("letter-late-subject", "letter-late", "letter-waits-link")
    else:
        names, page = writers(draft), "register"
        codes = ("letter-unanswered-subject", "letter-unanswered", "letter-returned-link")
    days = (now - draft.changed).days if draft.changed else 0
    letters = [
        Letter(
            to=mailbox.address,
            lang=mailbox.lang,
            subject=message(codes[0], title=titled(draft, mailbox.lang)),
            paragraphs=(
                Paragraph(message(codes[1], title=titled(draft, mailbox.lang), days=days)),
                Paragraph(message(codes[2]), **link_to(page, draft)),  # type: ignore[arg-type]
            ),
            about=f"draft:{draft.id}",
            account=mailbox.account,
        )
        for mailbox in catalog.mailboxes.of(names)
    ]
    with writing(catalog.store.engine) as connection:
        if not letters or not first_time(connection, f"draft:{draft.id}:{draft.version}", now, NEVER):
            return 0
        enqueue(connection, letters)
    return len(letters)


# -- the weekly letter


def _weekly(catalog: Catalog, account: Account, now: datetime) -> int:
    """Writes the weekly letter of an account if something is open for it; returns how many letters were written."""
    mailbox = next(iter(catalog.mailboxes.of([account.name])), None)
    if mailbox is None or not mailbox.weekly:
        return 0
    paragraphs = [*_waiting(catalog, account, mailbox, now), *_own(catalog, account, mailbox)]
    paragraphs += _still_current(catalog, account, mailbox, now)
    paragraphs += _broken_links(catalog, account, mailbox)
    if not paragraphs:
        return 0
    number = sum(bool(paragraph.page) for paragraph in paragraphs)
    letter = Letter(
        to=mailbox.address,
        lang=mailbox.lang,
        subject=message("letter-weekly-subject", number=number),
        paragraphs=(
            Paragraph(message("letter-weekly")),
            *paragraphs,
            Paragraph(message("letter-weekly-end"), page="account", steps=("letters",)),
        ),
        about="weekly",
        account=account.name,
    )
    with writing(catalog.store.engine) as connection:
        if not first_time(connection, f"weekly:{account.name}", now, now - WEEK):
            return 0
        enqueue(connection, [letter])
    return 1


def _waiting(catalog: Catalog, account: Account, mailbox: Mailbox, now: datetime) -> list[Paragraph]:
    drafts = [draft for draft, may_decide in catalog.inbox.queue_of(account) if may_decide]
    return [
        Paragraph(
            message(
                "letter-weekly-decide",
                title=titled(draft, mailbox.lang),
                days=(now - draft.changed).days if draft.changed else 0,
            ),
            **link_to("review", draft),  # type: ignore[arg-type]
        )
        for draft in drafts[:MAX_ITEMS]
    ]


def _own(catalog: Catalog, account: Account, mailbox: Mailbox) -> list[Paragraph]:
    drafts = [draft for draft in catalog.inbox.of_account(account) if draft.state in ("draft", "returned")]
    codes = {"returned": "letter-weekly-answer", "draft": "letter-weekly-draft"}
    return [
        Paragraph(message(codes[draft.state], title=titled(draft, mailbox.lang)), **link_to("register", draft))  # type: ignore[arg-type]
        for draft in drafts[:MAX_ITEMS]
    ]


def _still_current(catalog: Catalog, account: Account, mailbox: Mailbox, now: datetime) -> list[Paragraph]:
    secret = with_secret(catalog.settings).secret[0]
    until = (now + LINK_KEPT).date().isoformat()
    return [
        Paragraph(
            message("letter-weekly-current", title=short_title(record.metadata, mailbox.lang)),
            page="mine",
            steps=("current", record.id),
            query=f"?by={quote(account.name)}&until={until}&sign={signature(secret, account.name, record.id, until)}",
        )
        for record in due_for_confirmation(catalog, account, now)[:MAX_ITEMS]
    ]


def _broken_links(catalog: Catalog, account: Account, mailbox: Mailbox) -> list[Paragraph]:
    """An address that fails since days for each record of the account's organizations that has one."""
    organizations = {*account.organizations}
    broken = catalog.links.listed("broken", MAX_BROKEN_LINKS) if organizations else []
    address_of = {record: link for link, records in catalog.links.users(broken).items() for record in records}
    concerned = (
        record
        for record in catalog.store.get_many(list(address_of)).values()
        if record.shown
        and organizations & {record.owner, record.metadata.publisher.id if record.metadata.publisher else ""}
    )
    return [
        Paragraph(
            message(
                "letter-weekly-link",
                title=short_title(record.metadata, mailbox.lang),
                address=public(address_of[record.id]),
            ),
            page=record.kind,
            steps=(record.id,),
        )
        for record in islice(concerned, MAX_ITEMS)
    ]


def _failed(error: Exception) -> int:
    log.error("reminders could not be written", exc_info=error)
    return 0
