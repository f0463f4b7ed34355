"""What withdrawing in a run means: the page between that says which records and who uses them, and the way back.

Entry points: `ask`, `undone`, `may_undo`.
"""

from datetime import UTC, datetime
from itertools import islice
from typing import Final, NamedTuple

from fastapi import Request
from starlette.responses import Response

from api.pages.site import Pages
from api.text.formatting import record_title
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language, place
from registry.catalog.lookup import backlinks
from registry.model import Account, Record, Run
from registry.model.message import message
from registry.model.record import by_source
from registry.people.drafts import UNDO_TIME
from registry.store.store import Selection

MAX_RECORDS_SHOWN: Final = 100  # of which the page says who uses them


class Going(NamedTuple):
    """A record that would be withdrawn, its page, and the titles of those that point to it."""

    title: str
    address: str
    users: tuple[str, ...]


def ask(pages: Pages, request: Request, run: Run, source_title: str) -> Response:
    """Which records would be withdrawn, and who uses them."""
    lang = language(request)
    _ = translator(lang)
    waits = pages.catalog.runs.waits(run.number)
    stored = pages.catalog.store.stored_states(run.source)
    ids = [stored[remote_id].id for remote_id in islice(waits, MAX_RECORDS_SHOWN) if remote_id in stored]
    records = pages.catalog.store.get_many(ids).values()
    return pages.page(
        request,
        "run_withdraw.html",
        lang,
        run=run,
        source_title=source_title,
        waits=len(waits),
        going=[_going(pages, record, lang) for record in records],
        crumbs=[
            (_("Quellen"), place("admin", lang, "sources")),
            (source_title, place("admin", lang, "sources", run.source)),
            (_("Lauf %(number)s") % {"number": run.number}, place("admin", lang, "runs", str(run.number))),
            (_("Zurückziehen"), ""),
        ],
        indexed=False,
    )


def may_undo(pages: Pages, run: Run) -> int:
    """How many withdrawals of a run can be taken back: those of the last hour."""
    return len(_recent(pages, run)) if run.outcome == "applied" and run.counts.get("withdrawn") else 0


def undone(pages: Pages, run: Run, account: Account) -> int:
    """Publishes again what a run withdrew in the last hour; returns how many. The next run may find it gone again."""
    records = _recent(pages, run)
    for record in records:
        pages.catalog.publish_again(record.id, account.name, message("withdrawals-undone", number=run.number))
    return len(records)


def _recent(pages: Pages, run: Run) -> list[Record]:
    since = datetime.now(UTC) - UNDO_TIME
    if run.ended is None or run.ended < since:
        return []
    start = max(since, run.started) if run.started else since
    withdrawn = pages.catalog.store.find(Selection(source=run.source, state="withdrawn"))
    return [
        record
        for record in withdrawn
        if record.withdrawn
        and record.withdrawn.by == by_source(run.source)
        and start <= record.withdrawn.at <= run.ended
    ]


def _going(pages: Pages, record: Record, lang: Lang) -> Going:
    ids = dict.fromkeys(link.id for link in backlinks(pages.catalog, record))
    users = pages.catalog.store.get_many(list(islice(ids, 5))).values()
    return Going(
        record_title(record, lang),
        addresses.page(record.kind, record.id, lang),
        tuple(record_title(user, lang) for user in users),
    )
