"""Reads a file that somebody has into entries: JSON, JSON lines, a sheet (CSV, XLSX), a calendar, IATI, a web page.

Entry points: `entries_of`, `entry_of`, `single`. Column names and keys may be our field names, the labels of the
fields, or one of COMMON_NAMES. Invariants: what cannot be read costs its own entry only; nothing is made up, and what
no field takes is kept in the extras.
"""

import io
import logging
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

import orjson
import requests
from msgspec.structs import replace

from harvesters.files.json_text import decoded, parsed
from harvesters.harvester import REMOTE, Item
from harvesters.mapping import item_mapping
from harvesters.source_kinds import harvester
from registry.child_pool import Limits, call
from registry.errors import SourceError, TooLargeError
from registry.isolation import isolated
from registry.model import Finding, Kind, Metadata, Source, Text
from registry.rules import finding
from vocab.fields import rows_by_name
from vocab.folding import fold

log = logging.getLogger(__name__)
MAX_NESTED: Final = 20  # items inside items
MAX_ENTRIES: Final = 1_000  # of a file
MAX_FILE_BYTES: Final = 5_000_000
MAX_ABSTRACT_CHARACTERS: Final = 300
LIMITS: Final = Limits(memory=500_000_000, seconds=20.0, max_bytes=50_000_000)
# Key of an item, folded -> our field. What people write in lists, beside the labels of our fields.
COMMON_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        fold(name): field
        for field, names in {
            "title": "titel name bezeichnung projektname projekttitel vorhaben",
            "abstract": "kurzfassung kurzbeschreibung teaser excerpt zusammenfassung summary abstract",
            "description": "beschreibung body _body langtext ziel inhalt",
            "phase": "phase status stand projektstatus",
            "themes": "thema themen themenfeld kategorie handlungsfeld",
            "keywords": "schlagwort schlagworte schlagwörter stichworte stichwörter tags keywords",
            "places": "ort orte raum stadtteil stadtteile stadtbezirk",
            "period.start": "beginn start von planned_start startdatum projektbeginn",
            "period.end": "ende bis planned_completion enddatum projektende",
            "starts": "actual_start",
            "ends": "actual_completion",
            "participants.federfuehrung": "federführung leitung stelle amt dienststelle responsible_organ lead",
            "participants.partner": "partner projektpartner kooperationspartner supporting_ngos",
            "contacts": "kontakt ansprechpartner email e-mail mail kontaktadresse",
            "landing_page": "internetseite webseite website homepage url link adresse",
            "budget": "kosten budget gesamtkosten",
            "funding": "förderung förderprogramm",
            "decisions": "beschluss beschlüsse vorlage beschlusslage",
            "documentation": "dokument dokumente unterlagen",
            "goals": "ziele",
            "benefits": "nutzen was_bringt_es",
            "chances": "chancen",
            "risks": "risiken",
            "links.uses": "nutzt_daten",
            "links.produces": "erzeugt_daten",
            "links.part_of": "teil_von gehört_zu übergeordnet part_of parent",
            "links.follows": "folgt_auf nachfolger_von follows",
            "milestones": "meilensteine",
            "indicators": "kennzahlen",
        }.items()
        for name in names.split()
    }
)

_OF_MANY: Final = frozenset(  # fields whose column may hold several values with | between them
    ("themes", "keywords", "places", "participants.partner", "decisions", "documentation", "goals", "benefits",
     "chances", "risks", "links.uses", "links.produces", "links.part_of", "links.follows", "milestones", "contacts",
     "funding")
)  # fmt: skip


class Entry(NamedTuple):
    """An entry of a file. `remote_id`: what the file calls it; `problem`: why it cannot be taken."""

    remote_id: str
    metadata: Metadata
    problem: Finding | None = None


def entries_of(
    content: bytes, name: str, kind: Kind, language: str, settings: Mapping[str, str] = MappingProxyType({})
) -> list[Entry]:
    """The entries of a file. `name`: of the file, or its address; `settings`: as of a source (`map.`, `const.`, …).

    SourceError, TooLargeError where the whole file cannot be read.
    """
    if len(content) > MAX_FILE_BYTES:
        raise TooLargeError("file-too-large", file=name, limit=MAX_FILE_BYTES)
    source = Source(name="file", kind="json", url=name, settings={"kind": kind, **settings}, language=language)
    items = list(islice(_items(content, name, source), MAX_ENTRIES + 1))
    if len(items) > MAX_ENTRIES:
        raise TooLargeError("file-entries-too-many", name=name, limit=MAX_ENTRIES)
    if not items:
        raise SourceError("file-no-entries", name=name)
    return [_entry(item, source) for item in items]


def single(entry: Entry) -> Metadata:
    """The metadata of an entry that is taken alone: without links to others of its file."""
    links = tuple(link for link in entry.metadata.links if not link.iri.startswith(REMOTE))
    return replace(entry.metadata, links=links)


# -- a file into items


def _items(content: bytes, name: str, source: Source) -> Iterator[dict[str, Any]]:
    """The items of a file, by what it is: its content decides, then its suffix."""
    start = content[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    suffix = PurePath(name.partition("?")[0]).suffix.lower()
    if start[:1] in (b"{", b"["):
        yield from _of_json(decoded(content, None), name, source)
    elif start[:15].upper() == b"BEGIN:VCALENDAR":
        yield from _in_child("calendar", content, name)
    elif start[:1] == b"<":
        yield from _in_child("activities" if b"<iati-activit" in content[:20_000] else "page", content, name)
    elif content[:4] == b"PK\x03\x04" or suffix in harvester("sheet").SUFFIXES or b"\n" in content:  # type: ignore[attr-defined]
        for item in harvester("sheet").read(source, _OneAnswer(content, name), None):  # type: ignore[arg-type]
            if isinstance(item, Item):
                yield orjson.loads(item.payload)["item"]
    else:
        raise SourceError("file-unknown", name=name)


class _OneAnswer:
    """Stands for an HTTP session whose only answer is the content of a file."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content, self._name = content, name

    def get(self, url: str, **options: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response.url, response.raw = 200, self._name, io.BytesIO(self._content)
        return response


def _of_json(text: str, name: str, source: Source) -> Iterator[dict[str, Any]]:
    """The objects of a list, of the first list in an object, of JSON lines; or one object that is an entry itself."""
    lines = text.strip().split("\n")
    if len(lines) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines):
        document: Any = [parsed(line, name) for line in lines]
    else:
        document = parsed(text, name)
    if isinstance(document, dict):
        is_entry = any(fold(str(key)) in ("title", "titel", "name", "metadata") for key in document)
        lists = [
            value for value in document.values() if isinstance(value, list) and value and isinstance(value[0], dict)
        ]
        document = [document] if is_entry or not lists else lists[0]
    yield from _flat(document, source.settings.get("children", "children"))


def _flat(members: list[Any], children: str, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects of a list, and those inside them, each a part of the one that holds it: measures with their parts."""
    for member in members:
        if isinstance(member, dict):
            inner = member.get(children)
            yield {key: value for key, value in member.items() if key != children or not isinstance(inner, list)}
            if isinstance(inner, list) and depth < MAX_NESTED:
                yield from _flat([_part_of(part, member) for part in inner], children, depth + 1)


def _part_of(part: Any, whole: dict[str, Any]) -> Any:
    """A nested object that names the one that holds it, unless it names another one."""
    id = whole.get("id")
    if not isinstance(part, dict) or not isinstance(id, str | int) or isinstance(id, bool):
        return part
    return {"part_of": REMOTE + str(id), **part}


def _in_child(reader: str, content: bytes, name: str) -> Iterator[dict[str, Any]]:
    """The items of a document that is read in a child process, within LIMITS."""
    for part in call(name, LIMITS, f"harvesters.files.documents:{reader}", content, name):
        yield orjson.loads(part)


# -- an item into an entry


def entry_of(item: dict[str, Any], kind: Kind, language: str) -> Entry:
    """The entry of one object by our field names or common names."""
    return _entry(item, Source(name="file", kind="json", url="", settings={"kind": kind}, language=language))


def _entry(item: dict[str, Any], source: Source) -> Entry:
    """The entry of an item; what a record of our own export says is taken as it is. A link to another entry of the file
    begins with REMOTE."""
    kind = cast(Kind, source.settings["kind"])
    remote_id = str(item_mapping.remote_id(item, source))
    exported = item.get("metadata")
    fields = exported if isinstance(exported, dict) else item
    has_map = any(name.startswith("map.") for name in source.settings)

    def failed(error: Exception) -> Metadata:
        log.warning("an entry of %s cannot be read: %r", source.url, error)
        return Metadata(kind=kind)

    mapped = fields if has_map else _renamed(fields, kind)
    metadata = isolated(lambda: item_mapping.to_metadata(mapped, source)[0], failed)
    metadata = replace(metadata, abstract=metadata.abstract or _abstract(metadata))
    problem = None if any(metadata.title.values()) else finding("title-missing", "title")
    return Entry(remote_id or next(iter(metadata.title.values()), ""), metadata, problem)


def _renamed(item: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The item by our field names, where its keys are labels of fields or common names; several values are parted."""
    labels = {**COMMON_NAMES, **item_mapping.labels_of(kind)}
    rows = rows_by_name(kind)
    fields: dict[str, Any] = {}
    for key, value in item.items():
        path = key if key in rows else labels.get(fold(str(key)), str(key))
        if value in (None, "", [], {}) or (
            path.partition(".")[0] not in rows and path.startswith(("links.", "funding"))
        ):
            continue
        _put(fields, path, _parted(value) if path in _OF_MANY else value)
    return fields


def _put(fields: dict[str, Any], path: str, value: Any) -> None:
    first, dot, rest = path.partition(".")
    if not dot:
        fields.setdefault(first, value)
    elif isinstance(inner := fields.setdefault(first, {}), dict):
        _put(inner, rest, value)


def _parted(value: Any) -> Any:
    """The values of a text with | or line breaks between them."""
    parts = [part for part in map(str.strip, re.split(r"[|\n\r]+", value)) if part] if isinstance(value, str) else []
    return parts if len(parts) > 1 else value


def _abstract(metadata: Metadata) -> Text:
    """The first sentences of the description, where the list has no short text: as many as an abstract may have."""
    return {tag: cut for tag, text in metadata.description.items() if (cut := _first_sentences(text))}


def _first_sentences(text: str) -> str:
    plain = " ".join(re.sub(r"[*_#>`]+|\[([^\]]*)\]\([^)]*\)", r"\1", text).split())
    if len(plain) <= MAX_ABSTRACT_CHARACTERS:
        return plain
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s)", plain[:MAX_ABSTRACT_CHARACTERS])]
    return plain[: ends[-1]] if ends else ""
