"""Pages of text: those that the city writes (imprint, privacy, accessibility, easy language), and help.

Entry point: `text`. Invariant: nothing is made up; a text that the city has not written is said to be
missing.
"""

from collections.abc import Callable
from typing import Final

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from api.pages.site import Pages
from api.text.formatting import document
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language

NAMES: Final = ("imprint", "privacy", "accessibility", "easy-language", "sign-language", "help")
MAX_TEXT_BYTES: Final = 200_000  # bytes
View = Callable[[Request], Response]


def _title(name: str, lang: Lang) -> str:
    _ = translator(lang)
    return {
        "imprint": _("Impressum"),
        "privacy": _("Datenschutz"),
        "accessibility": _("Erklärung zur Barrierefreiheit"),
        "easy-language": _("Leichte Sprache"),
        "sign-language": _("Gebärdensprache"),
        "help": _("Über Lotse"),
    }[name]


def text(pages: Pages, name: str) -> View:
    """The view of a page whose text is in the city's folder: `pages/impressum.md`, in English `pages/impressum.en.md`.

    Where the file is missing the page says so, and how to add it; nothing is made up.
    """
    word = addresses.word(name, "de")

    def show(request: Request) -> Response:
        lang = language(request)
        document_text, of = _words(pages, word, lang)
        title = _title(name, lang)
        return pages.page(
            request,
            "text.html",
            lang,
            title=title,
            text=document_text,
            text_lang=of if of != lang else "",
            file=f"pages/{word}.md",
            own=name == "help",
            crumbs=[(title, "")],
        )

    return show


def _words(pages: Pages, word: str, lang: Lang) -> tuple[Markup | None, str]:
    """The text in the page's language, else in the other one."""
    folder = pages.city.folder / "pages"
    names = {"de": folder / f"{word}.md", "en": folder / f"{word}.en.md"}
    for of in (lang, "en" if lang == "de" else "de"):
        path = names[of]
        if pages.city.name and path.is_file() and path.stat().st_size <= MAX_TEXT_BYTES:
            return document(path.read_text("utf-8")), of
    return None, lang
