"""A database server, or Elasticsearch, that goes away and comes back: what needs it says 503, and all heals alone.

Covers: api/app.py
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from starlette.testclient import TestClient

from registry.model import Draft
from registry.search.query import Query
from tests.builders import a_project
from tests.town import Town, take
from tests.waiting import wait_for


@contextlib.contextmanager
def without_database(address: str, url: str) -> Iterator[None]:
    """Within the block nobody reaches the database, and whoever was connected is thrown out."""
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.mark.postgres
def test_postgres_goes_and_comes_back_and_all_heals_alone(
    postgres_address: str, postgres_url: str, tmp_path: Path
) -> None:
    with Town(tmp_path / "data", database=postgres_url, secret=("s" * 40,)) as town:
        (id,) = take(town.catalog, a_project("Kühle Wege"))
        page = f"/projekte/{id}"
        with TestClient(town.app, raise_server_exceptions=False) as client:  # the projector runs
            wait_for(lambda: client.get("/readyz").status_code == 200)
            assert client.get(page).status_code == 200
            with without_database(postgres_address, postgres_url):
                for path in (page, f"/api/v1/records/{id}", "/suche?q=wege", f"/projekte/{id}.ttl"):
                    away = client.get(path)
                    assert away.status_code in (200, 503), path
                    if away.status_code == 503:
                        assert int(away.headers["retry-after"]) > 0
                assert client.get(f"/api/v1/records/{id}").status_code == 503
                assert client.get("/readyz").status_code == 503
                assert client.get("/healthz").status_code == 200
            wait_for(lambda: client.get("/readyz").status_code == 200)
            assert client.get(page).status_code == 200
            town.catalog.register(Draft(id="d", metadata=a_project("Nach dem Ausfall"), owner="amt"), "person")
            wait_for(lambda: town.catalog.index.search(Query(words="Ausfall")).total == 1, seconds=60)
            assert "Nach dem Ausfall" in client.get("/suche?q=ausfall").text


def test_without_elasticsearch_records_are_read_and_written_and_the_search_says_503(tmp_path: Path) -> None:
    with Town(tmp_path / "data", search="http://127.0.0.1:1", secret=("s" * 40,)) as town:
        record = town.catalog.register(Draft(id="d", metadata=a_project("Kühle Wege"), owner="amt"), "person")
        client = TestClient(town.app, raise_server_exceptions=False)
        for path in (f"/projekte/{record.id}", f"/api/v1/records/{record.id}", f"/id/{record.id}.ttl", "/healthz"):
            assert client.get(path).status_code == 200, path
        for path in ("/suche?q=wege", "/api/v1/search?q=wege", "/readyz"):
            away = client.get(path)
            assert away.status_code == 503, path
        assert int(client.get("/api/v1/search?q=wege").headers["retry-after"]) > 0
