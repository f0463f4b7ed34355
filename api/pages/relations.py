"""How a record is related to others: what it points to, what points to it, and the projects that use its data.

Entry point: `relations`. Invariant: at most MAX_RELATIONS in each direction.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from itertools import islice
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from api.pages.cards import Card, cards, whose
from api.pages.proposals import proposals, reasons_in_words
from api.pages.site import Pages
from api.text.formatting import link, short_markup
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from registry.catalog.lookup import backlinks, resolve
from registry.errors import LotseError
from registry.model import DCAT_KINDS, Backlink, Link, Record
from vocab.fields import FIELDS

MAX_RELATIONS: Final = 60
MAX_SIMILAR: Final = 5  # records of a kind
# relations to agents; an organization's page shows them as what it publishes and leads
AGENTS: Final = (
    "publisher", "organizer", "creators", "contributors", "custodians", "originators", "participants", "funding",
)  # fmt: skip


class Linked(NamedTuple):
    """Another thing that this one is related to. `gone`: it was withdrawn; `foreign`: it is not in the catalogue."""

    title: Markup
    address: str
    kind: str
    meta: Markup | str
    gone: bool = False
    foreign: bool = False


class RelationGroup(NamedTuple):
    """The things of one relation."""

    label: str
    things: tuple[Linked, ...]


class Relations(NamedTuple):
    """The things that a record is connected with. `data`: what a project uses and produces; `others`: all else;
    `projects`: those with these data; `similar`: what it is not linked with, and why that could suit."""

    data: list[RelationGroup]
    others: list[RelationGroup]
    projects: list[Card]
    similar: list[RelationGroup]


def relations(pages: Pages, record: Record, lang: Lang, today: date) -> Relations:
    """The relations of a record, from its own links and from those that lead to it."""
    back = list(islice(backlinks(pages.catalog, record), MAX_RELATIONS))
    pointing = pages.records(dict.fromkeys(backlink.id for backlink in back))
    groups = _links(pages, record, back, pointing, lang)
    data = [group for group in groups if group.label in _data_labels(lang)]
    others = [group for group in groups if group not in data]
    projects = _projects(pages, record, pointing, lang, today)
    linked = {thing.address for group in groups for thing in group.things} | {card.address for card in projects}
    return Relations(data, others, projects, _similar(pages, record, linked, lang))


def _data_labels(lang: Lang) -> tuple[str, str]:
    _ = translator(lang)
    return (_("nutzt"), _("erzeugt"))


def _links(
    pages: Pages, record: Record, back: Iterable[Backlink], pointing: Mapping[str, Record], lang: Lang
) -> list[RelationGroup]:
    """What the record points to and what points to it, by the name of the relation."""
    forth: dict[str, list[Linked]] = {}
    for target in record.metadata.links[:MAX_RELATIONS]:
        forth.setdefault(_relation(record.kind, target.relation, lang), []).append(_linked(pages, target, lang))
    for label, thing in _back(record, back, pointing, lang):
        forth.setdefault(label, []).append(thing)
    return [RelationGroup(label, tuple(dict.fromkeys(things))) for label, things in forth.items()]


def _relation(kind: str, name: str, lang: Lang) -> str:
    _ = translator(lang)
    if kind == "project" and name in ("uses", "produces"):
        return _data_labels(lang)[name == "produces"]
    row = next((row for row in FIELDS if row.form == "link" and row.name == name and kind in row.classes), None)
    row = row or next(row for row in FIELDS if row.form == "link" and row.name == name)
    return row.label(lang)


def _linked(pages: Pages, target: Link, lang: Lang) -> Linked:
    """A thing of the catalogue by its title, a foreign one by its address."""
    record = _find(pages, target.iri)
    if record is None:
        return Linked(escape(target.iri), link(target.iri), "", "", foreign=True)
    return _shown(record, lang)


def _find(pages: Pages, iri: str) -> Record | None:
    id = resolve(pages.catalog, iri)
    return pages.records([id]).get(id) if id else None


def _shown(record: Record, lang: Lang) -> Linked:
    metadata = record.metadata
    title = short_markup(metadata.title, lang) or escape(record.id)
    gone = record.state == "withdrawn"
    return Linked(title, addresses.page(record.kind, record.id, lang), record.kind, whose(metadata, lang), gone)


def _back(
    record: Record, back: Iterable[Backlink], pointing: Mapping[str, Record], lang: Lang
) -> Iterator[tuple[str, Linked]]:
    """Projects that use or produce a dataset are shown as cards elsewhere; here everything else."""
    _ = translator(lang)
    label = _("Verweist hierher")
    for backlink in back:
        other = pointing.get(backlink.id)
        if other is None or backlink.relation in AGENTS or (record.kind in DCAT_KINDS and other.kind == "project"):
            continue
        if record.kind == "project" and backlink.relation == "generated_by":
            yield _data_labels(lang)[1], _shown(other, lang)
        elif backlink.relation == "in_series":
            yield _("Teile dieser Serie"), _shown(other, lang)
        elif backlink.relation == "serves":
            yield _("Auch über diesen Datendienst"), _shown(other, lang)
        elif other.kind == "event":
            yield _("Termine"), _shown(other, lang)
        elif backlink.relation in ("part_of", "unit_of"):
            yield _("Dazu gehören"), _shown(other, lang)
        else:
            yield label, _shown(other, lang)


def _similar(pages: Pages, record: Record, linked: Collection[str], lang: Lang) -> list[RelationGroup]:
    """Similar records that are not linked already, with the reasons; none while there is no search index."""
    groups: dict[str, list[Linked]] = {}
    with suppress(LotseError):
        for label, similar in proposals(pages.catalog, record, lang):
            group, other = groups.setdefault(label, []), similar.record
            if len(group) < MAX_SIMILAR and addresses.page(other.kind, other.id, lang) not in linked:
                group.append(_shown(other, lang)._replace(meta=reasons_in_words(similar, lang)))
    return [RelationGroup(label, tuple(things)) for label, things in groups.items() if things]


def _projects(pages: Pages, record: Record, pointing: Mapping[str, Record], lang: Lang, today: date) -> list[Card]:
    """The projects that use or produce these data."""
    if record.kind not in DCAT_KINDS:
        return []
    origins = [origin.iri for origin in record.metadata.links if origin.relation == "generated_by"]
    generating = [project for iri in origins if (project := _find(pages, iri))]
    projects = {
        project.id: project
        for project in (*pointing.values(), *generating)
        if project.kind == "project" and project.shown
    }
    return cards(projects.values(), lang, today)
