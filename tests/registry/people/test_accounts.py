"""Accounts and passwords."""

import argon2
import msgspec
import pytest
import sqlalchemy as sa

from registry.errors import ConflictError, NotFoundError, UsageError
from registry.model import Account
from registry.people.accounts import open_people

PASSWORD = "ein langes Wort"
ANNA = Account(name="anna", role="reviewer", organizations=("amt",), full_name="Beispielperson")


@pytest.fixture
def people(database_url):
    return open_people(database_url)


def test_a_person_signs_in_with_the_right_password_only(people):
    people.add(ANNA, PASSWORD)
    assert people.verify("anna", PASSWORD) == ANNA
    assert people.verify("anna", PASSWORD + " ") is None
    assert people.verify("berta", PASSWORD) is None


def test_passwords_are_kept_as_argon2_only(people):
    people.add(ANNA, PASSWORD)
    with people._engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT password FROM accounts")).scalar()
    assert kept.startswith("$argon2id$")


def test_the_shipped_hashes_cost_what_rfc_9106_asks_for(shipped_hasher):
    assert argon2.extract_parameters(shipped_hasher.hash(PASSWORD)) == argon2.profiles.RFC_9106_LOW_MEMORY


def test_a_name_is_given_once(people):
    people.add(ANNA, PASSWORD)
    with pytest.raises(ConflictError):
        people.add(ANNA, PASSWORD)


@pytest.mark.parametrize(
    ("account", "password"),
    [(Account(name=""), PASSWORD), (Account(name="a b"), PASSWORD), (ANNA, "kurz"), (ANNA, "x" * 1001)],
)
def test_what_does_not_do_is_refused(people, account, password):
    with pytest.raises(UsageError):
        people.add(account, password)


def test_nobody_acts_for_an_organization_without_a_name(people):
    people.add(msgspec.structs.replace(ANNA, organizations=("", "amt")), PASSWORD)
    assert people.get("anna").organizations == ("amt",)
    assert people.verify("anna", PASSWORD).organizations == ("amt",)


def test_a_session_ends_with_its_password_or_when_it_is_ended(people):
    people.add(ANNA, PASSWORD)
    seal = people.seal("anna")
    assert people.in_session("anna", "n", seal) == ANNA
    assert people.in_session("anna", "n", "") is people.in_session("berta", "n", seal) is None
    people.end_session("n")
    people.end_session("n")
    assert people.in_session("anna", "n", seal) is None
    people.change(ANNA, PASSWORD)
    assert people.in_session("anna", "m", seal) is None
    assert people.seal("berta") == ""


def test_accounts_can_be_changed_and_removed(people):
    people.add(ANNA, PASSWORD)
    people.change(Account(name="anna", role="administrator"), "ein anderes Wort")
    assert people.verify("anna", "ein anderes Wort").role == "administrator"
    assert people.verify("anna", PASSWORD) is None
    people.remove("anna")
    assert list(people.accounts()) == []
    with pytest.raises(NotFoundError):
        people.remove("anna")


def test_a_list_of_accounts_holds_no_connection_while_it_is_read(people):
    people.add(ANNA, PASSWORD)
    listed = people.accounts()
    assert next(listed) == ANNA
    assert people._engine.pool.checkedout() == 0
