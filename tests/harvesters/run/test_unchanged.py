"""A source that answers that nothing has changed (304) is not read; it is read as soon as anything could differ."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from harvesters.kinds import json
from harvesters.run import unchanged
from registry.fetch.session import Validators, conditional, session
from registry.model import Run
from tests.harvesters.run.test_run import a_thing, counts, many
from tests.town import Town


@pytest.fixture
def town(town: Town) -> Town:
    town.server.has_etags = True
    return town


def is_read(town: Town, run: Run) -> bool:
    """Whether a run has staged what the source names."""
    return bool(dict(town.catalog.staging.positions("amt", run.number)))


def test_a_source_that_has_not_changed_is_not_read(town: Town) -> None:
    first = town.harvest(many(5))
    second, third = town.harvest(), town.harvest()
    assert is_read(town, first)
    assert not is_read(town, second)
    assert not is_read(town, third)
    for run in (second, third):
        assert (run.outcome, run.complete, run.listed, run.done, counts(run)) == ("unchanged", True, 5, 5, {"same": 5})
        assert (run.rules, town.problems(run)) == (first.rules, town.problems(first))
    fourth = town.harvest(many(6))
    assert (fourth.outcome, counts(fourth)) == ("applied", {"added": 1, "same": 5})
    assert not is_read(town, town.harvest())


def test_what_could_not_be_mapped_stays_failed(town: Town) -> None:
    town.harvest([a_thing("a"), a_thing("b", title=" ")])
    run = town.harvest()
    assert (is_read(town, run), counts(run)) == (False, {"same": 1, "failed": 1})


def test_a_dry_run_asks_too_and_a_source_without_validators_is_read(town: Town) -> None:
    town.harvest(many(2))
    run = town.harvest(dry_run=True)
    assert (is_read(town, run), run.outcome, counts(run)) == (False, "planned", {"same": 2})
    town.server.has_etags = False
    assert is_read(town, town.harvest())
    assert is_read(town, town.harvest())


@pytest.mark.parametrize("what", ["withdrawn", "changed", "erased", "setting", "mapping", "age", "dry run", "waiting"])
def test_it_is_read_as_soon_as_anything_could_differ(town: Town, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    town.harvest(many(30))
    record = next(iter(town.records().values()))
    if what == "withdrawn":
        town.catalog.withdraw_source("amt")
    elif what == "changed":
        town.catalog.store.put([record], by="anna")
    elif what == "erased":
        town.catalog.runs.erase("amt", "t1")
    elif what == "setting":
        town.source = replace(town.source, settings={"language": "de"})
    elif what == "mapping":
        monkeypatch.setattr(json, "VERSION", json.VERSION + 1)
    elif what == "age":
        monkeypatch.setattr(unchanged, "MAX_UNREAD_AGE", timedelta(0))
    elif what == "dry run":
        town.harvest(many(31), dry_run=True)
        town.publish(many(30))
    else:
        assert town.harvest(many(1)).outcome == "waiting"
    run = town.harvest()
    assert is_read(town, run)
    if what == "withdrawn":
        assert len(town.records()) == 30


def test_only_a_source_that_is_one_document_is_asked(town: Town) -> None:
    town.publish(many(1))
    known = Validators(etag='"known"')
    with session(town.settings) as http:
        with conditional(http, town.source.url, known) as condition:
            assert http.get(town.source.url).ok
            assert condition.received.etag
            http.get(f"{town.source.url}?page=2")
        assert condition.received == Validators()
        with conditional(http, town.source.url, Validators()) as condition:
            http.get(town.source.url, params={"page": 1})
        assert condition.received == Validators()
