"""The pages of events and public services: the date or the way to the office first, and no dead end; the strip of data.

Covers: api/pages/occasions.py, api/pages/deliveries.py, registry/store/version_days.py
"""

import re
from datetime import date, timedelta

from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.pages.deliveries import RECENT_DAYS, recent
from api.pages.using import recipes_of_service
from registry.catalog import Catalog
from registry.model import Agent, Contact, Metadata
from registry.model.timing import today
from registry.store.version_days import version_days
from tests.builders import a_dataset
from tests.town import take

DAILY = "http://publications.europa.eu/resource/authority/frequency/DAILY"


def an_event(title: str, days: int) -> Metadata:
    day = today() + timedelta(days=days)
    return Metadata(kind="event", title={"de": title}, description={"de": f"{title}. Mehr davon."},
                    starts=f"{day}T18:00:00+01:00")  # fmt: skip


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_an_event_says_first_when_it_is_and_names_others(client: TestClient, filled: Catalog) -> None:
    first, *_others = take(filled, an_event("Messtag", 3), an_event("Datencafé", 5), an_event("Vorbei", -5), source="x")
    page = client.get(f"/veranstaltungen/{first}").text
    shown = text(page.partition("<main")[2])
    assert "In 3 Tagen." in shown
    assert "In den Kalender" in shown
    assert f'href="/veranstaltungen/{first}.ics"' in page
    assert "Weitere Veranstaltungen" in shown
    assert "Datencafé" in shown
    assert "Vorbei" not in shown
    assert '<p class="lead">Messtag.' in page
    assert "In 3 days." in text(client.get(f"/en/events/{first}").text)


def test_an_event_that_is_over_says_so_and_offers_no_calendar(client: TestClient, filled: Catalog) -> None:
    (id,) = take(filled, an_event("Vorbei", -5), source="x")
    page = client.get(f"/veranstaltungen/{id}").text
    assert "Diese Veranstaltung ist vorbei." in page
    assert "In den Kalender" not in page


def test_a_public_service_says_how_to_reach_the_office_and_names_its_others(
    client: TestClient, filled: Catalog
) -> None:
    office = Agent(name={"de": "Amt"})
    service = Metadata(kind="publicservice", title={"de": "Störung melden"}, publisher=office,
                       description={"de": "Rund um die Uhr. Auch im Netz."}, landing_page="https://amt.example.org/melden",
                       contacts=(Contact(email="amt@example.org"),))  # fmt: skip
    id, other = take(filled, service, replace(service, title={"de": "Anschluss beantragen"}), source="x")
    page = client.get(f"/leistungen/{id}").text
    assert page.index("So erreichen Sie die Stelle") < page.index("Fragen und Antworten")
    assert 'href="https://amt.example.org/melden"' in page
    assert 'href="mailto:amt@example.org"' in page
    assert f'href="/leistungen/{other}"' in page.partition("Weitere Leistungen dieser Stelle")[2]


def test_a_public_service_without_an_office_names_no_others_of_it(client: TestClient, filled: Catalog) -> None:
    service = Metadata(kind="publicservice", title={"de": "Störung melden"}, description={"de": "Rund um die Uhr."})
    id, _other = take(filled, service, replace(service, title={"de": "Anschluss beantragen"}), source="x")
    assert "Weitere Leistungen dieser Stelle" not in client.get(f"/leistungen/{id}").text


def test_a_data_service_says_how_a_program_asks_it() -> None:
    service = Metadata(kind="service", endpoint="https://api.example.org/v1?a=1&b=2")
    curl, python, r = recipes_of_service(service, "de")
    assert curl.code == "curl -L 'https://api.example.org/v1?a=1&b=2'"
    compile(python.code, "recipe", "exec")
    assert '"https://api.example.org/v1?a=1&b=2"' in r.code
    assert recipes_of_service(replace(service, endpoint="mailto:x"), "de") == ()
    assert recipes_of_service(Metadata(kind="dataset", endpoint="https://api.example.org/"), "de") == ()


def test_the_strip_has_a_mark_for_each_day_with_a_delivery_and_a_ring_for_the_next() -> None:
    now = date(2026, 12, 1)
    daily = Metadata(kind="dataset", frequency=DAILY, modified="2026-12-01")
    strip = recent(daily, lambda _: [date(2026, 11, 30), date(2026, 10, 3), date(2026, 9, 1)], now)
    assert strip is not None
    assert strip.ticks == (0, 58, 59)
    assert len(strip.gaps) == RECENT_DAYS - 3
    assert strip.next == 1
    late = recent(replace(daily, modified="2026-11-01"), lambda _: [], now)
    assert late is not None
    assert late.next is None
    yearly = replace(daily, frequency=DAILY.replace("DAILY", "ANNUAL"))
    assert recent(yearly, lambda _: [], now) is None
    assert recent(replace(daily, frequency=""), lambda _: [], now) is None


def test_the_strip_stands_on_the_page_of_a_dataset(client: TestClient, filled: Catalog) -> None:
    dataset = replace(a_dataset("Pegel"), frequency=DAILY, modified=today().isoformat())
    (id,) = take(filled, dataset, source="x")
    page = client.get(f"/daten/{id}").text
    assert page.count('class="tick-mark"') == 1
    assert "In den letzten 60 Tagen eine Lieferung. Die nächste ist morgen fällig." in text(page)
    assert version_days(filled.store.engine, id, today() - timedelta(days=1)) == [today()]
    assert version_days(filled.store.engine, id, today() + timedelta(days=2)) == []
