"""Sample files about people, schools, culture and money."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from deploy.heidelberg.sample.files import writers
from deploy.heidelberg.sample.files.places import DISTRICTS, STREETS, district, point
from deploy.heidelberg.sample.files.writers import Cell

AGES: Final = {
    "0 bis 5": 5,
    "6 bis 17": 9,
    "18 bis 29": 26,
    "30 bis 44": 22,
    "45 bis 64": 22,
    "65 bis 79": 11,
    "80 und älter": 5,
}
_RESIDENTS: Final = ("Stichtag", "Stadtteil", "Altersgruppe", "Geschlecht", "Einwohner")
_SCHOOLS: Final = (
    "Schulnummer",
    "Name",
    "Schulart",
    "Stadtteil",
    "Ganztag",
    "Barrierefrei",
    "Längengrad",
    "Breitengrad",
)
_DAY_CARE: Final = ("Nummer", "Name", "Träger", "Stadtteil", "Plätze", "Krippenplätze", "Längengrad", "Breitengrad")
_BUDGET: Final = ("Jahr", "Teilhaushalt", "Produktbereich", "Erträge", "Aufwendungen")
AREAS: Final = (  # part of the budget, product area, thousands of euros that come in and go out in a year
    ("Bildung", "Schulen", 21_000, 64_000),
    ("Bildung", "Kindertagesstätten", 58_000, 121_000),
    ("Kultur", "Museen", 1_900, 9_800),
    ("Kultur", "Theater", 12_500, 31_000),
    ("Kultur", "Bücherei", 700, 7_600),
    ("Verkehr", "Straßen", 9_400, 38_000),
    ("Verkehr", "Radwege", 1_100, 6_200),
    ("Umwelt", "Grünflächen", 800, 17_300),
    ("Umwelt", "Stadtwald", 600, 2_400),
    ("Soziales", "Hilfen", 83_000, 142_000),
    ("Sicherheit", "Feuerwehr", 3_300, 22_700),
    ("Sport", "Bäder", 2_200, 11_900),
    ("Sport", "Sportstätten", 1_400, 8_800),
)


@cache
def _residents() -> list[tuple[Cell, ...]]:
    chance = random.Random("einwohner-nach-alter/einwohner.csv")
    return [
        (
            date(year, 12, 31),
            where,
            age,
            gender,
            int(size * share * 5.2 * chance.uniform(0.9, 1.1) * (1 + (year - 2019) / 150)),
        )
        for year in range(2019, 2026)
        for where, (_, _, size) in DISTRICTS.items()
        for age, share in AGES.items()
        for gender in ("männlich", "weiblich")
    ]


@cache
def residents() -> bytes:
    return writers.csv(_RESIDENTS, _residents())


@cache
def residents_sheet() -> bytes:
    return writers.xlsx(_RESIDENTS, _residents(), "Einwohner")


@cache
def moves() -> bytes:
    chance = random.Random("zuzuege-fortzuege/wanderung.csv")
    rows = [
        (f"{year}-{month:02}", where, int(size * chance.uniform(8, 16)), int(size * chance.uniform(7, 15)))
        for year in (2024, 2025)
        for month in range(1, 13)
        for where, (_, _, size) in DISTRICTS.items()
    ]
    return writers.csv(("Monat", "Stadtteil", "Zuzüge", "Fortzüge"), rows)


@cache
def first_names() -> bytes:
    chance = random.Random("vornamen/vornamen.csv")
    girls = ("Anna", "Clara", "Ella", "Emilia", "Emma", "Frieda", "Ida", "Johanna", "Lina", "Mia")
    boys = ("Anton", "Ben", "Elias", "Emil", "Felix", "Jakob", "Leo", "Noah", "Oskar", "Paul")
    rows = [
        (year, name, gender, chance.randint(5, 38))
        for year in (2023, 2024, 2025)
        for gender, names in (("weiblich", girls), ("männlich", boys))
        for name in names
    ]
    return writers.csv(("Jahr", "Vorname", "Geschlecht", "Anzahl"), rows)


@cache
def _schools() -> list[tuple[Cell, ...]]:
    chance = random.Random("schulen/schulen.csv")
    kinds = (
        ["Grundschule"] * 18
        + ["Gymnasium"] * 8
        + ["Realschule"] * 5
        + ["Gemeinschaftsschule"] * 4
        + ["Berufsschule"] * 5
    )
    rows: list[tuple[Cell, ...]] = []
    for number, kind in enumerate(kinds, 1):
        where = district(chance)
        name = f"{kind} {chance.choice(STREETS)}"
        rows.append(
            (
                f"0{4100 + number}",
                name,
                kind,
                where,
                chance.random() < 0.5,
                chance.random() < 0.6,
                *point(chance, where),
            )
        )
    return rows


@cache
def schools() -> bytes:
    return writers.csv_without_place(_SCHOOLS, _schools())


@cache
def schools_on_the_map() -> bytes:
    return writers.geojson(_SCHOOLS, _schools())


def _pupils() -> Iterator[tuple[Cell, ...]]:
    chance = random.Random("schuelerzahlen/schueler.csv")
    grades = {
        "Grundschule": (1, 4),
        "Gymnasium": (5, 12),
        "Realschule": (5, 10),
        "Gemeinschaftsschule": (1, 10),
        "Berufsschule": (11, 13),
    }
    for year in ("2023/24", "2024/25", "2025/26"):
        for number, _, kind, where, *_ in _schools():
            first, last = grades[str(kind)]
            for grade in range(first, last + 1):
                yield year, number, kind, where, grade, chance.randint(38, 96)


@cache
def pupils() -> bytes:
    return writers.csv(("Schuljahr", "Schulnummer", "Schulart", "Stadtteil", "Klassenstufe", "Schüler"), _pupils())


@cache
def _day_care() -> list[tuple[Cell, ...]]:
    chance = random.Random("kindertagesstaetten/kitas.csv")
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, 76):
        where, places = district(chance), chance.randint(20, 130)
        carrier = chance.choice(["Stadt", "Kirche", "Verein", "Betrieb"])
        name = f"Kita {chance.choice(STREETS)}"
        rows.append(
            (f"K{number:02}", name, carrier, where, places, chance.randint(0, places // 2), *point(chance, where))
        )
    return rows


@cache
def day_care() -> bytes:
    return writers.csv_without_place(_DAY_CARE, _day_care())


@cache
def day_care_on_the_map() -> bytes:
    return writers.geojson(_DAY_CARE, _day_care())


@cache
def waiting_times() -> bytes:
    """The working days of 2025, each hour that the offices are open."""
    chance = random.Random("wartezeiten-buergerdienste/wartezeiten.csv")
    rows, day = [], date(2025, 1, 2)
    while day.year == 2025:
        for hour in range(8, 16) if day.weekday() < 5 else ():
            for office, usual in (("Altstadt", 18), ("Kirchheim", 12), ("Ziegelhausen", 7)):
                visitors = chance.randint(2, 16)
                wait = round(usual * visitors / 9 * chance.uniform(0.6, 1.4), 1)
                rows.append((datetime(day.year, day.month, day.day, hour), office, wait, visitors))
        day += timedelta(days=1)
    return writers.csv(("Zeit", "Bürgeramt", "Wartezeit", "Besucher"), rows)


@cache
def waiting_now() -> bytes:
    items = [
        {"buergeramt": name, "wartezeit": wait, "wartende": people}
        for name, wait, people in (("Altstadt", 14, 6), ("Kirchheim", 9, 3), ("Ziegelhausen", 4, 1))
    ]
    return writers.listed("buergeraemter", items, stand="2026-11-20T10:15:00+01:00")


@cache
def museum_visits() -> bytes:
    """January 2024 to September 2026."""
    chance = random.Random("museen-besuche/besuche.csv")
    houses = {
        "Stadtmuseum": 6200,
        "Kunsthalle": 3900,
        "Apothekenmuseum": 5100,
        "Technikmuseum": 2700,
        "Kindermuseum": 1800,
    }
    months = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][:33]
    rows = [
        (month, house, int(usual * chance.uniform(0.6, 1.5))) for month in months for house, usual in houses.items()
    ]
    return writers.csv(("Monat", "Museum", "Besuche"), rows)


@cache
def _budget() -> list[tuple[Cell, ...]]:
    return [
        (year, part, area, earned * 1000 + 7 * (year - 2000) * 100, spent * 1000 + 13 * (year - 2000) * 1000)
        for year in (2025, 2026)
        for part, area, earned, spent in AREAS
    ]


@cache
def budget() -> bytes:
    """Amounts as they are printed: 1.234.567,00."""
    return writers.csv(
        _BUDGET, ((*row[:3], *(f"{amount:,}".replace(",", ".") + ",00" for amount in row[3:])) for row in _budget())
    )


@cache
def budget_sheet() -> bytes:
    return writers.xlsx(_BUDGET, _budget(), "Haushaltsplan")
