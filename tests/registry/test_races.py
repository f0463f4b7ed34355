"""Who acts at the same moment as others, in threads with connections of their own: one act counts, the others are told.

Each on SQLite and on PostgreSQL, which does not lock what a transaction has only read.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from registry.errors import LotseError
from registry.following.subscriptions import open_subscriptions
from registry.following.webhooks import open_webhooks
from registry.model import Account
from registry.people.accounts import open_people
from registry.people.drafts import open_inbox
from registry.people.page_texts import open_page_texts
from registry.people.reasons import Reason, open_reasons
from registry.visitors.messages import VisitorMessage, open_messages
from tests.builders import a_metadata

AT_ONCE = 12
AUTHOR, REVIEWER = Account(name="anna", organizations=("amt",)), Account(name="rita", role="reviewer")
Act = Callable[[int], object]  # of the thread with this number; true if its act counted


def draft_is_saved(url: str) -> Act:
    inbox = open_inbox(url)
    draft = inbox.begin(a_metadata("Kühle Wege", "project"), AUTHOR, "amt")
    return lambda number: inbox.save(draft.id, a_metadata(f"Fassung {number}", "project"), AUTHOR, draft.version)


def draft_is_decided(url: str) -> Act:
    inbox = open_inbox(url)
    draft = inbox.begin(a_metadata("Kühle Wege", "project"), AUTHOR, "amt")
    sent = inbox.submit(draft.id, AUTHOR, draft.version)
    return lambda number: inbox.close(sent.id, REVIEWER, sent.version, "publish" if number % 2 else "decline")


def text_is_saved(url: str) -> Act:
    texts = open_page_texts(url)
    return lambda number: texts.save("help", "de", f"Hilfe {number}", "anna", 0)


def webhook_is_added(url: str) -> Act:
    webhooks = open_webhooks(url)
    return lambda _: webhooks.add("https://x.example/hook", "", 0)


def webhook_is_claimed(url: str) -> Act:
    webhooks = open_webhooks(url)
    webhooks.add("https://x.example/hook", "", 0)
    return lambda _: webhooks.claim(datetime.now(UTC), 5)


def message_is_decided(url: str) -> Act:
    messages = open_messages(url)
    message = messages.add(VisitorMessage(kind="question", text="Wann?"))
    return lambda number: messages.decide(message.id, "forwarded" if number % 2 else "rejected")


def wish_is_supported(url: str) -> Act:
    messages = open_messages(url)
    wish = messages.add(VisitorMessage(kind="wish", text="Mehr Bäume"))
    messages.decide(wish.id, "published")
    return lambda _: messages.support(wish.id, "anna")


CASES = (
    draft_is_saved, draft_is_decided, text_is_saved, webhook_is_added, webhook_is_claimed, message_is_decided,
    wish_is_supported,
)  # fmt: skip


def together(act: Act) -> list[bool]:
    """Whether the act of each thread counted; what is not refused by an error of ours fails the test."""
    ready = threading.Barrier(AT_ONCE)

    def run(number: int) -> bool:
        ready.wait(60)
        try:
            return bool(act(number))
        except LotseError:
            return False

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_of_many_at_once_one_counts(any_database_url: str, case: Callable[[str], Act]) -> None:
    assert sum(together(case(any_database_url))) == 1


def test_what_many_do_at_once_may_be_done_twice_without_an_error(any_database_url: str) -> None:
    people, subscriptions, reasons = (
        open(any_database_url) for open in (open_people, open_subscriptions, open_reasons)
    )
    assert all(together(lambda _: people.end_session("n" * 32) is None))
    assert all(together(lambda _: subscriptions.add("a@example.org", "q=rad", "daily", "de", 0)))
    assert len(subscriptions.all()) == 1
    assert all(together(lambda _: reasons.replace([Reason("kurz", "Bitte kürzer.")]) is None))
    assert len(reasons.all("de")) == 1
