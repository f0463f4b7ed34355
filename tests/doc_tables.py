"""The tables of the documentation that are made from the code, so that they cannot say anything else."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from registry.rules import RULES
from tests import doc_limits, doc_retention
from tests.paths import ROOT
from vocab.concepts import concept_list
from vocab.fields import FIELDS, TYPES, Field, fields_of
from vocab.kinds import KIND_ROWS
from vocab.namespaces import PREFIXES, curie
from vocab.profile import PROFILES, level, profile

BLOCK: Final = re.compile(r"(<!-- table: (\S+) -->\n)(.*?)(<!-- /table -->)", re.DOTALL)

LEVELS: Final = {
    "de": {"failed": "gescheitert", "must": "muss", "should": "soll", "hint": "Hinweis"},
    "en": {"failed": "failed", "must": "must", "should": "should", "hint": "hint"},
}
HEADINGS: Final = {
    "dataset": "Datensatz", "series": "Datenserie", "service": "Datendienst", "project": "Projekt",
    "organization": "Organisation", "event": "Veranstaltung", "publicservice": "Leistung der Verwaltung",
    "Distribution": "Datei oder Zugang", "Agent": "Stelle", "Contact": "Kontakt", "Period": "Zeitraum", "Place": "Ort",
    "Identifier": "Weitere Kennung", "Checksum": "Prüfsumme", "TableSchema": "Spalten einer Datei",
    "Column": "Spalte einer Datei", "Attribution": "Beteiligung an einem Datensatz",
    "Association": "Beteiligung an einem Projekt", "Relationship": "Beziehung", "RightsStatement": "Nutzungsrechte",
    "ProvenanceStatement": "Herkunft", "Funding": "Förderung", "Money": "Betrag", "Milestone": "Meilenstein",
    "PhaseStep": "Phase mit Datum", "CostStep": "Stand der Kosten",
    "Opportunity": "Gelegenheit zum Mitmachen", "Indicator": "Kennzahl", "Observation": "Messwert",
    "Address": "Anschrift", "catalog": "Katalog", "record": "Eintrag im Katalog",
}  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def rules(lang: str) -> str:
    head = {"de": ("Regel", "Stufe", "Meldung", "Was zu tun ist"), "en": ("rule", "level", "message", "remedy")}[lang]
    rows = (
        (f"`{name}`", LEVELS[lang][rule.level], rule.message[lang], rule.remedy[lang]) for name, rule in RULES.items()
    )
    return table(head, rows)


def fields(classes: Iterable[str]) -> str:
    """One table a class, in the order of `vocab/fields.py`."""
    return "\n".join(_of_class(cls) for cls in classes)


def _of_class(cls: str) -> str:
    profiles = (profile(name).heading for name in PROFILES)
    head = ("Feld", "deutsch", "englisch", "Eigenschaft", *profiles, "Liste", "auch gelesen")
    types = ", ".join(f"`{curie(type_)}`" for type_ in TYPES[cls])
    return f"### {HEADINGS[cls]}\n\n{types}\n\n" + table(head, (_field(row, cls) for row in fields_of(cls)))


def _field(row: Field, cls: str) -> Iterator[str]:
    yield f"`{row.name}`{' *' if row.many or row.form == 'words' else ''}"
    yield row.label_de + (" (veraltet)" if row.deprecated else "")
    yield row.label_en
    yield f"`{curie(row.property)}`"
    yield from (level(cls, row.name, name) for name in PROFILES)
    yield row.values
    yield ", ".join(f"`{curie(former)}`" for former in row.former)


def concepts(name: str) -> str:
    head = ("Kennwort", "deutsch", "englisch")
    return table(
        head, ((f"`{concept.notation}`", concept.label("de"), concept.label("en")) for concept in concept_list(name))
    )


def limits(name: str, lang: str) -> str:
    head = {"de": ("was", "Grenze"), "en": ("what", "limit")}[lang]
    return table(head, doc_limits.rows(name, lang))


def retention(lang: str) -> str:
    head = {"de": ("was", "wie lange", "wodurch es endet"), "en": ("what", "how long", "what ends it")}[lang]
    return table(head, doc_retention.rows(lang))


def prefixes() -> str:
    used = {curie(iri).partition(":")[0] for row in FIELDS for iri in (row.property, *row.former)}
    used |= {curie(iri).partition(":")[0] for types in TYPES.values() for iri in types}
    return table(("Präfix", "Namensraum"), ((f"`{name}`", iri) for name, iri in PREFIXES.items() if name in used))


def rooms(floor: str) -> str:
    """Each module of a floor with the sentence that it opens with, one table a folder."""
    folders = sorted(path.parent for path in (ROOT / floor).rglob("__init__.py"))
    return "\n".join(_room(folder, floor) for folder in folders if folder.name != "locale")


def _room(folder: Path, floor: str) -> str:
    paths = sorted(path for path in folder.glob("*.py") if path.stem != "__init__")
    files = table(("file", "what it is for"), ((f"`{path.name}`", _opening(path)) for path in paths))
    if folder.name == floor:
        return files
    return f"**`{folder.relative_to(ROOT)}/`** {_opening(folder / '__init__.py')}\n\n{files}"


def _opening(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{path} does not say what it is for"
    return " ".join(re.split(r"(?<=[.!])\s+(?=[A-Z`])|\n\n", docstring, maxsplit=1)[0].split())


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "rules-de": partial(rules, "de"),
    "rules-en": partial(rules, "en"),
    "fields-kinds": partial(fields, tuple(KIND_ROWS)),
    "fields-nodes": partial(fields, [cls for cls in TYPES if cls not in (*KIND_ROWS, "catalog", "record")]),
    "fields-catalogue": partial(fields, ("catalog", "record")),
    "prefixes": prefixes,
    **{f"rooms-{floor}": partial(rooms, floor) for floor in ("vocab", "registry", "harvesters", "api")},
    **{f"limits-{name}-{lang}": partial(limits, name, lang) for name in doc_limits.TABLES for lang in ("de", "en")},
    **{f"retention-{lang}": partial(retention, lang) for lang in ("de", "en")},
    "list-phases": partial(concepts, "phases"),
    "list-roles": partial(concepts, "roles"),
    "list-themes": partial(concepts, "themes"),
    "list-opportunities": partial(concepts, "opportunities"),
    "list-frequencies": partial(concepts, "frequencies"),
}


def pages() -> Iterator[Path]:
    """All Markdown that we wrote."""
    yield ROOT / "README.md"
    yield ROOT / "CHANGELOG.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))
    yield from sorted((ROOT / "deploy").rglob("*.md"))


def written(text: str) -> str:
    """The page with each of its tables as the code says it now."""
    return BLOCK.sub(lambda match: f"{match[1]}\n{TABLES[match[2]]()}\n{match[4]}", text)
