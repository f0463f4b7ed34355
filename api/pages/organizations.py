"""The list of organizations as a tree: each with its units below it, what it does, and how much it has here.

Entry point: `organizations_page`. A search or a filter, and a catalogue with more than MAX_IN_TREE organizations, have
the list of all kinds (`api.pages.search`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import Response

from api.pages.list_views import take
from api.pages.search import search_page
from api.pages.site import Pages, View
from api.pages.start import counts_by
from api.text import sentences
from api.text.formatting import pick_language, sentence, short_markup
from api.web import addresses, query
from api.web.addresses import Lang, language
from registry.model import DCAT_KINDS, Record
from registry.model.identity import local
from registry.search.query import Query
from vocab.kinds import KIND_ROWS

MAX_IN_TREE: Final = 300
MAX_SENTENCE_CHARACTERS: Final = 160


class Branch(NamedTuple):
    """An organization of the tree. `level`: 0 for one that is a unit of no other; `text`: what it does."""

    title: Markup
    address: str
    kind: str
    text: str
    text_lang: str
    level: int
    data: int
    projects: int


def organizations_page(pages: Pages) -> View:
    listed = search_page(pages)

    def organizations(request: Request) -> Response:
        if request.query_params:
            return listed(request)
        lang = language(request)
        asked = Query(where={"kind": ("organization",)}, sort="title", lang=lang, size=MAX_IN_TREE, facets=())
        page = pages.catalog.index.search(asked)
        if not page.total or page.total > MAX_IN_TREE:
            return listed(request)
        records = pages.records(hit.id for hit in page.hits)
        data = counts_by(pages, DCAT_KINDS, ("publisher",))["publisher"]
        projects = counts_by(pages, ("project",), ("participant",))["participant"]
        path = addresses.path("organization", lang)
        shortened = Query(where={"kind": ("organization",)}, lang=lang)
        return pages.page(
            request,
            "organizations.html",
            lang,
            title=KIND_ROWS["organization"].plural[lang],
            branches=tuple(_tree(records, data, projects, lang)),
            address=path,
            total=page.total,
            take=take(shortened, path, "organization"),
            follow=query.url(shortened, addresses.path("alerts", lang)),
            area="organization",
            crumbs=[(KIND_ROWS["organization"].short[lang], "")],
        )

    return organizations


def _tree(
    records: Mapping[str, Record], data: Mapping[str, int], projects: Mapping[str, int], lang: Lang
) -> Iterator[Branch]:
    """The organizations in the order of `records`, each followed by its units; those in a circle stand on top."""
    above = {id: _unit_of(record, records) for id, record in records.items()}
    below: dict[str, list[str]] = {}
    for id in records:
        below.setdefault("" if _goes_round(id, above) else above[id], []).append(id)

    def branch(parent: str, level: int) -> Iterator[Branch]:
        for id in below.get(parent, ()):
            yield _branch(records[id], level, (data.get(id, 0), projects.get(id, 0)), lang)
            yield from branch(id, level + 1)

    return branch("", 0)


def _unit_of(record: Record, listed: Iterable[str]) -> str:
    """The organization of the list that it is a unit of, "" for none."""
    ids = (link.iri.removeprefix(local("")) for link in record.metadata.links if link.relation == "unit_of")
    return next((id for id in ids if id in listed), "")


def _goes_round(id: str, above: Mapping[str, str]) -> bool:
    reached, step = {id}, above[id]
    while step and step not in reached:
        reached.add(step)
        step = above[step]
    return bool(step)


def _branch(record: Record, level: int, counts: tuple[int, int], lang: Lang) -> Branch:
    metadata = record.metadata
    text, text_lang = pick_language(metadata.abstract or metadata.description, lang)
    return Branch(
        short_markup(metadata.title, lang) or escape(record.id),
        addresses.page("organization", record.id, lang),
        sentences.concept("organization-kinds", metadata.classification, lang),
        sentence(text, MAX_SENTENCE_CHARACTERS),
        text_lang,
        level,
        *counts,
    )
