"""`lotse token`: tokens of accounts."""

import json
from pathlib import Path

from tests.api.commands.calling import lotse


def test_tokens_are_made_listed_and_revoked(data: Path) -> None:
    assert lotse("token", "list", "--json").stdout.strip() == "[]"
    assert not data.exists()
    assert lotse("token", "add", "anna").exit_code == 3
    lotse("user", "add", "anna", stdin="ein langes Kennwort\n")
    new_token = json.loads(lotse("token", "add", "anna", "--json").stdout)
    assert new_token["token"].startswith("lotse_")
    assert new_token["scopes"] == ["read", "write", "review"]
    shown = lotse("token", "add", "anna", "--scope", "read", "--days", "7", "--label", "Import")
    assert shown.stdout.startswith("lotse_")
    assert len(shown.stdout.split()) == 1
    listed = lotse("token", "list", "anna").stdout
    assert "Import" in listed
    assert new_token["token"] not in listed + lotse("token", "list", "--json").stdout
    assert lotse("token", "revoke", new_token["id"]).exit_code == 0
    assert lotse("token", "revoke", new_token["id"]).exit_code == 3
    assert [token["label"] for token in json.loads(lotse("token", "list", "--json").stdout)] == ["Import"]
    assert lotse("token", "add", "anna", "--days", "9999").exit_code == 2
