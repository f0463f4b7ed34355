"""Reads documents that are not lists, in a child process: calendars, activities in IATI, what a web page says.

Each function yields items by our field names, as JSON. Entry points: `calendar`, `activities`, `page`.
"""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final
from xml.etree import ElementTree

import orjson

from registry.errors import SourceError

MAX_ITEMS: Final = 1_001
MAX_TEXT_CHARACTERS: Final = 20_000
_STATUS: Final = {  # activity-status of IATI -> notation of our phases
    "1": "vorbereitung", "2": "umsetzung", "3": "abschluss", "4": "abgeschlossen", "5": "abgebrochen", "6": "pausiert",
}  # fmt: skip
_DATES: Final = {"1": "period.start", "2": "starts", "3": "period.end", "4": "ends", "start-planned": "period.start",
    "start-actual": "starts", "end-planned": "period.end", "end-actual": "ends"}  # fmt: skip
_ROLES: Final = {"1": "foerdergeber", "2": "federfuehrung", "3": "partner", "4": "partner", "funding": "foerdergeber",
    "accountable": "federfuehrung", "extending": "partner", "implementing": "partner"}  # fmt: skip


# -- iCalendar


def calendar(content: bytes, name: str) -> Iterator[bytes]:
    """The events of a calendar (RFC 5545)."""
    from icalendar import Calendar

    try:
        events = Calendar.from_ical(content).walk("VEVENT")
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise SourceError("file-of-entries-unreadable", name=name) from error
    for event in events[:MAX_ITEMS]:
        item = {
            "id": _text(event.get("uid")),
            "title": _text(event.get("summary")),
            "abstract": _text(event.get("description")),
            "places": _text(event.get("location")),
            "landing_page": _text(event.get("url")),
            "starts": _moment(event.get("dtstart")),
            "ends": _moment(event.get("dtend")),
            "kind": "event",
        }
        yield orjson.dumps({key: value for key, value in item.items() if value})


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:MAX_TEXT_CHARACTERS].strip()


def _moment(value: Any) -> str:
    return "" if value is None or not hasattr(value, "dt") else value.dt.isoformat()


# -- IATI


def activities(content: bytes, name: str) -> Iterator[bytes]:
    """The activities of a file in IATI 1 or 2. SourceError where it is no XML, or declares entities."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SourceError("file-entities", name=name)
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - in a child, without entities
    except ElementTree.ParseError as error:
        raise SourceError("file-of-entries-unreadable", name=name) from error
    for number, activity in enumerate(root.iter("iati-activity")):
        if number == MAX_ITEMS:
            return
        yield orjson.dumps(_activity(activity))


def _activity(activity: ElementTree.Element) -> dict[str, Any]:
    item: dict[str, Any] = {"id": _inner(activity, "iati-identifier"), "title": _inner(activity, "title")}
    item["identifiers"] = item["id"]
    item["description"] = _inner(activity, "description")
    status = activity.find("activity-status")
    item["phase"] = _STATUS.get(status.get("code", "") if status is not None else "", "")
    for date in activity.findall("activity-date"):
        field = _DATES.get(date.get("type", "").lower(), "")
        outer, _dot, inner = field.partition(".")
        if field and date.get("iso-date"):
            target = item.setdefault(outer, {}) if inner else item
            target[inner or outer] = date.get("iso-date")
    people: dict[str, list[str]] = {}
    for body in activity.findall("participating-org"):
        role = _ROLES.get(body.get("role", "").lower(), "partner")
        people.setdefault(role, []).append(_words(body))
    item["participants"] = {role: [text for text in names if text] for role, names in people.items()}
    item["contacts"] = [text for mail in activity.findall("contact-info/email") if (text := _words(mail))]
    item["landing_page"] = _inner(activity, "activity-website")
    return {key: value for key, value in item.items() if value}


def _inner(activity: ElementTree.Element, name: str) -> str:
    element = activity.find(name)
    return _words(element) if element is not None else ""


def _words(element: ElementTree.Element) -> str:
    """The text of an element: directly in IATI 1, of its first narrative in IATI 2."""
    narrative = element.find("narrative")
    text = "".join((element if narrative is None else narrative).itertext())
    return " ".join(text.split())[:MAX_TEXT_CHARACTERS]


# -- a web page


def page(content: bytes, name: str) -> Iterator[bytes]:
    """What a web page says of itself: in schema.org as JSON-LD, else its title and description."""
    reader = _Page()
    reader.feed(content.decode("utf-8", "replace"))
    described = next((item for text in reader.linked_data for item in _described(text)), {})
    item = {
        "title": described.get("name") or reader.metas.get("og:title") or "".join(reader.title).strip(),
        "abstract": described.get("description") or reader.metas.get("og:description")
        or reader.metas.get("description"),
        "starts": described.get("startDate"),
        "ends": described.get("endDate"),
        "landing_page": name,
    }  # fmt: skip
    yield orjson.dumps(
        {key: value[:MAX_TEXT_CHARACTERS] for key, value in item.items() if isinstance(value, str) and value}
    )


def _described(text: str) -> Iterator[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    for item in document if isinstance(document, list) else [document]:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            yield item


class _Page(HTMLParser):
    """Collects the title, the meta elements and the JSON-LD of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.metas: dict[str, str] = {}
        self.linked_data: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        if tag == "meta":
            self.metas.setdefault(
                attributes.get("property") or attributes.get("name", ""), attributes.get("content", "")
            )
        if tag == "script" and attributes.get("type") == "application/ld+json":
            self.linked_data.append("")
            self._inside = "linked data"
        elif tag == "title" and not self.title:
            self._inside = "title"
        else:
            self._inside = ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title.append(data)
        elif self._inside:
            self.linked_data[-1] += data
