"""Sample files of the utility: charging, light, electricity, heat, water, pools, garages, the mountain railway."""

import random
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from deploy.heidelberg.sample.files import writers
from deploy.heidelberg.sample.files.places import DISTRICTS, STREETS, district, point
from deploy.heidelberg.sample.files.writers import Cell

_CHARGING: Final = ("Kennung", "Standort", "Stadtteil", "Leistung", "Stecker", "Plätze", "Längengrad", "Breitengrad")
_LIGHTS: Final = ("Leuchtennummer", "Straße", "Stadtteil", "Lampe", "Leistung", "Baujahr", "Längengrad", "Breitengrad")
POOLS: Final = {  # pool -> its kind, guests in a usual hour
    "Thermalbad": ("Freibad", 55),
    "Tiergartenbad": ("Freibad", 120),
    "Hallenbad Köpfel": ("Hallenbad", 30),
    "Hallenbad Hasenleiser": ("Hallenbad", 38),
}


@cache
def _charging_points() -> list[tuple[Cell, ...]]:
    chance = random.Random("ladepunkte/ladepunkte.csv")
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, 65):
        where = district(chance)
        plug, power = chance.choice([("Typ 2", 11.0), ("Typ 2", 22.0), ("CCS", 50.0), ("CCS", 150.0)])
        rows.append(
            (
                f"L{number:03}",
                chance.choice(STREETS),
                where,
                power,
                plug,
                chance.choice([1, 2, 2, 4]),
                *point(chance, where),
            )
        )
    return rows


@cache
def charging_points() -> bytes:
    return writers.csv_without_place(_CHARGING, _charging_points())


@cache
def charging_points_on_the_map() -> bytes:
    return writers.geojson(_CHARGING, _charging_points())


@cache
def charging_points_kml() -> bytes:
    return writers.kml(_CHARGING, _charging_points(), "Öffentliche Ladepunkte")


@cache
def charging_use(year: int) -> bytes:
    chance = random.Random(f"auslastung-{year}.csv")
    days = [date(year, 1, 1) + timedelta(days=day) for day in range(366 if year % 4 == 0 else 365)]
    rows = [
        (day, f"L{number:03}", round(chance.uniform(0, 9 + number % 6), 2)) for day in days for number in range(1, 21)
    ]
    return writers.csv(("Datum", "Ladepunkt", "Stunden belegt"), rows)


@cache
def _lights() -> list[tuple[Cell, ...]]:
    chance = random.Random("strassenbeleuchtung/leuchten.csv")
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, 901):
        where = district(chance)
        lamp, watts = chance.choices([("LED", 28), ("Natriumdampf", 70), ("Leuchtstoff", 36)], [5, 3, 2])[0]
        year = chance.randint(2012, 2025) if lamp == "LED" else chance.randint(1978, 2010)
        about = (lamp, watts + 2 * chance.randint(0, 8), year)
        rows.append((f"{number:06}", chance.choice(STREETS), where, *about, *point(chance, where)))
    return rows


@cache
def street_lights() -> bytes:
    return writers.csv(_LIGHTS, _lights())


@cache
def street_lights_on_the_map() -> bytes:
    return writers.geojson(_LIGHTS, _lights())


def _months(first: int, last: int) -> list[str]:
    return [f"{year}-{month:02}" for year in range(first, last + 1) for month in range(1, 13)]


@cache
def electricity() -> bytes:
    chance = random.Random("stromverbrauch-stadtteile/strom.csv")
    rows = [
        (month, where, group, round(size * usual * chance.uniform(0.85, 1.15), 1))
        for month in _months(2020, 2025)
        for where, (_, _, size) in DISTRICTS.items()
        for group, usual in (("Haushalte", 140), ("Gewerbe", 220))
    ]
    return writers.csv(("Monat", "Stadtteil", "Gruppe", "Verbrauch"), rows)


@cache
def solar_power() -> bytes:
    """June 2025, a value each quarter of an hour."""
    chance = random.Random("photovoltaik-einspeisung/einspeisung.csv")
    rows = []
    for step in range(30 * 96):
        time = datetime(2025, 6, 1) + timedelta(minutes=15 * step)
        sun = max(0.0, 1 - ((time.hour + time.minute / 60 - 13) / 7.5) ** 2)
        rows.append((time, round(1800 * sun * chance.uniform(0.4, 1), 1)))
    return writers.csv(("Zeit", "Einspeisung"), rows)


@cache
def heat() -> bytes:
    """January 2020 to September 2026."""
    chance = random.Random("fernwaerme-abgabe/waerme.csv")
    usual = (78, 70, 61, 42, 24, 14, 11, 11, 19, 38, 58, 74)
    rows = [
        (month, round(usual[int(month[5:]) - 1] * 1000 * chance.uniform(0.9, 1.1), 1))
        for month in _months(2020, 2026)[:81]
    ]
    return writers.csv(("Monat", "Abgabe"), rows)


@cache
def water() -> bytes:
    chance = random.Random("wasserverbrauch/wasserverbrauch.csv")
    rows = [
        (month, where, int(size * 3900 * chance.uniform(0.9, 1.15)))
        for month in _months(2024, 2025)
        for where, (_, _, size) in DISTRICTS.items()
    ]
    return writers.csv(("Monat", "Stadtteil", "Verbrauch"), rows)


@cache
def pools() -> bytes:
    """January 2025 to June 2026, the hours from 8 to 20; an open-air pool has guests from May to September."""
    chance = random.Random("baeder-auslastung/baeder.csv")
    rows, day = [], date(2025, 1, 1)
    while day < date(2026, 7, 1):
        for hour in range(8, 21):
            for pool, (kind, usual) in POOLS.items():
                if kind == "Hallenbad" or 5 <= day.month <= 9:
                    guests = int(usual * (1.6 if day.weekday() > 4 else 1) * chance.uniform(0.3, 1.5))
                    rows.append((datetime(day.year, day.month, day.day, hour), pool, kind, guests))
        day += timedelta(days=1)
    return writers.csv(("Zeit", "Bad", "Art", "Gäste"), rows)


@cache
def garages() -> bytes:
    rows = (
        ("Bahnhof Süd", "Südstadt", 220, 2.1, 12),
        ("Bergbahn", "Altstadt", 180, 2.0, 6),
        ("Europaplatz", "Bahnstadt", 410, 2.2, 24),
        ("Gadamerplatz", "Bahnstadt", 160, 2.1, 10),
        ("Kongresshaus", "Altstadt", 240, 2.0, 8),
        ("Neckarmünzplatz", "Altstadt", 130, 1.9, 4),
    )
    return writers.csv(("Tiefgarage", "Stadtteil", "Plätze", "Einfahrtshöhe", "Ladepunkte"), rows)


@cache
def mountain_railway() -> bytes:
    chance = random.Random("bergbahn-fahrgaeste/bergbahn.csv")
    rows, day = [], date(2024, 1, 1)
    while day.year < 2026:
        for section, usual in (("Kornmarkt–Molkenkur", 2600), ("Molkenkur–Königstuhl", 1300)):
            season = 130 if 5 <= day.month <= 9 else 80
            rows.append((day, section, int(usual * season / 100 * chance.uniform(0.5, 1.5))))
        day += timedelta(days=1)
    return writers.csv(("Datum", "Abschnitt", "Fahrgäste"), rows)
