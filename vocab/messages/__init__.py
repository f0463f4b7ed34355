"""The catalogue of messages: code -> sentence, one TOML file for each language beside this module.

`template(code, lang)` is the sentence with its `{placeholders}`, `remedy(code, lang)` what to do about it. A new
language is a new file (`fr.toml`): no code lists the languages. A sentence that a language lacks is given in English;
for an unknown code the code itself is given.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

FOLDER: Path = Path(__file__).parent
FIRST_LANGUAGES: Final = ("de", "en")  # the order in which answers name them; others follow by their tag
FALLBACK_LANGUAGE: Final = "en"


class Entry(NamedTuple):
    """What the catalogue says of one code."""

    message: str
    remedy: str = ""


def languages() -> tuple[str, ...]:
    """The tags of the languages that have a file."""
    return _languages(FOLDER)


def template(code: str, lang: str) -> str:
    """The sentence of a code, with placeholders such as `{url}`."""
    entry = _entry(code, lang)
    return entry.message if entry else code


def remedy(code: str, lang: str) -> str:
    """What to do about it; "" if the sentence says that itself."""
    entry = _entry(code, lang)
    return entry.remedy if entry else ""


def is_known(code: str) -> bool:
    """Whether the catalogue has this code."""
    return code in catalogue(FALLBACK_LANGUAGE)


def catalogue(lang: str) -> Mapping[str, Entry]:
    """All codes of a language; empty for a language without a file."""
    return _catalogue(FOLDER, lang) if lang in languages() else MappingProxyType({})


def _entry(code: str, lang: str) -> Entry | None:
    return catalogue(lang).get(code) or catalogue(FALLBACK_LANGUAGE).get(code)


@lru_cache(maxsize=4)
def _languages(folder: Path) -> tuple[str, ...]:
    tags = {path.stem for path in folder.glob("*.toml")}
    return (*(tag for tag in FIRST_LANGUAGES if tag in tags), *sorted(tags.difference(FIRST_LANGUAGES)))


@lru_cache(maxsize=16)
def _catalogue(folder: Path, lang: str) -> Mapping[str, Entry]:
    """The tables of a file only keep what belongs together side by side; a code stands in one of them."""
    with (folder / f"{lang}.toml").open("rb") as file:
        tables = tomllib.load(file)
    return MappingProxyType(
        {
            code: Entry(value) if isinstance(value, str) else Entry(value["message"], value.get("remedy", ""))
            for table in tables.values()
            for code, value in table.items()
        }
    )
