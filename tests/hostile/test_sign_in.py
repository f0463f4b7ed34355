"""Guessing passwords, many sign-ins at once, and what a proxy says of its clients."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from registry.people import accounts
from registry.people.accounts import People
from registry.people.sign_in_tries import MAX_TRIES
from tests.hostile.served import Served, served
from tests.sample_city import PASSWORD
from tests.town import Town

SIGN_IN = "/konto/anmelden"
HTML = {"accept": "text/html"}
KNOCKS = 60


@pytest.fixture(scope="module")
def portal(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two processes that answer, behind no proxy."""
    data = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(sample_folder, data)
    with served(data, workers=2) as portal:
        yield portal


def guess(portal: Served, name: str, password: str = "falsch", **headers: str) -> requests.Response:
    fields = {"name": name, "password": password}
    return requests.post(portal.url + SIGN_IN, data=fields, headers=HTML | headers, timeout=60, allow_redirects=False)


def test_of_sixty_passwords_at_once_five_are_checked_over_two_processes(portal: Served) -> None:
    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(lambda n: guess(portal, "lotsin", f"falsch {n}"), range(60)))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[422] <= MAX_TRIES
    assert statuses[422] + statuses[429] == 60
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status_code == 429)
    checked = statuses[422]
    while (answer := guess(portal, "lotsin")).status_code == 422:  # of the sixty, some were refused before the count
        checked += 1
        assert checked <= MAX_TRIES
    assert answer.status_code == 429
    assert checked == MAX_TRIES
    assert guess(portal, "lotsin", PASSWORD).status_code == 429  # the right one neither
    assert "Bitte warten Sie etwas" in guess(portal, "lotsin").text


def test_a_forged_address_gives_no_more_tries(portal: Served) -> None:
    statuses = [
        guess(portal, "verwaltung", **{"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"}).status_code
        for n in range(MAX_TRIES + 1)
    ]
    assert statuses == [422] * MAX_TRIES + [429]


@pytest.fixture
def proxied_portal(sample_folder: Path, tmp_path: Path) -> Iterator[Served]:
    """A process behind a proxy of its own machine: what the proxy says of a client's address is believed."""
    shutil.copytree(sample_folder, tmp_path / "data")
    with served(tmp_path / "data", trusted_proxies="127.0.0.1") as portal:
        yield portal


def test_pages_answer_while_many_sign_in(proxied_portal: Served) -> None:
    """Each from an address of its own, so that no count of tries refuses them; for accounts that do not exist, so that
    each check costs what a real one costs: 0.2 s of processor time."""
    portal = proxied_portal
    answered = 0

    def knock(number: int) -> int:
        return guess(portal, f"nobody-{number}", **{"X-Forwarded-For": f"192.0.2.{number}"}).status_code

    with ThreadPoolExecutor(KNOCKS) as pool:
        waiting = [pool.submit(knock, number) for number in range(KNOCKS)]
        while not all(future.done() for future in waiting):
            assert requests.get(portal.url + "/healthz", timeout=30).status_code == 200
            assert requests.get(portal.url + "/daten/baumkataster", headers=HTML, timeout=30).status_code == 200
            answered += 1
    statuses = Counter(future.result() for future in waiting)
    assert statuses[422] + statuses[429] == KNOCKS
    assert statuses[422] >= 10  # passwords were checked meanwhile
    assert statuses[429] > 0  # and no more people wait than may
    # Compared with the checks of the same seconds: a busy machine is slow at both. One to three pages a check; a tenth
    # when each check is done in a thread that pages need
    assert answered * 3 >= statuses[422]


# -- in this process


def client(city: Town, address: str, **settings: object) -> TestClient:
    app = create_app(city.catalog, replace(city.settings, **settings))
    return TestClient(app, headers=HTML, follow_redirects=False, client=(address, 1))


def tries(client: TestClient, forwarded: str, name: str = "agentur") -> int:
    fields = {"name": name, "password": "falsch"}
    status: int = client.post(SIGN_IN, data=fields, headers={"X-Forwarded-For": forwarded}).status_code
    return status


def test_behind_a_proxy_that_is_named_each_client_has_tries_of_its_own(city: Town) -> None:
    proxied = client(city, "127.0.0.1", trusted_proxies=("127.0.0.1", "10.0.0.0/8"))
    for _ in range(MAX_TRIES):
        assert tries(proxied, "192.0.2.1") == 422
    assert tries(proxied, "192.0.2.1") == 429
    assert tries(proxied, "192.0.2.2") == 422
    assert tries(proxied, "203.0.113.9, 192.0.2.1") == 429  # what the client itself sent stands before
    assert tries(proxied, "192.0.2.1, 10.1.2.3") == 429  # through two proxies


def test_who_is_no_proxy_of_ours_is_not_believed(city: Town) -> None:
    direct = client(city, "198.51.100.7", trusted_proxies=("127.0.0.1",))
    statuses = [tries(direct, f"192.0.2.{n}") for n in range(MAX_TRIES + 1)]
    assert statuses == [422] * MAX_TRIES + [429]


def test_another_host_in_the_headers_changes_no_address_and_no_redirect(city: Town) -> None:
    for trusted in ((), ("127.0.0.1",)):
        browser = client(city, "127.0.0.1", trusted_proxies=trusted)
        for path in ("/", "/konto", "/daten/baumkataster", "/sitemap.xml", "/api/v1/search", "/id/baumkataster"):
            for headers in (
                {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "666"},
                {"Forwarded": "host=evil.example;proto=https"},
                {"Host": "evil.example"},
            ):
                answer = browser.get(path, headers=headers)
                assert "evil.example" not in answer.text + str(answer.headers), (path, headers)


def test_a_known_and_an_unknown_name_cost_the_same_work(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compares work, not time: each try is one check of one hash made with the same parameters."""
    checked: list[str] = []
    real = accounts._HASHER

    class Hasher:
        def verify(self, hash: str, password: str) -> bool:
            checked.append(hash.rpartition("$")[0].rpartition("$")[0])  # without salt and digest
            return real.verify(hash, password)

        def hash(self, password: str) -> str:
            return real.hash(password)

    monkeypatch.setattr(accounts, "_HASHER", Hasher())
    accounts._nobody.cache_clear()
    answers = []
    for name in ("agentur", "gibt-es-nicht"):
        assert city.catalog.people.verify(name, "falsch") is None
        answers.append(client(city, "192.0.2.1").post(SIGN_IN, data={"name": name, "password": "falsch"}))
    accounts._nobody.cache_clear()
    assert len(checked) == 4
    assert len(set(checked)) == 1
    random_values = r"&#34;challenge&#34;: &#34;[^&]+|name=\"state\" value=\"[^\"]+"
    pages = [re.sub(random_values, "", answer.text) for answer in answers]
    assert pages[0].replace("agentur", "") == pages[1].replace("gibt-es-nicht", "")


def test_a_refused_try_checks_no_password(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    monkeypatch.setattr(People, "verify", lambda *words: checked.append(words))
    browser = client(city, "192.0.2.1")
    for _ in range(MAX_TRIES + 3):
        browser.post(SIGN_IN, data={"name": "agentur", "password": PASSWORD})
    assert len(checked) == MAX_TRIES
