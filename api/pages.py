"""How pages are made: the template environments, translations, assets, and what every page has around it."""

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, partial
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Final, TypeVar

import jinja2
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from api import addresses, session, words
from api.addresses import Lang
from api.answers import answer, tag
from api.negotiate import HTML
from registry import settings as settings_room
from registry.catalog import Catalog
from registry.errors import NotAllowedError, NotReadyError, NotSignedInError
from registry.inbox import Inbox
from registry.ledger import Ledger
from registry.model import Account
from registry.people import People
from registry.settings import City, Settings
from vocab.concepts import ConceptList, load

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
KERN: Final = "vendor/native/2.7.2/kern.css"
Room = TypeVar("Room")
NO_STORE: Final = {"Cache-Control": "no-store"}


# words of addresses after the first one, by name
STEPS: Final[Mapping[str, Mapping[Lang, str]]] = {
    "sign-in": {"de": "anmelden", "en": "sign-in"},
    "sign-out": {"de": "abmelden", "en": "sign-out"},
    "project": {"de": "projekt", "en": "project"},
    "entries": {"de": "eintraege", "en": "entries"},
    "sources": {"de": "quellen", "en": "sources"},
    "runs": {"de": "laeufe", "en": "runs"},
}


def place(name: str, lang: Lang, *steps: str) -> str:
    """The path of a page, each step in its language where STEPS has it: `/konto/anmelden`, `/en/account/sign-in`."""
    return addresses.path(name, lang, "/".join(_step(step, lang) for step in steps))


def patterns(name: str, *steps: str) -> list[str]:
    """The same for a router, in both languages; a step may be a parameter such as `{id}`."""
    return ["/".join((addresses.path(name, lang), *(_step(step, lang) for step in steps))) for lang in addresses.LANGS]


def _step(step: str, lang: Lang) -> str:
    return STEPS[step][lang] if step in STEPS else step


def twin(path: str, lang: Lang) -> str:
    """The same page in that language, with the words after the first one in that language too."""
    found = addresses.twin(path, lang)
    path, mark, query = found.partition("?")
    address = addresses.parse(path)
    if not address or not address.rest or address.name in addresses.LISTED:
        return found
    known = {words[one]: name for name, words in STEPS.items() for one in addresses.LANGS}
    steps = [known.get(step, step) for step in address.rest.split("/")]
    return place(address.name, lang, *steps) + mark + query


def hang(router: APIRouter, paths: list[str], view: Callable[..., Response], method: str = "GET") -> None:
    """A page under its addresses in both languages; pages stand in no API document."""
    for path in paths:
        router.add_api_route(path, view, methods=[method], include_in_schema=False, response_class=Response)


def language(request: Request) -> Lang:
    """The language of the page that is asked for."""
    found = addresses.parse(request.url.path)
    return found.lang if found else ("en" if request.url.path.startswith("/en/") else "de")


class Pages:
    """Makes the pages of one installation; `city` is its description, `districts` its own list."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.settings = settings
        self.city: City = settings_room.city(settings)
        self.districts: ConceptList | None = load(self.city.districts) if self.city.districts else None

    @property
    def people(self) -> People:
        return _there(self.catalog.people)

    @property
    def inbox(self) -> Inbox:
        return _there(self.catalog.inbox)

    @property
    def ledger(self) -> Ledger:
        return _there(self.catalog.ledger)

    def account(self, request: Request) -> Account | None:
        """Who is asking; asked of the accounts once a request, so that a role that is taken away is gone at once."""
        if not hasattr(request.state, "account"):
            found = session.current(request, self.settings)
            request.state.session = found
            request.state.account = self.people.in_session(*found) if found else None
        account: Account | None = request.state.account
        return account

    def required(self, request: Request, *roles: str) -> Account:
        """Somebody who signed in, in one of these roles if any are named; NotSignedInError, NotAllowedError."""
        account = self.account(request)
        if account is None:
            raise NotSignedInError("Please sign in.")
        if roles and account.role not in roles:
            raise NotAllowedError("Your account may not do this.", role=account.role, roles=roles)
        return account

    def names(self, ids: Iterable[str], lang: Lang) -> list[tuple[str, str]]:
        """Id and name of organizations; the id is the name of one that is no record."""
        known = self.catalog.store.get_many(ids := list(ids))
        titles = {id: words.said(one.metadata.title, lang).words for id, one in known.items()}
        return [(id, titles.get(id) or id) for id in ids]

    def form(self, request: Request, body: bytes) -> session.Forms:
        """The fields of a form of somebody who signed in."""
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
            "hidden": session.hidden(request.state.session if account else None, self.settings),
            "here": _here(request),
            "base": self.settings.base_url,
            "styled": (STATIC / KERN).is_file(),
            "site_title": f"Lotse {self.city.name}".strip(),
            "today": datetime.now(words.ZONE).date(),
            "place_name": words.said(self.city.publisher, lang).words or self.city.name,
        }
        html = environment(lang).get_template(template).render({**frame, **view})
        sent = dict(headers or {})
        if account:
            return HTMLResponse(html, status, sent | NO_STORE)
        if status != 200 or "Cache-Control" in sent:
            return HTMLResponse(html, status, sent)
        return answer(request, html.encode, HTML.content_type, etag=tag(html), headers=sent)


def _there(room: Room | None) -> Room:
    if room is None:
        raise NotReadyError("This catalogue was opened for reading records only.")
    return room


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
        "say": partial(words.spoken, lang=lang),
        "day": partial(words.day, lang=lang),
        "short_day": partial(words.short_day, lang=lang),
        "moment": partial(words.moment, lang=lang),
        "number": partial(words.number, lang=lang),
        "size": partial(words.size, lang=lang),
        "prose": words.prose,
        "link": words.link,
        "host": words.host,
        "breakable": words.breakable,
    }
    env.globals |= {
        "asset": asset,
        "path": lambda name, *steps: place(name, lang, *steps),
        "page_of": lambda kind, id: addresses.page(kind, id, lang),
        "twin": twin,
        "svg": _svg,
    }
    return env


@cache
def translations(lang: Lang) -> NullTranslations:
    """German is what stands in the templates; the other catalogue is compiled from its .po when it is first used."""
    if lang == "de":
        return NullTranslations()
    compiled = io.BytesIO()
    with (HERE / "locale" / lang / "LC_MESSAGES" / "lotse.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translator(lang: Lang) -> Callable[[str], str]:
    """For the few sentences that are made outside of templates."""
    return translations(lang).gettext


@cache
def asset(name: str) -> str:
    """The address of a file below static/, with its digest, so that browsers may keep it for good."""
    digest = hashlib.blake2b((STATIC / name).read_bytes(), digest_size=5).hexdigest()
    return f"/static/{name}?v={digest}"


@cache
def _svg(name: str) -> Markup:
    """A drawing of templates/drawings/, for which nobody outside writes anything."""
    return Markup((HERE / "templates" / "drawings" / f"{name}.svg").read_text("utf-8"))  # noqa: S704
