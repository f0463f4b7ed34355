"""Every list and search as CSV, XLSX, iCalendar, JSON and Atom, with the same filters as the page.

Covers: api/data/lists.py, api/data/tables.py, api/data/spreadsheets.py, api/data/calendars.py, api/data/appointments.py
"""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from msgspec.structs import replace
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.data import lists
from api.data.calendars import calendar
from api.data.spreadsheets import Sheet, csv_bytes, xlsx_bytes
from api.data.tables import Cell
from api.web.negotiate import LISTS, Format
from registry.catalog import Catalog
from registry.model import Metadata, Milestone, Opportunity, Record
from tests.builders import a_dataset, a_project
from tests.town import BASE, Town, take

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def table(client: TestClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def events(body: bytes) -> dict[str, dict[str, object]]:
    parsed = Calendar.from_ical(body)
    assert parsed.get_missing_tzids() == set()
    answers = {}
    for event in parsed.walk("VEVENT"):
        fields = {name.lower(): event[name] for name in event}
        answers[str(event["uid"])] = {name: getattr(value, "dt", str(value)) for name, value in fields.items()}
    return answers


def an_event(**fields: object) -> Record:
    metadata = Metadata(kind="event", title={"de": "Messtag"}, **fields)  # type: ignore[arg-type]
    return Record(id="messtag", said=metadata, changed=AT, number=7)


def one(record: Record) -> dict[str, object]:
    (event,) = events(calendar([record], "Termine", f"{BASE}/x.ics", BASE, "de")).values()
    return event


# -- lists


@pytest.mark.parametrize("form", LISTS, ids=lambda form: form.name)
@pytest.mark.parametrize(
    "stem", ["/suche", "/en/search", "/daten", "/projekte", "/en/events", "/organisationen", "/leistungen"]
)
def test_every_list_can_be_had_in_every_format(client: TestClient, stem: str, form: Format) -> None:
    answer = client.get(f"{stem}.{form.name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == form.type
    assert answer.headers["access-control-allow-origin"] == "*"
    again = client.get(f"{stem}.{form.name}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_list_has_the_filters_of_its_page(client: TestClient) -> None:
    assert [row["id"] for row in table(client, "/suche.csv?q=radwege")] == ["radwege"]
    assert [row["id"] for row in table(client, "/projekte.csv")] == ["radschnellweg"]
    assert "parkplaetze" not in [row["id"] for row in table(client, "/daten.csv?theme=TRAN")]
    assert client.get("/projekte.json").json()["total"] == 1
    assert b"radschnellweg" in client.get("/projekte.atom").content
    assert b"/id/radwege<" not in client.get("/projekte.atom").content


def test_the_whole_list_is_in_the_file_whatever_page_is_asked_for(client: TestClient) -> None:
    assert len(table(client, "/daten.csv?size=1&page=2")) == 3


def test_words_of_the_language_of_the_address(client: TestClient) -> None:
    assert table(client, "/projekte.csv")[0]["kind"] == "Projekt"
    english = table(client, "/en/projects.csv")[0]
    assert english["kind"] == "Project"
    assert english["url"] == f"{BASE}/en/projects/radschnellweg"


def test_what_is_cut_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_ROWS", 2)
    answer = client.get("/daten.csv")
    assert 'filename="daten-1-2.csv"' in answer.headers["content-disposition"]
    book = load_workbook(io.BytesIO(client.get("/daten.xlsx").content))
    about = {label.value: value.value for label, value in book["Info"].iter_rows()}
    assert (about["Einträge in der Liste"], about["Einträge in dieser Datei"]) == ("3", "2")
    assert "Gekürzt" in about


def test_a_wrong_parameter_is_a_problem_and_no_page(client: TestClient) -> None:
    answer = client.get("/projekte.csv?from=gestern", headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_the_pages_name_the_files(browser: TestClient) -> None:
    page = browser.get("/projekte?theme=TRAN").text
    for suffix in ("csv", "xlsx", "ics"):
        assert f'href="/projekte.{suffix}?theme=TRAN"' in page
    assert ".ics" not in browser.get("/daten").text
    assert 'href="/projekte/kuehle-wege.ics"' in browser.get("/projekte/kuehle-wege").text


# -- tables


def test_a_formula_is_guarded_and_the_last_column_says_where() -> None:
    rows = list(csv.reader(io.StringIO(csv_bytes(("a", "b", "c"), [["=1+1", Decimal("-5"), "x"]]).decode("utf-8-sig"))))
    assert rows == [["a", "b", "c", "guarded"], ["'=1+1", "-5", "x", "a"]]


def test_a_sheet_has_real_days_and_numbers_and_no_formulas() -> None:
    cells: list[Cell] = [
        "=1+1",
        "#N/A",
        "01067",
        "a\x07b",
        Decimal("120000.50"),
        date(2026, 3, 4),
        datetime(2026, 3, 4, 5, 6),
        None,
    ]
    content = xlsx_bytes([Sheet("A/B", ["x"] * len(cells), [cells])], [("Stand", "heute")])
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    values = [cell.value for cell in sheet[2]]
    assert values[:4] == ["=1+1", "#N/A", "01067", "a\ufffdb"]
    assert [cell.data_type for cell in sheet[2]][:4] == ["s"] * 4
    assert values[4:] == [120000.5, datetime(2026, 3, 4), datetime(2026, 3, 4, 5, 6), None]
    assert sheet.freeze_panes == "A2"


def test_a_month_stays_a_month(catalog: Catalog, town: Town) -> None:
    take(catalog, a_project("Radweg", starts="2026-03", ends="2027-04-05"))
    (row,) = table(TestClient(town.app), "/projekte.csv")
    assert (row["starts"], row["ends"]) == ("2026-03", "2027-04-05")


def test_a_list_of_data_has_licence_and_formats(client: TestClient) -> None:
    row = next(row for row in table(client, "/daten.csv") if row["id"] == "radwege")
    assert row["formats"] == "CSV"
    assert "phase" not in row
    assert "formats" not in table(client, "/suche.csv")[0]


# -- calendars


def test_an_hour_is_in_the_time_of_the_city() -> None:
    event = one(an_event(starts="2026-07-01T08:00:00Z", ends="2026-07-01T09:30:00+00:00"))
    assert event["dtstart"] == datetime(2026, 7, 1, 10, tzinfo=BERLIN)
    assert event["dtend"] == datetime(2026, 7, 1, 11, 30, tzinfo=BERLIN)
    body = calendar([an_event(starts="2026-12-01T10:00:00")], "T", BASE, BASE, "de")
    assert b"DTSTART;TZID=Europe/Berlin:20261201T100000" in body


def test_a_day_ends_on_the_day_after_it() -> None:
    event = one(an_event(starts="2026-07-01", ends="2026-07-03"))
    assert (event["dtstart"], event["dtend"]) == (date(2026, 7, 1), date(2026, 7, 4))
    assert one(an_event(starts="2026-07-01"))["dtend"] == date(2026, 7, 2)


def test_uid_and_stamp_come_from_the_record() -> None:
    event = one(an_event(starts="2026-07-01"))
    assert event["uid"] == "messtag@daten.example.org"
    assert event["dtstamp"] == AT
    twice = [calendar([an_event(starts="2026-07-01")], "T", BASE, BASE, "de") for _ in range(2)]
    assert twice[0] == twice[1]


def test_milestones_and_calls_of_a_project_are_appointments_that_keep_their_uid() -> None:
    milestone = Milestone(title={"de": "Netz fertig"}, planned="2027-08")
    call = Opportunity(title={"de": "Abend"}, ends="2027-01-18")
    project = Record(id="netz", said=a_project("Netz", milestones=(milestone,), opportunities=(call,)), changed=AT)
    before = events(calendar([project], "T", BASE, BASE, "de"))
    moved = replace(project, said=replace(project.said, milestones=(replace(milestone, planned="2027-09-02"),)))
    after = events(calendar([moved], "T", BASE, BASE, "de"))
    (uid,) = [uid for uid, event in before.items() if "Netz fertig" in str(event["summary"])]
    assert (before[uid]["dtstart"], before[uid]["dtend"]) == (date(2027, 8, 1), date(2027, 9, 1))
    assert before[uid]["summary"] == "Netz fertig, August 2027, Tag offen (Netz)"
    assert after[uid]["dtstart"] == date(2027, 9, 2)
    assert after[uid]["summary"] == "Netz fertig (Netz)"
    assert len(before) == 2


def test_the_text_of_a_source_adds_no_line_to_a_calendar() -> None:
    title = "A\r\nEND:VEVENT\rX-EVIL:1\x07;,"
    event = replace(
        an_event(starts="2026-07-01"), said=Metadata(kind="event", title={"de": title}, starts="2026-07-01")
    )
    body = calendar([event], title, BASE, BASE, "de")
    assert not [line for line in body.splitlines() if line.startswith((b"X-EVIL", b"END:VEVENT\x00"))]
    assert body.count(b"\r\nEND:VEVENT\r\n") == 1


def test_the_calendar_of_one_record(browser: TestClient, city: Town) -> None:
    answer = browser.get("/veranstaltungen/messtag.ics")
    assert answer.status_code == 200
    assert list(events(answer.content)) == ["messtag@testserver"]
    assert browser.get("/en/projects/messtag.ics").headers["location"] == "/en/events/messtag.ics"
    assert browser.get("/veranstaltungen/gibt-es-nicht.ics").status_code == 404
    missing = browser.get("/daten/baumkataster.ics")
    assert missing.status_code == 404
    assert "no dates" in missing.json()["detail"]


def test_a_dataset_without_dates_is_in_no_calendar(client: TestClient) -> None:
    assert events(client.get("/daten.ics").content) == {}


def test_a_list_does_not_show_what_is_withdrawn(catalog: Catalog, town: Town) -> None:
    (id,) = take(catalog, a_dataset("Radwege"))
    catalog.withdraw(id, "redaktion", "alt")
    assert table(TestClient(town.app), "/daten.csv") == []
