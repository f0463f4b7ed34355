"""Who may do what: every act, with every role, in every state.

Covers: registry/people/permissions.py
"""

import itertools

import pytest
from msgspec.structs import replace

from registry.errors import ConflictError, NotAllowedError
from registry.model import Account, Draft
from registry.people import permissions, review
from registry.people.permissions import ACTS, CATALOGUE, DRAFT_STATES, Subject
from tests.builders import a_metadata

# Everybody there is, seen from a draft that "begun" began for "amt", of a record of "amt"
PEOPLE = {
    "self": Account(name="begun"),
    "author": Account(name="a", organizations=("amt",)),
    "steward": Account(name="b", organizations=("amt",), roles={"amt": ("steward",)}),
    "publisher": Account(name="c", organizations=("amt",), roles={"amt": ("publisher",)}),
    "reviewer of amt": Account(name="d", role="reviewer", organizations=("amt",)),
    "reviewer": Account(name="e", role="reviewer"),
    "reviewer elsewhere": Account(name="f", role="reviewer", organizations=("verein",)),
    "steward elsewhere": Account(name="g", organizations=("verein",), roles={"verein": ("steward",)}),
    "member elsewhere": Account(name="h", organizations=("verein",)),
    "reader": Account(name="i", role="reader", organizations=("amt",)),
    "administrator": Account(name="j", role="administrator"),
    "nobody": Account(name="k"),
}
WRITERS = {"self", "author", "steward", "reviewer of amt", "administrator"}
DECIDERS = {"steward", "publisher", "reviewer of amt", "reviewer", "administrator"}
INSIDE = {"author", "steward", "publisher", "reviewer of amt"}
# act -> who may, and in which states: written a second time here, so that no slip in the table goes unseen
EXPECTED = {
    ("draft", "save"): (WRITERS, {"draft": "draft", "returned": "returned"}),
    ("draft", "submit"): (WRITERS, {"draft": "submitted", "returned": "submitted"}),
    ("draft", "withdraw"): (WRITERS, {"submitted": "draft"}),
    ("draft", "discard"): (WRITERS, {"draft": "deleted", "returned": "deleted"}),
    ("draft", "return"): (DECIDERS, {"submitted": "returned"}),
    ("draft", "publish"): (DECIDERS, {"submitted": "published"}),
    ("draft", "decline"): (DECIDERS - {"publisher"}, {"submitted": "declined"}),
    ("draft", "undo"): (DECIDERS, dict.fromkeys(("returned", "published", "declined"), "submitted")),
    ("draft", "read-own"): (INSIDE | {"self", "administrator"}, {state: state for state in DRAFT_STATES}),
    ("draft", "read-all"): ({"reviewer", "administrator"}, {state: state for state in DRAFT_STATES}),
    ("draft", "read-proposal"): (
        INSIDE | {"administrator"},
        {state: state for state in DRAFT_STATES if state != "draft"},
    ),
    ("record", "propose"): (set(PEOPLE), {"published": "published"}),
    ("record", "withdraw"): (INSIDE | {"reviewer", "administrator"}, {"published": "withdrawn"}),
    ("record", "restore"): (INSIDE | {"reviewer", "administrator"}, {"withdrawn": "published"}),
    ("record", "history"): (set(PEOPLE), {"published": "published", "withdrawn": "withdrawn"}),
    ("record", "revert"): (DECIDERS, {"published": "published"}),
    ("record", "answer"): (INSIDE | {"reviewer", "administrator"}, {"published": "published"}),
    ("record", "merge"): (DECIDERS - {"publisher"}, {"published": "published"}),
    ("record", "link"): (DECIDERS - {"publisher"}, {"published": "published"}),
    ("catalogue", "begin"): (set(PEOPLE), {"": ""}),
    ("catalogue", "review"): (DECIDERS | {"reviewer elsewhere", "steward elsewhere"}, {"": ""}),
    ("catalogue", "reports"): ({"reader", "reviewer", "administrator"}, {"": ""}),
    ("catalogue", "messages"): ({"reviewer", "administrator"}, {"": ""}),
    ("catalogue", "sources"): ({"reviewer", "administrator"}, {"": ""}),
    ("catalogue", "operate"): ({"administrator"}, {"": ""}),
    ("catalogue", "accounts"): ({"administrator"}, {"": ""}),
}
STATES = {"draft": DRAFT_STATES, "record": ("published", "withdrawn"), "catalogue": ("",)}
DRAFT = Draft(id="d", metadata=a_metadata("Kühle Wege", "project"), author="begun", editors=("begun",), owner="amt")


def case(kind: str, state: str) -> Subject:
    if kind == "draft":
        return review.subject(replace(DRAFT, state=state))
    return Subject("record", state, owner="amt") if kind == "record" else CATALOGUE


def test_every_act_is_expected_and_every_expectation_is_an_act() -> None:
    assert set(EXPECTED) == set(ACTS)


@pytest.mark.parametrize(("kind", "act"), list(ACTS))
def test_every_act_role_and_state(kind: str, act: str) -> None:
    allowed, states = EXPECTED[kind, act]
    for (role, account), state in itertools.product(PEOPLE.items(), STATES[kind]):
        subject = case(kind, state)
        told = (act, role, state)
        assert permissions.may(account, act, subject) == (role in allowed), told
        assert permissions.is_allowed(account, act, subject) == (role in allowed and state in states), told
        if role not in allowed:
            with pytest.raises(NotAllowedError):
                permissions.after(account, act, subject)
        elif state not in states:
            with pytest.raises(ConflictError):
                permissions.after(account, act, subject)
        else:
            assert permissions.after(account, act, subject) == states[state], told


@pytest.mark.parametrize("act", ["return", "publish", "decline", "undo"])
@pytest.mark.parametrize("role", sorted(DECIDERS))
def test_who_worked_on_a_draft_decides_on_it_only_where_four_eyes_are_lifted(act: str, role: str) -> None:
    account = PEOPLE[role]
    edited = replace(DRAFT, state="submitted", editors=("begun", account.name))
    assert not review.may(edited, act, account)
    assert review.may(edited, act, account, four_eyes=False) == (role in EXPECTED["draft", act][0])


def test_the_organization_of_the_record_decides_on_a_proposal_and_that_of_its_author_writes_it() -> None:
    proposal = replace(DRAFT, of="kuehle-wege", owner="verein", state="submitted")
    for role, decides in {"steward": True, "reviewer": True, "steward elsewhere": False, "author": False}.items():
        assert review.may(proposal, "publish", PEOPLE[role], record_owner="amt") == decides, role
    for role, writes in {"steward": False, "steward elsewhere": True, "member elsewhere": True}.items():
        assert review.may(proposal, "save", PEOPLE[role], record_owner="amt") == writes, role


def test_a_change_of_a_record_without_owner_is_decided_on_by_those_who_decide_for_all() -> None:
    change = replace(DRAFT, of="baumkataster", state="submitted")
    assert {role for role, account in PEOPLE.items() if review.may(change, "publish", account)} == {
        "reviewer",
        "administrator",
    }


def test_an_unsubmitted_proposal_is_not_seen_by_the_owner_of_the_record() -> None:
    proposal = replace(DRAFT, of="kuehle-wege", owner="verein")
    assert not review.may_see(proposal, PEOPLE["steward"], record_owner="amt")
    assert review.may_see(replace(proposal, state="submitted"), PEOPLE["author"], record_owner="amt")
    assert not review.may_see(replace(proposal, state="submitted"), PEOPLE["nobody"], record_owner="amt")


def test_a_substitute_goes_on_with_what_the_other_began() -> None:
    substitute = Account(name="k", substitute_for=(PEOPLE["self"],))
    assert review.may(DRAFT, "save", substitute)
    assert not review.may(DRAFT, "publish", substitute)


@pytest.mark.parametrize("role", sorted(set(PEOPLE) - {"administrator"}))
def test_a_substitute_may_do_what_the_other_may_and_no_more(role: str) -> None:
    substitute = Account(name="l", substitute_for=(PEOPLE[role],))
    for kind, act in ACTS:
        for state in STATES[kind]:
            subject = case(kind, state)
            assert permissions.may(substitute, act, subject) == permissions.may(PEOPLE[role], act, subject), act


def test_nobody_becomes_administrator_by_standing_in_for_one() -> None:
    assert not permissions.may(Account(name="l", substitute_for=(PEOPLE["administrator"],)), "accounts", CATALOGUE)


def test_who_stands_in_does_not_decide_on_what_they_wrote_themselves() -> None:
    substitute = Account(name="begun", substitute_for=(PEOPLE["steward"],))
    assert not review.may(replace(DRAFT, state="submitted"), "publish", substitute)
