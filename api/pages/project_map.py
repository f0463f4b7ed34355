"""The map of projects: how many there are in each district, and where their places are, each with its table.

Entry points: `map_page`, `plan` (the drawing to scale). Both drawings are our own SVG: nothing is fetched from another
server. The districts are the city's schematic map; the drawing to scale has the places of which
records give coordinates.
"""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Any, Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from msgspec.structs import replace
from starlette.responses import Response

from api.drawing.maps import Box, Frame, Point, Sheet, rings_of
from api.pages.districts import Drawing, drawing, known
from api.pages.project_lists import Filtered, filtered
from api.pages.site import Pages, View
from api.text.formatting import short_markup
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang
from registry.model import Place, Record
from registry.search.facet_values import WHOLE_CITY, districts_of
from vocab.geometry import bounds, shape, wkt
from vocab.well_known_text import geometry_of_wkt

WIDTH: Final = 750.0  # of the drawing to scale, in its own units
MAX_HEIGHT: Final = 900.0
MARGIN: Final = 24.0
MAX_DEGREES: Final = 0.5  # from the middle of all places: what is further away would make the map of the city a dot
MIN_DEGREES: Final = 0.005  # that the drawing shows, also of a single point
MAX_SHAPES: Final = 300
MAX_POINTS_PER_SHAPE: Final = 2_000  # of one with more its box is drawn


class Row(NamedTuple):
    """A district with its projects: title and address. `address`: the map of this district only."""

    label: str
    address: str
    here: bool
    projects: tuple[tuple[Markup | str, str], ...]


class Shape(NamedTuple):
    """A place of a project. `path`: lines and areas, "" for a point; `x`, `y`: where its number stands."""

    number: int
    title: Markup | str
    address: str
    place: Markup | str
    path: str
    area: bool
    x: float
    y: float


class Plan(NamedTuple):
    """The drawing to scale. `bar`: the length of the scale in its units; `km`: what that is; `left_out`: places that
    are too far away."""

    height: float
    shapes: tuple[Shape, ...]
    bar: float
    km: float
    left_out: int


def map_page(pages: Pages) -> View:
    def project_map(request: Request) -> Response:
        listed = filtered(pages, request, "map")
        return pages.page(
            request,
            "project_map.html",
            listed.lang,
            **listed.variables,
            map=_districts(pages, listed),
            rows=rows(pages, listed),
            plan=plan(listed.records, listed.lang),
        )

    return project_map


def _districts(pages: Pages, listed: Filtered) -> Drawing | None:
    """The schematic map with the number of projects that name each district; each leads to its projects."""
    counts = {count.value: count.count for count in listed.variables["results"].facets.get("district", ())}
    named = {concept.notation: counts.get(concept.notation, 0) for concept in known(pages)}
    drawn = drawing(pages, {}, named, listed.lang)
    if drawn is None:
        return None
    chosen = {concept.label(listed.lang): _only(listed, concept.notation) for concept in known(pages)}
    return drawn._replace(shapes=tuple(shape._replace(address=chosen[shape.label]) for shape in drawn.shapes))


def _only(listed: Filtered, notation: str) -> str:
    where = {**listed.asked.where, "district": (notation,)}
    return query.url(replace(listed.asked, where=where), listed.path)


def rows(pages: Pages, listed: Filtered) -> tuple[Row, ...]:
    """Each district that has a project, in the order of the city's list, and at the end what is for the whole city."""
    titles: dict[str, list[tuple[Markup | str, str]]] = {}
    for record in listed.records:
        for notation in districts_of(record, pages.districts) or (WHOLE_CITY,):
            titles.setdefault(notation, []).append(_link(record, listed.lang))
    chosen = listed.asked.where.get("district", ())
    rows = [
        Row(
            concept.label(listed.lang),
            _only(listed, concept.notation),
            concept.notation in chosen,
            tuple(titles[concept.notation]),
        )
        for concept in known(pages)
        if concept.notation in titles and concept.extra.get("kind") != "city"
    ]
    whole = translator(listed.lang)("Ganze Stadt")
    return (*rows, *((Row(whole, "", False, tuple(titles[WHOLE_CITY])),) if WHOLE_CITY in titles else ()))


def _link(record: Record, lang: Lang) -> tuple[Markup | str, str]:
    title = short_markup(record.metadata.title, lang) or escape(record.id)
    return title, addresses.page("project", record.id, lang)


# -- the drawing to scale


class _Located(NamedTuple):
    record: Record
    place: Place
    geometry: dict[str, Any]
    box: tuple[float, float, float, float]

    @property
    def middle(self) -> Point:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def plan(records: Iterable[Record], lang: Lang) -> Plan | None:
    """The places of the projects to scale; None if none of them has coordinates."""
    located = [place for record in records for place in _located(record)]
    if not located:
        return None
    center = median(place.middle[0] for place in located), median(place.middle[1] for place in located)
    near = [place for place in located if _is_near(place, center)]
    if not near:
        return None
    frame = Frame(_box(near), Sheet(WIDTH, MAX_HEIGHT, MARGIN, MIN_DEGREES))
    numbers = {id: number for number, id in enumerate(dict.fromkeys(place.record.id for place in near), 1)}
    shapes = tuple(_shape(place, frame, numbers[place.record.id], lang) for place in near[:MAX_SHAPES])
    return Plan(round(frame.height, 1), shapes, *frame.scale(), len(located) - len(shapes))


def _located(record: Record) -> Iterator[_Located]:
    for place in record.metadata.places:
        for text in filter(None, (place.geometry, place.bbox, place.centroid)):
            plain = shape(text)
            geometry, box = geometry_of_wkt(wkt(plain)) if plain else None, bounds(text)
            if geometry and box:
                yield _Located(record, place, geometry, box)
                break


def _is_near(place: _Located, center: Point) -> bool:
    west, south, east, north = place.box
    return (
        abs(place.middle[0] - center[0]) <= MAX_DEGREES
        and abs(place.middle[1] - center[1]) <= MAX_DEGREES
        and max(east - west, north - south) <= MAX_DEGREES
    )


def _box(places: Sequence[_Located]) -> Box:
    west, south = (min(place.box[side] for place in places) for side in (0, 1))
    east, north = (max(place.box[side] for place in places) for side in (2, 3))
    return west, south, east, north


def _shape(place: _Located, frame: Frame, number: int, lang: Lang) -> Shape:
    title, address = _link(place.record, lang)
    rings = list(rings_of(place.geometry))
    if sum(map(len, rings)) > MAX_POINTS_PER_SHAPE:
        west, south, east, north = place.box
        rings = [[(west, south), (west, north), (east, north), (east, south), (west, south)]]
    drawn = [ring for ring in rings if len(ring) > 1]
    path = "".join(f"M{'L'.join(f'{x} {y}' for x, y in (frame.at(*point) for point in ring))}" for ring in drawn)
    area = bool(drawn) and all(ring[0] == ring[-1] for ring in drawn)
    x, y = frame.at(*place.middle)
    return Shape(number, title, address, short_markup(place.place.name, lang), path, area, x, y)
