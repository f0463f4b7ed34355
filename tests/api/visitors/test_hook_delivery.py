"""Webhooks: each change once it is taken, signed, tried again, never to an address inside of the network.

Covers: api/visitors/hook_delivery.py
"""

import hmac
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from api.pages.site import Pages
from api.visitors.hook_delivery import deliver_due
from registry.errors import ConflictError
from registry.following.webhooks import MAX_TRIES
from registry.model import Record
from tests.builders import a_dataset
from tests.town import Town


class Program:
    """A program on loopback that keeps what it gets and answers with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.meanwhile: Callable[[], None] = lambda: None  # what happens before it answers
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                program.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                program.meanwhile()
                self.send_response(program.status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def ids(self) -> list[str]:
        return [json.loads(body)["data"]["id"] for _headers, body in self.got]


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program()
    yield program
    program.server.shutdown()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path / "data", base_url="https://daten.example.org", secret=("s" * 40,)) as town:
        town.catalog.sync()
        yield town


def put(town: Town, *ids: str, kind_title: str = "Radweg") -> None:
    town.catalog.store.put([Record(id=id, said=a_dataset(f"{kind_title} {id}")) for id in ids], "test")
    town.catalog.sync()


def deliver(town: Town, later: int = 0) -> int:
    return deliver_due(Pages(town.catalog, town.settings), datetime.now(UTC) + timedelta(seconds=later))


def test_each_change_is_one_signed_event(own: Town, program: Program) -> None:
    put(own, "alt")
    webhook = own.catalog.following.webhooks.add(program.url, "", own.catalog.store.last())
    put(own, "a", "b")
    own.catalog.withdraw("a", "redaktion", "alt")
    own.catalog.sync()
    assert deliver(own) == 2
    assert deliver(own, 3600) == 0
    assert sorted(program.ids) == ["a", "b"]
    assert {json.loads(body)["type"] for _headers, body in program.got} == {"record.published", "record.withdrawn"}
    headers, body = program.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(webhook.secret.removeprefix("whsec_"))
    expected = b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_what_is_not_taken_is_tried_again_with_the_same_id(own: Town, program: Program) -> None:
    own.catalog.following.webhooks.add(program.url, "", own.catalog.store.last())
    put(own, "a", "b")
    program.status = 500
    assert deliver(own) == 0
    assert deliver(own) == 0  # not due yet
    assert len(program.got) == 1
    (stored,) = own.catalog.following.webhooks.all()
    assert (stored.tries, stored.fault) == (1, "127.0.0.1 answered 500")
    program.status = 200
    assert deliver(own, 60) == 2
    assert program.got[0][0]["webhook-id"] == program.got[1][0]["webhook-id"]
    assert own.catalog.following.webhooks.all()[0].tries == 0


def test_only_what_is_asked_for_is_told(own: Town, program: Program) -> None:
    own.catalog.following.webhooks.add(program.url, "record=b", own.catalog.store.last())
    put(own, "a", "b")
    assert deliver(own) == 1
    assert program.ids == ["b"]


def test_a_webhook_that_is_removed_meanwhile_does_not_stop_the_others(own: Town, program: Program) -> None:
    webhooks = own.catalog.following.webhooks
    for name in ("one", "two"):
        webhooks.add(f"{program.url}?{name}", "", own.catalog.store.last())
    put(own, "a")

    def remove_first() -> None:
        program.meanwhile = lambda: None
        webhooks.remove(f"{program.url}?one")

    program.meanwhile = remove_first
    deliver(own)
    assert program.ids == ["a", "a"]
    assert [webhook.address for webhook in webhooks.all()] == [f"{program.url}?two"]
    assert webhooks.all()[0].seen == own.catalog.store.last()


def test_gone_ends_the_webhook(own: Town, program: Program) -> None:
    own.catalog.following.webhooks.add(program.url, "", own.catalog.store.last())
    program.status = 410
    put(own, "a")
    assert deliver(own) == 0
    assert own.catalog.following.webhooks.all() == []


def test_no_address_inside_of_the_network_is_called(tmp_path: Path, program: Program) -> None:
    with Town(tmp_path / "data", secret=("s" * 40,), allow_hosts=()) as town:
        town.catalog.sync()
        town.catalog.following.webhooks.add(program.url, "", town.catalog.store.last())
        put(town, "a")
        assert deliver(town) == 0
        assert town.catalog.following.webhooks.all()[0].tries == 1
    assert program.got == []


def test_who_fails_for_long_waits_for_a_person(own: Town, program: Program) -> None:
    webhook = own.catalog.following.webhooks.add(program.url, "", own.catalog.store.last())
    with pytest.raises(ConflictError):
        own.catalog.following.webhooks.add(program.url, "", 0)
    own.catalog.following.webhooks.failed(webhook._replace(tries=MAX_TRIES - 1), "fort")
    put(own, "a")
    assert deliver(own, 10**6) == 0
    own.catalog.following.webhooks.retry(program.url)
    assert deliver(own, 1) == 1
