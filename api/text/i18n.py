"""Translations of the sentences of pages by gettext. German is the source language.

Entry points: `translations`, `translator`, `marked`.
"""

import io
from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.web.addresses import Lang

HERE: Final = Path(__file__).parents[1]


@cache
def translations(lang: Lang) -> NullTranslations:
    """The gettext catalogue of a language, compiled from its .po at first use; none for German, the source language."""
    if lang == "de":
        return NullTranslations()
    compiled = io.BytesIO()
    with (HERE / "locale" / lang / "LC_MESSAGES" / "lotse.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translator(lang: Lang) -> Callable[[str], str]:
    """The function that translates sentences of modules, as `_` does in templates."""
    return translations(lang).gettext


def marked(sentence: str) -> str:
    """The sentence unchanged: only marks it for extraction, it is translated when it is shown (imported as `_`)."""
    return sentence
