"""On both databases: sources, runs and their locks, problems, and what is staged.

Covers: registry/sources/sources.py, registry/sources/staging.py, registry/sources/tables.py
"""

import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from registry.errors import BusyError, ConflictError, NotFoundError
from registry.masking import masked
from registry.model import Finding, Findings, Problem, Run, Source
from registry.model.harvest import Mapped, Reached, Staged
from registry.rules import finding
from registry.sources.runs import REPORTED_RUNS, Runs, open_runs
from registry.sources.sources import Sources, open_sources
from registry.sources.staging import Staging, open_staging


@pytest.fixture
def sources(any_database_url: str, tmp_path: Path) -> Sources:
    return open_sources(any_database_url, tmp_path)


@pytest.fixture
def runs(any_database_url: str, tmp_path: Path) -> Runs:
    return open_runs(any_database_url, tmp_path)


@pytest.fixture
def staging(any_database_url: str, tmp_path: Path) -> Staging:
    return open_staging(any_database_url, tmp_path)


def a_source(name: str = "amt", **words: object) -> Source:
    return Source(name=name, kind="json", url="https://example.org/liste.json", **words)  # type: ignore[arg-type]


def a_run(source: str = "amt") -> Run:
    return Run(source=source, number=0, outcome="running")


def test_sources_are_added_once_revised_and_removed(sources: Sources) -> None:
    sources.add(a_source("b"))
    sources.add(a_source("a", settings={"items": "x"}, rank=5))
    assert [one.name for one in sources.all()] == ["a", "b"]
    assert sources.get("a").settings == {"items": "x"}
    with pytest.raises(ConflictError):
        sources.add(a_source("a"))
    sources.revise(a_source("a", rank=7))
    assert sources.get("a") == a_source("a", rank=7)
    sources.remove("a")
    with pytest.raises(NotFoundError, match="There are: b"):
        sources.get("a")
    for act in (sources.remove, lambda name: sources.revise(a_source(name))):
        with pytest.raises(NotFoundError):
            act("a")


def test_runs_are_counted_and_the_newest_comes_first(runs: Runs) -> None:
    first = runs.begin(a_run())
    runs.note(Run(source="amt", number=first.number, outcome="applied", listed=3))
    other = runs.begin(a_run("zwei"))
    assert (first.number, other.number) == (1, 2)
    assert [run.number for run in runs.newest()] == [2, 1]
    assert [run.listed for run in runs.newest("amt")] == [3]
    assert runs.last("amt") == runs.get(1)
    assert runs.last("amt", "failed") is None
    with pytest.raises(NotFoundError):
        runs.get(9)


def test_two_that_begin_at_once_get_two_numbers(runs: Runs) -> None:
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda n=n: numbers.append(runs.begin(a_run(f"s{n}")).number)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


def test_a_run_whose_holder_is_gone_shows_as_interrupted(runs: Runs) -> None:
    with runs.hold("amt"):
        run = runs.begin(a_run())
        assert runs.get(run.number).outcome == "running"
    assert runs.get(run.number).outcome == "interrupted"
    with runs.hold("amt"):
        later = runs.begin(a_run())
        assert [one.outcome for one in runs.newest()] == ["running", "interrupted"]
        runs.note(Run(source="amt", number=later.number, outcome="applied"))
    assert [one.outcome for one in runs.newest()] == ["applied", "interrupted"]


def test_only_one_holds_a_source_and_the_other_learns_how_far_it_is(runs: Runs) -> None:
    with runs.hold("amt"):
        run = runs.begin(a_run())
        runs.note(Run(source="amt", number=run.number, outcome="running", done=30, of=90))
        with pytest.raises(BusyError) as busy, runs.hold("amt"):
            pass
        assert (busy.value.detail["run"], busy.value.detail["progress"]) == (run.number, {"done": 30, "of": 90})
        with runs.hold("zwei"):
            assert runs.held("zwei")
    assert not runs.held("amt")
    with runs.hold("amt"):
        pass


def test_the_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lotse.sqlite'}"
    runs = open_runs(url, tmp_path)
    code = f"""
import time
from pathlib import Path
from registry.sources.runs import open_runs
with open_runs({url!r}, Path({str(tmp_path)!r})).hold("amt/../x"):
    print("held", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        assert runs.held("amt/../x")
    finally:
        process.kill()
        process.wait()
    assert not runs.held("amt/../x")


def each(problems: list[Problem]) -> list[tuple[str, Findings]]:
    return [(one.record, (one.finding,)) for one in problems]


def test_every_problem_is_kept_in_order(runs: Runs) -> None:
    problems = [
        Problem(f"r{n}", finding("licence-unknown" if n % 3 else "title-missing", "f", f"v{n}")) for n in range(2500)
    ]
    place = runs.report(1, each(problems[:2000]))
    assert runs.report(1, each(problems[2000:]), place) == 2500
    runs.report(2, each(problems[:1]))
    assert list(runs.problems(1)) == problems
    assert [one.record for one in runs.problems(1, ("failed",))] == [f"r{n}" for n in range(0, 2500, 3)]
    assert (runs.count_problems(1), runs.count_problems(1, ("failed",))) == (len(problems), len(range(0, 2500, 3)))


def test_problems_that_a_run_has_counted_are_not_read_to_be_counted_until_one_is_erased(runs: Runs) -> None:
    run = runs.begin(a_run())
    runs.report(run.number, [("a", (finding("title-missing"),)), ("b", (finding("title-missing"),))])
    runs.note(replace(run, levels={"failed": 7, "hint": 1}))
    assert (runs.count_problems(run.number), runs.count_problems(run.number, ("failed",))) == (8, 7)
    runs.erase(run.source, "a")
    assert runs.count_problems(run.number) == 1


def test_of_a_thing_only_the_problems_of_the_wanted_levels_are_told(runs: Runs) -> None:
    title, licence, hint = (finding(rule) for rule in ("title-missing", "licence-unknown", "value-mended"))
    assert len({title.level, licence.level, hint.level}) == 3
    runs.report(1, [("a", (title, licence, hint)), ("b", (hint,))])
    assert list(runs.problems(1, (licence.level,))) == [Problem("a", licence)]
    assert list(runs.problems(1, (hint.level, title.level))) == [
        Problem("a", title),
        Problem("a", hint),
        Problem("b", hint),
    ]


def test_a_run_that_found_the_same_tells_of_the_problems_of_the_other(runs: Runs) -> None:
    first, second = runs.begin(a_run()), runs.begin(a_run())
    runs.report(first.number, [("a", (finding("title-missing"),))])
    runs.note(msgspec.structs.replace(second, reported=first.number))
    assert list(runs.problems(second.number)) == list(runs.problems(first.number)) != []
    assert runs.count_problems(second.number) == runs.count_problems(first.number) > 0


def test_problems_are_kept_of_the_last_runs_of_each_source(runs: Runs) -> None:
    for number in range(1, REPORTED_RUNS + 3):
        run = runs.begin(a_run())
        runs.report(run.number, [(f"r{number}", (finding("title-missing"),))])
        runs.wait(run.number, [(f"r{number}", "gone")])
        runs.note(msgspec.structs.replace(run, outcome="waiting" if number == 1 else "applied"))
    other = runs.begin(a_run("zwei"))
    runs.report(other.number, [("x", (finding("title-missing"),))])
    last = runs.begin(a_run())
    assert [number for number in range(1, last.number) if not list(runs.problems(number))] == [2, 3]
    assert [number for number in range(1, other.number) if not runs.waits(number)] == [2, 3]


def test_problems_that_later_runs_tell_of_stay(runs: Runs) -> None:
    first = runs.begin(a_run())
    runs.report(first.number, [("a", (finding("title-missing"),))])
    for _ in range(REPORTED_RUNS + 3):
        runs.note(msgspec.structs.replace(runs.begin(a_run()), outcome="unchanged", reported=first.number))
    assert [one.record for one in runs.problems(REPORTED_RUNS + 4)] == ["a"]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("contacts.email", "erika@", "***"),
        ("contacts.telephone", "0621 / 12", "***"),
        ("maintainer_email", "x", "***"),
        ("description", "Fragen an erika.muster@example.org!", "Fragen an ***@***"),
        ("landing_page", "mailto:erika@example.org", "mailto:***@***"),
        ("title", "a" * 5000, "a" * 1999 + "…"),
        ("title", "nul\0 und \ud800", "nul\ufffd und ?"),
        ("title", "Radweg", "Radweg"),
    ],
)
def test_what_is_personal_in_a_value_is_masked(field: str, value: str, shown: str) -> None:
    assert masked(Finding("value-unread", "should", field, "", value)) == shown


def test_what_waits_is_remembered_and_superseded(runs: Runs) -> None:
    run = runs.begin(a_run())
    runs.note(Run(source="amt", number=run.number, outcome="waiting"))
    runs.wait(run.number, [("b", "gone"), ("a", "change")])
    assert runs.waits(run.number) == {"a": "change", "b": "gone"}
    runs.supersede(Run(source="amt", number=run.number, outcome="running"))
    assert runs.get(run.number).outcome == "waiting"
    runs.supersede(Run(source="amt", number=run.number + 1, outcome="running"))
    assert runs.get(run.number).outcome == "superseded"


def test_strange_words_are_stored_as_they_are(runs: Runs, staging: Staging) -> None:
    name = "Ä'\"; DROP TABLE ledger_runs; -- %s ?"
    runs.begin(a_run(name))
    runs.report(1, [(name, (finding("unreadable", value=name),))])
    assert runs.newest(name)[0].source == name
    assert [one.finding.value for one in runs.problems(1)] == [name]
    staging.stage(name, [a_staged(name)], [], Reached(1, name, "e", 1, ""))
    assert [one.remote_id for one in staging.staged(name, [name])] == [name]


# -- staging


def a_staged(remote_id: str, place: int = 1, payload: bytes = b"{}", **words: object) -> Staged:
    return Staged(remote_id, place, f"digest of {payload!r}", payload, "https://example.org", **words)  # type: ignore[arg-type]


def stage(staging: Staging, run: int, *remote_ids: str, token: str = "", place: int = 0) -> None:
    new = [a_staged(one, n) for n, one in enumerate(remote_ids, place + 1)]
    staging.stage("amt", new, [], Reached(run, token, "e", place + len(new), "2026-01-01T00:00:00+00:00"))


def test_what_was_read_is_there_until_it_is_mapped(staging: Staging) -> None:
    broken = a_staged("broken", 3, b"", error=finding("unreadable"))
    staging.stage("amt", [a_staged("a", 1, b"x" * 100_000), a_staged("b", 2), broken], [], Reached(1, "t", "e", 3, ""))
    assert [id for part in staging.unmapped("amt", 1, "edition") for id, _ in part] == ["a", "b", "broken"]
    batch = staging.staged("amt", ["broken", "b", "a"])
    assert [(one.remote_id, one.position, len(one.payload)) for one in batch] == [
        ("a", 1, 100_000),
        ("b", 2, 2),
        ("broken", 3, 0),
    ]
    assert batch[2].error == finding("unreadable")
    staging.mapped(
        "amt", "edition", [Mapped("a", "d1", iri="i"), Mapped("b", "d2", again=True), Mapped("broken", failed=True)]
    )
    assert [id for part in staging.unmapped("amt", 1, "edition") for id, _ in part] == ["b"]
    assert [id for part in staging.unmapped("amt", 1, "other") for id, _ in part] == ["a", "b", "broken"]
    assert [(one.remote_id, one.digest, one.iri) for one in staging.listing("amt", 1)] == [
        ("a", "d1", "i"),
        ("b", "d2", ""),
        ("broken", "", ""),
    ]


def test_a_new_payload_is_mapped_again_and_the_same_is_not(staging: Staging) -> None:
    stage(staging, 1, "a", "b")
    staging.mapped("amt", "e", [Mapped("a"), Mapped("b")])
    staging.stage("amt", [a_staged("a", 1, b"new")], [a_staged("b", 2)], Reached(2, "", "e", 2, ""))
    assert list(staging.unmapped("amt", 2, "e")) == [[("a", "digest of b'new'")]]
    assert dict(staging.positions("amt", 2)) == {"a": 1, "b": 2}
    assert staging.digests("amt", ["a"])["a"] == "digest of b'new'"


def test_reading_goes_on_from_the_last_mark(staging: Staging) -> None:
    stage(staging, 1, "a", "b", token="page 2")
    staging.stage("amt", [a_staged("c", 3)], [], Reached(1, "page 2", "e", 2, ""))  # no mark came after it
    reached = staging.reached("amt")
    assert reached
    assert (reached.token, reached.position) == ("page 2", 2)
    staging.resume("amt", reached, 2)
    assert dict(staging.positions("amt", 2)) == {"a": 1, "b": 2}
    staging.close("amt")
    assert staging.reached("amt") is None


def test_what_a_complete_listing_no_longer_names_is_dropped(staging: Staging) -> None:
    stage(staging, 1, "a", "b")
    stage(staging, 2, "b")
    staging.forget_older("amt", 2)
    assert staging.digests("amt", ["a", "b"]).keys() == {"b"}


def test_erasing_takes_payload_and_problems(runs: Runs, staging: Staging) -> None:
    runs.begin(a_run())
    runs.begin(a_run("zwei"))
    stage(staging, 1, "a", "b")
    for run in (1, 2):
        runs.report(run, [("a", (finding("unreadable"),)), ("b", (finding("unreadable"),))])
    runs.erase("amt", "a")
    assert staging.digests("amt", ["a", "b"]).keys() == {"b"}
    assert [one.record for one in runs.problems(1)] == ["b"]
    assert [one.record for one in runs.problems(2)] == ["a", "b"]


def test_opening_it_again_finds_what_was_there(any_database_url: str, tmp_path: Path) -> None:
    open_sources(any_database_url, tmp_path).add(a_source())
    assert open_sources(any_database_url, tmp_path).get("amt") == a_source()
