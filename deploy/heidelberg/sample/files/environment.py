"""Sample files about air, water, trees and what stands in parks."""

import random
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from deploy.heidelberg.sample.files import writers
from deploy.heidelberg.sample.files.places import DISTRICTS, STREETS, district, point
from deploy.heidelberg.sample.files.writers import Cell

AIR_STATIONS: Final[dict[str, tuple[str, int]]] = {  # measuring station -> its district, and how bad its air is
    "Berliner Straße": ("Neuenheim", 100),
    "Karlsruher Straße": ("Rohrbach", 130),
    "Marstallhof": ("Altstadt", 80),
    "Mittermaierstraße": ("Bergheim", 150),
}
SPECIES: Final[dict[str, int]] = {  # species -> the height in metres that it may reach
    "Winterlinde": 26, "Sommerlinde": 28, "Spitzahorn": 22, "Bergahorn": 24, "Platane": 32, "Rosskastanie": 23,
    "Stieleiche": 27, "Hainbuche": 18, "Birke": 20, "Esche": 25, "Robinie": 21, "Ginkgo": 17, "Vogelkirsche": 14,
}  # fmt: skip
_TREES: Final = ("Baumnummer", "Baumart", "Stadtteil", "Straße", "Höhe", "Stammumfang", "Kronendurchmesser",
                 "Pflanzjahr", "Längengrad", "Breitengrad")  # fmt: skip
_FOUNTAINS: Final = ("Nummer", "Name", "Stadtteil", "In Betrieb", "Barrierefrei", "Längengrad", "Breitengrad")


@cache
def air() -> bytes:
    """Readings of each hour of 2025; a station sends none for some hours."""
    chance = random.Random("luftmessnetz/luft.csv")
    rows: list[tuple[Cell, ...]] = []
    hour = datetime(2025, 1, 1)
    while hour.year == 2025:
        rush, winter = (130 if hour.hour in (7, 8, 9, 17, 18, 19) else 100), 100 + 40 * (hour.month in (1, 2, 11, 12))
        for station, (_, load) in AIR_STATIONS.items():
            factor = load * rush * winter / 1_000_000 * chance.uniform(0.5, 1.5)
            silent = chance.random() < 0.01
            ozone = max(4, int(60 - 30 * factor + 25 * (hour.month in (6, 7, 8)) + chance.uniform(-15, 15)))
            values = (int(24 * factor), round(17 * factor, 1), round(10 * factor, 1), ozone)
            rows.append((hour, station, *((None,) * 4 if silent else values)))
        hour += timedelta(hours=1)
    return writers.csv(("Zeit", "Messstelle", "NO2", "PM10", "PM2,5", "Ozon"), rows)


@cache
def air_stations() -> bytes:
    chance = random.Random("luftmessnetz/stellen.geojson")
    rows = [(name, where, *point(chance, where)) for name, (where, _) in AIR_STATIONS.items()]
    return writers.geojson(("Messstelle", "Stadtteil", "Längengrad", "Breitengrad"), rows)


@cache
def _trees() -> list[tuple[Cell, ...]]:
    chance = random.Random("baumkataster/baeume.csv")
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, 1501):
        where, species, year = district(chance), chance.choice([*SPECIES]), chance.randint(1900, 2025)
        height = round(3 + (SPECIES[species] - 3) * min(1, (2026 - year) / 80) * chance.uniform(0.7, 1), 1)
        around = int(12 + (2026 - year) * chance.uniform(1.2, 2.2))
        crown = round(height * chance.uniform(0.35, 0.6), 1)
        rows.append(
            (f"{number:05}", species, where, chance.choice(STREETS), height, around, crown, year, *point(chance, where))
        )
    return rows


@cache
def trees() -> bytes:
    return writers.csv(_TREES, _trees())


@cache
def trees_on_the_map() -> bytes:
    return writers.geojson(_TREES, _trees())


@cache
def _fountains() -> list[tuple[Cell, ...]]:
    chance = random.Random("trinkbrunnen/brunnen.csv")
    rows: list[tuple[Cell, ...]] = []
    for number in range(1, 33):
        where = district(chance)
        name = f"Brunnen {chance.choice(STREETS)}"
        rows.append((number, name, where, chance.random() < 0.85, chance.random() < 0.7, *point(chance, where)))
    return rows


@cache
def fountains() -> bytes:
    return writers.csv(_FOUNTAINS, _fountains())


@cache
def fountains_on_the_map() -> bytes:
    return writers.geojson(_FOUNTAINS, _fountains())


@cache
def playgrounds() -> bytes:
    chance = random.Random("spielplaetze/spielplaetze.geojson")
    header = ("Nummer", "Name", "Altersgruppe", "Stadtteil", "Fläche", "Geräte", "Schatten", "Wasserspiel", "Bolzfeld")
    rows = []
    for number in range(1, 83):
        where, ages = district(chance), chance.choice(["0 bis 3", "3 bis 12", "ab 12"])
        size = (chance.randint(200, 4200), chance.randint(3, 14))
        about = (*size, chance.random() < 0.6, chance.random() < 0.2, chance.random() < 0.3)
        rows.append((number, f"Spielplatz {chance.choice(STREETS)}", ages, where, *about, *point(chance, where)))
    return writers.geojson((*header, "Längengrad", "Breitengrad"), rows)


@cache
def district_outlines() -> bytes:
    """A hexagon for each district: a sketch, no boundary."""
    corners = ((1, 0), (0.5, 0.87), (-0.5, 0.87), (-1, 0), (-0.5, -0.87), (0.5, -0.87), (1, 0))
    features: list[dict[str, Any]] = []
    for number, (name, (x, y, size)) in enumerate(DISTRICTS.items(), 1):
        wide = 0.002 + 0.0004 * size
        ring = [[round(x + wide * dx, 5), round(y + wide * 0.65 * dy, 5)] for dx, dy in corners]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append(
            {"type": "Feature", "geometry": shape, "properties": {"nummer": f"{number:03}", "stadtteil": name}}
        )
    return writers.collection(features)


@cache
def drinking_water() -> bytes:
    chance = random.Random("trinkwasser-qualitaet/wasser.csv")
    areas = {"Nord": (15, 22), "Süd": (18, 27), "Ost": (8, 9), "West": (19, 31)}
    rows = [
        (
            day,
            area,
            round(hard + chance.uniform(-0.8, 0.8), 1),
            round(nitrate + chance.uniform(-3, 3), 1),
            round(chance.uniform(7.2, 7.7), 2),
        )
        for day in (
            date(year, month, 15) for year in (2025, 2026) for month in (2, 5, 8, 11) if (year, month) < (2026, 11)
        )
        for area, (hard, nitrate) in areas.items()
    ]
    return writers.csv(("Probe am", "Versorgungsgebiet", "Härte", "Nitrat", "pH-Wert"), rows)


@cache
def river_level() -> bytes:
    """Two weeks, a value each quarter of an hour."""
    chance = random.Random("neckar-pegel/pegel.csv")
    begin, rows = datetime(2026, 11, 1), []
    for step in range(14 * 96):
        for name, usual in (("Alte Brücke", 245), ("Wieblinger Wehr", 210)):
            rows.append((begin + timedelta(minutes=15 * step), name, int(usual + step / 40 + chance.uniform(-4, 4))))
    return writers.csv(("Zeit", "Pegel", "Wasserstand"), rows)


@cache
def sensors() -> bytes:
    chance = random.Random("sensor-standorte/sensoren.geojson")
    header = ("Kennung", "Messgröße", "Netz", "Stadtteil", "Längengrad", "Breitengrad")
    rows = []
    for number in range(1, 91):
        where = district(chance)
        measured = chance.choice(["Temperatur", "Bodenfeuchte", "Füllstand"])
        rows.append((f"S-{number:03}", measured, chance.choice(["Stadt", "Stadtwerke"]), where, *point(chance, where)))
    return writers.geojson(header, rows)
