"""Extracts the sentences of templates and modules, and lists those that a gettext catalogue does not translate.

python -m api.locale.messages      writes new sentences into lotse.po, without words, and drops those that are gone
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HEADER = """# Words of the pages; German stands in templates and modules. Kept by python -m api.locale.messages
msgid ""
msgstr ""
"Language: {lang}\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
HERE = Path(__file__).parent
ROOT = HERE.parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "false", "silent": "false", "extensions": "jinja2.ext.do"}}


def sentences() -> Iterator[tuple[Any, str]]:
    """Each sentence (a pair if it has a plural) with the first file that contains it."""
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "count": (1, 2)}
    for file, _line, message, _comments, _context in extract_from_dir(ROOT, METHODS, OPTIONS, keywords):
        if message and message != "":
            yield message, file


def catalogue(lang: str = "en") -> Catalog:
    with (HERE / lang / "LC_MESSAGES" / "lotse.po").open("rb") as file:
        return read_po(file, locale=lang)


def missing(lang: str = "en") -> list[str]:
    """The sentences without a translation in that language."""
    existing = catalogue(lang)
    untranslated = []
    for message, _file in sentences():
        id = message if isinstance(message, str) else message[0]
        entry = existing.get(id)
        translation = entry.string if entry else ""
        if not (all(translation) if isinstance(translation, tuple) else translation):
            untranslated.append(id)
    return list(dict.fromkeys(untranslated))


def write(lang: str = "en") -> None:
    """Rewrites lotse.po: drops sentences that are gone, adds new ones without a translation; others stay in place."""
    existing = catalogue(lang)
    new_catalogue = Catalog(locale=lang, project="Lotse", charset="utf-8", fuzzy=False)
    for id, file in in_order(existing):
        old = existing.get(id if isinstance(id, str) else id[0])
        new_catalogue.add(id, old.string if old else None, locations=[(file, 0)])
    with (HERE / lang / "LC_MESSAGES" / "lotse.po").open("wb") as target:
        target.write(HEADER.format(lang=lang).encode())
        write_po(target, new_catalogue, width=0, include_lineno=False, omit_header=True)


def in_order(existing: Catalog) -> list[tuple[Any, str]]:
    """All sentences with their file: those that exist in their order, a new one behind the last of its file.

    The order of the file system plays no part, so that two people who add sentences change few lines of lotse.po.
    """
    files: dict[str, set[str]] = {}
    forms: dict[str, Any] = {}
    for message, file in sorted(sentences(), key=lambda sentence: sentence[1]):
        key = message if isinstance(message, str) else message[0]
        files.setdefault(key, set()).add(file)
        if key not in forms or isinstance(forms[key], str):
            forms[key] = message if isinstance(message, str) else tuple(message)
    ordered: list[tuple[str, str]] = []
    for entry in existing:
        key = entry.id if isinstance(entry.id, str) else entry.id[0]
        if key and key in forms:
            former = entry.locations[0][0] if entry.locations else ""
            ordered.append((key, former if former in files[key] else min(files[key])))
    in_place = {key for key, _file in ordered}
    for key in forms:
        if key not in in_place:
            of_file = [at for at, (_key, file) in enumerate(ordered) if file == min(files[key])]
            ordered.insert(of_file[-1] + 1 if of_file else len(ordered), (key, min(files[key])))
    return [(forms[key], file) for key, file in ordered]


if __name__ == "__main__":
    write()
