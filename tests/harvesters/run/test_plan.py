"""What a run would do, and what of it waits for a person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from harvesters.run.plan import Plan, PlannedAction, guard, plan, renewed, stand_in
from harvesters.source_kinds import Limit
from registry.errors import UsageError
from registry.model import COUNTS, StoredState
from registry.model.harvest import ListedItem
from registry.model.message import sentence


def a_known(id: str = "a", digest: str = "1", **fields: object) -> StoredState:
    words = {"number": 7, "iri": "", "identifiers": (), "state": "published", "distributions": 1} | fields
    return StoredState(id=id, digest=digest, **words)  # type: ignore[arg-type]


def listed(remote_id: str, digest: str = "1", **fields: object) -> ListedItem:
    return ListedItem(remote_id, digest, **({"distributions": 1} | fields))  # type: ignore[arg-type]


def actions(plan: Plan) -> dict[str, str]:
    return {act.remote_id: act.action for act in plan.acts}


def many(number: int) -> dict[str, StoredState]:
    return {f"r{n}": a_known(f"id{n}") for n in range(number)}


def test_new_changed_same_and_gone_are_told_apart() -> None:
    known = {"same": a_known("s"), "other": a_known("o"), "gone": a_known("g")}
    found = plan(known, [listed("new"), listed("same"), listed("other", "2")], complete=True)
    assert actions(found) == {"new": "add", "same": "same", "other": "change", "gone": "gone"}
    assert found.counts(1) == dict.fromkeys(COUNTS, 0) | {
        "added": 1,
        "same": 1,
        "changed": 1,
        "gone": 1,
        "withdrawn": 1,
    }
    assert PlannedAction("gone", "gone", "g", 7) in found.acts


def test_nothing_is_gone_after_an_incomplete_listing() -> None:
    assert actions(plan(many(5), [listed("r0")], complete=False)) == {"r0": "same"}


def test_a_failed_thing_counts_as_present_and_keeps_its_record() -> None:
    assert actions(plan(many(1), [listed("r0", "", failed=True), listed("x", "", failed=True)], complete=True)) == {
        "r0": "failed",
        "x": "failed",
    }


def test_what_the_source_withdrew_comes_back_under_its_old_id() -> None:
    known = {"r": a_known("old", state="withdrawn", withdrawn_by="source:stadt")}
    assert plan(known, [listed("r")], complete=True).acts == (PlannedAction("back", "r", "old", 7),)


def test_what_a_person_withdrew_does_not_come_back() -> None:
    known = {"r": a_known("old", state="withdrawn", withdrawn_by="anna", iri="https://example.org/1")}
    for again in (listed("r", "2"), listed("new", iri="https://example.org/1")):
        for complete in (True, False):
            assert plan(known, [again], complete).acts == (PlannedAction("same", again.remote_id, "old", 7),)


def test_what_is_withdrawn_is_not_gone_again() -> None:
    assert (
        plan({"r": a_known(state="withdrawn", withdrawn_by="source:s")}, [listed("x")], complete=True).counts()["gone"]
        == 0
    )


@pytest.mark.parametrize("words", [{"iri": "https://example.org/1"}, {"identifiers": ("id-1",)}])
def test_a_new_remote_id_for_a_known_iri_or_identifier_is_a_move(words: dict[str, object]) -> None:
    known = {"old": a_known("a", **words), "other": a_known("b")}
    found = plan(known, [listed("new", "2", **words), listed("other")], complete=True)
    assert found.acts == (PlannedAction("moved", "new", "a", 7), PlannedAction("same", "other", "b", 7))


def test_a_move_needs_a_complete_listing_and_a_record_that_is_no_longer_named() -> None:
    known = {"old": a_known("a", iri="https://example.org/1")}
    new = listed("new", iri="https://example.org/1")
    assert actions(plan(known, [new], complete=False)) == {"new": "add"}
    assert actions(plan(known, [new, listed("old")], complete=True)) == {"new": "add", "old": "same"}


def test_an_identifier_of_two_records_or_two_things_moves_nothing() -> None:
    known = {"o1": a_known("a", identifiers=("x",)), "o2": a_known("b", identifiers=("x",))}
    assert actions(plan(known, [listed("n", identifiers=("x",))], complete=True))["n"] == "add"
    two = [listed("n1", identifiers=("x",)), listed("n2", identifiers=("x",))]
    assert set(actions(plan({"o": known["o1"]}, two, complete=True)).values()) == {"add", "gone"}


def test_the_iri_wins_over_an_identifier() -> None:
    known = {"o1": a_known("a", iri="https://example.org/1"), "o2": a_known("b", identifiers=("x",))}
    found = plan(known, [listed("n", iri="https://example.org/1", identifiers=("x",))], complete=True)
    assert found.acts == (PlannedAction("moved", "n", "a", 7), PlannedAction("gone", "o2", "b", 7))


def test_a_thing_of_another_source_is_a_conflict_once() -> None:
    assert actions(plan({}, [listed("n")], complete=True, elsewhere={"n"})) == {"n": "conflict"}
    assert actions(plan({"n": a_known()}, [listed("n")], complete=True, elsewhere={"n"})) == {"n": "same"}


def test_equal_identifiers_and_titles_are_a_finding_for_each_and_never_a_merge() -> None:
    found = plan(
        {}, [listed("a", identifiers=("x",), title="t"), listed("b", identifiers=("x",), title="t")], complete=True
    )
    assert found.counts()["added"] == 2
    assert [(one.record, one.finding.rule) for one in found.problems] == [
        ("a", "identifier-twice"),
        ("a", "title-twice"),
        ("b", "identifier-twice"),
        ("b", "title-twice"),
    ]


# -- the guard


def test_up_to_two_or_a_fifth_are_withdrawn_without_asking() -> None:
    for published, going in ((5, 2), (10, 2), (20, 4), (3, 2)):
        named = [listed(f"r{n}") for n in range(going, published)]
        guarded = guard(plan(many(published), named, complete=True))
        assert (len(guarded.apply), guarded.wait, guarded.why) == (going, (), None)


def test_more_than_that_waits_while_all_else_is_applied() -> None:
    named = [listed(f"r{n}", "2" if n == 9 else "1") for n in range(3, 10)]
    guarded = guard(plan(many(10), [*named, listed("new")], complete=True))
    assert [act.action for act in guarded.apply] == ["change", "add"]
    assert [act.action for act in guarded.wait] == ["gone"] * 3
    assert guarded.why
    assert "3 von 10" in sentence(guarded.why, "de")
    assert "3 of 10" in sentence(guarded.why, "en")


def test_withdrawals_after_an_empty_listing_always_wait() -> None:
    guarded = guard(plan(many(1), [], complete=True))
    assert ([act.action for act in guarded.wait], guarded.apply) == (["gone"], ())
    assert guarded.why


def test_a_listing_of_things_without_id_names_nothing() -> None:
    guarded = guard(plan(many(2), [listed(stand_in(1), failed=True), listed(stand_in(2), failed=True)], complete=True))
    assert len(guarded.wait) == 2


def test_losing_the_last_distribution_counts_as_a_withdrawal() -> None:
    bare = [listed("r0", "2", distributions=0), listed("r1", "2", distributions=0)]
    rest = [listed(f"r{n}", "2") for n in range(2, 9)]
    within = guard(plan(many(9), [*bare, *rest, listed("r9")], complete=True))
    assert (len(within.apply), within.wait) == (10, ())
    beyond = guard(plan(many(10), [*bare, *rest], complete=True))  # two bare and one gone of ten
    assert len(beyond.apply) == 7
    assert [(act.action, act.bare) for act in beyond.wait] == [("change", True), ("change", True), ("gone", False)]


def test_a_record_without_distributions_loses_none() -> None:
    known = {f"r{n}": a_known(f"i{n}", distributions=0) for n in range(9)}
    assert guard(plan(known, [listed(f"r{n}", "2", distributions=0) for n in range(9)], complete=True)).wait == ()


@pytest.mark.parametrize(
    ("setting", "going", "waits"),
    [
        ("0", 1, True),
        ("1", 1, False),
        ("1", 2, True),
        ("50%", 5, False),
        ("50%", 6, True),
        ("100%", 9, False),
        ("", 3, True),
    ],
)  # fmt: skip
def test_the_limit_is_set_for_each_source(setting: str, going: int, waits: bool) -> None:
    named = [listed(f"r{n}") for n in range(going, 10)]
    limit = Limit.of({"max_withdrawals": setting})
    assert bool(guard(plan(many(10), named, complete=True), limit).wait) is waits


@pytest.mark.parametrize("setting", ["many", "-1", "1.5", "%", "٣", "1e9"])
def test_a_limit_that_is_no_number_is_refused(setting: str) -> None:
    with pytest.raises(UsageError, match="max_withdrawals"):
        Limit.of({"max_withdrawals": setting})


def test_an_act_is_renewed_with_what_the_store_has_now() -> None:
    now = {"a": a_known("a", number=9), "w": a_known("w", state="withdrawn", withdrawn_by="anna")}
    assert renewed(PlannedAction("change", "r", "a", 7), now) == PlannedAction("change", "r", "a", 9)
    assert renewed(PlannedAction("gone", "r", "w", 7), now) is None
    assert renewed(PlannedAction("change", "r", "w", 7), now) is None
    assert renewed(PlannedAction("change", "r", "erased", 7), now) is None
    assert renewed(PlannedAction("add", "r"), now) == PlannedAction("add", "r")


# -- whatever comes


ids = st.sampled_from([f"r{n}" for n in range(8)])
words = st.sampled_from(["", "x", "y"])
records = st.builds(
    lambda digest, iri, identifier, state, by, distributions: a_known(
        "", digest, iri=iri and f"https://example.org/{iri}", identifiers=(identifier,) if identifier else (),
        state=state, withdrawn_by=by if state == "withdrawn" else "", distributions=distributions,
    ),
    st.sampled_from("12"), words, words, st.sampled_from(["published", "withdrawn"]),
    st.sampled_from(["source:s", "anna"]), st.integers(0, 2),
)  # fmt: skip


def with_ids(known: dict[str, StoredState]) -> dict[str, StoredState]:
    return {remote_id: replace(record, id=f"id-{remote_id}") for remote_id, record in known.items()}


things = st.builds(
    lambda remote_id, digest, iri, identifier, failed, distributions: listed(
        remote_id, digest, iri=iri and f"https://example.org/{iri}", identifiers=(identifier,) if identifier else (),
        failed=failed, distributions=distributions,
    ),
    ids, st.sampled_from("12"), words, words, st.booleans(), st.integers(0, 2),
)  # fmt: skip


@settings(deadline=None)
@given(
    st.dictionaries(ids, records), st.lists(things, unique_by=lambda one: one.remote_id), st.booleans(), st.sets(ids),
    st.builds(Limit, st.integers(0, 3), st.floats(0, 1)),
)  # fmt: skip
def test_counts_add_up_and_every_record_meets_one_act_at_most(
    known: dict[str, StoredState], listing: list[ListedItem], complete: bool, elsewhere: set[str], limit: Limit
) -> None:
    known = with_ids(known)
    found = plan(known, listing, complete, elsewhere)
    counts = found.counts()
    names = ("added", "changed", "same", "moved", "back", "conflict", "failed")
    assert sum(counts[name] for name in names) == found.listed == len(listing)
    met = [act.id for act in found.acts if act.id]
    assert len(met) == len(set(met))
    assert complete or counts["gone"] == counts["moved"] == 0
    guarded = guard(found, limit)
    acting = [act for act in found.acts if act.action not in ("same", "failed")]
    assert sorted(map(repr, (*guarded.apply, *guarded.wait))) == sorted(map(repr, acting))
    assert bool(guarded.wait) == bool(guarded.why)
    assert all(act.action == "gone" or act.bare for act in guarded.wait)
    people = {record.id for record in known.values() if record.state == "withdrawn" and record.withdrawn_by == "anna"}
    assert not people & {act.id for act in acting}


@settings(deadline=None)
@given(st.dictionaries(ids, records), st.lists(things, unique_by=lambda one: one.remote_id))
def test_the_order_of_a_listing_does_not_matter(known: dict[str, StoredState], listing: list[ListedItem]) -> None:
    known = with_ids(known)
    one, other = plan(known, listing, True), plan(known, listing[::-1], True)
    assert sorted(map(repr, one.acts)) == sorted(map(repr, other.acts))
