"""Withdrawing, publishing again, the history of a record and restoring an older version, by page.

Covers: api/editing/history.py
"""

import pytest
from msgspec.structs import replace

from registry.model import Account
from tests.sample_city import PASSWORD
from tests.signed_in import browser, hidden, send
from tests.town import Town


@pytest.fixture
def project(city: Town) -> str:
    """A project of the Digital-Agentur with two versions."""
    catalog = city.catalog
    record = catalog.store.existing("sporthallen")
    own = replace(record, id=f"eigenes-{record.number}-{catalog.store.last()}", owner="digital-agentur", number=0)
    catalog.store.put([own], "agentur", "")
    stored = catalog.store.existing(own.id)
    catalog.revise(own.id, replace(stored.metadata, title={"de": "Offene Hallen"}), stored.number, "lotsin", "Kürzer.")
    return own.id


def test_an_owner_withdraws_a_record_after_a_page_that_says_who_uses_it(city: Town) -> None:
    record = city.catalog.store.existing("rad-zaehlstellen")
    city.catalog.store.put([replace(record, owner="digital-agentur")], "test")
    owner = browser(city, "agentur")
    page = owner.get("/daten/rad-zaehlstellen").text
    assert 'href="/daten/rad-zaehlstellen/zurueckziehen"' in page
    asked = owner.get("/daten/rad-zaehlstellen/zurueckziehen").text
    assert "Grünes Band fürs Rad" in asked
    assert "Leihräder am Bahnhof Süd" in asked
    assert send(owner, "/daten/rad-zaehlstellen/zurueckziehen", "withdraw").status_code == 422
    assert city.catalog.store.existing("rad-zaehlstellen").state == "published"
    done = send(owner, "/daten/rad-zaehlstellen/zurueckziehen", "withdraw", why="Wird ersetzt.")
    assert done.headers["location"] == "/daten/rad-zaehlstellen"
    gone = owner.get("/daten/rad-zaehlstellen")
    assert gone.status_code == 410
    assert "Wird ersetzt." in gone.text
    assert 'href="/daten/rad-zaehlstellen/wiederherstellen"' in gone.text
    assert "/wiederherstellen" not in browser(city).get("/daten/rad-zaehlstellen").text
    assert send(owner, "/daten/rad-zaehlstellen/wiederherstellen", "restore", why="Doch nicht.").status_code == 303
    assert owner.get("/daten/rad-zaehlstellen").status_code == 200


def test_others_may_neither_withdraw_nor_restore(city: Town, project: str) -> None:
    city.catalog.people.add(Account(name=f"fremd-{project}", organizations=("stadtwerke",)), PASSWORD)
    stranger, path = browser(city, f"fremd-{project}"), f"/projekte/{project}"
    assert "zurueckziehen" not in stranger.get(path).text
    token = {**hidden(stranger.get("/konto").text), "why": "x", "number": city.catalog.store.existing(project).number}
    for step in ("zurueckziehen", "wiederherstellen"):
        assert stranger.get(f"{path}/{step}").status_code == 403
        assert stranger.post(f"{path}/{step}", data=token).status_code == 403
        assert browser(city).get(f"{path}/{step}").status_code == 303
    assert city.catalog.store.existing(project).state == "published"


def test_what_was_changed_meanwhile_is_not_withdrawn(city: Town, project: str) -> None:
    owner, path = browser(city, "agentur"), f"/projekte/{project}/zurueckziehen"
    form = hidden(owner.get(path).text)
    stored = city.catalog.store.existing(project)
    city.catalog.revise(project, replace(stored.metadata, title={"de": "Neuer"}), stored.number, "lotsin")
    answer = owner.post(path, data={**form, "why": "Weg damit."})
    assert answer.status_code == 409
    assert "inzwischen geändert" in answer.text
    assert "Weg damit." in answer.text


def test_the_history_says_who_when_and_why_without_names(city: Town, project: str) -> None:
    page = browser(city).get(f"/projekte/{project}/verlauf").text
    for words in ("angelegt", "geändert", "Titel", "Kürzer.", "Digital-Agentur", "Redaktion"):
        assert words in page
    assert "lotsin" not in page
    assert "Was anders ist" not in page
    assert "Offene Sporthallen" not in page
    assert f'href="/en/projects/{project}/history"' in page
    assert "created" in browser(city).get(f"/en/projects/{project}/history").text


def test_with_one_version_there_is_nothing_to_choose(city: Town, project: str) -> None:
    reviewer = browser(city, "lotsin")
    assert 'name="from"' in reviewer.get(f"/projekte/{project}/verlauf").text
    assert 'name="from"' not in reviewer.get("/projekte/sporthallen/verlauf").text


def test_any_two_versions_are_compared_in_words(city: Town, project: str) -> None:
    newest, oldest = (version.number for version in city.catalog.store.history(project))
    path = f"/projekte/{project}/verlauf"
    page = browser(city, "agentur").get(path).text
    assert "<del>Sporthallen</del>" in page
    assert "<ins>Hallen</ins>" in page
    assert "(lotsin)" in page
    same = browser(city, "agentur").get(f"{path}?from={newest}&to={oldest}").text
    assert "<del>Sporthallen</del>" in same
    assert browser(city, "agentur").get(f"{path}?from=1&to=x").status_code == 200


def test_who_decides_restores_an_older_version(city: Town, project: str) -> None:
    _, oldest = (version.number for version in city.catalog.store.history(project))
    reviewer, path = browser(city, "lotsin"), f"/projekte/{project}/wiederherstellen?version={oldest}"
    assert f'href="{path}"' in reviewer.get(f"/projekte/{project}/verlauf").text
    assert browser(city, "agentur").get(path).status_code == 403
    asked = reviewer.get(path).text
    assert "<ins>Sporthallen</ins>" in asked
    assert send(reviewer, path, "restore", why="War besser.").status_code == 303
    restored = city.catalog.store.existing(project)
    assert restored.metadata.title == {"de": "Offene Sporthallen"}
    assert len(list(city.catalog.store.history(project))) == 3
    assert reviewer.get(f"/projekte/{project}/wiederherstellen?version=1").status_code == 404


def test_the_history_of_a_withdrawn_record_is_for_those_who_may_restore_it(city: Town, project: str) -> None:
    city.catalog.withdraw(project, "lotsin", "Nannte eine Person.")
    path = f"/projekte/{project}/verlauf"
    assert browser(city).get(path).status_code == 410
    assert "Nannte eine Person." in browser(city, "lotsin").get(path).text
    assert browser(city).get(f"/daten/{project}/verlauf").status_code == 404


def test_the_members_of_the_organization_hear_of_it(city: Town, project: str) -> None:
    city.catalog.mailboxes.set("agentur", "agentur@stadt.example")
    send(browser(city, "lotsin"), f"/projekte/{project}/zurueckziehen", "withdraw", why="Doppelt.")
    (waiting,) = city.catalog.outbox.newest(5)
    assert (waiting.letter.to, waiting.letter.about) == ("agentur@stadt.example", f"record:{project}")
    city.catalog.outbox.discard(waiting.id)
    city.catalog.mailboxes.set("agentur", "")
