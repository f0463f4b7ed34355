"""How a record is tied to others, both ways: what it points to, what points to it, the projects that use its data."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from api.pages.cards import Card, cards, whose
from api.pages.site import Pages
from api.text.formatting import link, spoken
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from registry.catalog.lookup import backlinks, resolve
from registry.model import DCAT_KINDS, Backlink, Link, Record
from vocab.fields import FIELDS

MOST: Final = 60  # that are shown
# ties to agents; an organization's page shows them as what it publishes and leads
AGENTS: Final = (
    "publisher", "organizer", "creators", "contributors", "custodians", "originators", "participants", "funding",
)  # fmt: skip


class Linked(NamedTuple):
    """Another thing that this one is tied to. `gone`: it was withdrawn; `foreign`: it is not in the catalogue."""

    title: Markup
    address: str
    kind: str
    meta: Markup | str
    gone: bool = False
    foreign: bool = False


class Group(NamedTuple):
    label: str
    things: tuple[Linked, ...]


class Relations(NamedTuple):
    """`data`: what a project uses and produces; `others`: all else; `projects`: those with these data."""

    data: list[Group]
    others: list[Group]
    projects: list[Card]


def relations(pages: Pages, record: Record, lang: Lang, today: date) -> Relations:
    back = list(islice(backlinks(pages.catalog, record), MOST))
    pointing = pages.catalog.store.get_many(list(dict.fromkeys(one.id for one in back)))
    groups = _links(pages, record, back, pointing, lang)
    data = [one for one in groups if one.label in _data_labels(lang)]
    others = [one for one in groups if one not in data]
    return Relations(data, others, _projects(pages, record, pointing, lang, today))


def _data_labels(lang: Lang) -> tuple[str, str]:
    _ = translator(lang)
    return (_("nutzt"), _("erzeugt"))


def _links(
    pages: Pages, record: Record, back: Iterable[Backlink], pointing: Mapping[str, Record], lang: Lang
) -> list[Group]:
    """What the record points to, and what points to it, each under a word for the relation."""
    forth: dict[str, list[Linked]] = {}
    for one in record.metadata.links[:MOST]:
        forth.setdefault(_relation(record.kind, one.relation, lang), []).append(_linked(pages, one, lang))
    for label, thing in _back(record, back, pointing, lang):
        forth.setdefault(label, []).append(thing)
    return [Group(label, tuple(dict.fromkeys(things))) for label, things in forth.items()]


def _relation(kind: str, name: str, lang: Lang) -> str:
    _ = translator(lang)
    if kind == "project" and name in ("uses", "produces"):
        return _data_labels(lang)[name == "produces"]
    row = next((row for row in FIELDS if row.form == "link" and row.name == name and kind in row.classes), None)
    row = row or next(row for row in FIELDS if row.form == "link" and row.name == name)
    return row.label_de if lang == "de" else row.label_en


def _linked(pages: Pages, one: Link, lang: Lang) -> Linked:
    """A thing of the catalogue by its title, a foreign one by its address."""
    found = _find(pages, one.iri)
    if found is None:
        return Linked(escape(one.iri), link(one.iri), "", "", foreign=True)
    return _shown(found, lang)


def _find(pages: Pages, iri: str) -> Record | None:
    id = resolve(pages.catalog, iri)
    return pages.catalog.store.get(id) if id else None


def _shown(record: Record, lang: Lang) -> Linked:
    words = record.metadata
    title = spoken(words.title, lang) or escape(record.id)
    gone = record.state == "withdrawn"
    return Linked(title, addresses.page(record.kind, record.id, lang), record.kind, whose(words, lang), gone)


def _back(
    record: Record, back: Iterable[Backlink], pointing: Mapping[str, Record], lang: Lang
) -> Iterator[tuple[str, Linked]]:
    """Projects that use or produce a dataset are shown as cards elsewhere; here everything else."""
    _ = translator(lang)
    label = _("Verweist hierher")
    for one in back:
        other = pointing.get(one.id)
        if other is None or one.relation in AGENTS or (record.kind in DCAT_KINDS and other.kind == "project"):
            continue
        if record.kind == "project" and one.relation == "generated_by":
            yield _data_labels(lang)[1], _shown(other, lang)
        elif one.relation == "in_series":
            yield _("Teile dieser Serie"), _shown(other, lang)
        elif one.relation == "serves":
            yield _("Auch über diesen Datendienst"), _shown(other, lang)
        elif other.kind == "event":
            yield _("Termine"), _shown(other, lang)
        elif one.relation in ("part_of", "unit_of"):
            yield _("Dazu gehören"), _shown(other, lang)
        else:
            yield label, _shown(other, lang)


def _projects(pages: Pages, record: Record, pointing: Mapping[str, Record], lang: Lang, today: date) -> list[Card]:
    """The projects that use or produce these data."""
    if record.kind not in DCAT_KINDS:
        return []
    origins = [one.iri for one in record.metadata.links if one.relation == "generated_by"]
    made = [found for iri in origins if (found := _find(pages, iri))]
    several = {one.id: one for one in (*pointing.values(), *made) if one.kind == "project" and one.shown}
    return cards(several.values(), lang, today)
