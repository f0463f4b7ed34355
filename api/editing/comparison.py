"""What the pages of registering and reviewing share: a draft beside what is published, and similar titles."""

import difflib
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from api.pages.cards import Card, card
from api.pages.facts import labelled, strings
from api.pages.site import Pages
from api.text.formatting import said
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from registry.model import Draft, Metadata, Record
from registry.search import analysis
from registry.search.query import Query
from vocab.fields import fields_of

ALIKE: Final = 0.8  # how much of two titles is the same
MAX_COMPARED: Final = 4_000  # characters; longer texts are set beside one another without marks


class Difference(NamedTuple):
    """A field with its words before and now, as markup; `new`: there was nothing before."""

    label: str
    before: Markup
    now: Markup
    new: bool


class Comparison(NamedTuple):
    changed: tuple[Difference, ...]
    same: tuple[tuple[str, Markup], ...]


def compare(pages: Pages, before: Metadata | None, now: Metadata, lang: Lang) -> Comparison:
    """Field by field in the order of the rows."""
    changed, same = [], []
    for label, old, new in _fields(pages, before, now, lang):
        if old == new:
            same.append((label, _lines(new)))
        else:
            changed.append(Difference(label, *_marked(old, new), new=not old))
    return Comparison(tuple(changed), tuple(same))


def _fields(
    pages: Pages, before: Metadata | None, now: Metadata, lang: Lang
) -> Iterator[tuple[str, list[str], list[str]]]:
    for row in fields_of(now.kind):
        label = row.label_de if lang == "de" else row.label_en
        if row.form == "link":
            old, new = (_links(pages, one, row.name, lang) if one else [] for one in (before, now))
        else:
            old, new = (_words(getattr(one, row.name), lang) if one else [] for one in (before, now))
        if old or new:
            yield label, old, new


def _words(value: Any, lang: Lang) -> list[str]:
    return [labelled(one, lang) for one in strings(value, lang)]


def _links(pages: Pages, words: Metadata, relation: str, lang: Lang) -> list[str]:
    found = []
    for one in words.links:
        if one.relation == relation:
            id = pages.catalog.resolve(one.iri)
            record = pages.catalog.store.get(id) if id else None
            found.append(said(record.metadata.title, lang).words if record else one.iri)
    return found


def _lines(several: list[str]) -> Markup:
    return Markup("<br>").join(escape(one) for one in several)


def _marked(old: list[str], new: list[str]) -> tuple[Markup, Markup]:
    """Words that went struck through, words that came underlined."""
    before, now = " \n ".join(old).split(" "), " \n ".join(new).split(" ")
    if not old or not new or sum(map(len, old + new)) > MAX_COMPARED:
        return _whole(old, "del"), _whole(new, "ins")
    left, right = [], []
    for act, a, b, c, d in difflib.SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        left.append(_piece(before[a:b], "" if act == "equal" else "del"))
        right.append(_piece(now[c:d], "" if act == "equal" else "ins"))
    return Markup(" ").join(one for one in left if one), Markup(" ").join(one for one in right if one)


def _piece(words: list[str], element: str) -> Markup:
    text = escape(" ".join(words)).replace("\n", Markup("<br>"))
    return Markup(f"<{element}>{text}</{element}>") if element and text.strip() else text  # noqa: S704 - escaped above


def _whole(several: list[str], element: str) -> Markup:
    return Markup("<br>").join(Markup(f"<{element}>{escape(one)}</{element}>") for one in several)  # noqa: S704 - escaped


# -- similar ones


def similar(pages: Pages, words: Metadata, lang: Lang, but: str | None = None) -> list[Record]:
    """Projects whose title is nearly the same."""
    title = said(words.title, lang).words
    if not title:
        return []
    found = pages.catalog.search(Query(words=title, where={"kind": (words.kind,)}, size=10, lang=lang, facets=()))
    several = pages.catalog.store.get_many([hit.id for hit in found.hits]).values()
    return [one for one in several if one.id != but and _alike(title, one, lang)][:3]


def _alike(title: str, other: Record, lang: Lang) -> bool:
    mine, theirs = analysis.slug(title), analysis.slug(said(other.metadata.title, lang).words)
    return mine in theirs or theirs in mine or difflib.SequenceMatcher(None, mine, theirs).ratio() >= ALIKE


def preview(draft: Draft, lang: Lang, today: date) -> Card:
    """The card as everybody would see it."""
    made = card(Record(id=draft.of or draft.id, said=draft.metadata), lang, today)
    return made if draft.metadata.title else made._replace(title=escape(translator(lang)("Ohne Titel")))


def record_links(several: list[Record], lang: Lang) -> list[tuple[str, str]]:
    return [(said(one.metadata.title, lang).words, addresses.page(one.kind, one.id, lang)) for one in several]


def owner(pages: Pages, draft: Draft, lang: Lang) -> str:
    """For whom a draft is: the organization by its name, else who wrote it."""
    known = pages.catalog.store.get(draft.owner) if draft.owner else None
    return (said(known.metadata.title, lang).words if known else "") or draft.owner or draft.author
