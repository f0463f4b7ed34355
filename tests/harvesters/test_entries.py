"""Files that somebody has, read into entries: JSON and sheets; and files that cannot be read."""

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from harvesters.entries import MAX_ENTRIES, MAX_FILE_BYTES, entries_of, entry_of
from registry.errors import LotseError, SourceError, TooLargeError
from registry.model import Metadata, Period
from tests.sample_city import iri

CSV = (
    "Kennung;Titel;Kurzfassung;Phase;Thema;Ort;Beginn;Ende;Federführung;Partner;Kontakt\n"
    "P-1;Kühle Wege;Schatten.;Umsetzung;ENVI;Bahnstadt|Bergheim;2026;2027;Umweltamt;A|B;wege@example.org\n"
).encode()


def only(content: bytes, name: str, kind: str = "project") -> Metadata:
    (entry,) = entries_of(content, name, kind, "de")  # type: ignore[arg-type]
    assert entry.problem is None
    return entry.metadata


def test_a_sheet_is_read_by_the_labels_that_people_write() -> None:
    metadata = only(CSV, "liste.csv")
    assert metadata.title == {"de": "Kühle Wege"}
    assert metadata.phase == iri("phases", "umsetzung")
    assert metadata.period == Period(start="2026", end="2027")
    assert [place.name for place in metadata.places] == [{"de": "Bahnstadt"}, {"de": "Bergheim"}]
    assert [one.agent.name["de"] for one in metadata.participants] == ["Umweltamt", "A", "B"]
    assert metadata.contacts[0].email == "wege@example.org"


def test_a_workbook_says_the_same_as_the_sheet() -> None:
    book = openpyxl.Workbook()
    for row in CSV.decode().splitlines():
        book.active.append(row.split(";"))
    buffer = io.BytesIO()
    book.save(buffer)
    assert only(buffer.getvalue(), "liste.xlsx") == only(CSV, "liste.csv")


def test_json_is_a_list_lines_or_one_entry_and_our_own_export() -> None:
    first, second = {"titel": "Eins", "kurz": "x"}, {"title": {"de": "Zwei", "en": "Two"}}
    both = [first, second]
    for content in (
        json.dumps(both), json.dumps({"hinweis": "x", "eintraege": both}), "\n".join(map(json.dumps, both)),
    ):  # fmt: skip
        entries = entries_of(content.encode(), "liste.json", "project", "de")
        assert [entry.metadata.title.get("de") for entry in entries] == ["Eins", "Zwei"]
    assert only(json.dumps(first).encode(), "eins.json").title == {"de": "Eins"}
    exported = {"id": "eins", "kind": "project", "metadata": {"kind": "project", "title": {"de": "Eins"}}}
    assert only(json.dumps(exported).encode(), "export.ndjson").title == {"de": "Eins"}


def test_measures_inside_measures_are_entries_too() -> None:
    tree = [{"id": 1, "title": "Strom", "children": [{"id": 2, "title": "Solar", "teaser": "Dächer."}]}]
    entries = entries_of(json.dumps(tree).encode(), "mainz.json", "project", "de")
    assert [(entry.remote_id, entry.metadata.title["de"]) for entry in entries] == [("1", "Strom"), ("2", "Solar")]
    assert entries[1].metadata.abstract == {"de": "Dächer."}


def test_a_long_description_gives_its_first_sentences_as_abstract() -> None:
    text = "Erster Satz. " + "Zweiter Satz mit vielen Worten. " * 20
    abstract = entry_of({"title": "X", "description": text}, "project", "de").metadata.abstract["de"]
    assert text.startswith(abstract)
    assert abstract.endswith(".")
    assert len(abstract) <= 300
    assert entry_of({"title": "X", "description": "wort " * 200}, "project", "de").metadata.abstract == {}


@pytest.mark.parametrize("name", ["codefor_de_projekte.jsonl", "mainz_klimaschutz_massnahmen.json"])
def test_public_lists_are_read_whole(name: str, shared: Path) -> None:
    file = shared / "data" / "projects" / name
    entries = entries_of(file.read_bytes(), name, "project", "de")
    assert len(entries) == {"codefor_de_projekte.jsonl": 249, "mainz_klimaschutz_massnahmen.json": 55}[name]
    assert not any(entry.problem for entry in entries)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "leer.csv"), (b"\x00\x01\x02\x03", "bild.bin"), (b"{", "kaputt.json"), (b"[]", "leer.json"),
        (b"PK\x03\x04 kein Archiv", "kaputt.xlsx"), (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "kaputt.ics"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><iati-activities><iati-activity/></iati-activities>', "verweise.xml"),
        (b"<iati-activities><iati-activity>", "offen.xml"), (b"a;b\n1;2\n", "ohne-titel.csv"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_so(content: bytes, name: str) -> None:
    with pytest.raises(LotseError) as raised:
        entries_of(content, name, "project", "de")
    assert raised.value.message


def test_a_file_that_is_too_large_or_has_too_many_entries_is_refused() -> None:
    with pytest.raises(TooLargeError):
        entries_of(b" " * (MAX_FILE_BYTES + 1), "gross.json", "project", "de")
    many = json.dumps([{"title": str(number)} for number in range(MAX_ENTRIES + 1)])
    with pytest.raises(TooLargeError):
        entries_of(many.encode(), "viele.json", "project", "de")


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("liste.csv", "Titel\nX\n")
    with pytest.raises(SourceError):
        entries_of(buffer.getvalue(), "liste.zip", "project", "de")


def test_an_entry_without_a_title_costs_itself_only() -> None:
    entries = entries_of(json.dumps([{"id": "1"}, {"id": "2", "title": "Zwei"}]).encode(), "a.json", "project", "de")
    assert [entry.problem is None for entry in entries] == [False, True]


def test_formulas_in_a_sheet_stay_text() -> None:
    content = b'Kennung;Titel;Kurzfassung\n1;"=HYPERLINK(""https://example.org"")";"@SUM(1)"\n'
    metadata = only(content, "formeln.csv")
    assert metadata.title == {"de": '=HYPERLINK("https://example.org")'}
    assert metadata.abstract == {"de": "@SUM(1)"}
