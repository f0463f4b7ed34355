"""The OpenAPI document and the answers agree: whatever goes wrong is sent as one of the types that are named for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.town import Town

PLACES = {"{id}": "gibt-es-nicht", "{suffix}": "ttl"}
QUERIES = ("", "?q=%00&size=x&page=99999999999999999999&since=x", "?size=99999&sort=x&page=0", "?kind=zzz&theme=%FF")
ACCEPTED = ("text/html", "application/json", "*/*", "application/pdf", "text/turtle;q=x")


def requests_of(path: str, method: str) -> Iterator[tuple[str, dict[str, str], bytes | None]]:
    """Address, headers and body of odd requests for an operation."""
    for place, value in PLACES.items():
        path = path.replace(place, value)
    types = ("text/turtle", "application/json", "x/y", "") if method == "post" else ("",)
    bodies = (b"", b"{", b"\xff") if method == "post" else (None,)
    for query in QUERIES:
        for accept in ACCEPTED:
            for type_ in types:
                for body in bodies:
                    yield path + query, {"accept": accept} | ({"content-type": type_} if type_ else {}), body


def test_every_error_is_sent_as_it_is_named(city: Town) -> None:
    client = TestClient(city.app, follow_redirects=False)
    document: dict[str, Any] = client.get("/openapi.json").json()
    wrong = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for address, headers, body in requests_of(path, method):
                answer = client.request(method.upper(), address, headers=headers, content=body)
                if answer.status_code < 400:
                    continue
                named = operation["responses"].get(str(answer.status_code), operation["responses"]["default"])
                sent = answer.headers["content-type"].partition(";")[0]
                if sent not in named["content"] or answer.status_code >= 500:
                    wrong.append((method, address, headers, answer.status_code, sent))
    assert wrong == []


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_a_method_that_there_is_not_is_a_problem_too(city: Town, method: str) -> None:
    client = TestClient(city.app, follow_redirects=False)
    for path, item in client.get("/openapi.json").json()["paths"].items():
        if method.lower() in item:
            continue
        for place, value in PLACES.items():
            path = path.replace(place, value)
        answer = client.request(method, path)
        assert answer.status_code == 405, path
        assert answer.json()["status"] == 405
        assert answer.headers["content-type"] == "application/problem+json"
