"""Writes the letters of subscriptions when they are due: what is new, changed or withdrawn since the last one.

Entry points: `run` (of `lotse serve` and `lotse worker`), `write_due`. A subscription without news gets no letter. What
the search index has not taken in yet waits for the next letter.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from api.pages.site import Pages
from api.text.formatting import record_title
from api.visitors.followed import Followed
from api.web import addresses
from api.web.addresses import Lang
from api.web.signing import serializer
from registry.following.subscriptions import Subscription
from registry.isolation import isolated
from registry.letters.letter import Letter, Paragraph
from registry.model import Change, Record
from registry.model.message import Message, message
from registry.model.text import shortened
from registry.search.query import MAX_DEPTH
from vocab.kinds import KIND_ROWS

SIGNED_FOR: Final = "alerts"
POLL_SECONDS: Final = 30.0
MAX_LETTERS_PER_ROUND: Final = 200
MAX_DAYS_AHEAD: Final = 8  # within which each subscription is due
MAX_ENTRIES_PER_LETTER: Final = 50

log = logging.getLogger("lotse.follow")


def run(pages: Pages, stop: threading.Event) -> None:
    """Writes what is due every POLL_SECONDS until `stop` is set."""
    while not stop.is_set():
        isolated(lambda: write_due(pages, datetime.now(UTC)), _failed)
        stop.wait(POLL_SECONDS)


def _failed(error: Exception) -> int:
    log.error("the letters of subscriptions could not be written", exc_info=error)
    return 0


def write_due(pages: Pages, now: datetime, until: datetime | None = None) -> int:
    """Writes the letters of all subscriptions that are due, or will be by `until`; returns how many were written."""
    written, done = 0, set[str]()
    while due := pages.catalog.following.subscriptions.due(until or now, MAX_LETTERS_PER_ROUND, done):
        done |= {subscription.id for subscription in due}
        upto = known_upto(pages)
        changes: dict[int, dict[str, Change]] = {}
        hits: dict[str, frozenset[str]] = {}
        for subscription in due:
            seen = min(subscription.seen, upto)  # after a restore the numbers begin further back
            if seen not in changes:
                changes[seen] = {change.id: change for change in pages.catalog.store.changes(seen, upto)}
            if subscription.query not in hits:
                hits[subscription.query] = followed_ids(pages, subscription.query) if changes[seen] else frozenset()
            letters = _letters(pages, subscription, changes[seen], hits[subscription.query])
            if pages.catalog.following.subscriptions.told(subscription, upto, now, letters):
                written += len(letters)
    return written


def known_upto(pages: Pages) -> int:
    """The number of the last change that both the store and the search index have."""
    position = pages.catalog.index.position()
    last = pages.catalog.store.position()
    return min(last.number, position.number) if position and position.epoch == last.epoch else 0


def followed_ids(pages: Pages, stored: str) -> frozenset[str]:
    """The ids of the records that are followed."""
    followed = Followed.read(pages, stored)
    if followed.thing == "record":
        return frozenset((followed.id,))
    hits = (pages.catalog.index.search(replace(asked, size=MAX_DEPTH, facets=())) for asked in followed.searches())
    return frozenset((followed.id, *(hit.id for page in hits for hit in page.hits if hit.exact)))


def _letters(
    pages: Pages, subscription: Subscription, changes: Mapping[str, Change], hits: frozenset[str]
) -> list[Letter]:
    """One letter if something that is followed has changed, else none."""
    lang = addresses.language_of(subscription.lang)
    news = sorted((change for change in changes.values() if change.id in hits), key=lambda change: -change.number)
    followed = Followed.read(pages, subscription.query)
    entries = list(_entries(pages, news, followed, lang))
    if not entries:
        return []
    label = followed.label(pages, lang)
    parts = [Paragraph(message("letter-news", label=shortened(label), number=len(entries)))]
    parts += entries[:MAX_ENTRIES_PER_LETTER]
    if len(entries) > MAX_ENTRIES_PER_LETTER:
        more = message("letter-news-more", number=len(entries) - MAX_ENTRIES_PER_LETTER)
        parts.append(Paragraph(more, path=followed.page(lang)))
    token = token_of(pages, subscription.id)
    parts.append(Paragraph(message("letter-news-manage"), page="alerts", steps=("manage",), query=f"?token={token}"))
    return [
        Letter(
            to=subscription.address,
            lang=lang,
            subject=message("letter-news-subject", label=shortened(label)),
            paragraphs=tuple(parts),
            about=f"subscription:{subscription.id}",
            unsubscribe=f"{addresses.place('alerts', lang, 'end')}?token={token}",
        )
    ]


def _entries(pages: Pages, news: list[Change], followed: Followed, lang: Lang) -> Iterator[Paragraph]:
    for change in news:
        if change.record is not None:
            yield Paragraph(_said(change.record, lang), page=change.record.kind, steps=(change.record.id,))
        elif change.id == followed.id and followed.record:
            yield Paragraph(
                message("letter-news-gone", title=record_title(followed.record, lang)),
                page=followed.record.kind,
                steps=(followed.record.id,),
            )


def _said(record: Record, lang: Lang) -> Message:
    new = record.created == record.changed
    kind = KIND_ROWS[record.kind].singular[lang]
    return message("letter-news-new" if new else "letter-news-changed", kind=kind, title=record_title(record, lang))


# -- the links of letters


def token_of(pages: Pages, id: str) -> str:
    """A token by which whoever got a letter may change and end the subscriptions of its address."""
    return str(serializer(pages.settings, SIGNED_FOR).dumps(id))


def id_of(pages: Pages, token: str) -> str:
    """The subscription of a token; BadData for one that is not ours."""
    return str(serializer(pages.settings, SIGNED_FOR).loads(token))
