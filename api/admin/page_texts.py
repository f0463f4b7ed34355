"""The texts of pages (imprint, privacy, easy language …): administrators write them, and every version stays.

Entry point: `routes`. Invariant: only who may operate the catalogue sees these pages.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.city_texts import title_of
from api.pages.page_texts import file_of
from api.pages.site import Pages
from api.text.formatting import document
from api.text.i18n import translator
from api.web.addresses import LANGS, Lang, language, mount, notice, patterns, place
from api.web.session import FormBody
from registry.errors import ConflictError, NotFoundError
from registry.people.page_texts import MAX_TEXT_CHARACTERS, NAMES, PageText

ACT: Final = "operate"


class Listed(NamedTuple):
    """A text in the list. `state`: saved | file | missing."""

    title: str
    name: str
    lang: Lang
    state: str
    saved: PageText | None


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "texts"), partial(show_texts, pages))
    mount(router, patterns("admin", "texts", "{name}", "{of}"), partial(show_text, pages))
    mount(router, patterns("admin", "texts", "{name}", "{of}"), partial(save_text, pages), "POST")
    return router


def show_texts(pages: Pages, request: Request) -> Response:
    """All texts in both languages, with who changed them last."""
    pages.required(request, ACT)
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "page_texts.html",
        lang,
        texts=list(_listed(pages, lang)),
        notice=notice(request, ("saved",)),
        crumbs=[(_("Texte"), "")],
        indexed=False,
    )


def _listed(pages: Pages, lang: Lang) -> Iterator[Listed]:
    for name in NAMES:
        for of in LANGS:
            saved = pages.catalog.page_texts.current(name, of)
            has_text = bool(saved and saved.text)
            in_folder = saved is None and file_of(pages.city, name, of) is not None
            yield Listed(
                title_of(name, lang), name, of, "saved" if has_text else "file" if in_folder else "missing", saved
            )


def show_text(pages: Pages, request: Request, name: str, of: str) -> Response:
    """The form of a text with its versions; `version` in the address puts an older one into the form."""
    pages.required(request, ACT)
    saved = _current(pages, name, of)
    file = file_of(pages.city, name, "en" if of == "en" else "de")
    text = saved.text if saved else file.read_text("utf-8") if file else ""
    wanted = request.query_params.get("version", "")
    versions = pages.catalog.page_texts.versions(name, of)
    older = next((version for version in versions if str(version.number) == wanted), None)
    return _form(pages, request, (name, of), older.text if older else text, saved.number if saved else 0)


def save_text(pages: Pages, request: Request, name: str, of: str, body: FormBody = b"") -> Response:
    """Saves a version, or shows how the text will look (`act=look`); 409 with both texts if somebody was faster."""
    fields = pages.form(request, body)
    account = pages.required(request, ACT)
    _current(pages, name, of)
    text = fields.get("text").replace("\r\n", "\n").strip()[:MAX_TEXT_CHARACTERS]
    number = fields.get("base")
    base = int(number) if number.isdecimal() and len(number) < 10 else 0
    if fields.get("act") == "look":
        return _form(pages, request, (name, of), text, base, look=True)
    try:
        pages.catalog.page_texts.save(name, of, text, account.name, base)
    except ConflictError:
        current = _current(pages, name, of)
        assert current is not None
        return _form(pages, request, (name, of), text, current.number, other=current.text)
    return RedirectResponse(f"{place('admin', language(request), 'texts')}?saved", 303)


def _current(pages: Pages, name: str, of: str) -> PageText | None:
    """The newest version; NotFoundError for a page or a language that there is not."""
    if name not in NAMES or of not in LANGS:
        raise NotFoundError("nothing-here")
    return pages.catalog.page_texts.current(name, of)


def _form(
    pages: Pages,
    request: Request,
    which: tuple[str, str],
    text: str,
    base: int,
    look: bool = False,
    other: str | None = None,
) -> Response:
    lang = language(request)
    _ = translator(lang)
    name, of = which
    return pages.page(
        request,
        "page_text.html",
        lang,
        409 if other is not None else 200,
        title=title_of(name, lang),
        name=name,
        of=of,
        text=text,
        base=base,
        look=document(text) if look else None,
        other_text=other,
        most=MAX_TEXT_CHARACTERS,
        versions=pages.catalog.page_texts.versions(name, of),
        crumbs=[(_("Texte"), place("admin", lang, "texts")), (title_of(name, lang), "")],
        indexed=False,
    )
