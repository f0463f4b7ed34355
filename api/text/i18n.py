"""Translations of sentences."""

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


def marked(sentence: str) -> str:
    """The same sentence: says that it belongs in the catalogue, where it is translated later (imported as `_`)."""
    return sentence
