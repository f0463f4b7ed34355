"""Ids of requests, their lines in the log, and what becomes of too many.

Covers: api/running/requests.py
"""

import json
import logging
import time

import pytest
from starlette.testclient import TestClient

from api.running import requests
from api.web.logs import REQUEST_ID, JsonFormatter, log_to_stderr
from tests.town import Town


def test_each_answer_has_an_id_and_one_of_a_proxy_is_kept(client: TestClient) -> None:
    first, second = (client.get("/healthz").headers["x-request-id"] for _ in range(2))
    assert first != second
    assert len(first) == 16
    given = client.get("/nirgends", headers={"X-Request-ID": "proxy-12345"})
    assert given.headers["x-request-id"] == "proxy-12345"
    for wrong in ("a b", "x" * 65, "kurz", "{evil}1234"):
        assert client.get("/healthz", headers={"X-Request-ID": wrong}).headers["x-request-id"] != wrong


def test_a_line_names_the_route_and_nothing_personal(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="lotse.access"):
        client.get("/daten/susannes-daten?q=susanne", headers={"User-Agent": "Susanne", "X-Request-ID": "abc-12345"})
        client.get("/suche?q=susanne%40privat.example")
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records if record.name == "lotse.access"]
    assert [line["status"] for line in lines] == [404, 200]
    assert [line["method"] for line in lines] == ["GET", "GET"]
    assert all(line["ms"] >= 0 and line["route"].startswith("/") for line in lines)
    assert "susanne" not in json.dumps(lines).casefold()
    assert "testclient" not in json.dumps(lines)


def test_errors_are_one_line_of_json_with_the_request(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a new process
    for name in ("lotse", "lotse.access"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    monkeypatch.setattr(logging.Formatter, "converter", time.localtime)
    log_to_stderr(as_json=True)
    token = REQUEST_ID.set("abc-12345")
    try:
        raise ValueError("kaputt")
    except ValueError:
        logging.getLogger("lotse.x").exception("failed %d", 3)
    finally:
        REQUEST_ID.reset(token)
    (line,) = capsys.readouterr().err.splitlines()
    read = json.loads(line)
    assert (read["level"], read["logger"], read["message"], read["request"]) == (
        "ERROR",
        "lotse.x",
        "failed 3",
        "abc-12345",
    )
    assert "ValueError: kaputt" in read["error"]
    assert read["time"].endswith("Z")


def test_beyond_so_many_at_once_the_next_is_told_to_come_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAX_IN_FLIGHT", 0)
    busy = client.get("/suche")
    assert busy.status_code == 503
    assert busy.headers["retry-after"] == "2"
    assert client.get("/healthz").status_code == 200
    monkeypatch.undo()
    assert client.get("/suche").status_code == 200


def test_a_failure_has_the_id_too(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city.catalog.store, "get", lambda _: 1 / 0)
    broken = TestClient(city.app, raise_server_exceptions=False).get("/api/v1/records/pegel")
    assert broken.status_code == 500
