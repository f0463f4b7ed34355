"""Errors as programs read them: problem documents whose fields speak German and English.

Covers: api/web/answers.py, api/web/frame.py
"""

import pytest
from starlette.testclient import TestClient

from api.web.problems import problem_response
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
