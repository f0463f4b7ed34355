"""Tries to sign in: counted before the check, for all processes, and forgotten."""

import threading
import time

import pytest

from registry.people import sign_in_tries
from registry.people.accounts import open_people
from registry.people.sign_in_tries import (
    MAX_TRIES,
    MAX_TRIES_OF_ACCOUNT,
    MAX_TRIES_OF_ADDRESS,
    PAUSE_SECONDS,
    Attempt,
    SignInTries,
    network,
)
from registry.store.database import connect


def attempt(name: str = "anna", address: str = "192.0.2.1") -> Attempt:
    return Attempt.of(name, address, "a secret")


@pytest.fixture
def tries(any_database_url: str) -> SignInTries:
    return open_people(any_database_url).tries


def test_guessing_is_stopped_for_one_key_until_somebody_is_right(tries: SignInTries) -> None:
    for _ in range(MAX_TRIES):
        assert tries.count(attempt()) == 0
    assert 0 < tries.count(attempt()) <= PAUSE_SECONDS
    assert tries.count(attempt("berta")) == 0
    assert tries.count(attempt(address="192.0.2.2")) == 0
    tries.forget(attempt())
    assert tries.count(attempt()) == 0


def test_of_many_at_once_over_two_engines_no_more_are_let_through(any_database_url: str) -> None:
    both = open_people(any_database_url).tries, SignInTries(connect.__wrapped__(any_database_url))
    waits: list[int] = []
    threads = [threading.Thread(target=lambda n=n: waits.append(both[n % 2].count(attempt()))) for n in range(40)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(waits) == 40
    assert waits.count(0) == MAX_TRIES


@pytest.mark.parametrize(
    ("limit", "attempts"),
    [
        (MAX_TRIES_OF_ADDRESS, lambda n: attempt(f"n{n}")),
        (MAX_TRIES_OF_ACCOUNT, lambda n: attempt(address=f"192.0.2.{n}")),
    ],
)
def test_many_names_from_one_address_and_one_name_from_many_have_a_limit_too(tries, limit, attempts) -> None:
    for n in range(limit):
        assert tries.count(attempts(n)) == 0
    assert tries.count(attempts(limit)) > 0
    assert tries.count(attempt("other", "198.51.100.1")) == 0


def rows(tries: SignInTries) -> list[tuple[str, str, int]]:
    with tries._engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT account, client, at FROM sign_in_tries")]


def test_nothing_that_says_who_it_was_is_stored_and_nothing_for_long(tries, monkeypatch) -> None:
    tries.count(attempt("anna", "192.0.2.1"))
    ((account, client, _),) = rows(tries)
    assert "anna" not in account
    assert "192" not in client
    assert Attempt.of("anna", "192.0.2.1", "another secret").account != account
    later = time.time() + PAUSE_SECONDS
    monkeypatch.setattr(sign_in_tries.time, "time", lambda: later)
    tries.count(attempt("berta", "192.0.2.2"))
    assert len(rows(tries)) == 1


def test_a_clock_that_was_ahead_keeps_nobody_out(tries, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        ahead = time.time() + 10 * 365 * 86_400
        patch.setattr(sign_in_tries.time, "time", lambda: ahead)
        for _ in range(MAX_TRIES + 1):
            tries.count(attempt())
    assert tries.count(attempt()) == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_ipv6_network_counts_as_one_client(address: str, counted: str) -> None:
    assert network(address) == counted


def test_the_tables_of_the_version_before_open_without_an_upgrade(database_url: str) -> None:
    open_people(database_url)
    with connect(database_url).begin() as connection:
        connection.exec_driver_sql("DROP TABLE sign_in_tries")
        connection.exec_driver_sql("DROP TABLE sign_in_version")
    assert open_people(database_url).tries.count(attempt()) == 0
