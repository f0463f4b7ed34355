"""Two entries of the same thing become one, and two again; addresses lead on, and histories stay."""

import pytest
from msgspec.structs import replace

from registry.model import Link, Record
from tests.signed_in import browser, hidden, send
from tests.town import Town


@pytest.fixture
def twin(city: Town) -> str:
    """A second entry of the project "sporthallen", with a landing page; a project links to it."""
    store = city.catalog.store
    number = store.last()
    metadata = store.existing("sporthallen").metadata
    id = f"hallen-{number}"
    store.put([Record(id=id, said=replace(metadata, landing_page="https://hallen.example"))], "test")
    app = store.existing("app")
    store.put([replace(app, said=replace(app.metadata, links=(Link("related", f"/id/{id}"),)))], "test")
    return id


def test_a_twin_is_merged_after_a_look_at_both_and_its_address_leads_on(city: Town, twin: str) -> None:
    reviewer, path = browser(city, "lotsin"), f"/projekte/{twin}/zusammenfuehren"
    assert f'href="{path}"' in reviewer.get(f"/projekte/{twin}").text
    assert reviewer.get(f"{path}?with=gibt-es-nicht").status_code == 422
    asked = reviewer.get(f"{path}?with=http://testserver/projekte/sporthallen")
    assert "hallen.example" in asked.text
    assert reviewer.post(path, data=hidden(asked.text)).status_code == 422
    done = reviewer.post(path, data={**hidden(asked.text), "with": "sporthallen", "fill": "1", "why": "Dasselbe."})
    assert done.headers["location"] == "/projekte/sporthallen"
    kept = city.catalog.store.existing("sporthallen")
    assert kept.metadata.landing_page == "https://hallen.example"
    moved = browser(city).get(f"/projekte/{twin}")
    assert (moved.status_code, moved.headers["location"]) == (301, "/projekte/sporthallen")
    assert "Stadt-App 1" in browser(city).get("/projekte/sporthallen").text
    assert f'href="/projekte/{twin}/verlauf"' in browser(city).get("/projekte/sporthallen/verlauf").text
    assert "Dasselbe." in browser(city).get(f"/projekte/{twin}/verlauf").text


def test_what_was_merged_can_be_separated(city: Town, twin: str) -> None:
    reviewer, path = browser(city, "lotsin"), f"/projekte/{twin}/zusammenfuehren"
    send(reviewer, f"{path}?with=sporthallen", "merge", **{"with": "sporthallen", "why": "Dasselbe."})
    assert city.catalog.store.existing(twin).same_as == "sporthallen"
    assert send(reviewer, path, "separate", why="Doch zwei.").headers["location"] == f"/projekte/{twin}"
    assert browser(city).get(f"/projekte/{twin}").status_code == 200


def test_the_name_of_a_merged_organization_still_finds_the_kept_one(city: Town) -> None:
    store = city.catalog.store
    metadata = replace(store.existing("umweltamt").metadata, title={"de": "Amt 31"}, aliases=(), identifiers=())
    store.put([Record(id="amt-31", said=metadata)], "test")
    reviewer = browser(city, "verwaltung")
    send(
        reviewer,
        "/organisationen/amt-31/zusammenfuehren?with=umweltamt",
        "merge",
        **{"with": "umweltamt", "why": "Ein Amt."},
    )
    assert "Amt 31" in store.existing("umweltamt").metadata.aliases
    assert city.catalog._organizations.ids()["amt 31"] == "umweltamt"
    assert browser(city).get("/organisationen/amt-31").headers["location"] == "/organisationen/umweltamt"


def test_members_of_no_organization_of_it_do_not_merge(city: Town, twin: str) -> None:
    assert browser(city, "agentur").get(f"/projekte/{twin}/zusammenfuehren").status_code == 403
