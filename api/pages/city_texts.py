"""Pages of text: those that the city writes (imprint, privacy, accessibility, easy language), and help.

Entry point: `text`. Invariant: nothing is made up; a text that the city has not written is said to be missing. The page
about accessibility says what our own tests found, when, and what they cannot tell.
"""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from fastapi import Request
from starlette.responses import Response

from api.pages.page_texts import text_of
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import document
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, language
from registry.people.page_texts import NAMES as NAMES
from vocab.concepts import concept_list

LICENCES_EXPLAINED: Final = ("dl-by-de/2.0", "dl-zero-de/2.0", "cc-by/4.0", "cc-zero")
View = Callable[[Request], Response]


class Checked(msgspec.Struct, frozen=True):
    """What the tests of the pages found. `pages`: how many were looked at; `looks`: sizes and modes of each;
    `findings`: faults that were found. Written by `python -m tests.browser.accessibility`."""

    day: str
    tool: str
    browser: str
    rules: str
    pages: int
    looks: int
    findings: int


def title_of(name: str, lang: Lang) -> str:
    """The heading of a page of text."""
    _ = translator(lang)
    return {
        "imprint": _("Impressum"),
        "privacy": _("Datenschutz"),
        "accessibility": _("Erklärung zur Barrierefreiheit"),
        "easy-language": _("Leichte Sprache"),
        "sign-language": _("Gebärdensprache"),
        "help": _("Hilfe"),
    }[name]


def text(pages: Pages, name: str) -> View:
    """The view of a page whose text administrators write, or that is in the city's folder."""
    word = addresses.word(name, "de")

    def show(request: Request) -> Response:
        lang = language(request)
        written = text_of(pages.catalog, pages.city, name, lang)
        title = title_of(name, lang)
        return pages.page(
            request,
            "text.html",
            lang,
            name=name,
            title=title,
            text=document(written.text) if written else None,
            text_lang=written.lang if written and written.lang != lang else "",
            file=f"pages/{word}.md",
            checked=checked() if name == "accessibility" else None,
            phases=[concept.label(lang) for concept in concept_list("phases")],
            licences=_licences(lang) if name == "help" else (),
            crumbs=[(title, "")],
        )

    return show


@cache
def checked() -> Checked:
    """The last results of the tests of the pages."""
    results = Path(__file__).with_name("accessibility.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(results), Checked)


def _licences(lang: Lang) -> list[sentences.Licence]:
    """The licences that most open data have, with what they allow."""
    by_notation = concept_list("licences").by_notation
    return [sentences.licence(by_notation[notation].iri, lang) for notation in LICENCES_EXPLAINED]
