"""What an organization's page has besides its facts: what it publishes, and its projects by role."""

from datetime import date
from itertools import islice
from typing import Final

from api import addresses, query
from api.addresses import Lang
from api.cards import card
from api.districts import Block
from api.pages import Pages, translator
from api.search_page import cards
from api.words import said
from registry.model import Metadata, Record
from registry.search import Query
from vocab.concepts import concept_list

SHOWN: Final = 6
LOOKED_AT: Final = 100  # projects that name the organization
DATA: Final = ("dataset", "series", "service")


def more(pages: Pages, record: Record, lang: Lang, today: date) -> list[Block]:
    return [
        one for one in (_published(pages, record, lang, today), *_projects(pages, record, lang, today)) if one.total
    ]


def _published(pages: Pages, record: Record, lang: Lang, today: date) -> Block:
    _ = translator(lang)
    where = {"publisher": (record.id,), "kind": DATA}
    found = pages.catalog.search(Query(where=where, size=SHOWN, sort="newest", lang=lang, facets=()))
    address = query.url(Query(where=where, lang=lang), addresses.path("search", lang))
    all_ = _("Alle %(number)s") % {"number": found.total}
    shown = cards(pages, [hit.id for hit in found.hits], lang, today)
    return Block(_("Veröffentlicht"), tuple(shown), found.total, address, all_)


def _projects(pages: Pages, record: Record, lang: Lang, today: date) -> list[Block]:
    """Projects that name it among those who take part, leading ones first; found by its name, sorted by its role."""
    _ = translator(lang)
    name = said(record.metadata.title, lang).words
    asked = Query(words=name, where={"kind": ("project",)}, size=LOOKED_AT, lang=lang, facets=())
    ids = [hit.id for hit in pages.catalog.search(asked).hits]
    several = list(pages.catalog.store.get_many(ids).values())
    leading = concept_list("roles").by_notation["federfuehrung"].iri
    by_role = {one.id: roles(one.metadata, record.id) for one in several}
    leads = [one for one in several if leading in by_role[one.id]]
    takes_part = [one for one in several if by_role[one.id] and one not in leads]
    labels = (_("Leitet %(number)s Projekte"), _("Beteiligt an %(number)s Projekten"))
    return [
        Block(
            label % {"number": len(group)},
            tuple(card(one, lang, today) for one in islice(group, 20)),
            len(group),
            "",
            "",
        )
        for label, group in zip(labels, (leads, takes_part), strict=True)
    ]


def roles(words: Metadata, organization: str) -> set[str]:
    """The roles of an organization in a project."""
    return {one.role for one in words.participants if one.agent.id == organization}
