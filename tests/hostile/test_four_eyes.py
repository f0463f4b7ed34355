"""Who may publish a draft, and who learns of a change of an organization's record."""

import msgspec
import pytest
from msgspec.structs import replace

from registry.errors import NotAllowedError
from registry.model import Account, Draft
from registry.people.review import may
from tests.builders import a_metadata
from tests.signed_in import PROJECT, browser, hidden, send
from tests.town import Town

DRAFT = Draft(id="d", metadata=a_metadata("Kühle Wege", "project"), author="agentur", owner="digital-agentur")


def waiting(city: Town) -> Draft:
    (draft,) = city.catalog.inbox.queue()
    return draft


@pytest.mark.parametrize("name", ["lotsin2", "verwaltung"])  # of the same organization; an administrator
@pytest.mark.parametrize("act", ["save", "submit"])
def test_who_rewrites_or_hands_in_a_draft_does_not_publish_it(city: Town, name: str, act: str) -> None:
    author, editor = browser(city, "agentur"), browser(city, name)
    send(author, "/anmelden/projekt", "save", **PROJECT)
    (draft,) = city.catalog.inbox.of_account(Account(name="agentur"))
    send(editor, f"/anmelden/projekt/{draft.id}", act, **PROJECT | {"title": "Umgeschrieben"})
    if act == "save":
        send(author, f"/anmelden/projekt/{draft.id}", "submit", **PROJECT)
    draft = waiting(city)
    assert set(draft.editors) == {"agentur", name}

    page = editor.get(f"/freigabe/{draft.id}").text
    assert "selbst geschrieben, geändert oder eingereicht" in page
    assert 'value="publish"' not in page
    token = hidden(editor.get("/anmelden/projekt").text)["token"]
    fields = {"token": token, "version": draft.version, "number": 0, "act": "publish"}
    refused = editor.post(f"/freigabe/{draft.id}", data=fields)
    assert refused.status_code == 403
    assert waiting(city).id == draft.id

    assert send(browser(city, "lotsin"), f"/freigabe/{draft.id}", "publish").status_code == 303
    assert list(city.catalog.inbox.queue()) == []


def test_the_names_of_those_who_wrote_stay_after_a_question(city: Town) -> None:
    author, reviewer = browser(city, "agentur"), browser(city, "lotsin")
    send(browser(city, "lotsin2"), "/anmelden/projekt", "submit", **PROJECT)
    draft = waiting(city)
    send(reviewer, f"/freigabe/{draft.id}", "return", message="Bitte kürzer.")
    send(author, f"/anmelden/projekt/{draft.id}", "submit", **PROJECT | {"title": "Ganz anders"})
    draft = waiting(city)
    assert set(draft.editors) == {"agentur", "lotsin2"}
    with pytest.raises(NotAllowedError):
        city.catalog.inbox.close(draft.id, Account(name="agentur", role="reviewer"), draft.version, "publish")
    assert "agentur" in (page := reviewer.get(f"/freigabe/{draft.id}").text)
    assert "lotsin2" in page


def test_a_draft_of_the_version_before_is_readable_and_its_author_may_not_publish_it() -> None:
    stored = msgspec.to_builtins(replace(DRAFT, state="submitted"))
    assert "editors" not in stored
    draft = msgspec.convert(stored, Draft)
    assert not may(draft, "publish", Account(name="agentur", role="administrator"))
    assert may(draft, "publish", Account(name="lotsin", role="reviewer"))


# -- records of other organizations


def owned(city: Town, id: str, owner: str) -> None:
    record = city.catalog.store.existing(id)
    city.catalog.store.put([replace(record, owner=owner)], "test")


def test_a_proposal_names_the_owner_and_is_seen_by_it_once_it_is_handed_in(city: Town) -> None:
    owned(city, "kuehle-wege", "umweltamt")
    proposer, owner = browser(city, "agentur"), browser(city, "umwelt")
    assert "Dieser Eintrag gehört: Umweltamt." in proposer.get("/anmelden/projekt?of=kuehle-wege").text
    send(proposer, "/anmelden/projekt?of=kuehle-wege", "save", **PROJECT)
    (draft,) = city.catalog.inbox.of_account(Account(name="agentur"))
    assert draft.owner == "digital-agentur"
    assert owner.get(f"/anmelden/projekt/{draft.id}").status_code == 403
    assert "Vorschläge anderer" not in owner.get("/mein/eintraege").text

    send(proposer, f"/anmelden/projekt/{draft.id}", "submit", **PROJECT)
    entries = owner.get("/mein/eintraege").text
    assert "Vorschläge anderer zu Ihren Einträgen" in entries
    assert f"/anmelden/projekt/{draft.id}" in entries
    page = owner.get(f"/anmelden/projekt/{draft.id}")
    assert page.status_code == 200
    assert "Jemand anderes schlägt diese Änderung Ihres Eintrags vor." in page.text
    assert 'value="submit"' not in page.text
    fields = hidden(page.text) | PROJECT | {"act": "save"}
    assert owner.post(f"/anmelden/projekt/{draft.id}", data=fields).status_code == 403

    review = browser(city, "lotsin").get(f"/freigabe/{draft.id}").text
    assert "Der Eintrag gehört: Umweltamt. Die Änderung kommt von: Digital-Agentur." in review


def test_a_change_of_an_own_record_is_no_proposal(city: Town) -> None:
    owned(city, "kuehle-wege", "umweltamt")
    city.catalog.people.change(Account(name="umwelt", organizations=("stadtwerke", "umweltamt")))
    send(browser(city, "umwelt"), "/anmelden/projekt?of=kuehle-wege", "submit", **PROJECT)
    draft = waiting(city)
    assert draft.owner == "umweltamt"  # the one of both that owns the record
    review = browser(city, "lotsin").get(f"/freigabe/{draft.id}").text
    assert "Die Änderung kommt von" not in review
    assert "<dt>Gehört</dt><dd>Umweltamt</dd>" in review


def test_nobody_else_sees_a_proposal(city: Town) -> None:
    owned(city, "kuehle-wege", "stadtwerke")
    send(browser(city, "agentur"), "/anmelden/projekt?of=kuehle-wege", "submit", **PROJECT)
    assert browser(city, "umwelt").get(f"/anmelden/projekt/{waiting(city).id}").status_code == 403
