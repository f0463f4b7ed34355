"""Tells programs of changes by webhooks, as Standard Webhooks 1.0 asks: signed, with an id, tried again.

Entry points: `run` (of `lotse serve` and `lotse worker`), `deliver_due` (a round), `signed` (the headers of an event).
A change is an event of its own, with the body of `/api/v1/changes`. What the program answers is not read; 2xx counts as
taken, 410 ends the webhook. Addresses inside of the network are refused by the guarded session (SSRF), unless
LOTSE_ALLOW_HOSTS names them.
"""

import hmac
import logging
import threading
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from requests import RequestException, Session

from api.data.documents import changes_of
from api.pages.site import Pages
from api.visitors.digests import followed_ids, known_upto
from api.web.answers import json_bytes
from registry.errors import LotseError
from registry.fetch.session import session
from registry.following.webhooks import Webhook
from registry.isolation import isolated

log = logging.getLogger("lotse.follow")

POLL_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 15.0
MAX_ANSWER_BYTES: Final = 100_000
MAX_EVENTS_PER_ROUND: Final = 200  # of a webhook
MAX_FAULT_CHARACTERS: Final = 300
GONE: Final = 410


def run(pages: Pages, stop: threading.Event) -> None:
    """Delivers what is due every POLL_SECONDS until `stop` is set."""
    while not stop.is_set():
        isolated(lambda: deliver_due(pages, datetime.now(UTC)), _failed)
        stop.wait(POLL_SECONDS)


def _failed(error: Exception) -> int:
    log.error("webhooks could not be delivered", exc_info=error)
    return 0


def deliver_due(pages: Pages, now: datetime) -> int:
    """Delivers to all webhooks that are due, whatever fails with one of them; returns how many events were taken."""
    upto, taken = known_upto(pages), 0
    for webhook in pages.catalog.following.webhooks.claim(now, upto):
        with session(pages.settings, seconds=ANSWER_SECONDS, max_bytes=MAX_ANSWER_BYTES) as http:
            taken += isolated(partial(_deliver, pages, webhook, http, upto), _failed)
    return taken


def _deliver(pages: Pages, webhook: Webhook, http: Session, upto: int) -> int:
    """Sends the events of a webhook one after another, until one fails; returns how many were taken."""
    changes = list(islice(pages.catalog.store.changes(webhook.seen, upto), MAX_EVENTS_PER_ROUND))
    followed = followed_ids(pages, webhook.query) if changes else frozenset()
    taken = 0
    for change, event in zip(changes, changes_of(pages.catalog, changes, pages.settings.base_url), strict=True):
        if not webhook.query or change.id in followed:
            body = json_bytes({"type": f"record.{event.state}", "timestamp": int(time.time()), "data": event})
            id = f"{pages.catalog.store.epoch}.{change.number}"
            try:
                answer = http.post(
                    webhook.address, data=body, headers=signed(webhook.secret, id, body), allow_redirects=False
                )
            except (LotseError, RequestException) as error:
                pages.catalog.following.webhooks.failed(webhook, str(error)[:MAX_FAULT_CHARACTERS])
                return taken
            if answer.status_code == GONE:
                pages.catalog.following.webhooks.remove(webhook.address)
                return taken
            if not 200 <= answer.status_code < 300:
                host = urlsplit(webhook.address).hostname
                pages.catalog.following.webhooks.failed(webhook, f"{host} answered {answer.status_code}")
                return taken
            taken += 1
        pages.catalog.following.webhooks.told(webhook.address, change.number)
    if len(changes) < MAX_EVENTS_PER_ROUND:
        pages.catalog.following.webhooks.told(webhook.address, upto)
    return taken


def signed(secret: str, id: str, body: bytes) -> dict[str, str]:
    """The headers of an event: its id, when it is sent, and the signature of both with the body."""
    at = str(int(time.time()))
    key = b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, b".".join((id.encode(), at.encode(), body)), sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }
