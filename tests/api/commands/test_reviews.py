"""`lotse review`: deciding on drafts by command."""

import json
from pathlib import Path

from msgspec.structs import replace

from registry.build import open_catalog
from registry.model import Account
from registry.settings import load
from tests.api.commands.calling import lotse
from tests.sample_city import entries

AUTHOR = Account(name="anna", organizations=("amt",))
METADATA = dict(entries())["sporthallen"]


def submitted(*titles: str) -> list[str]:
    """The ids of drafts that wait."""
    catalog = open_catalog(load())
    drafts = [catalog.inbox.begin(replace(METADATA, title={"de": title}), AUTHOR, "amt") for title in titles]
    for draft in drafts:
        catalog.inbox.submit(draft.id, AUTHOR, draft.version)
    catalog.close()
    return [draft.id for draft in drafts]


def test_drafts_are_listed_published_and_taken_back(data: Path) -> None:
    first, second = submitted("Erstes", "Zweites")
    listed = json.loads(lotse("review", "list", "--json").stdout)
    assert [(draft["id"], draft["title"]["de"]) for draft in listed] == [(first, "Erstes"), (second, "Zweites")]
    assert json.loads(lotse("review", "show", first, "--json").stdout)["author"] == "anna"
    ended = lotse("review", "publish", first)
    assert ended.exit_code == 0, ended.stderr
    id = ended.stdout.strip()
    assert json.loads(lotse("record", "show", id, "--json").stdout)["state"] == "published"
    assert lotse("review", "publish", first).exit_code == 3
    assert lotse("review", "undo", first).exit_code == 0
    assert len(json.loads(lotse("review", "list", "--json").stdout)) == 2
    assert json.loads(lotse("record", "history", id, "--json").stdout)[0]["state"] == "withdrawn"


def test_a_return_needs_a_message_and_an_account_that_may(data: Path) -> None:
    (draft,) = submitted("Erstes")
    assert lotse("review", "return", draft).exit_code == 2
    assert lotse("review", "return", draft, "--message", "Bitte kürzer.", "--by", "niemand").exit_code == 3
    lotse("user", "add", "anna", "--organization", "amt", "--password-stdin", stdin="ein langes Kennwort\n")
    assert lotse("review", "decline", draft, "--message", "Nein.", "--by", "anna").exit_code == 4
    assert lotse("review", "return", draft, "--message", "Bitte kürzer.").exit_code == 0
    (returned,) = json.loads(lotse("review", "list", "--state", "returned", "--json").stdout)
    assert returned["id"] == draft
    shown = lotse("review", "show", draft).stdout
    assert shown.count("title  ") == 1
    assert "{" not in shown  # the title is in words
    assert "lotse: Bitte kürzer." in shown
