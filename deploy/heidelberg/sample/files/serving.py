"""Which sample file is behind which address: path -> the function that makes it; and its media type."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from deploy.heidelberg.sample.files import city, environment, people, traffic, utility

MEDIA_TYPES: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILES: Final[Mapping[str, Callable[[], bytes]]] = {
    "radverkehr-zaehlstellen/stunde.csv": traffic.bicycles_by_hour,
    "radverkehr-zaehlstellen/tag.csv": traffic.bicycles_by_day,
    "radverkehr-zaehlstellen/standorte.geojson": traffic.counting_stations,
    "parkhaeuser-belegung/belegung.json": traffic.garages,
    "fahrradabstellanlagen/anlagen.csv": traffic.bicycle_stands,
    "behindertenparkplaetze/plaetze.geojson": traffic.disabled_parking,
    "baustellen/baustellen.geojson": traffic.roadworks,
    "kfz-zulassungen/fahrzeuge.csv": traffic.vehicles,
    "luftmessnetz/luft.csv": environment.air,
    "luftmessnetz/stellen.geojson": environment.air_stations,
    "baumkataster/baeume.csv": environment.trees,
    "baumkataster/baeume.geojson": environment.trees_on_the_map,
    "trinkbrunnen/brunnen.csv": environment.fountains,
    "trinkbrunnen/brunnen.geojson": environment.fountains_on_the_map,
    "spielplaetze/spielplaetze.geojson": environment.playgrounds,
    "stadtteile-grenzen/stadtteile.geojson": environment.district_outlines,
    "trinkwasser-qualitaet/wasser.csv": environment.drinking_water,
    "neckar-pegel/pegel.csv": environment.river_level,
    "sensor-standorte/sensoren.geojson": environment.sensors,
    "einwohner-nach-alter/einwohner.csv": people.residents,
    "einwohner-nach-alter/einwohner.xlsx": people.residents_sheet,
    "zuzuege-fortzuege/wanderung.csv": people.moves,
    "vornamen/vornamen.csv": people.first_names,
    "schulen/schulen.csv": people.schools,
    "schulen/schulen.geojson": people.schools_on_the_map,
    "schuelerzahlen/schueler.csv": people.pupils,
    "kindertagesstaetten/kitas.csv": people.day_care,
    "kindertagesstaetten/kitas.geojson": people.day_care_on_the_map,
    "wartezeiten-buergerdienste/wartezeiten.csv": people.waiting_times,
    "wartezeiten-buergerdienste/aktuell.json": people.waiting_now,
    "museen-besuche/besuche.csv": people.museum_visits,
    "haushaltsplan/haushalt.csv": people.budget,
    "haushaltsplan/haushalt.xlsx": people.budget_sheet,
    "ladepunkte/ladepunkte.csv": utility.charging_points,
    "ladepunkte/ladepunkte.geojson": utility.charging_points_on_the_map,
    "ladepunkte/ladepunkte.kml": utility.charging_points_kml,
    "ladepunkte-auslastung-2024/auslastung-2024.csv": partial(utility.charging_use, 2024),
    "ladepunkte-auslastung-2025/auslastung-2025.csv": partial(utility.charging_use, 2025),
    "strassenbeleuchtung/leuchten.csv": utility.street_lights,
    "strassenbeleuchtung/leuchten.geojson": utility.street_lights_on_the_map,
    "stromverbrauch-stadtteile/strom.csv": utility.electricity,
    "photovoltaik-einspeisung/einspeisung.csv": utility.solar_power,
    "fernwaerme-abgabe/waerme.csv": utility.heat,
    "wasserverbrauch/wasserverbrauch.csv": utility.water,
    "baeder-auslastung/baeder.csv": utility.pools,
    "tiefgaragen/garagen.csv": utility.garages,
    "bergbahn-fahrgaeste/bergbahn.csv": utility.mountain_railway,
    "strassenverzeichnis/strassen.csv": city.streets,
    "strassenverzeichnis/strassen.xlsx": city.streets_sheet,
    "hausnummern/hausnummern.csv": city.house_numbers,
    "mietspiegel-wohnlagen/wohnlagen.csv": city.residential_areas,
    "denkmale/denkmale.csv": city.monuments,
    "fundsachen/fundsachen.csv": city.lost_property,
    "haushalte-groesse/haushalte.csv": city.households,
    "beschaeftigte/beschaeftigte.csv": city.workers,
    "klimadaten-stadt/klima.csv": city.city_climate,
    "verkehrszaehlung-kfz/kfz.csv": city.cars_by_hour,
    "seniorenzentren/zentren.csv": city.senior_centres,
    "zuwendungen/zuwendungen.csv": city.grants,
    "barrierefreie-orte/orte.geojson": city.accessible_places,
    "radwegenetz/netz.geojson": city.cycle_ways,
    "schulwegplan/schulwege.geojson": city.school_ways,
    "waldwege/waldwege.geojson": city.forest_ways,
    "gruenflaechen/gruen.geojson": city.green_areas,
    "laermkarte/laerm.geojson": city.noise,
    "bebauungsplaene/bplan.geojson": city.plans,
    "glasfaser-ausbau/glasfaser.geojson": city.fibre,
    "fernwaerme-netz/fernwaerme.geojson": city.heat_network,
}


def file(path: str) -> tuple[int, str, bytes] | None:
    """Status, media type and body of the sample file at a path such as `/dateien/baumkataster/baeume.csv`."""
    if content := FILES.get(path.removeprefix("/dateien/")):
        return 200, MEDIA_TYPES[PurePosixPath(path).suffix], content()
    return None
