"""Errors as programs read them: problem documents whose fields speak German and English.

Covers: api/web/answers.py, api/web/frame.py
"""

import pytest
from markupsafe import escape
from starlette.testclient import TestClient

from api.pages.problems import explained
from api.web.addresses import LANGS, path
from api.web.problems import PROBLEMS, problem_response, problem_types
from api.web.session import TooManyError
from registry.catalog import Catalog
from registry.errors import LotseError, NotFoundError, NotReadyError


def test_what_is_wrong_with_a_parameter_is_said_in_both_languages(client: TestClient) -> None:
    answer = client.get("/api/v1/changes?size=viel")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    (error,) = answer.json()["errors"]
    assert (error["field"], error["rule"]) == ("size", "int_parsing")
    assert error["message"] == {"de": "Das ist keine ganze Zahl.", "en": "This is not a whole number."}
    assert set(error["remedy"]) == {"de", "en"}


@pytest.mark.parametrize(
    ("said", "field", "german"),
    [
        (
            {"kind": "dataset", "distributions": [{"size": "viel"}]},
            "distributions[0].size",
            "Erwartet wird `int | null`, hier steht `str`.",
        ),
        ({"kind": "auto"}, "kind", "Der Wert 'auto' gehört nicht zu den erlaubten."),
        ({"metadata": {"title": {}}}, "", "Das Feld `kind` fehlt."),
        ({"kind": "dataset", "titel": "x"}, "titel", "Dieses Feld gibt es nicht."),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_both_languages(
    client: TestClient, said: object, field: str, german: str
) -> None:
    (error,) = client.post("/api/v1/validate", json=said).json()["errors"]
    assert (error["field"], error["message"]["de"]) == (field, german)
    assert error["message"]["en"] != german


@pytest.mark.parametrize(
    ("error", "wait"),
    [(TooManyError("Wait.", {"seconds": 17}), "17"), (NotReadyError("Later."), "60"), (NotFoundError("No."), None)],
)
def test_who_is_to_come_back_is_told_when(error: LotseError, wait: str | None) -> None:
    answer = problem_response(error)
    assert answer.headers.get("retry-after") == wait
    assert answer.headers["cache-control"] == "no-store"


def test_a_problem_names_its_type_and_what_else_it_knows(client: TestClient, filled: Catalog) -> None:
    filled.withdraw("radwege", "anna", "Doppelt gemeldet.")
    found = client.get("/api/v1/records/radwege").json()
    assert found["type"].endswith("#withdrawn")
    assert (found["title"], found["status"], found["id"]) == ("Withdrawn", 410, "radwege")
    assert "errors" not in found


@pytest.mark.parametrize("lang", LANGS)
def test_each_kind_of_problem_has_a_page_that_says_what_it_means_and_what_to_do(client: TestClient, lang: str) -> None:
    for status, name in problem_types():
        page = client.get(path("problem", lang, name))
        assert page.status_code == 200, name
        assert f"{PROBLEMS}<wbr>{name}" in page.text or f"{PROBLEMS}{name}" in page.text.replace("<wbr>", "")
        assert f"problem-kind-{name}" not in page.text, name  # a code without a sentence
        for text in explained(name, lang):
            assert text.count(" ") > 2, name  # a sentence, and not its code
            assert str(escape(text)) in page.text, name
        assert f"<code>{status}</code>" in page.text
    assert client.get(path("problem", lang, "gibt-es-nicht")).status_code == 404


def test_a_problem_leads_to_the_page_of_its_kind(client: TestClient) -> None:
    answer = client.get("/api/v1/records/gibt-es-nicht")
    assert answer.headers["link"] == '</fehler/not-found>; rel="help"'
    assert client.get("/fehler/not-found", headers={"accept": "text/html"}).status_code == 200
