"""`lotse follow`: subscriptions by e-mail.

Covers: api/commands/follow.py
"""

import json
from pathlib import Path

import pytest

from tests.api.commands.calling import added, item, lotse
from tests.servers.replay import Files


def test_a_subscription_is_added_told_of_news_and_removed(data: Path, server: Files) -> None:
    added(server, item("1"))
    assert lotse("harvest", "amt").exit_code == 0
    assert lotse("follow", "add", "a@example.org", "kind=project", "--rhythm", "weekly").exit_code == 0
    assert lotse("follow", "add", "kein Postfach", "q=x").exit_code == 2
    assert lotse("follow", "add", "a@example.org", "record=gibt-es-nicht").exit_code == 3
    (entry,) = json.loads(lotse("follow", "list", "--json").stdout)
    assert (entry["address"], entry["query"], entry["rhythm"]) == ("a@example.org", "kind=project", "weekly")
    assert "kind=project" in lotse("follow", "list", "a@example.org").stdout
    assert json.loads(lotse("follow", "send", "--all", "--json").stdout) == {"written": 0}
    added(server, item("2"), name="zwei")
    assert lotse("harvest", "zwei").exit_code == 0
    assert json.loads(lotse("follow", "send", "--json").stdout) == {"written": 0}
    assert json.loads(lotse("follow", "send", "--all", "--json").stdout) == {"written": 1}
    assert lotse("follow", "remove", "a@example.org", "--query", "q=x").exit_code == 3
    assert lotse("follow", "remove", "a@example.org").exit_code == 0
    assert json.loads(lotse("follow", "list", "--json").stdout) == []


@pytest.mark.parametrize("query", ["thema=TRAN", "kind=project&knd=event", "radweg"])
def test_a_query_with_an_unknown_parameter_is_not_followed(data: Path, server: Files, query: str) -> None:
    """Without the unknown parameter it would be another search, often the one for everything."""
    added(server, item("1"))
    assert lotse("follow", "add", "a@example.org", query).exit_code == 2
    assert json.loads(lotse("follow", "list", "--json").stdout) == []
