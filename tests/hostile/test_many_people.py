"""Two hundred people who register at the same moment, on SQLite: no text is lost, and nobody sees an error of a
lock."""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from msgspec.structs import replace
from starlette.responses import Response

from api.app import create_app
from api.web import session
from registry.model import Account
from registry.people.accounts import _ACCOUNTS
from registry.store.database import writing
from tests.sample_city import PASSWORD, sample_city
from tests.servers.application import served
from tests.signed_in import PROJECT, hidden
from tests.town import Town

pytestmark = pytest.mark.slow  # a real server, and two hundred people who use it
PEOPLE = 200
WORDS = "Text mit vielen Wörtern. " * 40


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def add_people(city: Town) -> list[str]:
    """Accounts with one password: its hash is computed once, for that is slow on purpose."""
    people = city.catalog.people
    people.add(Account(name="person-0", organizations=("digital-agentur",)), PASSWORD)
    names = [f"person-{number}" for number in range(PEOPLE)]
    with writing(city.catalog.store.engine) as connection:
        first = dict(connection.execute(_ACCOUNTS.select().filter_by(name="person-0")).mappings().one())
        for name in names[1:]:
            connection.execute(sa.insert(_ACCOUNTS).values({**first, "name": name}))
    return names


def signed_in(city: Town, name: str) -> requests.Session:
    """A browser in which somebody is signed in already."""
    response = Response()
    session.begin(response, city.settings, name, city.catalog.people.seal(name))
    browser = requests.Session()
    cookie, value = response.headers["set-cookie"].partition(";")[0].split("=", 1)
    browser.cookies.set(cookie, value.strip('"'))
    return browser


def test_two_hundred_people_register_at_once(city: Town) -> None:
    names, together = add_people(city), threading.Barrier(PEOPLE)
    statuses: Counter[tuple[str, int]] = Counter()

    def register(base: str, name: str) -> None:
        browser, headers = signed_in(city, name), {"Accept": "text/html"}

        def send(step: str, path: str, fields: dict[str, object]) -> requests.Response:
            answer = browser.post(base + path, data=fields, headers=headers, allow_redirects=False, timeout=300)
            statuses[step, answer.status_code] += 1
            return answer

        form = hidden(browser.get(f"{base}/anmelden/projekt", headers=headers, timeout=300).text)
        together.wait(300)
        own = {"title": f"Vorhaben von {name}", "abstract": f"Kurz von {name}."}
        begun = send("begin", "/anmelden/projekt", {**form, **PROJECT, **own, "act": "save"})
        path = re.sub(r"\?.*|/abschnitte$", "", begun.headers["location"])
        for step in ("autosave", "save"):
            form = hidden(browser.get(base + path, headers=headers, timeout=300).text)
            text = f"{step} von {name}: {WORDS}"
            send(step, path, {**form, **PROJECT, **own, "description": text, "act": step})
        form = hidden(browser.get(f"{base}{path}/absenden", headers=headers, timeout=300).text)
        send("submit", path, {**form, "act": "submit"})

    def app_at(base: str) -> object:
        return create_app(city.catalog, replace(city.settings, base_url=base))

    with served(app_at) as base, ThreadPoolExecutor(PEOPLE) as pool:  # type: ignore[arg-type]
        for done in [pool.submit(register, base, name) for name in names]:
            done.result()
    assert statuses == dict.fromkeys((("begin", 303), ("autosave", 200), ("save", 303), ("submit", 303)), PEOPLE)
    drafts = {draft.author: draft for draft in city.catalog.inbox.queue()}
    assert sorted(drafts) == sorted(names)
    for name, draft in drafts.items():
        assert draft.metadata.title == {"de": f"Vorhaben von {name}"}
        assert draft.metadata.abstract == {"de": f"Kurz von {name}."}
        assert draft.metadata.description == {"de": f"save von {name}: {WORDS}".strip()}
    assert city.catalog.people.audit.first_broken() == 0
