"""Webhooks in the store: one process delivers at a time, a failure waits, a secret has the form of Standard Webhooks.

Covers: registry/following/webhooks.py, registry/following/following.py
"""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from registry.errors import ConflictError, NotFoundError
from registry.following.webhooks import CLAIM_SECONDS, MAX_TRIES, Webhooks, new_secret, open_webhooks


@pytest.fixture
def webhooks(database_url: str) -> Webhooks:
    return open_webhooks(database_url)


def test_a_secret_has_32_bytes_and_is_another_each_time() -> None:
    assert len(b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()


def test_only_one_process_gets_a_webhook_until_it_may_have_died(webhooks: Webhooks) -> None:
    webhooks.add("https://x.example", "", 5)
    now = datetime.now(UTC)
    assert webhooks.claim(now, 5) == []  # told of everything
    assert [entry.address for entry in webhooks.claim(now, 6)] == ["https://x.example"]
    assert webhooks.claim(now, 6) == []
    assert len(webhooks.claim(now + timedelta(seconds=CLAIM_SECONDS + 1), 6)) == 1


def test_failures_wait_longer_each_time_and_then_for_a_person(webhooks: Webhooks) -> None:
    webhook = webhooks.add("https://x.example", "", 5)
    webhooks.failed(webhook, "fort")
    (first,) = webhooks.all()
    webhooks.failed(first, "fort")
    (second,) = webhooks.all()
    assert second.due - datetime.now(UTC) > first.due - datetime.now(UTC)
    webhooks.failed(second._replace(tries=MAX_TRIES - 1), "fort")
    assert webhooks.all()[0].suspended
    assert webhooks.claim(datetime.now(UTC) + timedelta(days=30), 9) == []
    webhooks.retry("https://x.example")
    assert len(webhooks.claim(datetime.now(UTC), 9)) == 1


def test_an_address_has_one_webhook(webhooks: Webhooks) -> None:
    webhooks.add("https://x.example", "", 5)
    with pytest.raises(ConflictError):
        webhooks.add("https://x.example", "q=rad", 5)
    webhooks.remove("https://x.example")
    with pytest.raises(NotFoundError):
        webhooks.retry("https://x.example")
