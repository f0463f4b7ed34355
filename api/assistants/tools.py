"""The tools of `/mcp`, a row each: name, title, description, what it takes, and the function that answers.

Entry points: `TOOLS`, `call`. All of them read only.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from api.assistants import arguments as takes
from api.assistants.quoting import NOTE, entry, known, quoted, text
from api.assistants.tables import describe_columns, number_for, query_rows
from api.data.documents import search_answer
from api.pages.cards import licence_of
from api.pages.site import Pages
from api.text.labels import both
from api.web import query
from api.web.addresses import Lang, absolute, path, place
from api.web.answers import json_bytes
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.model import Distribution, Kind, Record, Text
from registry.model.timing import promise, today
from registry.search.query import Query
from vocab.kinds import KIND_ROWS

MAX_ANSWER_BYTES: Final = 50_000
MAX_FILES: Final = 50  # of a dataset
MAX_LISTED: Final = 30  # milestones, links or participants of a record
ABOUT_FACETS: Final = ("kind", "theme", "district", "format", "phase")
_DATA: Final[tuple[Kind, ...]] = ("dataset", "series", "service")

Answer = dict[str, Any]


class Tool(NamedTuple):
    """`title`: for people; `description`: for the assistant."""

    name: str
    title: Text
    description: str
    takes: type[takes.Nothing]
    run: Callable[[Pages, Any], Answer]


def call(pages: Pages, name: str, given: Mapping[str, Any] | None) -> Answer:
    """The answer of a tool, at most MAX_ANSWER_BYTES. NotFoundError for an unknown tool or record, UsageError for wrong
    arguments."""
    tool = TOOLS.get(name)
    if tool is None:
        raise NotFoundError("tool-unknown", name=name[:40], names=", ".join(TOOLS))
    answer = tool.run(pages, takes.read(given, tool.takes))
    return _bounded({"note": NOTE, **answer, "truncated": False})


def _bounded(answer: Answer) -> Answer:
    """The answer without the last of its entries, files, columns or rows, until it is small enough."""
    for name in ("results", "files"):
        while len(json_bytes(answer)) > MAX_ANSWER_BYTES and answer.get(name):
            answer = answer | {name: answer[name][: len(answer[name]) // 2], "truncated": True}
    for name in ("rows", "columns"):
        while len(json_bytes(answer)) > MAX_ANSWER_BYTES and (listed := answer.get("quoted", {}).get(name)):
            answer = answer | {"quoted": answer["quoted"] | {name: listed[: len(listed) // 2]}, "truncated": True}
    return answer


# -- tools


def about_catalog(pages: Pages, asked: takes.Nothing) -> Answer:
    """What is inside: counts by kind, topic, district, format and phase, and where to read on."""
    lang, base = asked.lang, pages.settings.base_url
    answer = search_answer(pages.catalog, pages.city, base, Query(size=1, lang=lang, facets=ABOUT_FACETS))
    return {
        "name": both(pages.city.title)[lang] or "Lotse",
        "about": both(pages.city.description)[lang],
        "entries": answer.total,
        "counts": {
            facet: [
                {"value": count.value, "label": quoted(count.label[lang]), "count": count.count} for count in counts
            ]
            for facet, counts in answer.facets.items()
        },
        "limits": {"entries_of_an_answer": takes.MAX_HITS, "bytes_of_an_answer": MAX_ANSWER_BYTES},
        "pages": {
            "api": absolute(base, place("developers", lang, "api")),
            "assistants": absolute(base, place("developers", lang, "assistants")),
            "quality": absolute(base, path("quality", lang)),
        },
    }


def search_datasets(pages: Pages, asked: takes.DatasetSearch) -> Answer:
    """Hits; and where the words are a question that one table answers for certain, its number."""
    filters = {name: getattr(asked, name) for name in ("theme", "district", "format", "publisher")}
    number = None if any(filters.values()) or asked.page > 1 else number_for(pages, asked.q, asked.lang)
    return ({"number": number} if number else {}) | _search(pages, asked, _DATA, filters)


def search_projects(pages: Pages, asked: takes.ProjectSearch) -> Answer:
    return _search(pages, asked, ("project",), {name: getattr(asked, name) for name in ("theme", "district", "phase")})


def list_organizations(pages: Pages, asked: takes.Listing) -> Answer:
    return _search(pages, asked, ("organization",), {})


def whats_new(pages: Pages, asked: takes.News) -> Answer:
    """The entries that changed last, of all kinds."""
    page = pages.catalog.index.search(Query(size=asked.size, sort="newest", lang=asked.lang, facets=()))
    return {"results": _briefs(pages, (hit.id for hit in page.hits), asked.lang)}


def get_dataset(pages: Pages, asked: takes.OfRecord) -> Answer:
    record = _record(pages, asked.id, _DATA)
    metadata, lang = record.metadata, asked.lang
    iri, due = licence_of(metadata), promise(metadata)
    ours = {
        "licence": known("licences", iri, lang),
        "frequency": known("frequencies", metadata.frequency, lang),
        "next_update_due": due.due.isoformat() if due else "",
        "overdue": bool(due and today() > due.last_good_day),
        "topics": [topic for theme in metadata.themes if (topic := known("themes", theme, lang))],
    }
    texts = {
        "summary": text(metadata.abstract, lang),
        "description": text(metadata.description, lang),
        "licence_address": iri,
        "keywords": metadata.keywords.get(lang, ())[:MAX_LISTED],
        "period": [[period.start, period.end] for period in metadata.periods[:MAX_LISTED]],
    }
    files = metadata.distributions[:MAX_FILES]
    listed = [_file(file, lang) for file in files]
    return {"entry": entry(record, pages.settings.base_url, lang, texts, **ours), "files": listed,
            "files_of_all": [len(files), len(metadata.distributions)]}  # fmt: skip


def get_project(pages: Pages, asked: takes.OfRecord) -> Answer:
    record = _record(pages, asked.id, ("project",))
    metadata, lang = record.metadata, asked.lang
    period = metadata.period
    texts = {
        "summary": text(metadata.abstract, lang),
        "description": text(metadata.description, lang),
        "benefits": [text(benefit, lang) for benefit in metadata.benefits[:MAX_LISTED]],
        "milestones": [
            {"step": text(step.title, lang), "planned": step.planned, "reached": step.reached,
             "reason": text(step.reason, lang)}
            for step in metadata.milestones[:MAX_LISTED]
        ],
        "participants": [text(part.agent.name, lang) for part in metadata.participants[:MAX_LISTED] if part.agent],
        "places": [text(place.name, lang) for place in metadata.places[:MAX_LISTED]],
        "starts": period.start if period else "",
        "ends": period.end if period else "",
    }  # fmt: skip
    phase = known("phases", metadata.phase, lang)
    return {"entry": entry(record, pages.settings.base_url, lang, texts, phase=phase)}


def _file(file: Distribution, lang: Lang) -> Answer:
    texts = {
        "title": text(file.title, lang),
        "description": text(file.description, lang),
        "download": file.download_url,
        "access": file.access_url,
        "licence_address": file.licence,
        "modified": file.modified,
    }
    return {
        "file": file.id,
        "format": known("file-types", file.format, lang),
        "licence": known("licences", file.licence, lang),
        "bytes": file.size,
        "quoted": quoted(texts),
    }


# -- helpers


def _search(pages: Pages, asked: takes.Listing, kinds: tuple[Kind, ...], filters: Mapping[str, str]) -> Answer:
    """A page of hits: those that have all words first, the similar ones after them are marked."""
    pairs = [*(("kind", kind) for kind in kinds), *((name, value) for name, value in filters.items() if value)]
    pairs += [("q", asked.q), ("size", str(asked.size)), ("page", str(asked.page)), ("facets", "none")]
    page = pages.catalog.index.search(query.parse(pairs, asked.lang))
    similar = {hit.id for hit in page.hits if not hit.exact}
    results = [
        brief | ({"only_similar": True} if brief["id"] in similar else {})
        for brief in _briefs(pages, (hit.id for hit in page.hits), asked.lang)
    ]
    notes = [note[asked.lang] for note in query.notes(pairs, pages.districts)]
    return {"total": page.total, "page": asked.page, "notes": notes, "results": results}


def _briefs(pages: Pages, ids: Iterable[str], lang: Lang) -> list[Answer]:
    """The entries as lists have them."""
    ids = list(ids)
    records = pages.catalog.store.get_many(ids)
    return [_brief(records[id], pages.settings.base_url, lang) for id in ids if id in records]


def _brief(record: Record, base: str, lang: Lang) -> Answer:
    metadata = record.metadata
    ours = {
        "licence": known("licences", licence_of(metadata), lang),
        "phase": known("phases", metadata.phase, lang),
        "formats": sorted({known("file-types", file.format, lang) for file in metadata.distributions} - {""}),
    }
    summary = text(metadata.abstract or metadata.description, lang)[:300]
    return entry(record, base, lang, {"summary": summary}, **ours)


def _record(pages: Pages, id: str, kinds: tuple[Kind, ...]) -> Record:
    """The record that is shown for an id; NotFoundError if there is none of these kinds, WithdrawnError."""
    record = shown(pages.catalog, id)
    if record.kind not in kinds:
        raise NotFoundError("record-of-other-kind", id=record.id, kind=KIND_ROWS[record.kind].singular["en"])
    return record


def _both(titles: str) -> Text:
    """Two titles divided by "|", German first."""
    german, _, english = titles.partition("|")
    return {"de": german, "en": english}


_ROWS = (
    Tool("about_catalog", _both("Was steht im Katalog?|What is in the catalogue?"),
         "What this catalogue holds: numbers by kind, topic, district, format and phase; its limits and pages. "
         "Call it first.", takes.Nothing, about_catalog),
    Tool("search_datasets", _both("Daten suchen|Search data"),
         "Search datasets, series and data services by words and filters. All words must occur; entries marked "
         "`only_similar` have not all of them. Ask a whole question about an amount, and `number` gives it where one "
         "table holds it for certain.", takes.DatasetSearch, search_datasets),
    Tool("get_dataset", _both("Einen Datensatz lesen|Read a dataset"),
         "One dataset with its files, licence, period, update frequency and whether it is overdue.",
         takes.OfRecord, get_dataset),
    Tool("describe_columns", _both("Spalten erklären|Explain columns"),
         "What the columns of a dataset's file mean: name, type, unit, meaning, filled cells, smallest and largest "
         "value, and how the file was read. Call it before query_rows.", takes.OfFile, describe_columns),
    Tool("query_rows", _both("Zeilen abfragen|Query rows"),
         "Rows of the table behind a file, filtered and sorted; `total` counts all rows that match. Numbers are those "
         "of the file.", takes.RowQuery, query_rows),
    Tool("search_projects", _both("Projekte suchen|Search projects"),
         "Search projects of the city by words, topic, district and phase.", takes.ProjectSearch, search_projects),
    Tool("get_project", _both("Ein Projekt lesen|Read a project"),
         "One project with phase, milestones (planned and reached), participants, places and benefits.",
         takes.OfRecord, get_project),
    Tool("list_organizations", _both("Organisationen auflisten|List organizations"),
         "The organizations that publish data or run projects, with their ids; search by words.",
         takes.Listing, list_organizations),
    Tool("whats_new", _both("Was ist neu?|What is new?"), "The entries that changed last, of all kinds.",
         takes.News, whats_new),
)  # fmt: skip
TOOLS: Final[Mapping[str, Tool]] = {tool.name: tool for tool in _ROWS}
