"""The gallery: somebody shows what they made of data, a person looks at it, then everybody sees it."""

import pytest
from starlette.testclient import TestClient

from tests.api.visitors.test_visitors import decide, editor, fields_of
from tests.town import Town

PATH = "/anwendungen"
APP = {"subject": "Baumfinder", "address": "baumfinder.example", "text": "Zeigt jeden Baum auf einer Karte."}


def sent(client: TestClient, page: str, entered: dict[str, str]):  # type: ignore[no-untyped-def]
    return client.post(PATH, data=fields_of(client.get(page).text) | entered)


def test_what_was_made_appears_after_somebody_has_looked_at_it(visitor: TestClient, own_city: Town) -> None:
    page = visitor.get("/daten/baumkataster").text
    assert f"{PATH}?at=%2Fdaten%2Fbaumkataster" in page
    assert sent(visitor, f"{PATH}?at=/daten/baumkataster", APP).headers["location"] == f"{PATH}?sent"
    (waiting,) = own_city.catalog.messages.waiting()
    assert (waiting.kind, waiting.address, waiting.record) == ("reuse", "https://baumfinder.example", "baumkataster")
    assert "Baumfinder" not in visitor.get(PATH).text
    admin = editor(own_city)
    assert "https://baumfinder.example" in admin.get("/administration/meldungen").text
    assert decide(admin, waiting.id, act="publish").status_code == 303
    gallery = visitor.get(PATH).text
    assert '<a href="https://baumfinder.example" rel="nofollow noopener ugc">Baumfinder</a>' in gallery
    assert ">Baumkataster</a>" in gallery
    assert "Baumfinder" in visitor.get("/daten/baumkataster").text
    decide(admin, waiting.id, act="reject")
    assert "Baumfinder" not in visitor.get(PATH).text


@pytest.mark.parametrize(
    "wrong", [{"subject": ""}, {"address": "javascript:alert(1)"}, {"address": ""}, {"text": "App"}]
)
def test_what_is_missing_is_said(visitor: TestClient, own_city: Town, wrong: dict[str, str]) -> None:
    answer = sent(visitor, PATH, APP | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert own_city.catalog.messages.waiting() == []
