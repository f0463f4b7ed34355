"""Real lists of projects: taken over by an author, reviewed in bulk, published; the same list again changes nothing.

References between the entries of a list become links once both are published (registry/catalog/file_references.py).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.editing.imports import carry_out, plan
from harvesters.entries import entries_of
from registry.model import Account, Link
from registry.model.identity import local
from registry.store.store import Selection
from tests.api.editing.test_takeover import SHEET, applied, uploaded
from tests.sample_city import sample_city
from tests.signed_in import browser, drafts_of_author, hidden, send
from tests.town import Town

pytestmark = pytest.mark.slow  # reads real catalogues

# What the lists leave out, said once for all their entries
REST = {
    "phase": "umsetzung", "lead": "Umweltamt", "email": "projekte@stadt.example", "themes": ["ENVI"],
    "places": ["bahnstadt"],
}  # fmt: skip
# Name -> how many different entries it has, and how many of them say enough to be handed in
LISTS = {
    "codefor_de_projekte.jsonl": (247, 243),  # four have no text at all, two ids are there twice
    "mainz_klimaschutz_massnahmen.json": (55, 55),
    "iati/2.01-example-annotated.xml": (1, 1),
    "iati/many_activities.xml": (2, 2),
    "iati/iati_activity_JP.xml": (1, 1),
    "iati/provider-activity-id.xml": (1, 1),
    "sheet.csv": (100, 100),
}


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def content_of(shared: Path, name: str) -> bytes:
    return SHEET.encode() if name == "sheet.csv" else (shared / "data/projects" / name).read_bytes()


def take_over(author: TestClient, content: bytes, name: str) -> Any:
    """What the author sees after the plan of a file was carried out, with what holds for all entries."""
    planned = applied(author, uploaded(author, content, Path(name).name).text, "plan", **REST)
    return applied(author, planned.text, hand_in="1", offices_are_new="1", **REST)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_taken_over_reviewed_in_bulk_and_published(city: Town, shared: Path, name: str) -> None:
    different, complete = LISTS[name]
    author, reviewer = browser(city, "agentur", follow=True), browser(city, "lotsin")
    content = content_of(shared, name)
    before = {record.id for record in city.catalog.store.find(Selection(kind="project"))}
    take_over(author, content, name)
    assert len(drafts_of_author(city)) == different
    queue = list(city.catalog.inbox.queue())
    assert len(queue) == complete

    chosen = {f"draft-{draft.id}": draft.version for draft in queue}
    asked = send(reviewer, "/freigabe", "publish", **chosen)
    assert "bleibt liegen" not in asked.text
    done = reviewer.post("/freigabe", data={**hidden(asked.text), **chosen, "act": "publish"})
    assert done.headers["location"] == f"/freigabe?published&number={complete}"
    published = {
        record.id: record.number
        for record in city.catalog.store.find(Selection(kind="project", shown=True))
        if record.id not in before
    }
    assert len(published) == complete

    versions = {draft.id: draft.version for draft in drafts_of_author(city)}
    again = uploaded(author, content, Path(name).name)
    assert "Nichts Neues." in again.text
    take_over(author, content, name)
    assert {draft.id: draft.version for draft in drafts_of_author(city)} == versions
    assert {id: city.catalog.store.existing(id).number for id in published} == published
    assert list(city.catalog.inbox.queue()) == []


def test_rows_that_name_each_other_become_linked_records_in_any_order(city: Town) -> None:
    rows = ["P-1;Klimaplan;", "P-2;Radwege;P-1", "P-3;Brücken;Radwege", "P-4;Allein;P-99"]
    head = "Kennung;Titel;Teil von;Kurzfassung;Phase;Thema;Ort;Federführung;Kontakt"
    sheet = "\n".join([head, *(f"{row};Kurz.;Umsetzung;ENVI;Bahnstadt;Umweltamt;a@example.org" for row in rows)])
    author, reviewer = browser(city, "agentur", follow=True), browser(city, "lotsin")
    applied(author, uploaded(author, sheet).text, hand_in="1")
    titled = {draft.metadata.title["de"]: draft for draft in city.catalog.inbox.queue()}
    assert not any(draft.metadata.links for draft in titled.values()), "no record is there to link to"
    records = {}
    for title in ("Radwege", "Brücken", "Allein", "Klimaplan"):
        location = send(reviewer, f"/freigabe/{titled[title].id}", "publish").headers["location"]
        records[title] = location.partition("=")[2]
    links = {title: city.catalog.store.existing(id).metadata.links for title, id in records.items()}
    assert links == {
        "Klimaplan": (), "Allein": (),
        "Radwege": (Link("part_of", local(records["Klimaplan"])),),
        "Brücken": (Link("part_of", local(records["Radwege"])),),
    }  # fmt: skip
    assert "Klimaplan" in author.get(f"/projekte/{records['Radwege']}").text
    assert "bleibt, ist schon veröffentlicht" in uploaded(author, sheet).text


def test_parts_of_a_measure_are_part_of_it(city: Town) -> None:
    measures = [{"id": "m1", "title": "Wärme", "children": [{"id": "m1a", "title": "Netz", "children": [
        {"id": "m1b", "title": "Rohre"}]}]}]  # fmt: skip
    account = Account(name="agentur", organizations=("digital-agentur",))
    planned = plan(
        city.catalog, account, entries_of(json.dumps(measures).encode(), "m.json", "project", "de"), "project"
    )
    assert [(entry.remote_id, entry.references) for entry in planned] == [
        ("m1", ()), ("m1a", (("part_of", "m1"),)), ("m1b", (("part_of", "m1a"),))
    ]  # fmt: skip
    drafts = carry_out(city.catalog, account, planned)
    assert all(not draft.metadata.links for draft in drafts)
    again = plan(city.catalog, account, entries_of(json.dumps(measures).encode(), "m.json", "project", "de"), "project")
    assert {entry.outcome for entry in again} == {"same"}
