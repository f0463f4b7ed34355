"""The link for a partner without an account: one draft, signed, with an end.

Covers: api/editing/guests.py
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import TimestampSigner

from api.editing.guests import GUEST, GUEST_LINK_DAYS
from registry.model import Draft
from tests.sample_city import sample_city
from tests.signed_in import PROJECT, browser, hidden, send
from tests.town import Town


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def the_draft(city: Town) -> Draft:
    account = city.catalog.people.get("agentur")
    assert account is not None
    (draft,) = city.catalog.inbox.of_account(account)
    return draft


def invited(city: Town) -> tuple[Any, str, str]:
    """The author's browser, the address of the draft, and the link."""
    client = browser(city, "agentur", follow=True)
    path = send(client, "/anmelden/projekt", "continue", **PROJECT).url.path.removesuffix("/abschnitte")
    return client, path, made(client, path)


def made(client: Any, path: str, act: str = "invite") -> str:
    token = hidden(client.get(f"{path}/abschnitte").text)["token"]
    page = client.post(f"{path}/gast", data={"token": token, "act": act}).text
    link = re.search(r'<p class="mono">http://testserver(/anmelden/gast/[^<]+)</p>', page)
    return html.unescape(link[1]) if link else ""


def test_a_guest_fills_in_the_draft_without_an_account_and_cannot_hand_it_in(city: Town) -> None:
    client, path, link = invited(city)
    guest = browser(city, follow=True)
    page = guest.get(link)
    assert "Sie brauchen kein Konto" in page.text
    assert 'value="Wetter im Quartier"' in page.text
    assert 'value="submit"' not in page.text
    fields = hidden(page.text) | {"title": "Wetter am Fluss", "milestone": "Erste Station", "act": "save"}
    assert "Gespeichert. Danke." in guest.post(link, data=fields).text
    draft = the_draft(city)
    assert draft.metadata.title == {"de": "Wetter am Fluss"}
    assert draft.metadata.milestones[0].title == {"de": "Erste Station"}
    assert draft.editors == ("agentur", GUEST)
    fields = hidden(guest.get(link).text) | {"title": "Eingereicht?", "act": "submit"}
    guest.post(link, data=fields)
    assert the_draft(city).state == "draft"
    assert client.get(path).status_code == 200
    assert guest.get(path, follow_redirects=False).status_code == 303  # nothing but the draft's form


def test_a_link_is_for_one_draft_and_ends(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client, path, link = invited(city)
    guest = browser(city, follow=True)
    signed, _, signature = link.rpartition(".")  # of its last sign not all bits count
    assert guest.get(f"{signed}.{'a' if signature[0] != 'a' else 'b'}{signature[1:]}").status_code == 404
    assert guest.get("/anmelden/gast/erfunden").status_code == 404
    second = made(client, path)
    assert second != link
    assert guest.get(link).status_code == 404  # the new one replaces it
    assert guest.get(second).status_code == 200
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + GUEST_LINK_DAYS * 86_400 + 10)
    assert guest.get(second).status_code == 404


def test_a_link_ends_when_its_author_says_so_or_the_draft_is_handed_in(city: Town) -> None:
    client, path, link = invited(city)
    assert made(client, path, "end") == ""
    guest = browser(city, follow=True)
    assert guest.get(link).status_code == 404
    link = made(client, path)
    fields = hidden(client.get(f"{path}/absenden").text) | {"act": "submit"}
    assert "Eingereicht" in client.post(path, data=fields).text
    assert guest.get(link).status_code == 404
    assert guest.post(link, data={"title": "Zu spät", "act": "save"}).status_code == 404


def test_only_who_may_save_the_draft_makes_a_link_and_nothing_of_it_is_published(city: Town) -> None:
    client, path, _link = invited(city)
    other = browser(city, "lotsin", follow=True)
    token = hidden(other.get("/anmelden/projekt").text)["token"]
    assert other.post(f"{path}/gast", data={"token": token, "act": "invite"}).status_code == 403
    client.post(path, data=hidden(client.get(f"{path}/absenden").text) | {"act": "submit"})
    assert "Veröffentlicht:" in send(other, f"/freigabe/{path.rpartition('/')[2]}", "publish").text
    assert city.catalog.store.existing("wetter-im-quartier").metadata.extras == {}


def test_two_who_write_at_once_see_both_texts(city: Town) -> None:
    _client, _path, link = invited(city)
    guest = browser(city, follow=True)
    old = hidden(guest.get(link).text)
    guest.post(link, data=old | {"title": "Zweite", "act": "save"})
    answer = guest.post(link, data=old | {"title": "Dritte", "act": "save"})
    assert answer.status_code == 409
    assert "Beide Fassungen sind noch da" in answer.text
    assert guest.post(link, data=old | {"title": "Dritte", "act": "autosave"}).status_code == 409


def test_a_form_of_another_site_is_refused(city: Town) -> None:
    _client, _path, link = invited(city)
    guest = browser(city, follow=True)
    answer = guest.post(link, data={"title": "x"}, headers={"origin": "https://anderswo.example.org"})
    assert answer.status_code == 403
