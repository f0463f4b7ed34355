"""`lotse harvest` and `lotse run`: what a run tells, and what waits for a decision."""

import json
from pathlib import Path
from typing import Any

from api.commands.harvest import exit_code
from tests.api.commands.calling import added, item, lotse, publish
from tests.servers.replay import Fault, Files


def test_a_harvest_is_reported_as_one_document(data: Path, server: Files) -> None:
    added(server, item("1"), item("2"), {"id": "3", "kind": "project"})
    ended = lotse("harvest", "amt", "--json")
    run = json.loads(ended.stdout)
    assert ended.exit_code == 6
    assert ended.stderr == ""
    assert (run["source"], run["outcome"], run["complete"], run["listed"]) == ("amt", "applied", True, 3)
    assert (run["counts"]["added"], run["counts"]["failed"]) == (2, 1)
    assert run["reason"] is None
    (failed,) = [problem for problem in run["problems"] if problem["level"] == "failed"]
    assert failed["record"] == "3"
    assert failed["remedy"]["de"]
    assert set(failed) == {"record", "field", "rule", "level", "node", "value", "message", "remedy"}
    assert {problem["level"] for problem in run["problems"]} <= {"failed", "must"}
    again = json.loads(lotse("harvest", "amt", "--json").stdout)
    assert (again["outcome"], again["counts"]["same"]) == ("unchanged", 2)
    shown = json.loads(lotse("run", "show", str(run["run"]), "--json").stdout)
    assert shown == run


def test_every_problem_is_a_line(data: Path, server: Files) -> None:
    added(server, item("1"), {"id": "3", "kind": "project"})
    lotse("harvest", "amt")
    ended = lotse("run", "show", "1", "--problems")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {"3"} <= {line["record"] for line in lines}
    assert len(lines) >= len(json.loads(lotse("run", "show", "1", "--json").stdout)["problems"])


def test_a_dry_run_changes_nothing(data: Path, server: Files) -> None:
    added(server, item("1"))
    run = json.loads(lotse("harvest", "amt", "--dry-run", "--json").stdout)
    assert (run["outcome"], run["counts"]["added"]) == ("planned", 1)
    assert lotse("record", "show", "projekt-1").exit_code == 3


def test_what_failed_is_read_again(data: Path, server: Files) -> None:
    added(server, item("1"), {"id": "3", "kind": "project"})
    lotse("harvest", "amt")
    publish(server, item("1"), item("3"), item("4"))
    ended = lotse("run", "retry", "1", "--json")
    run = json.loads(ended.stdout)
    assert (ended.exit_code, run["run"], run["listed"], run["counts"]["added"]) == (0, 2, 1, 1)
    assert lotse("run", "retry", "2").exit_code == 5  # nothing failed
    assert lotse("run", "retry", "77").exit_code == 3


def test_a_source_that_fails_ends_with_seven(data: Path, server: Files) -> None:
    added(server, item("1"))
    server.faults["/amt.json"] = Fault(500)
    ended = lotse("harvest", "amt", "--json")
    assert ended.exit_code == 7
    run = json.loads(ended.stdout)
    assert run["outcome"] == "failed"
    assert run["reason"]["de"]
    assert run["reason"]["en"]


def test_withdrawals_wait_until_somebody_decides(data: Path, server: Files) -> None:
    added(server, *(item(str(number)) for number in range(10)))
    assert lotse("harvest", "amt").exit_code == 0
    publish(server, *(item(str(number)) for number in range(3)))
    ended = lotse("harvest", "amt", "--json")
    run = json.loads(ended.stdout)
    assert (ended.exit_code, run["outcome"], run["counts"]["gone"], run["counts"]["withdrawn"]) == (8, "waiting", 7, 0)
    applied = json.loads(lotse("run", "apply", str(run["run"]), "--json").stdout)
    assert (applied["outcome"], applied["counts"]["withdrawn"]) == ("applied", 7)
    assert lotse("run", "apply", str(run["run"])).exit_code == 5
    assert json.loads(lotse("search", "projekt", "--json").stdout)["total"] == 3


def test_withdrawals_can_be_given_up(data: Path, server: Files) -> None:
    added(server, *(item(str(number)) for number in range(10)))
    lotse("harvest", "amt")
    publish(server)
    number = json.loads(lotse("harvest", "amt", "--json").stdout)["run"]
    assert json.loads(lotse("run", "discard", str(number), "--json").stdout)["outcome"] == "discarded"
    assert lotse("run", "discard", str(number)).exit_code == 5


def test_all_sources_give_one_line_each_and_the_gravest_code(data: Path, server: Files) -> None:
    added(server, item("1"), {"id": "x", "kind": "project"})
    added(server, item("2"), name="werke")
    server.faults["/werke.json"] = Fault(500)
    ended = lotse("harvest", "--all", "--json")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line["source"] for line in lines] == ["amt", "werke"]
    assert ended.exit_code == 7
    listed = json.loads(lotse("run", "list", "--json").stdout)
    assert [one["run"] for one in listed] == [2, 1]
    assert [one["source"] for one in json.loads(lotse("run", "list", "--source", "amt", "--json").stdout)] == ["amt"]


def test_seven_comes_before_eight_before_six() -> None:
    def run(outcome: str, failed: int = 0) -> dict[str, Any]:
        return {"outcome": outcome, "counts": {"failed": failed}}

    partly, waiting, failed, busy = run("applied", 1), run("waiting"), run("failed"), run("running")
    assert exit_code([partly, waiting, failed]) == 7
    assert exit_code([partly, waiting]) == 8
    assert exit_code([run("applied"), partly]) == 6
    assert exit_code([busy]) == 5
    assert exit_code([run("applied"), run("unchanged"), run("planned")]) == 0
