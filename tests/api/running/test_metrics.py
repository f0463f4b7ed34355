"""What Prometheus reads, who may read it, and that it says nothing about people.

Covers: api/running/metrics.py, api/running/counting.py
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.app import create_app
from api.running.counting import FOLDER_VARIABLE, forget_dead_processes, shared_counts
from tests.paths import ROOT
from tests.town import Town

TOKEN = "ein-zeichen-das-niemand-errät"


def at(city: Town, address: str = "127.0.0.1", **settings: Any) -> TestClient:
    return TestClient(create_app(city.catalog, replace(city.settings, **settings)), client=(address, 1))


def samples(client: TestClient) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text) for sample in family.samples
    }  # fmt: skip


def test_requests_and_the_state_of_the_catalogue_are_told(city: Town) -> None:
    client = at(city)
    before = samples(client).get(("lotse_requests_total", ("search", "2xx")), 0)
    client.get("/suche?q=rad")
    told = samples(client)
    assert told["lotse_requests_total", ("search", "2xx")] == before + 1
    assert told["lotse_request_seconds_count", ("search",)] >= 1
    assert told["lotse_ready", ()] == 1
    assert told["lotse_projection_behind", ("search",)] == 0
    assert told["lotse_records", ("project", "published")] > 3
    assert told["lotse_source_waiting", ("stadtwerke",)] == 1
    assert told["lotse_source_failed", ("stadtwerke",)] == 0
    assert told["lotse_source_last_run_age_seconds", ("stadtwerke",)] >= 0
    assert told["lotse_letters", ("waiting",)] == 0
    assert told["lotse_disk_free_bytes", ()] > 0


def test_nothing_is_told_about_people(city: Town) -> None:
    client = at(city)
    client.get("/suche?q=susanne", headers={"user-agent": "Susannes Rechner"})
    client.get("/mein/susanne")
    text = client.get("/metrics").text.casefold()
    assert "susanne" not in text
    assert "lotsin" not in text
    assert "127.0.0.1" not in text


def test_only_the_machine_itself_named_networks_and_the_token_may_read(city: Town) -> None:
    assert at(city, "192.0.2.1").get("/metrics").status_code == 403
    assert at(city, "::1").get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "Via"):  # came in by a proxy
        assert at(city).get("/metrics", headers={header: "192.0.2.1"}).status_code == 403
    named = at(city, "192.0.2.1", metrics=("192.0.2.0/24",), metrics_token=TOKEN)
    assert named.get("/metrics").status_code == 200
    other = at(city, "198.51.100.1", metrics=("192.0.2.0/24",), metrics_token=TOKEN)
    assert other.get("/metrics").status_code == 403
    assert other.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 403
    wanted = {"Authorization": f"Bearer {TOKEN}".encode()}
    assert other.get("/metrics", headers=wanted).status_code == 403  # a header is no place for ä
    plain = at(city, "198.51.100.1", metrics_token="plain-token")
    assert plain.get("/metrics", headers={"Authorization": "Bearer plain-token"}).status_code == 200
    assert at(city, "198.51.100.1").get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_metrics_answer_where_the_database_is_away(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr(city.catalog.store, "position", away)
    monkeypatch.setattr("api.running.metrics.figures", away)
    told = samples(at(city))
    assert told["lotse_ready", ()] == 0
    assert not any(name == "lotse_records" for name, _ in told)


COUNT = """
from api.running.metrics import IN_FLIGHT, REQUESTS
REQUESTS.labels("search", "2xx").inc(5)
IN_FLIGHT.inc()
"""


def test_processes_count_together_and_killed_ones_are_forgotten(city: Town) -> None:
    with shared_counts():
        folder = os.environ[FOLDER_VARIABLE]
        for _ in range(2):
            subprocess.run([sys.executable, "-c", COUNT], check=True, cwd=ROOT)
        assert len(list(Path(folder).glob("gauge_live*"))) == 2
        told = samples(at(city))
        assert told["lotse_requests_total", ("search", "2xx")] == 10
        assert told.get(("lotse_requests_in_flight", ()), 0) == 0
        forget_dead_processes(Path(folder))
    assert not Path(folder).exists()
    assert FOLDER_VARIABLE not in os.environ
