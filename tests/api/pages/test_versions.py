"""The permanent address of a version: as page and as data, for as long as the record is published."""

from msgspec.structs import replace

from registry.model import Record
from tests.signed_in import browser
from tests.town import Town

ID = "rad-zaehlstellen"


def changed(city: Town) -> tuple[Record, Record]:
    """A record before and after a change of its title."""
    before = city.catalog.store.existing(ID)
    metadata = replace(before.said, title={"de": "Neuer Titel"})
    city.catalog.store.put([replace(before, said=metadata)], "test")
    return before, city.catalog.store.existing(ID)


def test_a_version_keeps_its_address_after_a_change(city: Town) -> None:
    before, after = changed(city)
    client, address = browser(city), f"/id/{ID}/{before.number}"
    page = client.get(address)
    assert page.status_code == 200
    assert before.metadata.title["de"] in page.text
    assert "So stand der Eintrag am" in page.text
    assert f'<a href="/daten/{ID}">Zum heutigen Stand</a>' in page.text
    assert "Entwurf" not in page.text
    assert 'content="noindex' in page.text
    assert "This is how the entry stood" in client.get(f"{address}?lang=en").text
    turtle = client.get(f"{address}.ttl")
    assert before.metadata.title["de"] in turtle.text
    assert "Neuer Titel" not in turtle.text
    assert 'rel="latest-version"' in turtle.headers["link"]
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.json()["number"] == before.number
    assert client.get(f"/id/{ID}/{after.number}").headers["location"] == f"/daten/{ID}"


def test_other_numbers_and_withdrawn_records_have_no_versions(city: Town) -> None:
    client = browser(city)
    number = city.catalog.store.existing(ID).number
    for wrong in ("0", "999999999", "x", f"{number}.pdf", "9" * 40):
        assert client.get(f"/id/{ID}/{wrong}").status_code == 404, wrong
    city.catalog.withdraw(ID, "lotsin", "zu Ende")
    assert client.get(f"/id/{ID}/{number}").status_code == 410
    assert client.get(f"/id/{ID}/{number}.ttl").status_code == 410
