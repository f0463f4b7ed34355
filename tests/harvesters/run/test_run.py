"""Whole runs over a list in JSON: what comes in, what waits, what is told, and what a second run does.

Covers: harvesters/run/apply.py, harvesters/run/context.py, harvesters/run/report.py
"""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harvesters.kinds import json
from harvesters.run.run import apply, discard, harvest, map_again, retry
from registry.catalog.catalog import STEPS_PER_TRANSACTION
from registry.errors import BusyError, ConflictError, NotReadyError
from registry.fetch.session import session
from registry.model import COUNTS, Run
from registry.model.message import sentence, translations
from registry.projections.projector import Projector
from tests.servers.replay import Fault
from tests.town import Town

URL = "https://daten.example.org"


def a_thing(id: str, title: str = "", **words: Any) -> dict[str, Any]:
    return {
        "id": id,
        "title": title or f"Datensatz {id}",
        "description": "Was es zu sagen gibt.",
        "distributions": [f"{URL}/{id}.csv"],
    } | words


def things(*ids: str) -> list[dict[str, Any]]:
    return [a_thing(id) for id in ids]


def many(number: int, first: int = 0) -> list[dict[str, Any]]:
    return things(*(f"t{n}" for n in range(first, number)))


def counts(run: Run) -> dict[str, int]:
    assert set(run.counts) == set(COUNTS)
    return {name: count for name, count in run.counts.items() if count}


def test_a_first_run_brings_everything_in_and_a_second_changes_nothing(town: Town) -> None:
    first = town.harvest(many(5))
    assert (first.outcome, first.complete, first.listed, counts(first)) == ("applied", True, 5, {"added": 5})
    assert town.found() == {record.id for record in town.records().values()}
    assert len(town.found()) == 5
    number = town.last()
    second = town.harvest()
    assert (second.outcome, counts(second)) == ("unchanged", {"same": 5})
    assert town.last() == number
    assert second.rules == first.rules != {}
    assert town.problems(second) == town.problems(first)


def test_only_what_says_something_else_is_changed(town: Town) -> None:
    town.harvest(things("a", "b"))
    before = town.records()
    run = town.harvest([a_thing("a", "Neuer Titel"), dict(reversed(a_thing("b").items()))])
    assert counts(run) == {"changed": 1, "same": 1}
    after = town.records()
    assert after["a"].id == before["a"].id
    assert after["a"].said.title == {"de": "Neuer Titel"}
    assert after["b"] == before["b"]


def test_few_that_are_gone_are_withdrawn_and_come_back_under_their_id(town: Town) -> None:
    town.harvest(things("a", "b", "c"))
    id = town.records()["c"].id
    run = town.harvest(things("a", "b"))
    assert (run.outcome, counts(run)) == ("applied", {"same": 2, "gone": 1, "withdrawn": 1})
    assert id not in town.found()
    gone = town.catalog.store.existing(id)
    assert gone.withdrawn
    assert gone.withdrawn.by == "source:amt"
    assert counts(town.harvest(things("a", "b"))) == {"same": 2}
    assert counts(town.harvest(things("a", "b", "c"))) == {"same": 2, "back": 1}
    assert town.records()["c"].id == id
    assert id in town.found()


def test_many_that_are_gone_wait_while_all_else_is_applied(town: Town) -> None:
    town.harvest(many(10))
    run = town.harvest([*many(10, first=3), a_thing("new")])
    assert (run.outcome, counts(run)) == ("waiting", {"added": 1, "same": 7, "gone": 3})
    assert run.reason
    assert set(translations(run.reason)) == {"de", "en"}
    assert set(town.records()) == {f"t{n}" for n in range(10)} | {"new"}
    done = apply(run.number, town.catalog)
    assert (done.number, done.outcome, done.counts["withdrawn"], done.reason) == (run.number, "applied", 3, None)
    assert len(town.records()) == len(town.found()) == 8
    with pytest.raises(ConflictError):
        apply(run.number, town.catalog)


def test_an_empty_listing_takes_nothing_away(town: Town) -> None:
    town.harvest(things("a"))
    run = town.harvest([])
    assert (run.outcome, counts(run)) == ("waiting", {"gone": 1})
    assert set(town.records()) == {"a"}
    assert discard(run.number, town.catalog.runs).outcome == "discarded"
    with pytest.raises(ConflictError):
        apply(run.number, town.catalog)


def test_a_newer_complete_run_supersedes_what_waits(town: Town) -> None:
    town.harvest(many(10))
    waiting = town.harvest(many(10, first=5))
    town.harvest(many(10))
    assert town.catalog.runs.get(waiting.number).outcome == "superseded"
    again = town.harvest(many(10, first=4))
    assert again.outcome == "waiting"
    town.server.faults["amt"] = Fault(500)
    assert town.harvest().outcome == "failed"
    assert town.catalog.runs.get(again.number).outcome == "waiting"


def test_what_waits_is_planned_anew_when_it_is_applied(town: Town) -> None:
    town.harvest(many(10))
    run = town.harvest(many(10, first=4))
    id = town.records()["t0"].id
    town.catalog.withdraw(id, by="anna", why="doppelt")
    done = apply(run.number, town.catalog)
    assert done.counts["withdrawn"] == 3
    withdrawn = town.catalog.store.existing(id).withdrawn
    assert withdrawn
    assert withdrawn.by == "anna"


def test_losing_the_last_distribution_waits_with_the_withdrawals(town: Town) -> None:
    town.harvest(many(5))
    bare = [a_thing(f"t{n}", distributions=[]) for n in range(3)]
    run = town.harvest([*bare, *many(5, first=3)])
    assert (run.outcome, counts(run)) == ("waiting", {"changed": 3, "same": 2})
    assert all(record.said.distributions for record in town.records().values())
    assert apply(run.number, town.catalog).outcome == "applied"
    assert sum(not record.said.distributions for record in town.records().values()) == 3


def test_what_a_person_withdrew_stays_withdrawn(town: Town) -> None:
    town.harvest(things("a", "b"))
    town.catalog.withdraw(town.records()["a"].id, by="anna", why="falsch")
    assert counts(town.harvest([a_thing("a", "Anders"), a_thing("b")])) == {"same": 2}
    assert set(town.records()) == {"b"}


def test_a_thing_with_a_new_remote_id_keeps_its_record(town: Town) -> None:
    town.harvest([a_thing("old", iri=f"{URL}/1"), a_thing("b")])
    before = town.records()["old"]
    run = town.harvest([a_thing("new", iri=f"{URL}/1"), a_thing("b")])
    assert counts(run) == {"moved": 1, "same": 1}
    after = town.records()
    assert set(after) == {"new", "b"}
    assert after["new"].id == before.id
    assert counts(town.harvest()) == {"same": 2}


def test_the_same_thing_of_two_sources_is_linked_and_counted_once(town: Town) -> None:
    town.harvest([a_thing("a", iri=f"{URL}/1")])
    other = town.other("zwei", rank=200)
    run = town.harvest([a_thing("x", iri=f"{URL}/1"), a_thing("y")], other)
    assert counts(run) == {"conflict": 1, "added": 1}
    theirs = town.records("zwei")["x"]
    assert theirs.same_as == town.records()["a"].id
    assert theirs.id not in town.found()
    assert counts(town.harvest(source=other)) == {"same": 2}


def test_one_that_cannot_be_read_costs_itself_and_keeps_its_record(town: Town) -> None:
    town.harvest(things("a", "b"))
    broken = town.harvest([{"id": "a"}, a_thing("b"), "no object", {"title": ""}])
    assert (broken.outcome, broken.listed, counts(broken)) == ("unchanged", 4, {"failed": 3, "same": 1})
    assert set(town.records()) == {"a", "b"}
    rules = dict(broken.rules)
    assert (rules["title-missing"], rules["unreadable"], rules["id-missing"]) == (1, 1, 1)
    again = town.harvest()
    assert (counts(again), again.rules) == (counts(broken), broken.rules)


def test_whatever_the_mapping_stumbles_over_costs_one_thing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    right = json.to_metadata
    monkeypatch.setattr(
        json, "to_metadata", lambda item, source: right(item, source) if item.remote_id != "b" else {}["x"]
    )
    run = town.harvest(things("a", "b", "c"))
    assert counts(run) == {"added": 2, "failed": 1}
    problem = next(one for one in town.catalog.runs.problems(run.number) if one.finding.rule == "unreadable")
    assert (problem.record, problem.finding.level) == ("b", "failed")
    assert "KeyError" in problem.finding.value


def test_of_a_remote_id_that_comes_twice_the_last_counts(town: Town) -> None:
    run = town.harvest([a_thing("a", "Erster"), a_thing("b"), a_thing("a", "Zweiter")])
    assert (run.listed, counts(run)) == (2, {"added": 2})
    assert ("a", "id-twice") in town.problems(run)
    assert town.records()["a"].said.title == {"de": "Zweiter"}
    assert ("a", "id-twice") in town.problems(town.harvest())
    assert "id-twice" not in town.harvest([a_thing("a", "Zweiter"), a_thing("b")]).rules


def test_an_iri_that_two_bear_is_nobodys_until_one_is_left(town: Town) -> None:
    run = town.harvest([a_thing("a", iri=f"{URL}/1"), a_thing("b", iri=f"{URL}/1"), a_thing("c", iri=f"{URL}/3")])
    assert run.rules["iri-twice"] == 2
    said = {remote_id: record.said for remote_id, record in town.records().items()}
    assert {remote_id: one.iri for remote_id, one in said.items()} == {"a": "", "b": "", "c": f"{URL}/3"}
    assert said["a"].extras["iri"] == f"{URL}/1"
    assert counts(town.harvest()) == {"same": 3}
    run = town.harvest([a_thing("a", iri=f"{URL}/1"), a_thing("c", iri=f"{URL}/3")])
    assert counts(run) == {"changed": 1, "same": 1, "gone": 1, "withdrawn": 1}
    assert town.records()["a"].said.iri == f"{URL}/1"


def test_a_source_that_fails_withdraws_nothing_and_says_why(town: Town) -> None:
    town.harvest(many(3))
    for fault in (Fault(500), Fault(200, b"<html>", "text/html"), Fault(200, b'[{"id": "t0"'), Fault(cut=40)):
        town.server.faults = {"amt": fault}
        run = town.harvest()
        assert (run.outcome, run.complete, counts(run)) == ("failed", False, {})
        assert run.reason
        assert all(sentence(run.reason, lang) for lang in ("de", "en"))
    assert len(town.records()) == 3


def test_nothing_where_nothing_was_known_is_a_failure(town: Town) -> None:
    run = town.harvest([])
    assert (run.outcome, run.listed) == ("failed", 0)
    assert run.reason


def test_a_dry_run_tells_everything_and_changes_nothing(town: Town) -> None:
    town.harvest(many(3))
    number = town.last()
    planned = town.harvest([a_thing("t0", "Neu"), a_thing("new")], dry_run=True)
    assert (planned.outcome, town.last()) == ("planned", number)
    assert counts(planned) == {"changed": 1, "added": 1, "gone": 2, "withdrawn": 2}
    run = town.harvest()
    assert (run.outcome, counts(run)) == ("applied", counts(planned))


def test_only_one_harvests_a_source_at_a_time(town: Town) -> None:
    first = town.harvest(things("a"))
    with town.catalog.runs.hold("amt"), pytest.raises(BusyError) as busy:
        town.harvest()
    assert busy.value.detail["run"] == first.number
    assert set(busy.value.detail["progress"]) == {"done", "of"}


def test_somebody_who_was_faster_is_planned_around(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.harvest(things("a", "b"))
    take, id = town.catalog.take, town.records()["a"].id
    meddled = []

    def meddling(source: Any, steps: Any) -> Any:
        if not meddled:
            meddled.append(id)
            record = town.catalog.store.existing(id)
            town.catalog.store.put([record], by="anna")
        return take(source, steps)

    monkeypatch.setattr(town.catalog, "take", meddling)
    run = town.harvest([a_thing("a", "Neu"), a_thing("b", "Auch neu")])
    assert (run.outcome, counts(run)) == ("applied", {"changed": 2})
    assert {record.said.title["de"] for record in town.records().values()} == {"Neu", "Auch neu"}


def test_what_was_written_before_somebody_was_faster_is_not_written_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.harvest(things("a"))
    take, id = town.catalog.take, town.records()["a"].id
    meddled = []

    def meddling(source: Any, steps: Any) -> Any:
        if not meddled and any(step.id == id for step in steps):
            meddled.append(id)
            town.catalog.store.put([town.catalog.store.existing(id)], by="anna")
        return take(source, steps)

    monkeypatch.setattr(town.catalog, "take", meddling)
    run = town.harvest([*many(STEPS_PER_TRANSACTION + 1), a_thing("a", "Neu")])
    assert counts(run) == {"added": STEPS_PER_TRANSACTION + 1, "changed": 1}
    assert town.catalog.store.count() == STEPS_PER_TRANSACTION + 2


def test_a_new_edition_of_the_mapping_maps_again_what_is_staged(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.harvest(many(3))
    asked = len(town.server.requests)
    monkeypatch.setattr(json, "VERSION", json.VERSION + 1)
    right = json.to_metadata

    def improved(item: Any, source: Any) -> Any:
        metadata, findings = right(item, source)
        return replace(metadata, title={"de": f"{metadata.title['de']}!"}), findings

    monkeypatch.setattr(json, "to_metadata", improved)
    run = map_again(town.source, town.catalog)
    assert run
    assert (run.outcome, counts(run), len(town.server.requests)) == ("applied", {"changed": 3}, asked)
    assert town.records()["t0"].said.title == {"de": "Datensatz t0!"}
    assert map_again(town.source, town.catalog) is None
    assert counts(town.harvest()) == {"same": 3}


def test_only_what_failed_is_read_again_and_all_else_is_left_for_the_next_run(town: Town) -> None:
    failing = {"id": "b", "title": ""}
    first = town.harvest([a_thing("a"), failing, a_thing("gone")])
    assert counts(first) == {"added": 2, "failed": 1}
    town.publish([a_thing("a", "Neuer Titel"), a_thing("b"), a_thing("new")])
    with session(town.settings) as http:
        again = retry(first.number, town.catalog, http)
    assert (again.outcome, again.listed, counts(again)) == ("applied", 1, {"added": 1})
    assert {record.origin.remote_id for record in town.records().values() if record.origin} == {"a", "b", "gone"}
    assert town.records()["a"].said.title == {"de": "Datensatz a"}
    assert town.records()["gone"].state == "published"
    assert town.found() >= {town.records()["b"].id}
    with session(town.settings) as http, pytest.raises(ConflictError):
        retry(again.number, town.catalog, http)
    whole = town.harvest()
    assert counts(whole) == {"added": 1, "changed": 1, "same": 1, "gone": 1, "withdrawn": 1}


def test_what_fails_once_more_is_reported_once_more(town: Town) -> None:
    first = town.harvest([a_thing("a"), {"id": "b", "title": ""}])
    with session(town.settings) as http:
        again = retry(first.number, town.catalog, http)
    assert (again.outcome, counts(again)) == ("unchanged", {"failed": 1})
    assert {record for record, _rule in town.problems(again)} == {"b"}
    assert counts(town.harvest()) == {"same": 1, "failed": 1}


def test_changed_settings_map_again_too(town: Town) -> None:
    town.harvest([a_thing("a", anmerkung="Eine Zeile")])
    assert town.records()["a"].said.extras == {"anmerkung": "Eine Zeile"}
    source = town.other("amt", settings={"ignore": "anmerkung"})
    assert counts(town.harvest(source=source)) == {"changed": 1}
    assert town.records()["a"].said.extras == {}


def test_parts_lead_to_their_whole_whatever_comes_first(town: Town) -> None:
    source = town.other("amt", settings={"kind": "project"})
    part = {"id": "part", "title": "Teil", "part_of": "whole"}
    lost = {"id": "lost", "title": "Verloren", "part_of": "nowhere"}
    run = town.harvest([part, lost, {"id": "whole", "title": "Ganzes"}], source)
    records = town.records()
    assert [(link.relation, link.iri) for link in records["part"].said.links] == [
        ("part_of", f"/id/{records['whole'].id}")
    ]
    assert records["lost"].said.links == ()
    assert [one for one in town.problems(run) if one[1] == "link-unresolved"] == [("lost", "link-unresolved")]
    number = town.last()
    again = town.harvest(source=source)
    assert (counts(again), town.last()) == ({"same": 3}, number)
    assert ("lost", "link-unresolved") in town.problems(again)
    run = town.harvest([part, lost, {"id": "whole", "title": "Ganzes"}, {"id": "nowhere", "title": "Doch"}], source)
    assert town.records()["lost"].said.links[0].iri == f"/id/{town.records()['nowhere'].id}"
    assert "link-unresolved" not in run.rules


def test_mail_addresses_do_not_stand_among_the_problems(town: Town) -> None:
    contacts = [{"email": "erika.muster@"}, {"email": "erika.muster@example.org", "url": "erika.muster@example.org"}]
    run = town.harvest([a_thing("a", contacts=contacts)])
    values = [
        one.finding.value for one in town.catalog.runs.problems(run.number) if one.finding.field.startswith("contacts")
    ]
    assert "***" in values
    assert not any("erika" in value for value in values)


def test_a_run_is_told_as_it_goes_and_kept(town: Town) -> None:
    told: list[tuple[int, int | None]] = []
    run = town.harvest(many(3), progress=lambda done, of: told.append((done, of)))
    assert told == [(3, None)]
    kept = town.catalog.runs.get(run.number)
    assert kept == run
    assert kept.started
    assert kept.ended
    assert [one.number for one in town.catalog.runs.newest("amt")] == [run.number]


def test_without_waiting_the_index_follows_later(town: Town) -> None:
    run = town.harvest(many(2), wait=False)
    assert run.outcome == "applied"
    town.catalog.sync()
    assert len(town.found()) == 2


@pytest.mark.postgres
def test_a_catalogue_on_postgresql_harvests_the_same_way(postgres_url: str, tmp_path: Path, town: Town) -> None:
    from registry.build import open_catalog
    from registry.settings import Settings

    settings = Settings(data=tmp_path / "pg", database=postgres_url, allow_hosts=("127.0.0.1",))
    catalog = open_catalog(settings)
    catalog.sources.add(town.source)

    def run() -> Run:
        return harvest(town.source, catalog, session(settings))

    town.publish([*many(10), {"id": "broken"}])
    assert counts(run()) == {"added": 10, "failed": 1}
    assert counts(run()) == {"same": 10, "failed": 1}
    town.publish(many(10, first=5))
    waiting = run()
    assert (waiting.outcome, counts(waiting)) == ("waiting", {"same": 5, "gone": 5})
    with catalog.runs.hold("amt"):
        assert catalog.runs.held("amt")
        with pytest.raises(BusyError):
            run()
    assert not catalog.runs.held("amt")
    assert apply(waiting.number, catalog).counts["withdrawn"] == 5
    assert [one.outcome for one in catalog.runs.newest("amt")] == ["applied", "unchanged", "applied"]
    catalog.close()


def test_an_index_that_does_not_follow_is_not_the_fault_of_the_source(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.catalog.catalog.SYNC_TIMEOUT", 0.2)
    holder = Projector(town.catalog.store, {}, town.settings.data)
    assert holder.try_hold()
    with pytest.raises(NotReadyError, match="lotse doctor"):
        town.harvest(many(3))
    run = town.catalog.runs.last("amt")
    assert run
    assert (run.outcome, counts(run)) == ("applied", {"added": 3})
    holder.release()
    town.catalog.sync()
    assert len(town.found()) == 3
