"""A browser that is signed in, what it reads from forms and sends with them."""

import re
from typing import Any

from fastapi.testclient import TestClient

from registry.model import Draft
from tests.sample_city import PASSWORD
from tests.town import Town

PROJECT = {
    "title": "Wetter im Quartier",
    "abstract": "Zwanzig kleine Messstationen zeigen, wie warm es in den Stadtteilen wirklich ist.",
    "phase": "vorbereitung",
    "lead": "Digital-Agentur",
    "email": "wetter@example.org",
    "themes": ["ENVI"],
    "places": ["bahnstadt", "bergheim"],
}


def browser(city: Town, name: str = "", follow: bool = False) -> TestClient:
    """A browser, signed in as `name`, that follows redirects or does not."""
    client = TestClient(city.app, headers={"accept": "text/html"}, follow_redirects=follow)
    if name:
        answer = client.post("/konto/anmelden", data={"name": name, "password": PASSWORD})
        assert answer.status_code == (200 if follow else 303), answer.text
    return client


def drafts_of_author(city: Town) -> list[Draft]:
    """The drafts of the account `agentur`."""
    account = city.catalog.people.get("agentur")
    assert account is not None
    return list(city.catalog.inbox.of_account(account))


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's forms."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send(client: TestClient, path: str, act: str, **fields: object) -> Any:
    """Opens a form and sends it with these fields."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return client.post(path.partition("?")[0], data={**hidden(page.text), **fields, "act": act})
