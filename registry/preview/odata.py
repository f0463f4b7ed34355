"""OData (versions 2 to 4): the tables of a service (entity sets), with their rows and the newest value of each.

Entry points: `is_root`, `requests`, `table`; in the child. `$metadata` says what the columns are. A newest value is
named only where there is no doubt: one column is a time, and one is a measured number. Its unit is that of the list
Org.OData.Measures.V1, else the one in the name of the column.
"""

import re
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urljoin
from xml.etree import ElementTree

from registry.model.message import message
from registry.preview.header_words import means, unit_of
from registry.preview.model import ReadAs
from registry.preview.reasons import unreadable
from registry.preview.service_model import Answer, moment_of_milliseconds, moment_of_text, objects, parsed
from registry.preview.table_writer import Table
from registry.preview.xml_elements import Element, child_text, local_name
from registry.rdf.xml_guard import plain_xml

FORMAT: Final = "OData"
COLUMNS: Final = ("name", "rows", "columns", "property", "value", "unit", "time")
MAX_SETS: Final = 25  # that are asked for their rows; more are only named
_TIMES: Final = frozenset(("Edm.DateTimeOffset", "Edm.DateTime", "Edm.Date"))
_NUMBERS: Final = frozenset(
    ("Edm.Decimal", "Edm.Double", "Edm.Single", "Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Byte")
)
_TICKS: Final = re.compile(r"/Date\((-?\d{1,15})(?:[-+]\d{4})?\)/")  # a time in version 2
_ATOM: Final = b"http://www.w3.org/2007/app"


class _Type(NamedTuple):
    """The columns of a table. `time`, `number`: the only one of its kind, else ""."""

    columns: tuple[str, ...] = ()
    time: str = ""
    number: str = ""
    unit: str = ""


class _Set(NamedTuple):
    """A table of the service. `url`: its address."""

    name: str
    title: str
    url: str
    type: _Type


def is_root(url: str, content: bytes) -> bool:
    """Whether an answer is the service document."""
    return bool(_listed(Answer(url, content)))


def requests(answers: list[Answer]) -> list[str]:
    """The addresses to ask after these answers: the metadata, then one row of each table."""
    if len(answers) == 1:
        return [f"{_base(answers[0])}$metadata"]
    if len(answers) > 2:
        return []
    is_four = _is_four(answers)
    return [_newest(table, is_four) for table in _sets(answers)[:MAX_SETS]]


def table(answers: list[Answer], where: str) -> Table:
    """The tables of the service; UnreadableError if there are none."""
    sets, is_four = _sets(answers), _is_four(answers)
    if not sets:
        raise unreadable(where, "preview-service-empty")
    by_address = {answer.url: answer.content for answer in answers[2:]}
    rows = [_row(each, parsed(by_address.get(_newest(each, is_four), b""))) for each in sets]
    notes = (message("preview-sets-named", limit=MAX_SETS),) if len(sets) > MAX_SETS else ()
    return Table(list(COLUMNS), rows, ReadAs(format=FORMAT, encoding="utf-8", notes=notes), is_text=False)


def _row(each: _Set, answer: Any) -> list[Any]:
    items = objects(answer, "value") or objects(answer, "d", "results") or objects(answer, "d")
    newest = items[0] if items and each.type.time else {}
    value = newest.get(each.type.number) if each.type.number else None
    is_measured = value is not None
    return [
        each.title or each.name,
        _count(answer),
        ", ".join(each.type.columns) or None,
        each.type.number if is_measured else None,
        _number(value),
        each.type.unit if is_measured else None,
        _moment(newest.get(each.type.time)) if each.type.time else None,
    ]


def _count(answer: Any) -> int | None:
    """The number of rows of a table, if the service says it."""
    inside = answer.get("d") if isinstance(answer, dict) and isinstance(answer.get("d"), dict) else answer
    for key in ("@odata.count", "@count", "odata.count", "__count"):
        text = str(inside.get(key, "")) if isinstance(inside, dict) else ""
        if text.isascii() and text.isdigit() and len(text) < 16:
            return int(text)
    return None


def _number(value: Any) -> Any:
    """A number that a service writes as text, as it does with large and with exact ones (IEEE754Compatible)."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value):
        return float(value) if "." in value else int(value)
    return value


def _moment(value: Any) -> Any:
    """A time as a moment; a text that is none stays as it is."""
    if not isinstance(value, str):
        return None
    ticks = _TICKS.fullmatch(value)
    return (moment_of_milliseconds(int(ticks[1])) if ticks else moment_of_text(value)) or value


# -- what the service says of its tables


def _listed(root: Answer) -> list[tuple[str, str, str]]:
    """Name, title and address of each table in a service document."""
    document = parsed(root.content)
    if document is None and _ATOM in root.content[:2_000]:
        return _listed_in_atom(root)
    if isinstance(document, dict) and isinstance(document.get("d"), dict):
        names = document["d"].get("EntitySets")
        return [(str(name), "", f"{_base(root)}{name}") for name in names] if isinstance(names, list) else []
    context = [
        key
        for key in ("@odata.context", "@context", "odata.metadata")
        if isinstance(document, dict) and key in document
    ]
    if not context or not str(document[context[0]]).endswith("$metadata"):
        return []
    return [
        (str(item["name"]), str(item.get("title") or ""), urljoin(_base(root), str(item["url"])))
        for item in objects(document, "value")
        if "url" in item and "name" in item and item.get("kind", "EntitySet") == "EntitySet"
    ]


def _listed_in_atom(root: Answer) -> list[tuple[str, str, str]]:
    service = _xml(root.content)
    sets = [element for element in service.iter() if local_name(element) == "collection"] if service is not None else []
    return [
        (element.get("href", ""), child_text(element, "title"), urljoin(_base(root), element.get("href", "")))
        for element in sets
        if element.get("href")
    ]


def _base(root: Answer) -> str:
    """The address of the service, with the stroke at its end."""
    return root.url.partition("?")[0].rstrip("/") + "/"


def _is_four(answers: list[Answer]) -> bool:
    metadata = _xml(answers[1].content) if len(answers) > 1 else None
    return metadata is None or metadata.get("Version", "4").startswith("4")


def _newest(each: _Set, is_four: bool) -> str:
    """The question for the newest row of a table and the number of its rows."""
    order = f"&$orderby={quote(each.type.time)}%20desc" if each.type.time else ""
    return f"{each.url}?$top=1{order}&{'$count=true' if is_four else '$inlinecount=allpages&$format=json'}"


def _sets(answers: list[Answer]) -> list[_Set]:
    metadata = _xml(answers[1].content)
    types = _types(metadata) if metadata is not None else {}
    of_set = {
        element.get("Name", ""): element.get("EntityType", "").rpartition(".")[2]
        for element in (metadata.iter() if metadata is not None else ())
        if local_name(element) == "EntitySet"
    }
    return [
        _Set(name, title, url, types.get(of_set.get(name, ""), _Type())) for name, title, url in _listed(answers[0])
    ]


def _types(metadata: Element) -> dict[str, _Type]:
    units = _units(metadata)
    return {
        element.get("Name", ""): _type(element, units)
        for element in metadata.iter()
        if local_name(element) == "EntityType"
    }


def _type(entity: Element, units: dict[str, str]) -> _Type:
    keys = {reference.get("Name") for reference in entity.iter() if local_name(reference) == "PropertyRef"}
    columns = {child.get("Name", ""): child.get("Type", "") for child in entity if local_name(child) == "Property"}
    times = [name for name, kind in columns.items() if kind in _TIMES]
    numbers = [
        name for name, kind in columns.items()
        if kind in _NUMBERS and name not in keys and not means(name, "code") and not means(name, "place")
    ]  # fmt: skip
    number = numbers[0] if len(numbers) == 1 else ""
    unit = units.get(f"{entity.get('Name')}/{number}") or unit_of(number)
    return _Type(tuple(columns), times[0] if len(times) == 1 else "", number, unit)


def _units(metadata: Element) -> dict[str, str]:
    """Type and column -> unit, as annotations give it beside the column or by its name."""
    units = {}
    for element in metadata.iter():
        if local_name(element) == "EntityType":
            for column in element:
                if unit := _unit(column):
                    units[f"{element.get('Name')}/{column.get('Name')}"] = unit
        elif local_name(element) == "Annotations" and (unit := _unit(element)):
            units[element.get("Target", "").rpartition(".")[2]] = unit
    return units


def _unit(element: Element) -> str:
    for child in element:
        if local_name(child) == "Annotation" and child.get("Term", "").rpartition(".")[2] in ("Unit", "ISOCurrency"):
            return child.get("String", "")
    return ""


def _xml(content: bytes) -> Element | None:
    try:
        return ElementTree.fromstring(plain_xml(content, "")) if content else None  # noqa: S314 - no entities are left
    except (ElementTree.ParseError, ValueError):
        return None
