"""A stopped project says since when and why, as far as its history knows.

Covers: api/pages/facts.py
"""

from msgspec.structs import replace

from tests.signed_in import browser
from tests.town import Town
from vocab.concepts import concept_list


def test_a_paused_project_says_since_when_and_why(city: Town) -> None:
    record = city.catalog.store.existing("sporthallen")
    paused = replace(record.metadata, phase=concept_list("phases").by_notation["pausiert"].iri)
    city.catalog.revise(record.id, paused, record.number, "lotsin", "Kein Geld im Haushalt.")
    changed = city.catalog.store.existing(record.id)
    titled = replace(paused, title={"de": "Offene Hallen"})
    city.catalog.revise(record.id, titled, changed.number, "lotsin", "Titel gekürzt.")
    page = browser(city).get("/projekte/sporthallen").text
    phase = page[page.index("<dt>Phase</dt>") :][:300]
    assert "Pausiert" in phase
    assert "seit " in phase
    assert "Kein Geld im Haushalt." in phase


def test_a_project_that_was_entered_as_stopped_says_no_date(city: Town) -> None:
    page = browser(city).get("/projekte/app").text
    phase = page[page.index("<dt>Phase</dt>") :][:200]
    assert "Abgebrochen" in phase
    assert "seit " not in phase
