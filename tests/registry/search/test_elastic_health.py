"""What `lotse doctor` says of an Elasticsearch: against a real one, and what a real one cannot be made to show."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from registry.errors import NotReadyError
from registry.model import Position
from registry.model.message import bilingual, sentence
from registry.search import elastic_health
from registry.search.elastic_client import Server
from registry.search.elastic_index import ElasticIndex
from registry.search.query import HealthCheck
from tests.api.commands.calling import lotse


def codes(checks: tuple[HealthCheck, ...]) -> list[tuple[str, str]]:
    return [(check.state, check.what.code) for check in checks]


# -- what a server of tests cannot show: its answers are those of a real one in that state


class Answers:
    """A client with the answers of a cluster. `disk`: nodes above the flood stage, and above the high watermark."""

    def __init__(self, versions: tuple[str, ...] = ("8.19.21",), status: str = "green", disk: tuple[int, int] = (0, 0)):
        self.versions, self.status, self.disk = versions, status, disk
        self.nodes = self.cluster = self.indices = self

    def info(self, **_: Any) -> dict[str, Any]:
        return {"nodes": {str(number): {"version": version} for number, version in enumerate(self.versions)}}

    def health(self, **_: Any) -> dict[str, Any]:
        missing = 0 if self.status == "green" else 2
        return {"status": self.status, "unassigned_shards": missing, "unassigned_primary_shards": missing // 2,
                "number_of_data_nodes": len(self.versions)}  # fmt: skip

    def get_settings(self, **_: Any) -> dict[str, Any]:
        return {}

    def health_report(self, **_: Any) -> dict[str, Any]:
        full, high = self.disk
        return {"indicators": {"disk": {"details": {
            "nodes_over_flood_stage_watermark": full, "nodes_over_high_watermark": high}}}}  # fmt: skip


def checked(client: Answers) -> tuple[HealthCheck, ...]:
    return elastic_health.health(client, Server(("http://127.0.0.1:9",)), "lotse-*")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (Answers(("8.19.21", "9.0.1")), [("ok", "search-server-well")]),
        (Answers(("8.19.0", "8.18.9")), [("broken", "search-version-old")]),
        (Answers(("7.17.29",)), [("broken", "search-version-old")]),
        (Answers(status="red"), [("broken", "search-cluster-red")]),
        (Answers(status="yellow"), [("look", "search-cluster-yellow")]),
        (Answers(disk=(1, 0)), [("broken", "search-disk-full")]),
        (Answers(disk=(0, 2)), [("look", "search-disk-high")]),
    ],
)
def test_each_state_has_its_sentence(client: Answers, expected: list[tuple[str, str]]) -> None:
    checks = checked(client)
    assert codes(checks) == expected
    for check in checks:
        assert check.state == "ok" or (check.remedy and " / " in bilingual(check.remedy))


def test_several_states_are_told_together() -> None:
    states = codes(checked(Answers(("8.1.0",), "yellow", (1, 1))))
    assert states == [
        ("broken", "search-version-old"),
        ("look", "search-cluster-yellow"),
        ("broken", "search-disk-full"),
    ]


# -- a real server


@pytest.fixture
def index(elastic_address: str) -> Iterator[ElasticIndex]:
    index = ElasticIndex(elastic_address, "healthy")
    index.rebuild([], Position("epoch", 0))
    yield index
    for name in index.client.indices.get(index=f"{index.prefix}-*"):
        index.client.indices.delete(index=name)
    index.client.close()


@pytest.mark.elastic
def test_a_server_in_order_is_told_in_one_line(index: ElasticIndex) -> None:
    (check,) = index.health()
    assert (check.state, check.remedy) == ("ok", None)
    assert sentence(check.what, "en").startswith("1 nodes, Elasticsearch 8.")


@pytest.mark.elastic
def test_missing_copies_blocked_indices_and_silent_nodes_are_told(index: ElasticIndex, elastic_address: str) -> None:
    (name,) = index._indices()
    copies = {"auto_expand_replicas": "false", "number_of_replicas": 1}
    index.client.indices.put_settings(index=name, settings=copies)
    assert codes(index.health()) == [("look", "search-cluster-yellow")]
    index.client.indices.put_settings(index=name, settings={"number_of_replicas": 0, "blocks.write": True})
    assert codes(index.health()) == [("broken", "search-index-blocked")]
    index.client.indices.put_settings(index=name, settings={"blocks.write": None})
    index.client.indices.put_settings(index=name, settings={"blocks.read_only_allow_delete": True})
    assert codes(index.health()) == [("broken", "search-index-full")]
    index.client.indices.put_settings(index=name, settings={"blocks.read_only_allow_delete": None})
    others = Server((elastic_address, "http://lotse:geheim@127.0.0.1:9"))
    (check,) = elastic_health.health(index.client, others, "healthy-*")
    assert (check.state, check.what.code) == ("look", "search-nodes-silent")
    assert "127.0.0.1:9" in sentence(check.what, "en")
    assert "geheim" not in sentence(check.what, "en")


def test_a_server_that_is_away_is_not_ready() -> None:
    index = ElasticIndex("http://127.0.0.1:9")
    with pytest.raises(NotReadyError, match="search server"):
        index.health()


@pytest.mark.elastic
def test_doctor_shows_the_server_with_remedies_in_both_languages(
    index: ElasticIndex, elastic_address: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LOTSE_SEARCH", elastic_address)
    monkeypatch.setattr(
        "registry.search.elastic_index.ElasticIndex.__init__.__defaults__", ("healthy", None, None, None)
    )
    assert lotse("sync").exit_code == 0
    assert doctor_says("search server")[0]["state"] == "ok"
    copies = {"auto_expand_replicas": "false", "number_of_replicas": 1}
    index.client.indices.put_settings(index="healthy-*", settings=copies)
    (check,) = doctor_says("search server")
    assert check["state"] == "look"
    assert "LOTSE_SEARCH_REPLICAS" in check["remedy"]
    assert "weiteren Knoten" in doctor_says("search server", "--lang", "de")[0]["remedy"]


def doctor_says(name: str, *options: str) -> list[dict[str, str]]:
    checks = json.loads(lotse("doctor", "--json", *options).stdout)["checks"]
    return [check for check in checks if check["name"] == name]
