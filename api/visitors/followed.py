"""What can be followed: a search, a record, an organization; as a query that is stored, in words, and as addresses.

Entry points: `Followed.of` (from the parameters of a page), `Followed.read` (from a stored query). A query is the
canonical one of the search, or `record=…` or `organization=…`.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from api.data.appointments import WITH_DATES, appointments
from api.data.lists import list_address
from api.pages.search import chips_of
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang
from api.web.negotiate import ATOM, ICS
from registry.catalog.lookup import shown
from registry.errors import UsageError
from registry.model import Record
from registry.model.text import shortened
from registry.search.query import Query

MAX_QUERY_CHARACTERS: Final = 1_000
THINGS: Final = ("record", "organization")  # parameters that name one thing


class Followed(NamedTuple):
    """`thing`: one of THINGS, "" for a search; `record`: that thing, None if it is not shown any more."""

    query: str
    thing: str = ""
    id: str = ""
    record: Record | None = None
    asked: Query = Query()

    @classmethod
    def of(cls, pages: Pages, params: Iterable[tuple[str, str]], lang: Lang) -> "Followed":
        """What the parameters of a page ask for. NotFoundError for a record that is not shown; UsageError for a query
        that is too long."""
        listed = list(params)
        for name, value in listed:
            if name in THINGS:
                record = shown(pages.catalog, value)
                thing = "organization" if record.kind == "organization" else "record"
                return cls(urlencode({thing: record.id}), thing, record.id, record)
        usable, _wrong = query.without_wrong(listed)
        return cls.search(query.parse(usable, lang))

    @classmethod
    def search(cls, asked: Query) -> "Followed":
        asked = Query(words=asked.words, where=asked.where, limits=asked.limits)
        text = query.url(asked, addresses.path("search")).partition("?")[2]
        if len(text) > MAX_QUERY_CHARACTERS:
            raise UsageError("query-too-long", limit=MAX_QUERY_CHARACTERS)
        return cls(text, asked=asked)

    @classmethod
    def read(cls, pages: Pages, stored: str) -> "Followed":
        """What a stored query means today."""
        pairs = parse_qsl(stored)
        for name, value in pairs:
            if name in THINGS:
                return cls(stored, name, value, pages.catalog.store.get(value))
        return cls(stored, asked=query.parse(pairs, "de"))

    def searches(self) -> tuple[Query, ...]:
        """The searches whose hits are followed; of an organization what it publishes and what it takes part in."""
        if self.thing == "organization":
            return tuple(Query(where={facet: (self.id,)}, facets=()) for facet in ("publisher", "participant"))
        return () if self.thing else (self.asked,)

    def label(self, pages: Pages, lang: Lang) -> str:
        """What is followed, in words."""
        _ = translator(lang)
        if self.thing:
            title = pick_language(self.record.metadata.title, lang).words if self.record else ""
            return shortened(title) or self.id
        parts = [f"„{self.asked.words}“" if lang == "de" else f"“{self.asked.words}”"] if self.asked.words else []
        parts += chips_of(pages, self.asked, lang)
        return ", ".join(parts) or _("alles Neue im Katalog")

    def page(self, lang: Lang) -> str:
        """The page of what is followed."""
        if self.record:
            return addresses.page(self.record.kind, self.record.id, lang)
        return query.url(self.asked, addresses.path("search", lang))

    def feed(self, lang: Lang) -> str:
        """The address of its Atom feed."""
        if self.thing == "organization":
            return query.url(Query(where={"publisher": (self.id,)}, lang=lang), "/feed.atom")
        if self.record:
            return f"{self.page(lang)}.{ATOM.name}"
        return query.url(replace(self.asked, lang=lang), "/feed.atom")

    def calendar(self, lang: Lang) -> str:
        """The address of its calendar; "" if nothing of it has dates."""
        if self.record:
            return f"{self.page(lang)}.{ICS.name}" if any(appointments(self.record, lang)) else ""
        kinds = self.asked.where.get("kind", ())
        if self.thing or (kinds and not set(kinds) & set(WITH_DATES)):
            return ""
        return list_address(replace(self.asked, lang=lang), addresses.path("search", lang), ICS)
