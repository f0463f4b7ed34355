"""Sample files about streets, buildings, work and ways in the city; all values are invented."""

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, Final

from deploy.heidelberg.sample.files import writers
from deploy.heidelberg.sample.files.places import DISTRICTS, STREETS, district, point
from deploy.heidelberg.sample.files.writers import PLACE, Cell

_STREETS: Final = ("Schlüssel", "Straße", "Stadtteil", "Benannt")
Row = tuple[Cell, ...]


@cache
def _streets() -> list[Row]:
    chance = random.Random("strassenverzeichnis/strassen.csv")
    named = [(street, where) for where in DISTRICTS for street in STREETS if chance.random() < 0.6]
    return [
        (f"{number:05}", street, where, chance.randint(1850, 2022)) for number, (street, where) in enumerate(named, 1)
    ]


@cache
def streets() -> bytes:
    return writers.csv(_STREETS, _streets())


@cache
def streets_sheet() -> bytes:
    return writers.xlsx(_STREETS, _streets(), "Straßen")


@cache
def house_numbers() -> bytes:
    chance = random.Random("hausnummern/hausnummern.csv")
    rows = [
        (street, number, where, *point(chance, str(where)))
        for _key, street, where, _year in _streets()
        for number in range(1, chance.randint(5, 16))
    ]
    return writers.csv(("Straße", "Hausnummer", "Stadtteil", *PLACE), rows)


@cache
def residential_areas() -> bytes:
    chance = random.Random("mietspiegel-wohnlagen/wohnlagen.csv")
    areas = ("einfach", "mittel", "gut", "sehr gut")
    rows = [(street, where, chance.choices(areas, (2, 5, 4, 1))[0]) for _key, street, where, _year in _streets()]
    return writers.csv(("Straße", "Stadtteil", "Wohnlage"), rows)


@cache
def monuments() -> bytes:
    chance = random.Random("denkmale/denkmale.csv")
    kinds = ("Wohnhaus", "Villa", "Turm", "Tor", "Kapelle", "Mauer", "Fabrik")
    rows = []
    for number in range(1, 121):
        where, kind = district(chance), chance.choice(kinds)
        street, built = chance.choice(STREETS), chance.randint(1650, 1935)
        rows.append((f"D-{number:03}", kind, f"{kind}, {street}", where, built, *point(chance, where)))
    return writers.csv(("Nummer", "Denkmalart", "Beschreibung", "Stadtteil", "Baujahr", *PLACE), rows)


@cache
def lost_property() -> bytes:
    chance = random.Random("fundsachen/fundsachen.csv")
    things = ("Schirm", "Schlüssel", "Handschuh", "Mütze", "Rucksack", "Brille", "Fahrrad")
    places = ("Bahnhof", "Bücherei", "Schwimmbad", "Marktplatz", "Bus")
    days = sorted(date(2026, 1, 2) + timedelta(days=chance.randrange(320)) for _ in range(240))
    rows = [(f"F-{number:04}", day, chance.choice(things), chance.choice(places)) for number, day in enumerate(days, 1)]
    return writers.csv(("Fundnummer", "Gefunden am", "Gegenstand", "Fundort"), rows)


@cache
def households() -> bytes:
    chance = random.Random("haushalte-groesse/haushalte.csv")
    shares = {"eine Person": 0.52, "zwei Personen": 0.26, "drei Personen": 0.12, "vier und mehr": 0.1}
    rows = [
        (date(year, 12, 31), where, size, round(450 * weight * share * chance.uniform(0.93, 1.07)))
        for year in (2023, 2024, 2025)
        for where, (_x, _y, weight) in DISTRICTS.items()
        for size, share in shares.items()
    ]
    return writers.csv(("Stichtag", "Stadtteil", "Haushaltsgröße", "Haushalte"), rows)


@cache
def workers() -> bytes:
    chance = random.Random("beschaeftigte/beschaeftigte.csv")
    branches = {"Gesundheit": 21_000, "Forschung": 14_500, "Handel": 9_800, "Bau": 3_100, "Verwaltung": 7_400}
    rows = [
        (f"{year}-Q{quarter}", branch, round(usual * chance.uniform(0.98, 1.03)))
        for year in (2023, 2024, 2025)
        for quarter in range(1, 5)
        for branch, usual in branches.items()
    ]
    return writers.csv(("Quartal", "Wirtschaftszweig", "Beschäftigte"), rows)


@cache
def city_climate() -> bytes:
    chance = random.Random("klimadaten-stadt/klima.csv")
    begin, rows = datetime(2026, 7, 1), []
    for hour in range(14 * 24):
        warm = 21 + 7 * (1 - abs(hour % 24 - 15) / 12)
        for sensor in range(1, 11):
            heat = round(warm + sensor * 0.2 + chance.uniform(-0.5, 0.5), 1)
            rows.append(
                (begin + timedelta(hours=hour), f"K-{sensor:02}", heat, round(95 - 2 * heat + chance.uniform(-3, 3)))
            )
    return writers.csv(("Stunde", "Sensor", "Lufttemperatur", "Luftfeuchte"), rows)


@cache
def cars_by_hour() -> bytes:
    chance = random.Random("verkehrszaehlung-kfz/kfz.csv")
    begin, rows = datetime(2026, 11, 2), []
    for hour in range(7 * 24):
        busy = 0.15 + max(0.0, 1 - abs(hour % 24 - 13) / 9)
        for road, usual in (("Bergstraße", 900), ("Brückenstraße", 1_400), ("Uferweg", 600), ("Schulstraße", 350)):
            cars = round(usual * busy * chance.uniform(0.85, 1.15))
            rows.append((begin + timedelta(hours=hour), road, cars, round(cars * chance.uniform(0.03, 0.09))))
    return writers.csv(("Zählstunde", "Querschnitt", "Personenwagen", "Lastwagen"), rows)


@cache
def senior_centres() -> bytes:
    chance = random.Random("seniorenzentren/zentren.csv")
    offers = ("Mittagstisch", "Gymnastik", "Sprachkurs", "Singen", "Beratung")
    rows = [
        (f"Seniorenzentrum {where}", where, ", ".join(sorted(chance.sample(offers, 3))), "Mo bis Fr, 10 bis 17 Uhr",
         chance.random() < 0.8, *point(chance, where))
        for where in [*DISTRICTS][::2]
    ]  # fmt: skip
    return writers.csv(("Zentrum", "Stadtteil", "Angebot", "Öffnungszeiten", "Stufenlos", *PLACE), rows)


@cache
def grants() -> bytes:
    chance = random.Random("zuwendungen/zuwendungen.csv")
    purposes = {"Kultur": "Veranstaltungen", "Sport": "Geräte", "Soziales": "Beratung", "Umwelt": "Pflege von Bäumen"}
    rows = [
        (year, area, f"Beispielverein {number}", purposes[area])
        for year in (2024, 2025)
        for number in range(1, 31)
        for area in [chance.choice([*purposes])]
    ]
    return writers.csv(("Haushaltsjahr", "Förderbereich", "Empfänger", "Zweck"), rows)


@cache
def accessible_places() -> bytes:
    chance = random.Random("barrierefreie-orte/orte.geojson")
    kinds = ("Rathaus", "Bücherei", "Halle", "Bürgeramt", "Museum")
    rows = []
    for number in range(1, 61):
        where = district(chance)
        has = [chance.random() < share for share in (0.8, 0.6, 0.3, 0.5)]
        rows.append((f"B-{number:03}", f"{chance.choice(kinds)} {where}", where, *has, *point(chance, where)))
    return writers.geojson(("Nummer", "Name", "Stadtteil", "Rampe", "Aufzug", "Leitlinie", "WC", *PLACE), rows)


# -- lines and areas

Shape = Callable[[random.Random, float, float], dict[str, Any]]


def _line(chance: random.Random, x: float, y: float) -> dict[str, Any]:
    """A way of four points, some hundred metres long."""
    points = [[x, y]]
    for _ in range(3):
        x, y = x + chance.uniform(-0.003, 0.004), y + chance.uniform(-0.002, 0.003)
        points.append([round(x, 5), round(y, 5)])
    return {"type": "LineString", "coordinates": points}


def _area(chance: random.Random, x: float, y: float) -> dict[str, Any]:
    """A quadrangle around a point."""
    wide, high = chance.uniform(0.0006, 0.002), chance.uniform(0.0004, 0.0014)
    corners = ((-wide, -high), (wide, -high), (wide * 0.8, high), (-wide, high * 0.9), (-wide, -high))
    return {"type": "Polygon", "coordinates": [[[round(x + dx, 5), round(y + dy, 5)] for dx, dy in corners]]}


@cache
def _shapes(seed: str, number: int, shape: Shape, choices: tuple[tuple[str, Sequence[Cell]], ...]) -> bytes:
    """Shapes in the districts, each with a number, its district, and one value of each list of choices."""
    chance, features = random.Random(seed), []
    for n in range(1, number + 1):
        where = district(chance)
        values = {name: chance.choice(listed) for name, listed in choices}
        about = {"nummer": f"{n:03}", "stadtteil": where, **values}
        features.append({"type": "Feature", "geometry": shape(chance, *point(chance, where)), "properties": about})
    return writers.collection(features)


_SURFACES: Final = ("belag", ("Asphalt", "Pflaster", "Schotter"))
cycle_ways = partial(_shapes, "netz", 140, _line, (("art", ("Radweg", "Fahrradstraße", "Schutzstreifen")), _SURFACES))
school_ways = partial(_shapes, "schulwege", 80, _line, (("querung", ("Ampel", "Zebrastreifen", "Insel", "keine")),))
forest_ways = partial(_shapes, "waldwege", 90, _line, (("eignung", ("Rad", "Kinderwagen", "zu Fuß")), _SURFACES))
green_areas = partial(_shapes, "gruen", 110, _area, (("art", ("Park", "Wiese", "Beet")), ("pflegestufe", (1, 2, 3))))
noise = partial(_shapes, "laerm", 90, _area, (("zeit", ("Tag", "Nacht")), ("dezibel_ab", (55, 60, 65, 70))))
plans = partial(_shapes, "bplan", 60, _area, (("stand", ("rechtskräftig", "geändert")),))
fibre = partial(_shapes, "glasfaser", 40, _area, (("stand", ("geplant", "im Bau", "fertig")),))
heat_network = partial(_shapes, "fernwaerme", 70, _line, (("leitung", ("Transport", "Verteilung")),))
