"""Where each field comes from: the version since which it is as it is, or the curator who set it."""

from datetime import UTC, datetime

from msgspec.structs import replace

from api.editing.field_origins import origins
from registry.model import Origin, Override, Record, Source, Version
from registry.model.message import Message
from tests.builders import a_dataset
from tests.signed_in import PROJECT, browser, drafts_of_author, send
from tests.town import Town

SOURCE = Source(name="amt", kind="json", url="https://amt.example.org", settings={"map.title": "titel"})


def version(number: int, by: str, record: Record) -> Version:
    return Version(number, datetime(2026, number, 1, tzinfo=UTC), by, "", record)


def test_a_field_comes_from_the_version_since_which_it_is_so() -> None:
    first = Record(id="rad", said=a_dataset("Rad", version="1"), origin=Origin("amt", "1"))
    second = replace(first, said=replace(first.said, version="2"))
    back = replace(first, said=replace(first.said, version="1"))
    at = datetime(2026, 5, 1, tzinfo=UTC)
    shown = replace(back, overrides=(Override("description", {"de": "Neu"}, {}, "anna", at, "kürzer"),))
    versions = [version(4, "anna", shown), version(3, "source:amt", back), version(2, "source:amt", second),
                version(1, "source:amt", first)]  # fmt: skip
    listed = {origin.label: origin for origin in origins(shown, versions, str, "de", {"amt": SOURCE})}
    assert (listed["Version"].at.month, listed["Version"].who) == (3, "source:amt"), "it was another one in between"
    assert listed["Titel"].at.month == 1
    assert (listed["Beschreibung"].who, listed["Beschreibung"].why) == ("anna", "kürzer")
    assert listed["Beschreibung"].rule == "Von Hand gesetzt, statt des Werts der Quelle"
    assert listed["Titel"].rule == "Zuordnung der Quelle: map.title=titel"


def test_the_version_of_a_published_draft_knows_the_channels(city: Town) -> None:
    """The office of the account stands in a new form; whoever leaves it there has not entered it."""
    author, reviewer = browser(city, "agentur", follow=True), browser(city, "lotsin", follow=True)
    send(author, "/anmelden/projekt", "continue", **PROJECT)
    (draft,) = drafts_of_author(city)
    assert draft.channels == {"participants": "account"}
    send(author, f"/anmelden/projekt/{draft.id}", "submit", **PROJECT)
    assert "Veröffentlicht:" in send(reviewer, f"/freigabe/{draft.id}", "publish").text
    page = browser(city).get("/projekte/wetter-im-quartier/verlauf").text
    assert "Formular, Abschnitt „Worum geht es?“" in page
    assert "Vorgabe des Formulars: die Stelle des Kontos" in page
    note = next(city.catalog.store.history("wetter-im-quartier")).note
    assert isinstance(note, Message)
    assert note.values["id"] == draft.id


def test_the_history_tells_it(city: Town) -> None:
    page = browser(city).get("/daten/fernwaerme-netzplan/verlauf").text
    assert "Woher jede Angabe kommt" in page
    assert "Quelle: Datenkatalog der Stadtwerke" in page
