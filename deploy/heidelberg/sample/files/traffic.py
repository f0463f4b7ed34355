"""Sample files about traffic: bicycles, parking, vehicles, roadworks."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from deploy.heidelberg.sample.files import writers
from deploy.heidelberg.sample.files.places import DISTRICTS, STREETS, district, point

# Counting station -> its district, and how many bicycles pass in a usual hour.
STATIONS: Final[dict[str, tuple[str, int]]] = {
    "Ernst-Walz-Brücke": ("Bergheim", 260),
    "Theodor-Heuss-Brücke": ("Neuenheim", 310),
    "Plöck": ("Altstadt", 330),
    "Gaisbergstraße": ("Weststadt", 150),
    "Bahnstadt-Promenade": ("Bahnstadt", 140),
    "Mannheimer Straße": ("Wieblingen", 70),
    "Eppelheimer Straße": ("Pfaffengrund", 80),
    "Rohrbacher Straße": ("Südstadt", 120),
    "Kurfürsten-Anlage": ("Weststadt", 160),
    "Berliner Straße": ("Neuenheim", 210),
    "Mittermaierstraße": ("Bergheim", 190),
    "Pleikartsförster Straße": ("Kirchheim", 60),
    "Uferstraße": ("Neuenheim", 110),
    "Schlierbacher Landstraße": ("Schlierbach", 50),
}
_HOURS: Final = (2, 1, 1, 1, 2, 8, 30, 85, 100, 60, 45, 45, 55, 55, 55, 65, 90, 110, 90, 60, 40, 25, 15, 8)  # per cent
_MONTHS: Final = (45, 50, 70, 90, 115, 125, 125, 110, 115, 95, 65, 45)  # per cent
_DEGREES: Final = (2, 3, 7, 11, 16, 19, 21, 21, 16, 11, 6, 3)
GARAGES: Final = (
    ("P1", "Poststraße", "Altstadt", 480),
    ("P2", "Stadtbücherei", "Weststadt", 290),
    ("P3", "Bauhaus", "Bergheim", 210),
    ("P4", "Mitte", "Weststadt", 360),
    ("P5", "Darmstädter Hof", "Altstadt", 240),
    ("P6", "Kraus", "Altstadt", 170),
    ("P7", "Friedrich-Ebert-Platz", "Altstadt", 155),
    ("P8", "Triplex", "Altstadt", 120),
    ("P9", "Am Theater", "Altstadt", 130),
    ("P10", "Friedrich-Ebert-Anlage", "Altstadt", 150),
    ("P12", "Kornmarkt", "Altstadt", 265),
    ("P13", "Karlsplatz", "Altstadt", 280),
    ("P14", "Kurfürst", "Weststadt", 190),
    ("P16", "Nordbrückenkopf", "Neuenheim", 85),
    ("P21", "Bahnhof", "Bergheim", 410),
    ("P22", "Kongress", "Bahnstadt", 520),
)


@cache
def _bicycles_by_hour() -> list[tuple[datetime, str, int | None, float]]:
    chance = random.Random("radverkehr-zaehlstellen/stunde.csv")
    rows: list[tuple[datetime, str, int | None, float]] = []
    hour = datetime(2025, 1, 1)
    while hour.year == 2025:
        share = _HOURS[hour.hour] * _MONTHS[hour.month - 1] * (65 if hour.weekday() > 4 else 100) / 1_000_000
        degrees = round(_DEGREES[hour.month - 1] + 4 * share + chance.uniform(-4, 4), 1)
        for station, (_, usual) in STATIONS.items():
            broken = station == "Uferstraße" and hour.month == 8 and 4 <= hour.day <= 17  # the counter was out of order
            rows.append((hour, station, None if broken else int(usual * share * chance.uniform(0.6, 1.4)), degrees))
        hour += timedelta(hours=1)
    return rows


@cache
def bicycles_by_hour() -> bytes:
    return writers.csv(("Zeit", "Zählstelle", "Fahrräder", "Temperatur"), _bicycles_by_hour())


@cache
def bicycles_by_day() -> bytes:
    """The days of 2024 to June 2026; those of 2025 are the sums of the hours."""
    sums: dict[tuple[date, str], int] = {}
    for hour, station, count, _ in _bicycles_by_hour():
        if count is not None:
            key = hour.date(), station
            sums[key] = sums.get(key, 0) + count
    chance = random.Random("radverkehr-zaehlstellen/tag.csv")
    day, rows = date(2024, 1, 1), []
    while day < date(2026, 7, 1):
        for station, (_, usual) in STATIONS.items():
            share = sum(_HOURS) * _MONTHS[day.month - 1] * (65 if day.weekday() > 4 else 100) / 1_000_000
            made_up = int(usual * share * chance.uniform(0.75, 1.25))
            rows.append((day, station, sums.get((day, station)) if day.year == 2025 else made_up))
        day += timedelta(days=1)
    return writers.csv(("Datum", "Zählstelle", "Fahrräder"), rows)


@cache
def counting_stations() -> bytes:
    chance = random.Random("radverkehr-zaehlstellen/standorte.geojson")
    rows = [
        (number, name, where, *point(chance, where)) for number, (name, (where, _)) in enumerate(STATIONS.items(), 1)
    ]
    return writers.geojson(("Nummer", "Zählstelle", "Stadtteil", "Längengrad", "Breitengrad"), rows)


@cache
def garages() -> bytes:
    chance = random.Random("parkhaeuser-belegung/belegung.json")
    items = [
        {
            "kuerzel": short,
            "name": name,
            "stadtteil": where,
            "plaetze": places,
            "frei": chance.randrange(places),
            "status": "offen",
        }
        for short, name, where, places in GARAGES
    ]
    return writers.listed("parkhaeuser", items, stand="2026-11-20T06:00:00+01:00")


@cache
def bicycle_stands() -> bytes:
    chance = random.Random("fahrradabstellanlagen/anlagen.csv")
    header = ("Nummer", "Standort", "Stadtteil", "Plätze", "Überdacht", "Ladepunkt")
    rows = []
    for number in range(1, 141):
        where = chance.choice(["Altstadt", "Bahnstadt", "Weststadt"]) if number < 100 else district(chance)
        location = f"{chance.choice(STREETS)} {chance.randint(1, 60)}"
        rows.append(
            (f"F{number:03}", location, where, 2 * chance.randint(3, 40), chance.random() < 0.3, chance.random() < 0.1)
        )
    return writers.csv(header, rows)


@cache
def disabled_parking() -> bytes:
    chance = random.Random("behindertenparkplaetze/plaetze.geojson")
    header = ("Nummer", "Straße", "Stadtteil", "Breite", "Zeitlich begrenzt", "Längengrad", "Breitengrad")
    rows = []
    for number in range(1, 97):
        where = district(chance)
        width = round(chance.choice([3.5, 3.5, 3.5, 3.8, 4.0]), 1)
        rows.append((number, chance.choice(STREETS), where, width, chance.random() < 0.2, *point(chance, where)))
    return writers.geojson(header, rows)


def _roadworks() -> Iterator[dict[str, Any]]:
    chance = random.Random("baustellen/baustellen.geojson")
    for number in range(1, 29):
        where = district(chance)
        begin = date(2026, 9, 1) + timedelta(days=chance.randrange(90))
        (x, y), turn = point(chance, where), chance.uniform(-0.002, 0.002)
        properties = {
            "nummer": f"B{number:02}",
            "strasse": chance.choice(STREETS),
            "stadtteil": where,
            "von": begin.isoformat(),
            "bis": (begin + timedelta(days=chance.randint(5, 150))).isoformat(),
            "vollsperrung": chance.random() < 0.3,
        }
        line = {"type": "LineString", "coordinates": [[x, y], [round(x + 0.002, 5), round(y + turn, 5)]]}
        yield {"type": "Feature", "geometry": line, "properties": properties}


@cache
def roadworks() -> bytes:
    return writers.collection([*_roadworks()])


@cache
def vehicles() -> bytes:
    """Registered vehicles on the first day of each quarter."""
    chance = random.Random("kfz-zulassungen/fahrzeuge.csv")
    drives = {"Benzin": 210, "Diesel": 110, "Elektro": 28, "Hybrid": 40, "Gas": 4}
    days = [date(year, month, 1) for year in (2024, 2025, 2026) for month in (1, 4, 7, 10)]
    rows = [
        (
            day,
            where,
            drive,
            int(size * usual * chance.uniform(0.9, 1.1) / 10 * (1 + (number / 16 if drive == "Elektro" else 0))),
        )
        for number, day in enumerate(days)
        for where, (_, _, size) in DISTRICTS.items()
        for drive, usual in drives.items()
    ]
    return writers.csv(("Stichtag", "Stadtteil", "Antrieb", "Fahrzeuge"), rows)
