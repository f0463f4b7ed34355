"""The ledger on both databases: sources, runs and their locks, problems, and what is staged."""

import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from registry.errors import BusyError, ConflictError, NotFoundError
from registry.masking import masked
from registry.model import Finding, Findings, Problem, Run, Source
from registry.model.harvest import Mapped, Reached, Staged
from registry.rules import finding
from registry.sources.ledger import KEPT, Ledger, open_ledger


@pytest.fixture
def ledger(any_database_url: str, tmp_path: Path) -> Ledger:
    return open_ledger(any_database_url, tmp_path)


def a_source(name: str = "amt", **words: object) -> Source:
    return Source(name=name, kind="json", url="https://example.org/liste.json", **words)  # type: ignore[arg-type]


def a_run(source: str = "amt") -> Run:
    return Run(source=source, number=0, outcome="running")


def test_sources_are_added_once_revised_and_removed(ledger: Ledger) -> None:
    ledger.add(a_source("b"))
    ledger.add(a_source("a", settings={"items": "x"}, rank=5))
    assert [one.name for one in ledger.sources()] == ["a", "b"]
    assert ledger.source("a").settings == {"items": "x"}
    with pytest.raises(ConflictError):
        ledger.add(a_source("a"))
    ledger.revise(a_source("a", rank=7))
    assert ledger.source("a") == a_source("a", rank=7)
    ledger.remove("a")
    with pytest.raises(NotFoundError, match="There are: b"):
        ledger.source("a")
    for act in (ledger.remove, lambda name: ledger.revise(a_source(name))):
        with pytest.raises(NotFoundError):
            act("a")


def test_runs_are_counted_and_the_newest_comes_first(ledger: Ledger) -> None:
    first = ledger.begin(a_run())
    ledger.note(Run(source="amt", number=first.number, outcome="applied", listed=3))
    other = ledger.begin(a_run("zwei"))
    assert (first.number, other.number) == (1, 2)
    assert [run.number for run in ledger.runs()] == [2, 1]
    assert [run.listed for run in ledger.runs("amt")] == [3]
    assert ledger.last("amt") == ledger.run(1)
    assert ledger.last("amt", "failed") is None
    with pytest.raises(NotFoundError):
        ledger.run(9)


def test_two_that_begin_at_once_get_two_numbers(ledger: Ledger) -> None:
    numbers: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: numbers.append(ledger.begin(a_run(f"s{n}")).number)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


def test_a_run_whose_holder_is_gone_shows_as_interrupted(ledger: Ledger) -> None:
    with ledger.hold("amt"):
        run = ledger.begin(a_run())
        assert ledger.run(run.number).outcome == "running"
    assert ledger.run(run.number).outcome == "interrupted"
    with ledger.hold("amt"):
        later = ledger.begin(a_run())
        assert [one.outcome for one in ledger.runs()] == ["running", "interrupted"]
        ledger.note(Run(source="amt", number=later.number, outcome="applied"))
    assert [one.outcome for one in ledger.runs()] == ["applied", "interrupted"]


def test_only_one_holds_a_source_and_the_other_learns_how_far_it_is(ledger: Ledger) -> None:
    with ledger.hold("amt"):
        run = ledger.begin(a_run())
        ledger.note(Run(source="amt", number=run.number, outcome="running", done=30, of=90))
        with pytest.raises(BusyError) as busy, ledger.hold("amt"):
            pass
        assert (busy.value.detail["run"], busy.value.detail["progress"]) == (run.number, {"done": 30, "of": 90})
        with ledger.hold("zwei"):
            assert ledger.held("zwei")
    assert not ledger.held("amt")
    with ledger.hold("amt"):
        pass


def test_the_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lotse.sqlite'}"
    ledger = open_ledger(url, tmp_path)
    code = f"""
import time
from pathlib import Path
from registry.sources.ledger import open_ledger
with open_ledger({url!r}, Path({str(tmp_path)!r})).hold("amt/../x"):
    print("held", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        assert ledger.held("amt/../x")
    finally:
        process.kill()
        process.wait()
    assert not ledger.held("amt/../x")


def each(problems: list[Problem]) -> list[tuple[str, Findings]]:
    return [(one.record, (one.finding,)) for one in problems]


def test_every_problem_is_kept_in_order(ledger: Ledger) -> None:
    problems = [
        Problem(f"r{n}", finding("licence-unknown" if n % 3 else "title-missing", "f", f"v{n}")) for n in range(2500)
    ]
    place = ledger.report(1, each(problems[:2000]))
    assert ledger.report(1, each(problems[2000:]), place) == 2500
    ledger.report(2, each(problems[:1]))
    assert list(ledger.problems(1)) == problems
    assert [one.record for one in ledger.problems(1, ("failed",))] == [f"r{n}" for n in range(0, 2500, 3)]


def test_of_a_thing_only_the_problems_of_the_wanted_levels_are_told(ledger: Ledger) -> None:
    title, licence, hint = (finding(rule) for rule in ("title-missing", "licence-unknown", "value-mended"))
    assert len({title.level, licence.level, hint.level}) == 3
    ledger.report(1, [("a", (title, licence, hint)), ("b", (hint,))])
    assert list(ledger.problems(1, (licence.level,))) == [Problem("a", licence)]
    assert list(ledger.problems(1, (hint.level, title.level))) == [
        Problem("a", title),
        Problem("a", hint),
        Problem("b", hint),
    ]


def test_a_run_that_found_the_same_tells_of_the_problems_of_the_other(ledger: Ledger) -> None:
    first, second = ledger.begin(a_run()), ledger.begin(a_run())
    ledger.report(first.number, [("a", (finding("title-missing"),))])
    ledger.note(msgspec.structs.replace(second, reported=first.number))
    assert list(ledger.problems(second.number)) == list(ledger.problems(first.number)) != []


def test_problems_are_kept_of_the_last_runs_of_each_source(ledger: Ledger) -> None:
    for number in range(1, KEPT + 3):
        run = ledger.begin(a_run())
        ledger.report(run.number, [(f"r{number}", (finding("title-missing"),))])
        ledger.note(msgspec.structs.replace(run, outcome="waiting" if number == 1 else "applied"))
    other = ledger.begin(a_run("zwei"))
    ledger.report(other.number, [("x", (finding("title-missing"),))])
    last = ledger.begin(a_run())
    assert [number for number in range(1, last.number) if not list(ledger.problems(number))] == [2, 3]


def test_problems_that_later_runs_tell_of_stay(ledger: Ledger) -> None:
    first = ledger.begin(a_run())
    ledger.report(first.number, [("a", (finding("title-missing"),))])
    for _ in range(KEPT + 3):
        ledger.note(msgspec.structs.replace(ledger.begin(a_run()), outcome="unchanged", reported=first.number))
    assert [one.record for one in ledger.problems(KEPT + 4)] == ["a"]


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


def test_what_waits_is_remembered_and_superseded(ledger: Ledger) -> None:
    run = ledger.begin(a_run())
    ledger.note(Run(source="amt", number=run.number, outcome="waiting"))
    ledger.wait(run.number, [("b", "gone"), ("a", "change")])
    assert ledger.waits(run.number) == {"a": "change", "b": "gone"}
    ledger.supersede(Run(source="amt", number=run.number, outcome="running"))
    assert ledger.run(run.number).outcome == "waiting"
    ledger.supersede(Run(source="amt", number=run.number + 1, outcome="running"))
    assert ledger.run(run.number).outcome == "superseded"


def test_strange_words_are_stored_as_they_are(ledger: Ledger) -> None:
    name = "Ä'\"; DROP TABLE ledger_runs; -- %s ?"
    ledger.begin(a_run(name))
    ledger.report(1, [(name, (finding("unreadable", value=name),))])
    assert ledger.runs(name)[0].source == name
    assert [one.finding.value for one in ledger.problems(1)] == [name]
    ledger.staging.stage(name, [a_staged(name)], [], Reached(1, name, "e", 1, ""))
    assert [one.remote_id for one in ledger.staging.staged(name, [name])] == [name]


# -- staging


def a_staged(remote_id: str, place: int = 1, payload: bytes = b"{}", **words: object) -> Staged:
    return Staged(remote_id, place, f"digest of {payload!r}", payload, "https://example.org", **words)  # type: ignore[arg-type]


def stage(ledger: Ledger, run: int, *remote_ids: str, token: str = "", place: int = 0) -> None:
    new = [a_staged(one, n) for n, one in enumerate(remote_ids, place + 1)]
    ledger.staging.stage("amt", new, [], Reached(run, token, "e", place + len(new), "2026-01-01T00:00:00+00:00"))


def test_what_was_read_is_there_until_it_is_mapped(ledger: Ledger) -> None:
    staging = ledger.staging
    broken = a_staged("broken", 3, b"", error=finding("unreadable"))
    staging.stage("amt", [a_staged("a", 1, b"x" * 100_000), a_staged("b", 2), broken], [], Reached(1, "t", "e", 3, ""))
    assert [id for id, _ in staging.unmapped("amt", 1, "edition")] == ["a", "b", "broken"]
    batch = staging.staged("amt", ["broken", "b", "a"])
    assert [(one.remote_id, one.place, len(one.payload)) for one in batch] == [
        ("a", 1, 100_000),
        ("b", 2, 2),
        ("broken", 3, 0),
    ]
    assert batch[2].error == finding("unreadable")
    staging.mapped(
        "amt", "edition", [Mapped("a", "d1", iri="i"), Mapped("b", "d2", again=True), Mapped("broken", failed=True)]
    )
    assert [id for id, _ in staging.unmapped("amt", 1, "edition")] == ["b"]
    assert [id for id, _ in staging.unmapped("amt", 1, "other")] == ["a", "b", "broken"]
    assert [row[:3] for row in staging.listing("amt", 1)] == [("a", "d1", "i"), ("b", "d2", ""), ("broken", "", "")]


def test_a_new_payload_is_mapped_again_and_the_same_is_not(ledger: Ledger) -> None:
    staging = ledger.staging
    stage(ledger, 1, "a", "b")
    staging.mapped("amt", "e", [Mapped("a"), Mapped("b")])
    staging.stage("amt", [a_staged("a", 1, b"new")], [a_staged("b", 2)], Reached(2, "", "e", 2, ""))
    assert staging.unmapped("amt", 2, "e") == [("a", "digest of b'new'")]
    assert staging.read("amt", 2) == {"a": 1, "b": 2}
    assert staging.digests("amt")["a"] == "digest of b'new'"


def test_reading_goes_on_from_the_last_mark(ledger: Ledger) -> None:
    staging = ledger.staging
    stage(ledger, 1, "a", "b", token="page 2")
    staging.stage("amt", [a_staged("c", 3)], [], Reached(1, "page 2", "e", 2, ""))  # no mark came after it
    reached = staging.reached("amt")
    assert reached
    assert (reached.token, reached.place) == ("page 2", 2)
    staging.resume("amt", reached, 2)
    assert staging.read("amt", 2) == {"a": 1, "b": 2}
    staging.close("amt")
    assert staging.reached("amt") is None


def test_what_a_complete_listing_no_longer_names_is_dropped(ledger: Ledger) -> None:
    stage(ledger, 1, "a", "b")
    stage(ledger, 2, "b")
    ledger.staging.forget_older("amt", 2)
    assert ledger.staging.digests("amt").keys() == {"b"}


def test_erasing_takes_payload_and_problems(ledger: Ledger) -> None:
    ledger.begin(a_run())
    ledger.begin(a_run("zwei"))
    stage(ledger, 1, "a", "b")
    for run in (1, 2):
        ledger.report(run, [("a", (finding("unreadable"),)), ("b", (finding("unreadable"),))])
    ledger.erase("amt", "a")
    assert ledger.staging.digests("amt").keys() == {"b"}
    assert [one.record for one in ledger.problems(1)] == ["b"]
    assert [one.record for one in ledger.problems(2)] == ["a", "b"]


def test_opening_it_again_finds_what_was_there(any_database_url: str, tmp_path: Path) -> None:
    open_ledger(any_database_url, tmp_path).add(a_source())
    assert open_ledger(any_database_url, tmp_path).source("amt") == a_source()
