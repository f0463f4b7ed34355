"""What administrators do with a source: over real harvests.

Covers: api/admin/source_states.py
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from api.admin.source_states import trend
from harvesters.run.worker import due
from registry.model import Account, Run, Source
from tests.sample_city import PASSWORD
from tests.servers.replay import files_server
from tests.signed_in import browser, send
from tests.town import Town
from tests.waiting import wait_for

PAGE = "/administration/quellen/amt"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with files_server({}) as server:
        town = Town(tmp_path / "data", server)
        town.settings = replace(
            town.settings, secret=("s" * 40,), base_url="http://testserver", allow_hosts=("127.0.0.1",)
        )
        town.catalog.people.add(Account(name="leitung", role="administrator"), PASSWORD)
        town.catalog.people.add(Account(name="lotsin", role="reviewer"), PASSWORD)
        town.harvest([{"id": "t1", "title": "Ding", "description": "Was es zu sagen gibt."}])
        yield town
        town.catalog.close()


def ended(town: Town, number: int) -> Run:
    """The run of that number once it has ended."""
    wait_for(lambda: len(town.catalog.runs.newest("amt")) >= number and town.catalog.runs.get(number).ended)
    return town.catalog.runs.get(number)


def test_a_source_is_read_at_once_and_for_trial(town: Town) -> None:
    leader = browser(town, "leitung", follow=True)
    assert "Die Quelle wird gelesen." in send(leader, PAGE, "read").text
    assert ended(town, 2).outcome == "unchanged"
    assert "zur Probe gelesen" in send(leader, PAGE, "try").text
    assert ended(town, 3).outcome == "planned"
    acts = [(entry.act, entry.by, entry.subject) for entry in town.catalog.people.audit.newest(2)]
    assert acts == [("try-source", "leitung", "source amt"), ("read-source", "leitung", "source amt")]
    assert "Quelle gelesen" in leader.get("/administration/protokoll").text


def test_only_what_failed_in_a_run_is_read_again(town: Town) -> None:
    town.harvest([{"id": "t1", "title": "Ding", "description": "Was es zu sagen gibt."}, {"id": "t2", "title": ""}])
    town.publish([{"id": "t2", "title": "Auch ein Ding", "description": "Was es zu sagen gibt."}])
    leader, run = browser(town, "leitung", follow=True), "/administration/laeufe/2"
    assert "Nur Gescheiterte noch einmal lesen" in leader.get(run).text
    assert "Nur Gescheiterte" not in leader.get("/administration/laeufe/1").text
    assert "Nur Gescheiterte" not in browser(town, "lotsin", follow=True).get(run).text
    assert "Was gescheitert ist, wird noch einmal gelesen." in send(leader, PAGE, "retry", run="2").text
    assert (ended(town, 3).listed, ended(town, 3).counts["added"]) == (1, 1)
    assert len(town.records()) == 2  # t1, which the list no longer names, stays
    for no_run in ("x", "9" * 30):
        assert send(leader, PAGE, "retry", run=no_run).status_code == 400
    assert town.catalog.people.audit.newest(1)[0].act == "retry-source"


def test_a_paused_source_is_not_due_until_it_goes_on(town: Town) -> None:
    source = replace(town.catalog.sources.get("amt"), schedule="* * * * *")
    town.catalog.sources.revise(source)
    later = datetime(2099, 1, 1, tzinfo=UTC)
    assert due(town.catalog.sources.all(), town.catalog.runs, later)
    leader = browser(town, "leitung", follow=True)
    assert "Die Quelle ist angehalten." in send(leader, PAGE, "pause").text
    assert due(town.catalog.sources.all(), town.catalog.runs, later) == []
    assert "angehalten" in leader.get("/administration/quellen").text
    assert "wieder nach ihrem Zeitplan" in send(leader, PAGE, "resume").text
    assert due(town.catalog.sources.all(), town.catalog.runs, later)
    assert town.catalog.sources.get("amt") == source


def test_a_source_that_is_being_read_is_not_read_twice(town: Town) -> None:
    leader = browser(town, "leitung", follow=True)
    with town.catalog.runs.hold("amt"):
        assert "wird gerade gelesen" in send(leader, PAGE, "read").text
    assert len(town.catalog.runs.newest("amt")) == 1


def test_reviewers_look_and_administrators_act(town: Town) -> None:
    reviewer = browser(town, "lotsin", follow=True)
    assert "Jetzt lesen" not in reviewer.get(PAGE).text
    assert send(reviewer, PAGE, "pause").status_code == 403
    assert town.catalog.sources.get("amt").hold == ""
    leader = browser(town, "leitung", follow=True)
    assert send(leader, PAGE, "jump").status_code == 400


def test_the_trend_has_a_bar_for_each_run_that_read_the_listing() -> None:
    outcomes = ("waiting", "planned", "failed", "applied", "applied")
    runs = [Run(source="amt", number=9 - i, outcome=outcome, listed=100 - 20 * (i == 0))  # type: ignore[arg-type]
            for i, outcome in enumerate(outcomes)]  # fmt: skip
    drawn = trend(runs, "de")
    assert drawn
    assert [(height, look) for _x, _y, height, look in drawn.bars] == [(60, ""), (60, ""), (48, "held")]
    assert drawn.sentence == "100 Einträge vor 2 Läufen, zuletzt 80"
    few = [Run(source="amt", number=number, outcome="applied", listed=1) for number in (2, 1)]
    german, english = trend(few, "de"), trend(few, "en")
    assert german
    assert english
    assert german.sentence == "1 Eintrag vor einem Lauf, zuletzt 1"
    assert english.sentence == "1 entry one run ago, 1 in the last one"
    assert trend(runs[:3], "de") is None


def test_a_stored_source_of_before_is_not_on_hold() -> None:
    assert Source(name="a", kind="json", url="https://a.example").hold == ""
