"""Identities of OpenID Connect, and the roles that groups bring."""

import pytest

from registry.errors import UsageError
from registry.model import Account
from registry.people.accounts import open_people
from registry.people.identities import read_mapping, with_groups


def test_an_identity_finds_its_account_until_that_is_removed(any_database_url: str) -> None:
    people = open_people(any_database_url)
    people.add(Account(name="anna"), "ein langes Wort")
    people.identities.link("https://id.example.org", "1", "berta")
    people.identities.link("https://id.example.org", "1", "anna")
    assert people.identities.account("https://id.example.org", "1") == "anna"
    assert people.identities.account("https://other.example.org", "1") == ""
    assert people.identities.is_linked("anna")
    people.remove("anna")
    assert people.identities.account("https://id.example.org", "1") == ""
    assert not people.identities.is_linked("anna")


def test_the_highest_role_counts_and_roles_in_organizations_add_up() -> None:
    mapping = read_mapping(["a=reviewer", "b=administrator", "c=author@amt", "c=steward@amt", "d=publisher@verein"])
    account = with_groups(Account(name="anna", role="reader", organizations=("alt",)), ["c", "a", "d", "x"], mapping)
    assert account is not None
    assert account.role == "reviewer"
    assert account.roles == {"amt": ("author", "steward"), "verein": ("publisher",)}
    assert account.organizations == ("amt", "verein")
    assert with_groups(Account(name="anna"), ["x"], mapping) is None


@pytest.mark.parametrize("line", ["a", "=reviewer", "a=king", "a=reviewer@amt", "a=author"])
def test_a_line_that_means_nothing_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        read_mapping([line])
