"""How many requests a client may make: 429 with Retry-After, each client and kind apart, all processes together.

Covers: api/running/rates.py
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from api.app import create_app
from api.running.rates import Allowances, Rate, kind_of, rates
from registry.errors import UsageError
from registry.settings import DEFAULT_RATES, load
from tests.forking import CONTEXT
from tests.town import Town

RATE = Rate("search", 30)  # 10 at once, then one every two seconds
NOW = 1_000_000.0


@pytest.fixture
def client(city: Town) -> Callable[..., TestClient]:
    """Clients of one application with these limits, by address."""

    def at(address: str, *limits: str, **settings: object) -> TestClient:
        app = create_app(city.catalog, replace(city.settings, limits=limits, **settings))
        return TestClient(app, client=(address, 1), raise_server_exceptions=False)

    return at


def test_a_burst_then_the_rate_and_seconds_to_wait() -> None:
    allowances = Allowances(None, "secret")
    waits = [allowances.take("192.0.2.1", RATE, NOW) for _ in range(12)]
    assert waits[:10] == [0.0] * 10
    assert all(0 < wait <= RATE.interval for wait in waits[10:])
    assert allowances.take("192.0.2.1", RATE, NOW + waits[-1]) == 0.0
    assert allowances.take("192.0.2.1", RATE, NOW + waits[-1]) > 0
    assert allowances.take("192.0.2.1", RATE, NOW + 600) == 0.0
    assert allowances.take("192.0.2.2", RATE, NOW) == 0.0


def test_a_clock_that_was_ahead_locks_nobody_out() -> None:
    allowances = Allowances(None, "secret")
    for _ in range(20):
        allowances.take("192.0.2.1", RATE, NOW + 1e6)
    assert allowances.take("192.0.2.1", RATE, NOW) == 0.0


def _take_all(path: Path, queue: object) -> None:
    allowances = Allowances(path, "secret")
    taken = sum(allowances.take("192.0.2.1", RATE, NOW) == 0.0 for _ in range(10))
    queue.put(taken)  # type: ignore[attr-defined]


def test_processes_count_together_and_the_file_holds_no_address(tmp_path: Path) -> None:
    queue = CONTEXT.Queue()
    path = tmp_path / "data" / "rates"
    for _ in range(3):
        process = CONTEXT.Process(target=_take_all, args=(path, queue))
        process.start()
        process.join(30)
    assert sum(queue.get(timeout=10) for _ in range(3)) == 10
    assert b"192.0.2.1" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_no_file_can_be_made_each_process_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    assert Allowances(tmp_path / "data" / "rates", "secret").take("192.0.2.1", RATE, NOW) == 0.0


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("search", "GET", "/suche"), ("search", "GET", "/en/search"), ("search", "GET", "/suche.csv"),
        ("search", "GET", "/daten"), ("search", "GET", "/api/v1/search"), ("search", "GET", "/feed.atom"),
        ("search", "GET", "/suche/vorschlaege"), ("page", "GET", "/daten/radwege"), ("page", "GET", "/"),
        ("sparql", "POST", "/sparql"), ("ckan", "GET", "/api/3/action/package_search"), ("", "GET", "/metrics"),
        ("api", "POST", "/api/v1/validate"), ("form", "POST", "/konto"), ("", "GET", "/static/portal.css"),
        ("", "GET", "/healthz"),
    ],
)  # fmt: skip
def test_each_request_is_of_a_kind(kind: str, method: str, path: str) -> None:
    assert kind_of(method, path) == kind
    assert not kind or kind in DEFAULT_RATES


@pytest.mark.parametrize(
    ("name", "path"),
    [("search", "/suche?q=rad"), ("search", "/api/v1/search?q=rad"), ("sparql", "/sparql?query=ASK%7B%7D"),
     ("ckan", "/api/3/action/package_list"), ("api", "/api/v1/records/pegel"), ("page", "/impressum")],
)  # fmt: skip
def test_one_client_too_fast_is_told_when_to_come_again(
    client: Callable[..., TestClient], name: str, path: str
) -> None:
    own = f"198.51.100.{len(path)}"  # the city is shared with the other tests
    fast = client(own, f"{name}=3")
    answers = [fast.get(path) for _ in range(3)]
    assert answers[0].status_code in (200, 503)  # 503: the triple store of this city is not built
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 21
    assert "content-security-policy" in answers[-1].headers
    if path.startswith(("/suche", "/impressum")):
        assert "Bitte warten Sie" in answers[-1].text
    else:
        assert answers[-1].json()["status"] == 429
    other = TestClient(fast.app, client=(f"203.0.113.{len(path)}", 1))
    assert other.get(path).status_code == answers[0].status_code
    assert fast.get("/healthz").status_code == 200
    local = TestClient(fast.app, client=("127.0.0.1", 1))
    assert [local.get(path).status_code for _ in range(4)] == [answers[0].status_code] * 4


def test_forms_are_counted_and_limits_can_be_switched_off(client: Callable[..., TestClient]) -> None:
    fast = client("192.0.2.1", "form=3")
    assert [fast.post("/konto", data={}).status_code for _ in range(3)][-1] == 429
    free = client("192.0.2.1", "off")
    assert [free.get("/impressum").status_code for _ in range(5)] == [200] * 5


def test_limits_are_settings(tmp_path: Path) -> None:
    given = {"LOTSE_DATA": str(tmp_path), "LOTSE_LIMITS": "search=60, page=0"}
    limits = rates(load(given).limits)
    assert limits["search"].per_minute == 60
    assert "page" not in limits
    assert limits["api"].per_minute == DEFAULT_RATES["api"]
    assert rates(("off",)) == {}
    for wrong in ("search", "search=-1", "suche=3", "off, search=3"):
        with pytest.raises(UsageError):
            load({"LOTSE_DATA": str(tmp_path), "LOTSE_LIMITS": wrong})


def test_counting_takes_microseconds() -> None:
    allowances = Allowances(None, "secret")
    began = time.process_time()
    for number in range(1000):
        allowances.take(f"192.0.2.{number % 250}", RATE, NOW)
    counted = time.process_time() - began
    began = time.process_time()
    for number in range(1000):
        kind_of("GET", f"/daten/{number}")
    assert counted < 50 * (
        time.process_time() - began
    )  # about as long as looking at the path; a database takes 1000 times
