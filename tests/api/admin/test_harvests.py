"""Runs as pages, and the decision on what waits: over real harvests."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.admin.harvests import causes, schedule
from api.web.addresses import place
from registry.model import Account, Problem, Run
from registry.model.message import sentence
from registry.rules import finding
from registry.sources.crashes import is_suspended
from tests import signed_in
from tests.sample_city import PASSWORD
from tests.servers.replay import files_server
from tests.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with files_server({}) as server:
        made = Town(tmp_path / "data", server)
        made.settings = replace(made.settings, secret=("s" * 40,), base_url="http://testserver")
        assert made.catalog.people
        made.catalog.people.add(Account(name="leitung", role="administrator"), PASSWORD)
        made.catalog.people.add(Account(name="amt", role="member"), PASSWORD)
        yield made
        made.catalog.close()


def browser(town: Town, name: str = "leitung") -> TestClient:
    return signed_in.browser(town, name, follow=True)


def things(count: int, **words: Any) -> list[dict[str, Any]]:
    return [{"id": f"t{n}", "title": f"Ding {n}", "description": "Was es zu sagen gibt."} | words for n in range(count)]


def decide(client: TestClient, run: int, act: str):  # type: ignore[no-untyped-def]
    token = re.search(r'name="token" value="(\w+)"', client.get("/konto").text)
    assert token
    return client.post(f"/administration/laeufe/{run}", data={"token": token[1], "act": act, "sure": "1"})


def test_a_run_shows_its_six_figures_and_problems_by_cause(town: Town) -> None:
    run = town.harvest([*things(4), {"id": "x", "description": "Ohne Titel."}])
    page = browser(town).get(f"/administration/laeufe/{run.number}").text
    figures = re.findall(r"<dt><b class=\"[^\"]*\">(\d+)</b>.*?</span>([^<]+)</dt>", page)
    assert {label.strip(): int(count) for count, label in figures} == {
        "neu": 4, "geändert": 0, "gleich": 0, "umgezogen": 0, "gescheitert": 1, "nicht mehr da": 0,
    }  # fmt: skip
    assert "Der Eintrag hat in keiner Sprache einen Titel." in page
    assert "Abhilfe:" in page


def test_of_a_run_long_ago_the_counts_are_shown(town: Town) -> None:
    town.harvest([*things(4), {"id": "x", "description": "Ohne Titel."}])
    long_ago = town.catalog.runs.begin(Run(source="amt", number=0, outcome="running"))
    town.catalog.runs.note(replace(long_ago, outcome="applied", rules={"title-missing": 7, "licence-unknown": 2}))
    page = browser(town).get(f"/administration/laeufe/{long_ago.number}").text
    assert page.count("sind nicht mehr da, nur ihre Zahl") == 2
    assert page.index("<b>7</b>") < page.index("<b>2</b>")


def test_what_would_vanish_waits_and_can_be_kept(town: Town) -> None:
    town.harvest(things(10))
    run = town.harvest(things(3))
    assert run.outcome == "waiting"
    client = browser(town)
    page = client.get(f"/administration/laeufe/{run.number}").text
    assert "7 Einträge würden verschwinden. Bitte entscheiden Sie." in page
    assert "7 Rücknahmen warten" in page
    assert "0 neu oder geändert" in page
    assert page.index("7 Einträge behalten") < page.index("7 Einträge zurückziehen")
    assert len(re.findall(r'<a class="name" href="/daten/', page)) == 7
    assert "wartet auf Freigabe" in client.get("/administration/quellen").text
    answer = decide(client, run.number, "keep")
    assert "Ihre Entscheidung ist ausgeführt" in answer.text
    assert len(town.records()) == 10


def test_what_would_vanish_can_be_withdrawn_once(town: Town) -> None:
    town.harvest(things(10))
    run = town.harvest(things(3))
    client = browser(town)
    assert decide(client, run.number, "withdraw").status_code == 200
    assert len(town.records()) == 3
    gone = next(iter(town.records(state="withdrawn").values()))
    assert client.get(f"/daten/{gone.id}").status_code == 410
    assert decide(client, run.number, "withdraw").status_code == 409
    assert len(town.records()) == 3


def test_only_staff_decides(town: Town) -> None:
    town.harvest(things(10))
    run = town.harvest(things(3))
    member = browser(town, "amt")
    token = re.search(r'name="token" value="(\w+)"', member.get("/konto").text)
    assert token
    path = f"/administration/laeufe/{run.number}"
    assert member.get(path).status_code == 403
    assert member.post(path, data={"token": token[1], "act": "withdraw"}).status_code == 403
    assert browser(town).post(path, data={"act": "withdraw"}).status_code == 403  # without its token
    assert len(town.records()) == 10


def test_a_source_that_failed_says_why_and_that_nothing_is_lost(town: Town) -> None:
    town.harvest(things(2))
    town.server.files.clear()
    run = town.harvest()
    assert run.outcome == "failed"
    page = browser(town).get(f"/administration/laeufe/{run.number}").text
    assert "Nichts wurde zurückgezogen." in page
    assert run.reason
    assert sentence(run.reason, "de").split(".")[0][:20] in page


def test_a_run_that_goes_on_says_how_far_it_is_and_one_that_broke_off_that_nothing_is_lost(town: Town) -> None:
    town.harvest(things(2))
    begun = town.catalog.runs.begin(Run(source="amt", number=0, outcome="running", started=datetime.now(UTC)))
    town.catalog.runs.note(replace(begun, done=412, of=1200))
    client = browser(town)
    with town.catalog.runs.hold("amt"):
        page = client.get(f"/administration/laeufe/{begun.number}").text
        assert "412 von 1.200 Einträgen" in page
        assert "noch nicht fertig" in page
    page = client.get(f"/administration/laeufe/{begun.number}").text
    assert "Der Lauf wurde unterbrochen." in page


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 3 * * *", "jeden Tag um 3:00"),
        ("15 * * * *", "jede Stunde"),
        ("0 3 * * 1", "0 3 * * 1"),
        ("@daily", "@daily"),
    ],
)
def test_a_usual_schedule_is_said_in_words(cron: str, words: str) -> None:
    assert schedule(cron, "de") == words


def test_a_source_and_a_run_that_are_not_there_are_said_to_be_so(town: Town) -> None:
    client = browser(town)
    assert client.get("/administration/quellen/niemand").status_code == 404
    assert client.get("/administration/laeufe/99").status_code == 404
    assert client.get("/administration/laeufe/x").status_code == 404


def test_problems_are_grouped_by_cause_the_gravest_first() -> None:
    several = [Problem(str(n), finding("date-unreadable")) for n in range(9)]
    several += [
        Problem("x", finding("title-missing")),
        *(Problem(str(n), finding("licence-unknown")) for n in range(3)),
    ]
    assert [(one.rule, one.number) for one in causes(several, "de")] == [
        ("title-missing", 1), ("licence-unknown", 3), ("date-unreadable", 9),
    ]  # fmt: skip


def test_a_source_whose_runs_ended_without_a_word_is_released_by_a_person(town: Town) -> None:
    town.harvest(things(1))
    for _ in range(2):  # the process of these is gone
        town.catalog.runs.begin(Run(source="amt", number=0, outcome="running", started=datetime.now(UTC)))
    client = browser(town)
    assert "wartet auf Sie" in client.get("/administration/quellen").text
    page = client.get("/administration/quellen/amt").text
    assert "Diese Quelle wartet auf Sie." in page
    assert "This source waits for you." in client.get(place("admin", "en", "sources", "amt")).text
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token
    assert client.post("/administration/quellen/amt", data={"token": "falsch"}).status_code == 403
    assert is_suspended(town.catalog.runs, "amt")
    answer = client.post("/administration/quellen/amt", data={"token": token[1]})
    assert "nach ihrem Zeitplan" in answer.text
    assert not is_suspended(town.catalog.runs, "amt")
    assert "wartet auf Sie" not in client.get("/administration/quellen").text
    assert browser(town, "amt").post("/administration/quellen/amt", data={"token": "x"}).status_code == 403
