"""The audit log, substitutes during leave, and organizations without four eyes.

Covers: registry/people/leave.py, registry/people/four_eyes.py
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.errors import NotAllowedError, UsageError
from registry.model import Account
from registry.model.timing import today
from registry.people.accounts import People, open_people
from registry.people.audit import forget_name
from registry.people.drafts import open_inbox
from registry.store.database import writing
from tests.builders import a_metadata

PASSWORD = "ein langes Wort"
AUTHOR = Account(name="anna", organizations=("amt",))
STEWARD = Account(name="lotsin", organizations=("amt",), roles={"amt": ("steward",)})


@pytest.fixture
def people(any_database_url: str) -> People:
    people = open_people(any_database_url)
    for account in (AUTHOR, STEWARD, Account(name="carla")):
        people.add(account, PASSWORD)
    return people


def acts(people: People) -> list[tuple[str, str, str]]:
    return [(entry.by, entry.act, entry.subject) for entry in people.audit.newest(100)]


def test_an_entry_names_accounts_by_number_and_a_page_by_name(people: People) -> None:
    people.audit.write("anna", "add-token", "token 1f")
    people.audit.write("", "add-account", account="carla", detail="member")
    assert acts(people) == [("", "add-account", "carla"), ("anna", "add-token", "token 1f")]
    with people._engine.connect() as connection:
        stored = str(connection.execute(sa.text("SELECT * FROM audit")).fetchall())
    assert "anna" not in stored
    assert "carla" not in stored
    with writing(people._engine) as connection:
        number = forget_name(connection, "anna")
    assert acts(people)[1] == (str(number), "add-token", "token 1f")
    assert people.audit.first_broken() == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET act = 'x' WHERE entry = 2",
        "DELETE FROM audit WHERE entry = 2",
        "UPDATE audit SET detail = 'y' WHERE entry = 2",
    ],
)
def test_a_change_from_outside_is_found(people: People, change: str) -> None:
    for number in range(4):
        people.audit.write("anna", "submit", f"draft {number}")
    assert people.audit.first_broken() == 0
    with writing(people._engine) as connection:
        connection.exec_driver_sql(change)
    assert people.audit.first_broken() == 2


def test_entries_of_many_at_once_follow_one_another(people: People) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: people.audit.write("anna", "submit", f"draft {number}"), range(24)))
    assert [entry.entry for entry in people.audit.newest(100)] == list(range(24, 0, -1))
    assert people.audit.first_broken() == 0


# -- substitutes


def test_a_substitute_has_the_roles_until_the_day_and_not_longer(people: People) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    people.substitutes.set("lotsin", "carla", tomorrow)
    carla = people.in_session("carla", "n", people.seal("carla"))
    assert carla is not None
    assert [one.name for one in carla.substitute_for] == ["lotsin"]
    assert [(one.account, one.substitute) for one in people.substitutes.all()] == [("lotsin", "carla")]
    with writing(people._engine) as connection:
        connection.execute(sa.text("UPDATE substitutes SET until = '2020-01-01'"))
    assert people.in_session("carla", "n", people.seal("carla")) == people.get("carla")
    assert list(people.substitutes.all()) == []
    people.substitutes.set("lotsin", "")
    assert people.substitutes.of("lotsin") is None
    for substitute, until in (("carla", "2020-01-01"), ("carla", "morgen"), ("lotsin", tomorrow)):
        with pytest.raises(UsageError):
            people.substitutes.set("lotsin", substitute, until)


def test_a_substitute_goes_with_either_account(people: People) -> None:
    people.substitutes.set("lotsin", "carla", today().isoformat())
    people.remove("carla")
    assert people.substitutes.of("lotsin") is None


# -- four eyes and hand-over


def test_four_eyes_are_lifted_for_one_organization_and_asked_for_again(people: People, any_database_url: str) -> None:
    inbox = open_inbox(any_database_url)

    def submitted(owner: str):  # type: ignore[no-untyped-def]
        draft = inbox.begin(a_metadata("Eigenes", "project"), STEWARD, owner)
        return inbox.submit(draft.id, STEWARD, draft.version)

    own, other = submitted("amt"), submitted("verein")
    with pytest.raises(NotAllowedError):
        inbox.close(own.id, STEWARD, own.version, "publish")
    inbox.four_eyes.lift("amt", "verwaltung", "Dort arbeitet nur eine Person.")
    assert [lifted.organization for lifted in inbox.four_eyes.all()] == ["amt"]
    assert inbox.may(own, "publish", STEWARD)
    assert not inbox.may(other, "publish", STEWARD)
    inbox.close(own.id, STEWARD, own.version, "publish")
    inbox.four_eyes.ask_again("amt", "verwaltung")
    again = submitted("amt")
    assert not inbox.may(again, "publish", STEWARD)
    told = acts(people)
    assert ("verwaltung", "lift-four-eyes", "organization amt") in told
    assert ("verwaltung", "ask-four-eyes", "organization amt") in told
    assert ("lotsin", "publish", f"draft {own.id}") in told


def test_all_open_drafts_are_handed_over_and_four_eyes_stay(people: People, any_database_url: str) -> None:
    inbox = open_inbox(any_database_url)
    drafts = [inbox.begin(a_metadata(f"Nr {number}", "project"), AUTHOR, "") for number in range(3)]
    assert inbox.hand_over("anna", "carla") == 3
    assert inbox.hand_over("anna", "carla") == 0
    draft = inbox.get(drafts[0].id)
    assert (draft.author, draft.editors, draft.version) == ("carla", ("anna",), 2)
    assert not inbox.may(draft, "publish", Account(name="anna", role="reviewer"))
    assert len(list(inbox.of_account(Account(name="carla")))) == 3
