"""What a source may not do: speak for our addresses, or fall asleep because a clock was ahead."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from harvesters.kinds import json
from harvesters.run import map_item
from harvesters.run.worker import due
from registry.model import Run, Source
from registry.rdf import write
from tests.servers.replay import files_server
from tests.town import BASE, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with files_server({}) as server, Town(tmp_path / "data", server, base_url=BASE) as town:
        yield town


TURTLE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<{iri}> a dcat:Dataset ; dct:title "Böse Worte"@de ; dct:identifier "b" ; <http://x.example/note> "eigenes Wort" ;
    dct:publisher <{base}/id/amt> .
<{base}/id/amt> a foaf:Organization ; foaf:name "Falsches Amt" .
<https://amt.example.org/gut> a dcat:Dataset ; dct:title "Gutes"@de ; dct:relation <{base}/id/projekt> .
"""
OURS = f"{BASE}/id/projekt"


def test_a_source_of_rdf_does_not_speak_for_a_reviewed_record(town: Town) -> None:
    body = TURTLE.format(iri=OURS, base=BASE).encode()
    source = Source(name="rdf", kind="dcat", url=f"{town.server.url}/k.ttl", language="de")
    town.server.files["/k.ttl"] = (body, "text/turtle")
    run = town.harvest(source=source)
    claims = {(finding.field, finding.value) for _, finding in _findings(town, run) if finding.rule == "iri-ours"}
    assert ("iri", OURS) in claims
    assert ("publisher", f"{BASE}/id/amt") in claims
    records = town.records("rdf")
    assert len(records) == 2
    assert "b" in {record.id for record in records.values()}
    for record in records.values():
        lines = b"".join(write([record], "nt", base_url=BASE)).decode()
        if record.id == "b":
            assert f'<{BASE}/id/b> <http://x.example/note> "eigenes Wort"' in lines  # no word is lost
        assert not [line for line in lines.splitlines() if line.startswith((f"<{OURS}>", f"<{BASE}/id/amt>"))]
        assert not record.metadata.iri.startswith(f"{BASE}/id/")
        assert f"<{OURS}> <http" not in record.metadata.statements


def test_a_list_in_json_does_not_either(town: Town) -> None:
    source = town.other("liste", settings={"id": "id"})
    items = [{"id": "1", "kind": "project", "title": "Projekt", "abstract": "x", "iri": OURS}]
    run = town.harvest(items, source=source)
    assert ("iri", OURS) in {(finding.field, finding.value) for _, finding in _findings(town, run)}
    (record,) = town.records("liste").values()
    assert record.metadata.iri == ""
    assert record.metadata.extras["iri"] == OURS


CLAIM = [{"id": "1", "kind": "project", "title": "Projekt", "abstract": "x", "iri": OURS}]


def test_a_claim_that_an_edition_of_before_stored_is_gone_after_the_next_harvest(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(json, "VERSION", json.VERSION - 1)
        before.setattr(map_item, "may_claim", lambda *_: False)
        town.harvest(CLAIM)
    assert town.records()["1"].metadata.iri == OURS
    run = town.harvest()
    assert run.counts["changed"] == 1
    assert ("iri", OURS) in {(finding.field, finding.value) for _, finding in _findings(town, run)}
    assert town.records()["1"].metadata.iri == ""


def test_a_claim_that_is_one_since_our_address_changed_is_gone_after_the_next_harvest(tmp_path: Path) -> None:
    with files_server({}) as server:
        with Town(tmp_path / "data", server, base_url="https://alt.example.org") as town:
            town.harvest(CLAIM)
            assert town.records()["1"].metadata.iri == OURS
        with Town(tmp_path / "data", server, base_url=BASE) as town:
            assert town.harvest().counts["changed"] == 1
            assert town.records()["1"].metadata.iri == ""
            assert town.records()["1"].metadata.extras["iri"] == OURS
            assert town.harvest().counts["same"] == 1


def _findings(town: Town, run: Run):  # type: ignore[no-untyped-def]
    return [(problem.record, problem.finding) for problem in town.catalog.runs.problems(run.number)]


# -- clocks


@pytest.mark.parametrize("outcome", ["applied", "unchanged", "failed", "interrupted", "waiting"])
def test_a_source_whose_last_run_lies_in_the_future_is_due(town: Town, outcome: str) -> None:
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    source = replace(town.source, schedule="0 3 * * *")
    runs = town.catalog.runs
    run = runs.begin(Run(source=source.name, number=0, outcome="running", started=now + timedelta(days=3650)))
    runs.note(replace(run, outcome=outcome))  # type: ignore[arg-type]
    assert due([source], runs, now) == [source]
    again = runs.begin(Run(source=source.name, number=0, outcome="running", started=now))
    runs.note(replace(again, outcome="applied"))
    assert due([source], runs, now + timedelta(hours=1)) == []
