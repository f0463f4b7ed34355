"""What an organization's page has besides its facts: what it publishes, and its projects by role."""

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

SHOWN: Final = 6
MOST: Final = 60  # projects that are shown


def more(pages: Pages, record: Record, lang: Lang, today: date) -> list[Block]:
    return [
        one for one in (_published(pages, record, lang, today), *_projects(pages, record, lang, today)) if one.total
    ]


def _published(pages: Pages, record: Record, lang: Lang, today: date) -> Block:
    _ = translator(lang)
    where = {"publisher": (record.id,), "kind": DCAT_KINDS}
    found = pages.catalog.index.search(Query(where=where, size=SHOWN, sort="newest", lang=lang, facets=()))
    address = query.url(Query(where=where, lang=lang), addresses.path("search", lang))
    all_ = _("Alle %(number)s") % {"number": found.total}
    shown = search.cards(pages, [hit.id for hit in found.hits], lang, today)
    return Block(_("Veröffentlicht"), tuple(shown), found.total, address, all_)


def _projects(pages: Pages, record: Record, lang: Lang, today: date) -> list[Block]:
    """Projects in which it takes part, those that it leads first."""
    count = translations(lang).ngettext
    ids = {one.id for one in backlinks(pages.catalog, record) if one.relation == "participants"}
    several = [one for one in pages.catalog.store.get_many(sorted(ids)[:MOST]).values() if one.kind == "project"]
    lead = concept_list("roles").by_notation["federfuehrung"].iri
    leads = [one for one in several if lead in roles(one.metadata, record.id)]
    takes_part = [one for one in several if one not in leads]
    labels = (
        count("Leitet %(num)s Projekt", "Leitet %(num)s Projekte", len(leads)) % {"num": len(leads)},
        count("Beteiligt an %(num)s Projekt", "Beteiligt an %(num)s Projekten", len(takes_part))
        % {"num": len(takes_part)},
    )
    return [
        Block(label, tuple(cards(group, lang, today)), len(group), "", "")
        for label, group in zip(labels, (leads, takes_part), strict=True)
    ]


def roles(words: Metadata, organization: str) -> set[str]:
    """The roles of an organization in a project."""
    return {one.role for one in words.participants if one.agent.id == organization}
