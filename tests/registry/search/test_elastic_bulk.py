"""Bulk requests against a server that is busy, away, or refuses a document: no server is needed here."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import ApiError, ConnectionError, SSLError

from registry.errors import NotReadyError
from registry.search import elastic_bulk
from registry.search.elastic_bulk import MAX_ATTEMPTS, MAX_PAUSE, operation, write

BUSY = {"status": 429, "error": {"type": "es_rejected_execution_exception"}}
MALFORMED = {"status": 400, "error": {"type": "document_parsing_exception"}}


class Server:
    """A client whose server has `answers`: an exception, or id -> the result of an operation; then it takes all."""

    def __init__(self, *answers: Any) -> None:
        self.answers = iter(answers)
        self.requests: list[list[str]] = []

    def options(self, retry_on_status: tuple[int, ...], retry_on_timeout: bool) -> "Server":
        assert (retry_on_status, retry_on_timeout) == ((), False)  # retries of the client would multiply ours
        return self

    def bulk(self, index: str, operations: list[bytes], timeout: str) -> dict[str, Any]:
        actions = [line for line in map(json.loads, operations) if {"index", "delete"} & line.keys()]
        ids = [next(iter(action.values()))["_id"] for action in actions]
        self.requests.append(ids)
        answer = next(self.answers, {})
        if callable(answer):
            answer = answer(ids)
        if isinstance(answer, Exception):
            raise answer
        return {"items": [{"index": answer.get(id, {"status": 201})} for id in ids]}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited; nobody waits here."""
    waited: list[float] = []
    monkeypatch.setattr(elastic_bulk, "time", SimpleNamespace(sleep=waited.append))
    return waited


def refusal(status: int) -> ApiError:
    meta = ApiResponseMeta(status, "1.1", HttpHeaders(), 0.1, NodeConfig("http", "127.0.0.1", 1))
    return ApiError("refused", meta, {})


def sent(server: Server, *ids: str) -> dict[str, str]:
    """Writes documents; id -> reason of those that were left out."""
    left_out: dict[str, str] = {}
    operations = (operation("index", id, {"day": number}, version=number) for number, id in enumerate(ids, 1))
    assert write(server, "lotse-000001", operations, left_out.__setitem__) == len(ids)  # type: ignore[arg-type]
    return left_out


def test_only_what_the_server_could_not_take_is_sent_again(pauses: list[float]) -> None:
    server = Server({"b": BUSY, "c": BUSY}, {"c": BUSY})
    assert sent(server, "a", "b", "c", "d") == {}
    assert server.requests == [["a", "b", "c", "d"], ["b", "c"], ["c"]]
    assert len(pauses) == 2


@pytest.mark.parametrize("failure", [refusal(429), refusal(503), ConnectionError("away")])
def test_a_whole_request_that_fails_is_sent_again(failure: Exception, pauses: list[float]) -> None:
    server = Server(failure, failure)
    assert sent(server, "a", "b") == {}
    assert server.requests == [["a", "b"]] * 3
    assert len(pauses) == 2


def test_pauses_double_vary_by_chance_and_end(pauses: list[float]) -> None:
    server = Server(*[refusal(503)] * 99)
    with pytest.raises(NotReadyError, match="does not take records in"):
        sent(server, "a")
    assert len(server.requests) == MAX_ATTEMPTS
    assert len(pauses) == MAX_ATTEMPTS - 1
    bounds = [min(0.5 * 2**turn, MAX_PAUSE) for turn in range(MAX_ATTEMPTS - 1)]
    assert all(bound / 2 <= pause <= bound for pause, bound in zip(pauses, bounds, strict=True))
    assert sum(bounds) < 60
    assert len({elastic_bulk._pause(4) for _ in range(5)}) > 1


def test_a_document_that_is_refused_costs_only_itself(pauses: list[float]) -> None:
    server = Server({"b": MALFORMED})
    assert list(sent(server, "a", "b", "c")) == ["b"]
    assert pauses == []


@pytest.mark.parametrize("status", [400, 413])
def test_a_request_that_one_document_spoils_is_halved_until_it_is_found(status: int, pauses: list[float]) -> None:
    def answer(ids: list[str]) -> Any:
        return refusal(status) if "f" in ids else {}

    server = Server(*[answer] * 20)
    assert list(sent(server, *"abcdefgh")) == ["f"]
    assert sorted({id for ids in server.requests for id in ids if "f" not in ids}) == list("abcdegh")
    assert pauses == []


def test_a_document_at_which_the_server_fails_is_tried_again_and_then_left_out() -> None:
    failed = {"status": 500, "error": {"type": "null_pointer_exception"}}
    server = Server(*[{"b": failed}] * 99)
    assert list(sent(server, "a", "b")) == ["b"]
    assert len(server.requests) == MAX_ATTEMPTS


def test_what_is_there_in_a_newer_state_and_what_was_never_there_is_no_fault() -> None:
    server = Server(
        {"a": {"status": 409, "error": {"type": "version_conflict_engine_exception"}}, "b": {"status": 404}}
    )
    assert sent(server, "a", "b") == {}


@pytest.mark.parametrize(
    "result",
    [
        {"status": 404, "error": {"type": "index_not_found_exception"}},
        {"status": 400, "error": {"type": "index_closed_exception"}},
        {"status": 403, "error": {"type": "cluster_block_exception"}},
    ],
)
def test_an_index_that_cannot_be_written_is_not_the_fault_of_the_documents(result: dict[str, Any]) -> None:
    with pytest.raises(NotReadyError, match="does not take records in"):
        sent(Server({"b": result}), "a", "b")


@pytest.mark.parametrize(
    ("failure", "words"), [(SSLError("self-signed"), "LOTSE_SEARCH_CA_FILE"), (refusal(500), "does not answer")]
)
def test_what_waiting_does_not_mend_is_told_at_once(failure: Exception, words: str, pauses: list[float]) -> None:
    with pytest.raises(NotReadyError, match=words):
        sent(Server(failure), "a")
    assert pauses == []


def test_requests_are_bounded_in_documents_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic_bulk, "DOCUMENTS_PER_REQUEST", 3)
    server = Server()
    sent(server, *"abcdefgh")
    assert list(map(len, server.requests)) == [3, 3, 2]
    monkeypatch.setattr(elastic_bulk, "MAX_REQUEST_BYTES", 60)
    server = Server()
    sent(server, *"abc")
    assert list(map(len, server.requests)) == [1, 1, 1]


def test_operations_are_made_while_they_are_sent() -> None:
    server = Server()

    def operations() -> Iterator[elastic_bulk.Operation]:
        for number in range(1200):
            assert len(server.requests) >= number // 500 - 1
            yield operation("delete", str(number))

    assert write(server, "lotse-000001", operations(), lambda *_: None) == 1200  # type: ignore[arg-type]
