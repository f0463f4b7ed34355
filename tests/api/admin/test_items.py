"""One item of a source, and what a dry run would do: over real harvests."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.admin.items import item_address
from registry.model import Account, Contact
from tests.builders import a_metadata
from tests.sample_city import PASSWORD
from tests.servers.replay import files_server
from tests.signed_in import browser
from tests.town import Town, take


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with files_server({}) as server:
        town = Town(tmp_path / "data", server)
        town.settings = replace(town.settings, secret=("s" * 40,), base_url="http://testserver")
        town.catalog.people.add(Account(name="leitung", role="administrator"), PASSWORD)
        town.catalog.people.add(Account(name="mitglied"), PASSWORD)
        yield town
        town.catalog.close()


def item(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "title": f"Ding {name}", "description": "Was es zu sagen gibt."} | fields


def page_of(town: Town, remote_id: str) -> str:
    return browser(town, "leitung", follow=True).get(item_address("amt", remote_id, "de")).text


def test_an_item_shows_source_mapping_and_findings(town: Town) -> None:
    town.harvest([item("a"), {"id": "ohne-titel", "description": "x"}])
    page = page_of(town, "a")
    assert "Nichts: Der Katalog hat, was die Quelle sagt." in page
    assert "&#34;title&#34;: &#34;Ding a&#34;" in page  # as the source said it, with indentation
    assert re.search(r"<dt>Titel</dt><dd>\s*<span class=\"line\">Ding a</span>", page)
    page = page_of(town, "ohne-titel")
    assert "<code>title-missing</code>" in page
    assert "Nichts: Der Eintrag lässt sich nicht übernehmen." in page


def test_a_dry_run_lists_what_it_would_do_and_each_item_says_what_would_change(town: Town) -> None:
    town.harvest([item("a"), item("b"), item("c")])
    run = town.harvest([item("a", title="Anderer Name"), item("b"), item("d")], dry_run=True)
    assert run.outcome == "planned"
    leader = browser(town, "leitung", follow=True)
    page = leader.get(f"/administration/laeufe/{run.number}").text
    assert page.count("würde übernommen") == 2
    planned = re.findall(r'eintrag\?id=(\w)">\w</a><span class="quiet">([^<]+)<', page)
    assert sorted(planned) == [("a", "geändert"), ("c", "nicht mehr da"), ("d", "neu")]
    differs = page_of(town, "a")
    row = differs.partition('<th scope="row">Titel</th>')[2].partition("</tr>")[0]
    assert "Ding a" in row
    assert "Anderer Name" in row
    assert "Der Eintrag ist neu." in page_of(town, "d")
    assert len(town.records()) == 3  # nothing was taken over


def test_what_the_source_no_longer_names_leads_to_its_record(town: Town) -> None:
    town.harvest([item(name) for name in "abcdefghijk"])
    town.harvest([item(name) for name in "abcdefghij"])
    (record,) = town.records(state="withdrawn").values()
    answer = browser(town, "leitung").get(item_address("amt", "k", "de"))
    assert (answer.status_code, answer.headers["location"]) == (302, f"/daten/{record.id}")


def test_what_a_person_changed_is_named_with_who_and_when(town: Town) -> None:
    town.harvest([item("a")])
    (record,) = town.records().values()
    town.catalog.revise(record.id, replace(record.metadata, title={"de": "Schöner Titel"}), record.number, "leitung")
    page = page_of(town, "a")
    assert "im Katalog geändert von leitung am" in page
    assert "Nichts: Der Katalog hat, was die Quelle sagt." in page


def test_all_problems_of_a_run_are_a_file(town: Town) -> None:
    run = town.harvest([item("a"), {"id": "x", "description": "Ohne Titel."}])
    answer = browser(town, "leitung").get(f"/administration/laeufe/{run.number}.ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert any(line["record"] == "x" and line["rule"] == "title-missing" for line in lines)


def test_whoever_answers_for_the_source_is_told_by_mail(town: Town) -> None:
    run = town.harvest([item("a"), {"id": "x", "description": "Ohne Titel."}])
    leader = browser(town, "leitung")
    assert "An die Quelle melden" not in leader.get(f"/administration/laeufe/{run.number}").text
    contact = Contact(email="daten@amt.example")
    (owner,) = take(town.catalog, a_metadata("Stelle", "organization", contacts=(contact,)))
    town.catalog.sources.revise(replace(town.catalog.sources.get("amt"), owner=owner))
    page = leader.get(f"/administration/laeufe/{run.number}").text
    assert "mailto:daten%40amt.example?subject=Lauf%20" in page


def test_what_is_not_staged_is_not_there_and_nobody_else_looks(town: Town) -> None:
    town.harvest([item("a")])
    leader = browser(town, "leitung")
    assert leader.get(item_address("amt", "gibtsnicht", "de")).status_code == 404
    assert leader.get(item_address("gibtsnicht", "a", "de")).status_code == 404
    assert browser(town, "mitglied").get(item_address("amt", "a", "de")).status_code == 403
