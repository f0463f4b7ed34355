"""Withdrawing in a run: a page between that says who uses the records, and an undo within an hour."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.admin import withdrawals
from registry.model import Account, Link, Metadata, Record
from tests import signed_in
from tests.sample_city import PASSWORD
from tests.servers.replay import files_server
from tests.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town whose second run names ten of twelve things less; a project uses one of those."""
    with (
        files_server({}) as server,
        Town(tmp_path / "data", server, secret=("s" * 40,), base_url="http://testserver") as town,
    ):
        town.catalog.people.add(Account(name="leitung", role="administrator"), PASSWORD)
        things = [{"id": f"t{n}", "title": f"Ding {n}", "description": "Was es zu sagen gibt."} for n in range(12)]
        town.harvest(things)
        (used,) = [record for record in town.catalog.store.find() if record.metadata.title.get("de") == "Ding 7"]
        project = Metadata(kind="project", title={"de": "Braucht es"}, links=(Link("uses", f"/id/{used.id}"),))
        town.catalog.store.put([Record(id="braucht-es", said=project)], "test")
        town.run = town.harvest(things[:2])  # type: ignore[attr-defined]
        assert town.run.outcome == "waiting"  # type: ignore[attr-defined]
        yield town


def send(town: Town, **fields: str):  # type: ignore[no-untyped-def]
    client = signed_in.browser(town, "leitung", follow=True)
    path = f"/administration/laeufe/{town.run.number}"  # type: ignore[attr-defined]
    return client.post(path, data={**signed_in.hidden(client.get(path).text), **fields})


def published(town: Town) -> int:
    return sum(record.state == "published" and record.kind != "project" for record in town.catalog.store.find())


def test_nothing_is_withdrawn_before_a_page_says_who_uses_it(town: Town) -> None:
    asked = send(town, act="withdraw").text
    assert "10 Einträge zurückziehen?" in asked
    assert "Wird gebraucht von: Braucht es" in asked
    assert published(town) == 12


def test_what_was_withdrawn_comes_back_within_an_hour(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    page = send(town, act="withdraw", sure="1").text
    assert published(town) == 2
    assert "10 Einträge wurden gerade zurückgezogen." in page
    page = send(town, act="undo").text
    assert published(town) == 12
    assert "gerade zurückgezogen" not in page


def test_after_an_hour_it_stays(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    send(town, act="withdraw", sure="1")
    monkeypatch.setattr(withdrawals, "UNDO_TIME", timedelta())
    assert "gerade zurückgezogen" not in send(town, act="undo").text
    assert published(town) == 2
