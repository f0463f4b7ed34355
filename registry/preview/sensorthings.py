"""SensorThings (OGC 18-088): the data streams of a service, each with its newest observation.

Entry points: `is_root`, `requests`, `table`; in the child. All streams come with one question a page. A service that
does not answer it is asked for the newest observation of each of its first streams.
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from registry.model.message import message
from registry.preview.geometry import Geometries
from registry.preview.model import ReadAs
from registry.preview.reasons import unreadable
from registry.preview.service_model import Answer, moment_of_text, objects, parsed
from registry.preview.table_writer import Table

FORMAT: Final = "SensorThings"
COLUMNS: Final = ("name", "thing", "property", "value", "unit", "time", "geometry")
PAGE_STREAMS: Final = 100
MAX_STREAMS: Final = 500
MAX_SINGLE_STREAMS: Final = 25  # that are asked for one by one
_NEWEST: Final = "$top=1;$orderby=phenomenonTime desc"
_ALL: Final = f"$top={PAGE_STREAMS}&$expand=Thing($expand=Locations),ObservedProperty,Observations({_NEWEST})"
_PLAIN: Final = f"$top={PAGE_STREAMS}&$expand=Thing,ObservedProperty"
_STREAMS: Final = "Datastreams"


def is_root(_url: str, content: bytes) -> bool:
    """Whether an answer is the list of collections at the root of a service."""
    return any(item.get("name") == _STREAMS and "url" in item for item in objects(parsed(content), "value"))


def requests(answers: list[Answer]) -> list[str]:
    """The addresses to ask after these answers."""
    root, *pages = answers
    streams = _address(root)
    if not pages:
        return [_asked(streams, _ALL)]
    if not pages[0].content:  # it cannot do that
        if len(pages) == 1:
            return [_asked(streams, _PLAIN)]
        if len(pages) == 2:
            return [_newest_of(stream, streams) for stream in _streams(pages)[:MAX_SINGLE_STREAMS]]
        return []
    following = _next_page(pages)
    return [following] if following and len(_streams(pages)) < MAX_STREAMS else []


def table(answers: list[Answer], where: str) -> Table:
    """The streams as a table; UnreadableError if there are none."""
    pages = answers[1:]
    streams = _streams(pages)[:MAX_STREAMS]
    if not streams:
        raise unreadable(where, "preview-service-empty")
    geometries = Geometries("CRS84", ())
    rows = [_row(stream, _observation(stream, pages), geometries) for stream in streams]
    notes = list(geometries.notes)
    if len(streams) >= MAX_STREAMS or _next_page(pages):
        notes.append(message("preview-rows-cut", limit=len(streams)))
    read = ReadAs(format=FORMAT, encoding="utf-8", table=_STREAMS, crs="CRS84", notes=tuple(notes))
    return Table(list(COLUMNS), rows, read, is_text=False, geometry=len(COLUMNS) - 1)


def _address(root: Answer) -> str:
    found_urls = (item["url"] for item in objects(parsed(root.content), "value") if item.get("name") == _STREAMS)
    return str(next(found_urls))


def _next_page(pages: list[Answer]) -> str:
    """The address of the page after these; "" if there is none."""
    last = parsed(pages[-1].content)
    link = last.get("@iot.nextLink") if isinstance(last, dict) else None
    return link if isinstance(link, str) else ""


def _asked(address: str, query: str) -> str:
    return f"{address}?{quote(query, safe='$=&(),;')}"


def _newest_of(stream: dict[str, Any], streams: str) -> str:
    link = stream.get("Observations@iot.navigationLink")
    address = link if isinstance(link, str) else f"{stream.get('@iot.selfLink') or streams}/Observations"
    return _asked(address, _NEWEST.replace(";", "&"))


def _streams(pages: list[Answer]) -> list[dict[str, Any]]:
    return [
        item for page in pages for item in objects(parsed(page.content), "value")
        if "unitOfMeasurement" in item or "Observations@iot.navigationLink" in item
    ]  # fmt: skip


def _observation(stream: dict[str, Any], pages: list[Answer]) -> dict[str, Any]:
    """The newest observation: within the stream, or the answer to the question for it."""
    if inside := objects(stream, "Observations"):
        return inside[0]
    asked = _newest_of(stream, "")
    answer = next((page.content for page in pages if page.url == asked), b"")
    return next(iter(objects(parsed(answer), "value")), {})


def _row(stream: dict[str, Any], observation: dict[str, Any], geometries: Geometries) -> list[Any]:
    unit = stream.get("unitOfMeasurement")
    thing = _inside(stream, "Thing")
    return [
        stream.get("name"),
        thing.get("name"),
        _inside(stream, "ObservedProperty").get("name"),
        observation.get("result"),
        (unit.get("symbol") or unit.get("name")) if isinstance(unit, dict) else None,
        _moment(observation.get("phenomenonTime") or observation.get("resultTime")),
        next((wkt for geometry in _geometries(stream, thing) if (wkt := geometries.wkt(geometry))), None),
    ]


def _inside(stream: dict[str, Any], name: str) -> dict[str, Any]:
    value = stream.get(name)
    return value if isinstance(value, dict) else {}


def _geometries(stream: dict[str, Any], thing: dict[str, Any]) -> Iterator[Any]:
    """The geometries in which a stream may be: where its thing stands, else where it has observed."""
    for location in objects(thing, "Locations"):
        shape = location.get("location")
        yield shape.get("geometry") if isinstance(shape, dict) and shape.get("type") == "Feature" else shape
    yield stream.get("observedArea")


def _moment(text: Any) -> Any:
    """A time, or the end of a period, as a moment; what is neither stays as it is."""
    return (moment_of_text(text.rpartition("/")[2]) or text) if isinstance(text, str) else None
