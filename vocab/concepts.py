"""The controlled lists: concepts with IRI, notation and labels, from the tables in lists/.

Entry points: `concept_list` (a shipped list), `load` (any table, such as a city's own).
"""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

LISTS: Final = (
    "access-rights",
    "aggregates",
    "availability",
    "budget-states",
    "checksum-algorithms",
    "column-types",
    "contributors",
    "dataset-types",
    "distribution-status",
    "file-types",
    "format-families",
    "frequencies",
    "hvd-categories",
    "languages",
    "legal-bases",
    "licences",
    "media-types",
    "ogd-groups",
    "opportunities",
    "organization-kinds",
    "participation",
    "phases",
    "political-geocoding-levels",
    "publisher-types",
    "roles",
    "themes",
)
COLUMNS: Final = ("iri", "notation", "label_de", "label_en", "alternatives", "matches")
MAX_BYTES: Final = 4_000_000  # of a table: a city's own one is not written by us


class Concept(NamedTuple):
    """A skos:Concept. `alternatives`: other names, codes and former IRIs; `matches`: skos:exactMatch; `extra`: the
    other columns of its list, such as `open` of a licence."""

    iri: str
    notation: str
    labels: Mapping[str, str]  # "de" and "en"
    alternatives: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    extra: Mapping[str, str] = MappingProxyType({})

    def label(self, lang: str) -> str:
        """The label in that language, else the German one."""
        return self.labels.get(lang) or self.labels["de"]

    def __hash__(self) -> int:
        return hash(self.iri)


class ConceptList:
    """A controlled list in the order of its table. IRIs and notations are unique; `get("TRAN")` takes either."""

    def __init__(self, name: str, concepts: tuple[Concept, ...]) -> None:
        self.name = name
        self.concepts = concepts
        self.by_iri: Mapping[str, Concept] = MappingProxyType({concept.iri: concept for concept in concepts})
        self.by_notation: Mapping[str, Concept] = MappingProxyType({concept.notation: concept for concept in concepts})

    def get(self, key: str) -> Concept | None:
        """The concept with exactly this notation or IRI. For free text see `vocab.match`."""
        return self.by_notation.get(key) or self.by_iri.get(key)

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.concepts)

    def __len__(self) -> int:
        return len(self.concepts)

    def __contains__(self, key: object) -> bool:
        return key in self.by_notation or key in self.by_iri


@cache
def concept_list(name: str) -> ConceptList:
    """A shipped list, read once. Raises KeyError for a name that is not in LISTS."""
    if name not in LISTS:
        raise KeyError(f"no list {name!r}; there are {', '.join(LISTS)}")
    return load(Path(__file__).parent / "lists" / f"{name}.csv")


def load(path: Path) -> ConceptList:
    """A list from a table (UTF-8, columns as in COLUMNS and any further ones, `|` between several values).

    Raises ValueError with file and line if the table is wrong, OSError if it cannot be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path}: larger than {MAX_BYTES} bytes; a list of concepts is smaller")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            concepts = tuple(_concepts(reader, path))
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path}, line {reader.line_num + 1}: {error}") from None
    return ConceptList(path.stem, concepts)


def _concepts(reader: "csv.DictReader[str]", path: Path) -> Iterator[Concept]:
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"{path}, line 1: column {', '.join(missing)} is missing; there must be {', '.join(COLUMNS)}")
    seen: dict[str, int] = {}
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if None in row or None in row.values():
            raise ValueError(f"{where}: the row has not the {len(reader.fieldnames or ())} values of the header")
        for column in COLUMNS[:4]:
            if not row[column].strip():
                raise ValueError(f"{where}: {column} is empty")
        for key in dict.fromkeys((row["iri"], row["notation"])):
            if key in seen:
                raise ValueError(f"{where}: {key!r} stands already in line {seen[key]}")
            seen[key] = reader.line_num
        yield _concept(row)


def _concept(row: Mapping[str, str]) -> Concept:
    return Concept(
        row["iri"].strip(),
        row["notation"].strip(),
        MappingProxyType({"de": row["label_de"].strip(), "en": row["label_en"].strip()}),
        split_values(row["alternatives"]),
        split_values(row["matches"]),
        MappingProxyType({column: value.strip() for column, value in row.items() if column not in COLUMNS}),
    )


def split_values(cell: str) -> tuple[str, ...]:
    """The values of a cell, which are separated by `|`."""
    return tuple(value for value in map(str.strip, cell.split("|")) if value)
