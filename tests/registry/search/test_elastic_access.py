"""An Elasticsearch behind TLS and an API key: what comes through, and what is said where it does not.

Covers: registry/search/elastic_client.py
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from registry.errors import NotReadyError
from registry.model import Change, Position
from registry.search import elastic_bulk
from registry.search.elastic_client import INDEX_SETTINGS, Server, open_client
from registry.search.elastic_index import ElasticIndex
from registry.search.query import Query
from tests.api.commands.calling import lotse
from tests.builders import a_metadata, a_record
from tests.servers.tls_proxy import Certificates, Proxy, certificates, tls_proxy

KEY = "VHVhcEtleTpnZWhlaW0="
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    try:
        return certificates(tmp_path_factory.mktemp("certificates"))
    except RuntimeError as error:
        pytest.skip(str(error))


@pytest.fixture
def proxy(issued: Certificates, request: pytest.FixtureRequest) -> Iterator[Proxy]:
    """Before a real server where the test is marked so, else before none."""
    upstream = request.getfixturevalue("elastic_address") if request.node.get_closest_marker("elastic") else NOBODY
    with tls_proxy(issued, upstream, KEY) as proxy:
        yield proxy


@pytest.fixture
def opened(proxy: Proxy, issued: Certificates) -> Iterator[Callable[..., ElasticIndex]]:
    """Opens an index behind the proxy."""
    indices: list[ElasticIndex] = []

    def open_index(key: str = KEY, authority: Path | None = issued.authority) -> ElasticIndex:
        server = Server((proxy.url,), str(authority) if authority else None, key)
        indices.append(ElasticIndex(server, "behind"))
        return indices[-1]

    yield open_index
    for index in indices:
        index.client.close()


def changes(count: int) -> list[Change]:
    return [Change(number, f"r{number}", a_record(f"r{number}", said=a_metadata(f"Radweg {number}")))
            for number in range(1, count + 1)]  # fmt: skip


@pytest.mark.elastic
def test_all_goes_through_tls_with_the_key(opened: Callable[..., ElasticIndex], proxy: Proxy) -> None:
    index = opened()
    index.rebuild(changes(3), Position("epoch", 3))
    index.apply([Change(4, "r1", None)], Position("epoch", 4))
    assert index.search(Query(words="Radweg")).total == 2
    assert index.suggest("rad", 3)
    assert index.position() == Position("epoch", 4)
    assert [check.state for check in index.health()] == ["ok"]
    assert set(proxy.keys) == {f"ApiKey {KEY}"}
    index.client.indices.delete(index="behind-000001")


@pytest.mark.elastic
def test_a_busy_server_costs_time_but_no_record(
    opened: Callable[..., ElasticIndex], proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(elastic_bulk, "time", SimpleNamespace(sleep=pauses.append))
    monkeypatch.setattr(elastic_bulk, "DOCUMENTS_PER_REQUEST", 10)
    proxy.refusals["_bulk"] = [429, 503, 504, 429, 429, 503, 502]  # the last attempt succeeds
    proxy.refusals["_search"] = [503, 429]
    index = opened()
    index.rebuild(changes(45), Position("epoch", 45))
    assert index.search(Query(words="Radweg")).total == 45
    assert len(pauses) == 7
    assert index.faults() == {}
    assert not any(proxy.refusals.values())
    index.client.indices.delete(index="behind-000001")


@pytest.mark.elastic
def test_the_settings_reach_the_server(
    proxy: Proxy, issued: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DATA": tmp_path / "data", "SEARCH": f"{proxy.url},{proxy.url}", "SEARCH_KEY": KEY,
                        "SEARCH_CA_FILE": issued.authority, "SEARCH_REPLICAS": 2}.items():  # fmt: skip
        monkeypatch.setenv(f"LOTSE_{name}", str(value))
    assert lotse("rebuild").exit_code == 0
    checks = json.loads(lotse("doctor", "--json").stdout)["checks"]
    (server,) = (check for check in checks if check["name"] == "search server")
    assert server["state"] == "look"
    assert "lacks 2 copies" in server["what"]
    monkeypatch.setenv("LOTSE_SEARCH_KEY", "ZmFsc2No")
    ended = lotse("search", "rad")
    assert (ended.exit_code, "LOTSE_SEARCH_KEY" in ended.stderr, "ZmFsc2No" in ended.output) == (1, True, False)
    index = ElasticIndex(Server((proxy.url,), str(issued.authority), KEY))
    for name in index._indices():
        index.client.indices.delete(index=name)
    index.client.close()


@pytest.mark.parametrize("key", ["", "ZmFsc2No"])
def test_a_wrong_key_is_told_and_not_shown(opened: Callable[..., ElasticIndex], key: str) -> None:
    index = opened(key)
    for act in (
        index.position,
        index.health,
        lambda: index.search(Query()),
        lambda: index.rebuild([], Position("e", 1)),
    ):
        with pytest.raises(NotReadyError, match="LOTSE_SEARCH_KEY") as refused:
            act()
        assert "ZmFsc2No" not in refused.value.message


def test_a_key_that_may_not_do_it_is_told(opened: Callable[..., ElasticIndex], proxy: Proxy) -> None:
    proxy.refusals["_search"] = [403]
    with pytest.raises(NotReadyError, match="LOTSE_SEARCH_KEY"):
        opened().search(Query())


def test_a_certificate_that_cannot_be_trusted_ends_the_connection(
    opened: Callable[..., ElasticIndex], proxy: Proxy, tmp_path: Path
) -> None:
    stranger = certificates(tmp_path / "stranger")
    for authority in (None, stranger.authority):
        with pytest.raises(NotReadyError, match="LOTSE_SEARCH_CA_FILE"):
            opened(authority=authority).search(Query())
    assert proxy.keys == []  # the key was not sent


def test_a_certificate_for_another_name_ends_the_connection(tmp_path: Path) -> None:
    other = certificates(tmp_path, "DNS:other.example")
    with tls_proxy(other, NOBODY, KEY) as proxy:
        index = ElasticIndex(Server((proxy.url,), str(other.authority), KEY))
        with pytest.raises(NotReadyError, match="LOTSE_SEARCH_CA_FILE"):
            index.search(Query())
        index.client.close()
        assert proxy.keys == []


def test_replicas_are_those_of_the_setting_else_as_many_as_fit() -> None:
    assert Server(()).index_settings() == INDEX_SETTINGS
    settings = Server((), replicas=2).index_settings()
    assert (settings["number_of_replicas"], settings["auto_expand_replicas"]) == (2, "false")
    assert [Server(()).shards_on(nodes) for nodes in (0, 1, 2, 5)] == [1, 1, 2, 2]
    assert [Server((), replicas=2).shards_on(nodes) for nodes in (1, 2, 3, 5)] == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("address", "with_port"),
    [("https://es.example", "https://es.example:443"), ("http://es.example/es", "http://es.example:80/es"),
     ("https://lotse:geheim@es.example:9200", "https://es.example:9200")],
)  # fmt: skip
def test_an_address_without_a_port_has_that_of_its_scheme(address: str, with_port: str) -> None:
    with closing(open_client(Server((address,)))) as client:
        (node,) = client.transport.node_pool.all()
        assert node.base_url == with_port
