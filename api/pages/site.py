"""How pages are made: template environments, translations, assets, and what every page has around its content.

Entry point: `Pages`. Invariant: templates escape everything, and an unknown variable is an error.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any, Final

import jinja2
from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from api.pages.own_names import with_own_names
from api.pages.page_texts import names_with_text
from api.text import formatting
from api.text.i18n import HERE, translations
from api.web import addresses, session
from api.web.addresses import Lang, place
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
from vocab.kinds import KIND_ROWS
from vocab.pages import LIST_VIEW_WORDS, STEP_WORDS, step_word

STATIC: Final = HERE / "static"
KERN: Final = "vendor/native/2.7.2/kern.css"
MAX_ORGANIZATIONS_OFFERED: Final = 300
BRAND: Final = "Lotse"  # where the city names its portal nothing else
NO_STORE: Final = {"Cache-Control": "no-store"}


def twin(path: str, lang: Lang) -> str:
    """The path of the same page in that language; the steps after the first one are translated too."""
    twin_path = addresses.twin(path, lang)
    path, mark, query = twin_path.partition("?")
    address = addresses.parse_path(path)
    if not address or not address.rest:
        return twin_path
    steps = address.rest.split("/")
    has_id = address.name in addresses.PAGES_WITH_IDS and address.rest not in LIST_VIEW_WORDS
    names_of_steps = {words[tag]: name for name, words in STEP_WORDS.items() for tag in addresses.LANGS}
    translated = [step_word(names_of_steps.get(step, step), lang) for step in steps[has_id:]]
    return addresses.path(address.name, lang, "/".join([*steps[:has_id], *translated])) + mark + query


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
        html = formatting.visible(environment(lang).get_template(template).render({**frame, **view}))
        sent = dict(headers or {})
        if account:
            return HTMLResponse(html, status, sent | NO_STORE)
        if status != 200 or "Cache-Control" in sent:
            return HTMLResponse(html, status, sent)
        return answer(request, html.encode, HTML.content_type, etag=tag(html), headers=sent)


def _here(request: Request) -> str:
    path = request.url.path
    return f"{path}?{request.url.query}" if request.url.query else path


@cache
def environment(lang: Lang) -> jinja2.Environment:
    """The templates in a language: everything escaped, an unknown name is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_translations(translations(lang), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {
        "short": partial(formatting.short_markup, lang=lang),
        "say": partial(formatting.text_markup, lang=lang),
        "day": partial(formatting.day, lang=lang),
        "short_day": partial(formatting.short_day, lang=lang),
        "moment": partial(formatting.moment, lang=lang),
        "number": partial(formatting.number, lang=lang),
        "size": partial(formatting.size, lang=lang),
        "prose": formatting.prose,
        "link": formatting.link,
        "host": formatting.host,
        "breakable": formatting.breakable,
        "code": formatting.inline_code,
    }
    env.globals |= {
        "asset": asset,
        "path": lambda name, *steps: place(name, lang, *steps),
        "step_word": lambda step: step_word(step, lang),
        "page_of": lambda kind, id: addresses.page(kind, id, lang),
        "twin": twin,
        "svg": _svg,
        "kind_rows": KIND_ROWS,
        "kind_drawings": {name: Markup(row.drawing) for name, row in KIND_ROWS.items()},  # noqa: S704 - our own table
        "navigation": tuple((row.name, row.short[lang]) for row in KIND_ROWS.values() if row.in_navigation),
    }
    return env


@cache
def asset(name: str) -> str:
    """The address of a file below static/, with its digest, so that browsers may keep it for good."""
    digest = hashlib.blake2b((STATIC / name).read_bytes(), digest_size=5).hexdigest()
    return f"/static/{name}?v={digest}"


@cache
def _svg(name: str) -> Markup:
    """A drawing of templates/drawings/ as markup; safe, because these files are ours."""
    return Markup((HERE / "templates" / "drawings" / f"{name}.svg").read_text("utf-8"))  # noqa: S704


View = Callable[[Request], Response]
