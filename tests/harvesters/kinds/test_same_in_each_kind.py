"""The same dataset from a source of each kind, harvested as a whole: what is written otherwise arrives as the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.model import Record
from registry.rdf import write
from tests.harvesters.each_kind import KINDS, File, Portal, Thing, a_portal
from tests.town import BASE

pytestmark = pytest.mark.slow


@pytest.fixture(params=KINDS)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Portal]:
    with a_portal(request.param, tmp_path) as portal:
        yield portal


# -- entities of HTML


TEXTS = {
    "Stra&szlig;en &amp; Wege": "Straßen & Wege",
    "Gr&#252;n- und Fl&#xE4;chen": "Grün- und Flächen",
    "R&amp;B &euro; &ndash; &bdquo;Live&ldquo;": "R&B € – „Live“",
    "A & B; C &c. &foo": "A & B; C &c. &foo",
}


def test_entities_are_decoded_in_every_text(portal: Portal) -> None:
    for written, meant in TEXTS.items():
        file = File("https://daten.example.org/?a=1&amp;b=2", written)
        metadata = portal.harvest(Thing(*[written] * 5, "L&auml;nge", (file,))).metadata
        assert metadata.title == {"de": meant}
        assert metadata.keywords == {"de": (meant,)}
        assert metadata.publisher is not None
        assert metadata.publisher.name == {"de": meant}
        assert metadata.contacts[0].name == {"de": meant}
        assert metadata.places[0].name == {"de": meant}
        assert metadata.distributions[0].title == {"de": meant}
        assert metadata.distributions[0].access_url == file.address  # an address stays
        assert metadata.description == {"de": "L&auml;nge"}  # decoded where it is shown
        mended = {field: value for rule, field, value in portal.findings if rule == "value-mended"}
        if written != meant:
            assert mended.keys() >= {"title", "keywords", "publisher", "contacts", "places", "distributions"}
            assert mended["title"] == mended["publisher"] == written  # those of contacts are masked


# -- files with the same address

SAME = "https://daten.example.org/dienst"
A, B, C = File(SAME, "Bäume 2024"), File(SAME, "Bäume 2025"), File(SAME, "Bäume 2026")
OTHER = File("https://daten.example.org/b.csv", "Als CSV")


def ids(record: Record) -> dict[str, str]:
    """Title of a file -> its id, which is also a part of its IRI unless it is a blank node."""
    files = record.metadata.distributions
    lines = b"".join(write([record], "nt", base_url=BASE)).decode()
    assert all(f"#{file.id}>" in lines for file in files if not file.iri)
    assert len({file.id for file in files}) == len(files)
    return {file.title["de"]: file.id for file in files}


def test_files_that_share_an_address_keep_their_ids(portal: Portal) -> None:
    before = ids(portal.harvest(Thing(files=(A, B, OTHER))))
    for files in ((B, A, OTHER), (C, A, B, OTHER), (B, OTHER, C, A), (C, B), (B,), (A, B), (A, OTHER, C, B)):
        after = ids(portal.harvest(Thing(files=files)))
        known = before.keys() & after.keys()
        assert {title: after[title] for title in known} == {title: before[title] for title in known}, files
        assert not {after[title] for title in after.keys() - known} & {before[title] for title in known}, files
        before = after


def test_a_file_keeps_its_id_when_its_title_changes(portal: Portal) -> None:
    before = ids(portal.harvest(Thing(files=(A, B))))
    after = ids(portal.harvest(Thing(files=(B._replace(title="Anders"), A))))
    assert after == {"Bäume 2024": before["Bäume 2024"], "Anders": before["Bäume 2025"]}
