"""How pages are made: what every page has around its content, who is signed in, and the answer with its entity tag.

Entry point: `Pages`. Invariant: templates escape everything, and an unknown variable is an error.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from api.pages.own_names import with_own_names
from api.pages.page_texts import names_with_text
from api.pages.templates import STATIC, rendered
from api.text import formatting
from api.web import addresses, session
from api.web.addresses import Lang
from api.web.answers import answer, tag
from api.web.negotiate import HTML
from registry import city
from registry.catalog import Catalog
from registry.city import City
from registry.errors import NotAllowedError, NotFoundError, NotSignedInError
from registry.model import Account, Record
from registry.model.text import MAX_TITLE_IN_LISTS, shortened
from registry.model.timing import today
from registry.people.accounts import People
from registry.people.drafts import Inbox
from registry.people.permissions import CATALOGUE, may
from registry.people.sign_in_tries import Attempt
from registry.settings import Settings
from registry.store.store import Selection
from vocab.concepts import ConceptList, load

KERN: Final = "vendor/native/2.7.2/kern.css"
MAX_ORGANIZATIONS_OFFERED: Final = 300
BRAND: Final = "Lotse"  # where the city names its portal nothing else
NO_STORE: Final = {"Cache-Control": "no-store"}


class Pages:
    """Makes the pages of one installation; `city` is its description, `districts` its own list."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.settings = settings
        self.city: City = city.city(settings)
        self.districts: ConceptList | None = load(self.city.districts) if self.city.districts else None

    @property
    def people(self) -> People:
        return self.catalog.people

    @property
    def inbox(self) -> Inbox:
        return self.catalog.inbox

    def account(self, request: Request) -> Account | None:
        """The account that is signed in, or None. It is read once for each request, so a role that is taken away is
        gone at once."""
        if not hasattr(request.state, "account"):
            current = session.current(request, self.settings)
            request.state.session = current
            request.state.account = self.people.in_session(*current) if current else None
        account: Account | None = request.state.account
        return account

    @property
    def site_title(self) -> str:
        """The name of the portal with that of the city."""
        return f"{self.city.brand or BRAND} {self.city.name}".strip()

    def required(self, request: Request, act: str = "") -> Account:
        """The account that is signed in. NotSignedInError if there is none; NotAllowedError if an act on the catalogue
        is given (`registry.people.permissions`) that it may not carry out."""
        account = self.account(request)
        if account is None:
            raise NotSignedInError("sign-in-first")
        if act and not may(account, act, CATALOGUE):
            raise NotAllowedError("account-not-allowed", {"role": account.role, "act": act})
        return account

    def attempt(self, request: Request, name: str, purpose: str = "") -> Attempt:
        """A try of the client's network for an account or a thing, to be counted by `people.tries`."""
        address = request.client.host if request.client else ""
        return Attempt.of(name, address, "".join(self.settings.secret[:1]), purpose)

    def reviews_waiting(self, account: Account | None) -> int:
        """How many drafts wait for a decision of this account; those that it worked on itself do not count."""
        if account is None or not may(account, "review", CATALOGUE):
            return 0
        return sum(may_decide for _draft, may_decide in self.inbox.queue_of(account))

    def records(self, ids: Iterable[str]) -> dict[str, Record]:
        """The records of these ids, each organization in them by the name of its own entry."""
        stored = self.catalog.store.get_many(list(ids)).values()
        return {record.id: record for record in with_own_names(self.catalog, stored)}

    def named(self, record: Record) -> Record:
        """The record, each organization in it by the name of its own entry."""
        return with_own_names(self.catalog, [record])[0]

    def record_at(self, request: Request, id: str) -> Record:
        """The record of an address such as `/projekte/{id}/verlauf`; NotFoundError if it is none of that kind."""
        record = self.catalog.store.existing(id)
        address = addresses.parse_path(request.url.path)
        if address is None or address.kind != record.kind:
            raise NotFoundError("record-unknown", {"id": id}, id=id[:100])
        return record

    def names(self, ids: Iterable[str], lang: Lang) -> list[tuple[str, str]]:
        """Id and name of organizations; the id is the name of one that is no record."""
        records = self.catalog.store.get_many(ids := list(ids))
        titles = {
            id: shortened(formatting.pick_language(record.metadata.title, lang).words) for id, record in records.items()
        }
        return [(id, titles.get(id) or id) for id in ids]

    def organization_names(self, lang: Lang) -> list[str]:
        """The names of organizations that are offered while somebody writes."""
        records = self.catalog.store.find(Selection(kind="organization", shown=True))
        names = (formatting.pick_language(record.metadata.title, lang).words for record in records)
        names = (name for name in names if name and len(name) <= MAX_TITLE_IN_LISTS)  # a cut name would be another one
        return sorted(dict.fromkeys(names))[:MAX_ORGANIZATIONS_OFFERED]

    def form(self, request: Request, body: bytes) -> session.Forms:
        """The fields of a form; NotSignedInError, and what `session.form` raises."""
        self.required(request)
        return session.form(request, body, request.state.session, self.settings)

    def page(
        self,
        request: Request,
        template: str,
        lang: Lang,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **view: Any,
    ) -> Response:
        """A page from a template; `view` is what the template shows."""
        account = self.account(request)
        frame = {
            "lang": lang,
            "other": "en" if lang == "de" else "de",
            "city": self.city,
            "account": account,
            "reviews_waiting": self.reviews_waiting(account),
            "account_may": lambda act: account is not None and may(account, act, CATALOGUE),
            "hidden": session.hidden(request.state.session if account else None, self.settings),
            "here": _here(request),
            "base": self.settings.base_url,
            "sends_letters": bool(self.settings.mail),
            "styled": (STATIC / KERN).is_file(),
            "brand": self.city.brand or BRAND,
            "site_title": self.site_title,
            "today": today(),
            "pages_with_text": names_with_text(self.catalog, self.city),
            "city_description": formatting.pick_language(self.city.description, lang).words,
            "place_name": formatting.pick_language(self.city.publisher, lang).words or self.city.name,
        }
        html = formatting.visible(rendered(template, lang, {**frame, **view}))
        sent = dict(headers or {})
        if account:
            return HTMLResponse(html, status, sent | NO_STORE)
        if status != 200 or "Cache-Control" in sent:
            return HTMLResponse(html, status, sent)
        return answer(request, html.encode, HTML.content_type, etag=tag(html), headers=sent)


def _here(request: Request) -> str:
    path = request.url.path
    return f"{path}?{request.url.query}" if request.url.query else path


View = Callable[[Request], Response]
