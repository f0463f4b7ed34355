"""`lotse user`: accounts."""

import json
from pathlib import Path

from tests.api.commands.calling import lotse


def test_accounts_are_kept_without_their_passwords_being_seen(data: Path) -> None:
    ended = lotse("user", "add", "anna", "--role", "reviewer", "--organization", "amt", stdin="ein langes Kennwort\n")
    assert ended.exit_code == 0
    assert "Kennwort" not in ended.stdout + ended.stderr
    assert lotse("user", "add", "anna", "--password-stdin", stdin="ein langes Kennwort\n").exit_code == 5
    assert lotse("user", "add", "kurz", stdin="kurz\n").exit_code == 2
    (anna,) = json.loads(lotse("user", "list", "--json").stdout)
    assert (anna["name"], anna["role"], anna["organizations"]) == ("anna", "reviewer", ["amt"])
    assert lotse("user", "change", "anna", "--role", "administrator").exit_code == 0
    assert "administrator" in lotse("user", "list").stdout
    (anna,) = json.loads(lotse("user", "list", "--json").stdout)
    assert "roles" not in anna
    assert lotse("user", "remove", "anna", "--yes").exit_code == 0
    assert lotse("user", "list", "--json").stdout.strip() == "[]"


def test_roles_in_organizations_are_named_and_shown(data: Path) -> None:
    def roles() -> object:
        (anna,) = json.loads(lotse("user", "list", "--json").stdout)
        return anna["role"], anna["organizations"], anna.get("roles", {})

    added = lotse("user", "add", "anna", "--role", "steward", "--organization", "amt", stdin="ein langes Kennwort\n")
    assert added.exit_code == 0
    assert roles() == ("member", ["amt"], {"amt": ["steward"]})
    assert lotse("user", "change", "anna", "--grant", "verein=author,publisher").exit_code == 0
    assert roles() == ("member", ["amt", "verein"], {"amt": ["steward"], "verein": ["author", "publisher"]})
    assert "verein=author,publisher" in lotse("user", "list").stdout
    assert lotse("user", "change", "anna", "--role", "member", "--organization", "amt").exit_code == 0
    assert roles() == ("member", ["amt"], {})
    assert lotse("user", "change", "anna", "--grant", "amt=king").exit_code == 2
    assert lotse("user", "add", "bernd", "--role", "steward", stdin="ein langes Kennwort\n").exit_code == 2


def test_a_substitute_a_hand_over_and_a_code_for_a_new_password(data: Path) -> None:
    for name in ("anna", "berta"):
        lotse("user", "add", name, stdin="ein langes Kennwort\n")
    assert lotse("user", "substitute", "anna", "berta", "--until", "2099-12-31").exit_code == 0
    assert lotse("user", "substitute", "anna", "berta", "--until", "2020-01-01").exit_code == 2
    assert lotse("user", "substitute", "anna", "carla", "--until", "2099-12-31").exit_code == 3
    assert lotse("user", "substitute", "anna").exit_code == 0
    assert lotse("user", "hand-over", "anna", "berta").exit_code == 0
    assert lotse("user", "hand-over", "anna", "carla").exit_code == 3
    code = lotse("user", "reset", "anna")
    assert len(code.stdout.strip()) == 23
    assert lotse("user", "reset", "carla").exit_code == 3
