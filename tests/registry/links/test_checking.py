"""Asking addresses: what counts as an answer, how a host is spared, and that a dead network blames nobody."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.catalog import Catalog
from registry.fetch.session import session
from registry.links import checking
from registry.links.checking import check_due, try_address
from registry.links.links import Outcome
from registry.model import Distribution
from registry.settings import Settings
from tests.builders import a_dataset
from tests.servers.answering import a_server
from tests.town import Town, take

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
OUTWARD = Settings(allow_hosts=("127.0.0.1",))


def no_pause(_seconds: float) -> bool:
    return False


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Town(tmp_path / "data") as town:
        yield town.catalog


@pytest.fixture
def asked() -> list[tuple[str, str, str]]:
    """Method, path and Range of each request."""
    return []


@pytest.fixture
def server(asked: list[tuple[str, str, str]]) -> Iterator[str]:
    """Answers `/404` with 404; `/head405` refuses HEAD; `/head404` answers HEAD with 404 although GET works."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append((request.command, request.path, request.headers.get("Range", "")))
        name = request.path.strip("/")
        status = int(name) if name.isdigit() else 200
        if name.startswith("head") and request.command == "HEAD":
            status = int(name.removeprefix("head"))
        body = b"x" * 1000
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    with a_server(answer) as base:
        yield base


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/200", Outcome(True, "200")),
        ("/404", Outcome(False, "404")),
        ("/410", Outcome(False, "410")),
        ("/401", Outcome(True, "401")),  # it is there, for those who may
        ("/400", Outcome(True, "400")),  # a service that wants parameters
        ("/429", Outcome(None, "429")),
        ("/head405", Outcome(True, "200")),
        ("/head404", Outcome(True, "200")),
    ],
)
def test_what_counts_as_an_answer(server: str, path: str, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.fetch.session.RETRIES", 0)
    with session(OUTWARD) as http:
        assert try_address(http, server + path) == outcome


def test_a_get_asks_for_the_first_byte_only(server: str, asked: list[tuple[str, str, str]]) -> None:
    with session(OUTWARD) as http:
        try_address(http, f"{server}/head405")
    assert asked == [("HEAD", "/head405", ""), ("GET", "/head405", "bytes=0-0")]


def test_addresses_of_the_private_network_are_not_asked_and_not_blamed() -> None:
    with session(Settings()) as http:
        outcome = try_address(http, "http://127.0.0.1:9/geheim")
    assert outcome.answered is None


def test_where_nobody_listens_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.fetch.session.RETRIES", 0)
    with session(OUTWARD) as http:
        outcome = try_address(http, "http://127.0.0.1:1/x")
    assert outcome == Outcome(False, "source-unreachable")


def take_addresses(catalog: Catalog, *addresses: str) -> None:
    files = tuple(Distribution(id=f"f{i}", download_url=address) for i, address in enumerate(addresses))
    take(catalog, replace(a_dataset("Rad"), distributions=files))
    catalog.links.follow(catalog.store, NOW)


def test_a_round_notes_what_each_address_answers(catalog: Catalog, server: str) -> None:
    take_addresses(catalog, f"{server}/200", f"{server}/404")
    with session(OUTWARD) as http:
        counts = check_due(catalog.links, http, NOW, no_pause)
        assert counts == Counter({"ok": 1, "failing": 1})
        assert check_due(catalog.links, http, NOW, no_pause) == Counter()  # nothing is due
    states = {link.address.rpartition("/")[2]: (link.state, link.answer) for link in catalog.links.listed()}
    assert states == {"200": ("ok", "200"), "404": ("failing", "404")}


def test_a_host_is_asked_with_pauses_and_a_stop_ends_the_round(catalog: Catalog, server: str) -> None:
    take_addresses(catalog, *(f"{server}/{i}" for i in ("a", "b", "c")))
    pauses: list[float] = []

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return len(pauses) == 3

    with session(OUTWARD) as http:
        counts = check_due(catalog.links, http, NOW, pause)
    assert counts == Counter({"ok": 2})
    assert pauses[0] == 0.0
    assert pauses[1] > 0.5 * checking.HOST_PAUSE_SECONDS


def test_a_silent_host_is_left_alone(catalog: Catalog, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.fetch.session.RETRIES", 0)
    take_addresses(catalog, f"{server}/200", *(f"http://127.0.0.2:1/{i}" for i in range(6)))
    with session(Settings(allow_hosts=("127.0.0.1", "127.0.0.2"))) as http:
        counts = check_due(catalog.links, http, NOW, no_pause)
    assert counts == Counter({"ok": 1, "failing": checking.MAX_HOST_FAILURES})


def test_where_no_host_answers_nobody_is_blamed(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.fetch.session.RETRIES", 0)
    hosts = [f"127.0.0.{number}" for number in (2, 3, 4)]
    take_addresses(catalog, *(f"http://{host}:1/x" for host in hosts))
    with session(Settings(allow_hosts=tuple(hosts))) as http:
        assert check_due(catalog.links, http, NOW, no_pause) == Counter()
    assert {link.state for link in catalog.links.listed()} == {"unknown"}
