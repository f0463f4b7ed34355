"""`lotse hook`: webhooks.

Covers: api/commands/hooks.py
"""

import json
from pathlib import Path

from tests.api.commands.calling import lotse


def test_a_webhook_is_added_listed_and_removed_and_its_secret_shown_once(data: Path) -> None:
    assert lotse("hook", "add", "ftp://x.example").exit_code == 2
    added = json.loads(lotse("hook", "add", "https://x.example/hook", "kind=project", "--json").stdout)
    assert added["secret"].startswith("whsec_")
    assert lotse("hook", "add", "https://x.example/hook").exit_code == 5
    listed = lotse("hook", "list", "--json").stdout
    assert added["secret"] not in listed
    assert json.loads(listed)[0]["query"] == "kind=project"
    assert lotse("hook", "retry", "https://x.example/hook").exit_code == 0
    assert lotse("hook", "remove", "https://x.example/hook").exit_code == 0
    assert lotse("hook", "remove", "https://x.example/hook").exit_code == 3
