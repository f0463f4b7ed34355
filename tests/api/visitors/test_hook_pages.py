"""Webhooks by page: added with the secret shown once, tried again, ended; for administrators only."""

import re

from starlette.testclient import TestClient

from tests.signed_in import browser, hidden
from tests.town import Town

PATH = "/administration/webhooks"
URL = "https://amt.example/hook"


def act(client: TestClient, name: str, **fields: str):  # type: ignore[no-untyped-def]
    return client.post(PATH, data={**hidden(client.get(PATH).text), "act": name, **fields})


def test_a_webhook_is_added_tried_again_and_ended(own_city: Town) -> None:
    admin, webhooks = browser(own_city, "verwaltung"), own_city.catalog.following.webhooks
    added = act(admin, "add", address=URL, query="?kind=project")
    (webhook,) = webhooks.all()
    assert (webhook.address, webhook.query) == (URL, "kind=project")
    assert re.search(r'<code class="breaks">([^<]+)</code>', added.text)[1] == webhook.secret  # type: ignore[index]
    assert webhook.secret not in admin.get(PATH).text, "it is shown once"
    assert act(admin, "add", address=URL).status_code == 422, "an address has one"
    webhooks.failed(webhook, "status 500")
    page = admin.get(PATH).text
    assert "status 500" in page
    assert "nächster Versuch" in page
    assert act(admin, "retry", address=URL).headers["location"] == f"{PATH}?retry"
    assert webhooks.all()[0].tries == 0
    assert act(admin, "remove", address=URL).headers["location"] == f"{PATH}?remove"
    assert webhooks.all() == []
    assert act(admin, "remove", address=URL).headers["location"] == f"{PATH}?gone"
    assert [entry.act for entry in own_city.catalog.people.audit.newest(3)] == [
        "remove-webhook", "retry-webhook", "add-webhook"
    ]  # fmt: skip
    assert "Webhook angelegt" in admin.get("/administration/protokoll").text


def test_wrong_addresses_and_queries_are_refused(own_city: Town) -> None:
    admin = browser(own_city, "verwaltung")
    wrong_query = {"address": URL, "query": "kind=auto"}
    for fields in ({"address": "amt.example"}, {"address": "ftp://amt.example"}, wrong_query):
        answer = act(admin, "add", **fields)
        assert answer.status_code == 422, fields
        assert f'value="{fields["address"]}"' in answer.text
    assert own_city.catalog.following.webhooks.all() == []


def test_only_administrators_see_them(own_city: Town) -> None:
    assert browser(own_city, "lotsin").get(PATH).status_code == 403
    assert browser(own_city).get(PATH).status_code == 303
