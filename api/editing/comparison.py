"""What the pages of registering and reviewing share: a draft beside what is published, and similar titles.

Entry points: `compare` (two versions field by field), `texts` (one), `similar`, `preview` (the card of a draft),
`owner`, `organization_name`.
Invariant: all markup made here has its text escaped.
"""

import difflib
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from api.pages.cards import Card, card
from api.pages.site import Pages
from api.text.field_texts import field_texts
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang
from registry.catalog.lookup import resolve
from registry.model import Draft, Metadata, Record
from registry.model.text import shortened
from registry.search import analysis
from registry.search.query import Query
from vocab.fields import fields_of

MIN_TITLE_RATIO: Final = 0.8  # of difflib; titles at least this alike count as similar
MAX_COMPARED_CHARACTERS: Final = 4_000  # longer texts stand beside one another without marks
MAX_SIMILAR: Final = 3


class Difference(NamedTuple):
    """A field of the metadata with its text before and now, as markup; `new`: there was nothing before."""

    name: str
    label: str
    before: Markup
    now: Markup
    new: bool


class Comparison(NamedTuple):
    """The fields that differ, and label and text of those that are the same."""

    changed: tuple[Difference, ...]
    same: tuple[tuple[str, Markup], ...]

    @property
    def is_new(self) -> bool:
        """Whether there is nothing to compare with: each field is new."""
        return not self.same and all(difference.new for difference in self.changed)


def compare(pages: Pages, before: Metadata | None, now: Metadata, lang: Lang) -> Comparison:
    """Both versions field by field, in the order of vocab/fields.py."""
    changed, same = [], []
    for name, label, old, new in _fields(pages, before, now, lang):
        if old == new:
            same.append((label, _lines(new)))
        else:
            changed.append(Difference(name, label, *_marked(old, new), new=not old))
    return Comparison(tuple(changed), tuple(same))


def texts(pages: Pages, metadata: Metadata, lang: Lang) -> list[tuple[str, str, Markup]]:
    """Name, label and text of each field that says something, in the order of vocab/fields.py."""
    return [(name, label, _lines(now)) for name, label, _before, now in _fields(pages, None, metadata, lang)]


def _fields(
    pages: Pages, before: Metadata | None, now: Metadata, lang: Lang
) -> Iterator[tuple[str, str, list[str], list[str]]]:
    for row in fields_of(now.kind):
        label = row.label(lang)
        if row.form == "link":
            old, new = (_links(pages, metadata, row.name, lang) if metadata else [] for metadata in (before, now))
        else:
            old, new = (
                field_texts(getattr(metadata, row.name), row, lang) if metadata else [] for metadata in (before, now)
            )
        if old or new:
            yield row.name, label, old, new


def _links(pages: Pages, metadata: Metadata, relation: str, lang: Lang) -> list[str]:
    titles = []
    for link in metadata.links:
        if link.relation == relation:
            id = resolve(pages.catalog, link.iri)
            record = pages.catalog.store.get(id) if id else None
            titles.append(shortened(pick_language(record.metadata.title, lang).words if record else link.iri))
    return titles


def _lines(texts: list[str]) -> Markup:
    return Markup("<br>").join(escape(text) for text in texts)


def _marked(old: list[str], new: list[str]) -> tuple[Markup, Markup]:
    """The text before and now; what was taken out is in `<del>`, what was added in `<ins>`."""
    before, now = " \n ".join(old).split(" "), " \n ".join(new).split(" ")
    if not old or not new or sum(map(len, old + new)) > MAX_COMPARED_CHARACTERS:
        return _whole(old, "del"), _whole(new, "ins")
    left, right = [], []
    for act, a, b, c, d in difflib.SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        left.append(_piece(before[a:b], "" if act == "equal" else "del"))
        right.append(_piece(now[c:d], "" if act == "equal" else "ins"))
    return Markup(" ").join(piece for piece in left if piece), Markup(" ").join(piece for piece in right if piece)


def _piece(pieces: list[str], element: str) -> Markup:
    text = escape(" ".join(pieces)).replace("\n", Markup("<br>"))
    return Markup(f"<{element}>{text}</{element}>") if element and text.strip() else text  # noqa: S704 - escaped above


def _whole(texts: list[str], element: str) -> Markup:
    return Markup("<br>").join(Markup(f"<{element}>{escape(text)}</{element}>") for text in texts)  # noqa: S704 - escaped


# -- similar ones


def similar(pages: Pages, metadata: Metadata, lang: Lang, but: str | None = None) -> list[Record]:
    """At most MAX_SIMILAR records of the same kind whose title is nearly the same; not `but` itself."""
    title = pick_language(metadata.title, lang).words
    if not title:
        return []
    page = pages.catalog.index.search(
        Query(words=title, where={"kind": (metadata.kind,)}, size=10, lang=lang, facets=())
    )
    records = pages.catalog.store.get_many([hit.id for hit in page.hits]).values()
    return [record for record in records if record.id != but and _alike(title, record, lang)][:MAX_SIMILAR]


def _alike(title: str, other: Record, lang: Lang) -> bool:
    mine, theirs = analysis.name_key(title), analysis.name_key(pick_language(other.metadata.title, lang).words)
    return mine in theirs or theirs in mine or difflib.SequenceMatcher(None, mine, theirs).ratio() >= MIN_TITLE_RATIO


def preview(draft: Draft, lang: Lang, today: date) -> Card:
    """The card of a draft as everybody would see it once it is published."""
    shown_card = card(Record(id=draft.of or draft.id, said=draft.metadata), lang, today)
    return shown_card if draft.metadata.title else shown_card._replace(title=escape(translator(lang)("Ohne Titel")))


def record_links(records: list[Record], lang: Lang) -> list[tuple[str, str]]:
    return [
        (shortened(pick_language(record.metadata.title, lang).words), addresses.page(record.kind, record.id, lang))
        for record in records
    ]


def owner(pages: Pages, draft: Draft, lang: Lang) -> str:
    """The name of the organization that a draft is for, else its author."""
    return organization_name(pages, draft.owner, lang) or draft.author


def organization_name(pages: Pages, id: str, lang: Lang) -> str:
    """The name of an organization; its id if it is no record."""
    return pages.names([id], lang)[0][1] if id else ""
