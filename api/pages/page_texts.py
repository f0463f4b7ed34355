"""The text of a page that the city writes: saved by administrators, else the file in the city's folder.

Entry points: `text_of`, `names_with_text` (which links are shown). Invariant: nothing is made up.
"""

from pathlib import Path
from typing import Final, NamedTuple

from api.web import addresses
from api.web.addresses import LANGS, Lang
from registry.catalog import Catalog
from registry.city import City
from registry.people.page_texts import NAMES

MAX_FILE_BYTES: Final = 200_000
ALWAYS: Final = frozenset({"help", "accessibility"})  # these pages have contents of our own


class CityText(NamedTuple):
    """A text in CommonMark. `lang`: its language; `number`: of the version, 0 for the file."""

    text: str
    lang: Lang
    number: int


def text_of(catalog: Catalog, city: City, name: str, lang: Lang) -> CityText | None:
    """The text of a page in this language, else in the other one; None if there is none."""
    for of in (lang, *(other for other in LANGS if other != lang)):
        saved = catalog.page_texts.current(name, of)
        if saved is not None and saved.text:
            return CityText(saved.text, of, saved.number)
        file = file_of(city, name, of)
        if saved is None and file is not None:
            return CityText(file.read_text("utf-8"), of, 0)
    return None


def names_with_text(catalog: Catalog, city: City) -> frozenset[str]:
    """The pages that say something, in either language."""
    saved = {(name, lang): has_text for name, lang, has_text in catalog.page_texts.written()}

    def has_text(name: str, lang: Lang) -> bool:
        return saved[name, lang] if (name, lang) in saved else file_of(city, name, lang) is not None

    # each page asks: no file is looked for where the answer is known
    return ALWAYS | {name for name in NAMES if name not in ALWAYS and any(has_text(name, lang) for lang in LANGS)}


def file_of(city: City, name: str, lang: Lang) -> Path | None:
    """`pages/impressum.md` in the city's folder, in English `pages/impressum.en.md`; None if there is none."""
    path = city.folder / "pages" / f"{addresses.word(name, 'de')}{'' if lang == 'de' else '.en'}.md"
    return path if city.name and path.is_file() and path.stat().st_size <= MAX_FILE_BYTES else None
