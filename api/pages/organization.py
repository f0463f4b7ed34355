"""The blocks of an organization's page: what it publishes, the projects that it leads and those that it takes part in.

Entry point: `more`.
"""

from datetime import date
from typing import Final

from api.pages import search
from api.pages.cards import cards
from api.pages.districts import Block
from api.pages.site import Pages
from api.text.i18n import translations, translator
from api.web import addresses, query
from api.web.addresses import Lang
from registry.catalog.lookup import backlinks
from registry.model import DCAT_KINDS, Metadata, Record
from registry.search.query import Query
from vocab.concepts import concept_list

MAX_CARDS_PUBLISHED: Final = 6
MAX_PROJECTS: Final = 60  # projects that are shown


def more(pages: Pages, record: Record, lang: Lang, today: date) -> list[Block]:
    """The blocks that have something to show."""
    return [
        block
        for block in (_published(pages, record, lang, today), *_projects(pages, record, lang, today))
        if block.total
    ]


def _published(pages: Pages, record: Record, lang: Lang, today: date) -> Block:
    _ = translator(lang)
    where = {"publisher": (record.id,), "kind": DCAT_KINDS}
    page = pages.catalog.index.search(Query(where=where, size=MAX_CARDS_PUBLISHED, sort="newest", lang=lang, facets=()))
    address = query.url(Query(where=where, lang=lang), addresses.path("search", lang))
    all_ = _("Alle %(number)s") % {"number": page.total}
    newest = search.cards(pages, [hit.id for hit in page.hits], lang, today)
    return Block(_("Veröffentlicht"), tuple(newest), page.total, address, all_)


def _projects(pages: Pages, record: Record, lang: Lang, today: date) -> list[Block]:
    """Two blocks: the projects that it leads, and those in which it takes part."""
    count = translations(lang).ngettext
    ids = {backlink.id for backlink in backlinks(pages.catalog, record) if backlink.relation == "participants"}
    projects = [
        project
        for project in pages.catalog.store.get_many(sorted(ids)[:MAX_PROJECTS]).values()
        if project.kind == "project"
    ]
    lead = concept_list("roles").by_notation["federfuehrung"].iri
    leads = [project for project in projects if lead in roles(project.metadata, record.id)]
    takes_part = [project for project in projects if project not in leads]
    labels = (
        count("Leitet %(num)s Projekt", "Leitet %(num)s Projekte", len(leads)) % {"num": len(leads)},
        count("Beteiligt an %(num)s Projekt", "Beteiligt an %(num)s Projekten", len(takes_part))
        % {"num": len(takes_part)},
    )
    return [
        Block(label, tuple(cards(group, lang, today)), len(group), "", "")
        for label, group in zip(labels, (leads, takes_part), strict=True)
    ]


def roles(metadata: Metadata, organization: str) -> set[str]:
    """The roles of an organization in a project."""
    return {participation.role for participation in metadata.participants if participation.agent.id == organization}
