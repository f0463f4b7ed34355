"""Application profiles: which fields a profile asks for, read from the tables in profiles/.

A table has a row for each field of each class that the profile knows: `class,field,level` with the level M (mandatory),
R (recommended) or O (optional). Rows without a class say something about the profile itself: `title`, `heading` (of its
column in the documentation) and `iri` (where the profile is published, if it is). A new profile is a new file: its name
is the name of the file.

Entry points: `PROFILES` (the names), `level` (one field), `profile` (all of one). Each table is read once, when asked.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, cast

from vocab.fields import FIELDS

FieldLevel = Literal["M", "R", "O", ""]  # "": the profile does not have the field there

FOLDER: Final = Path(__file__).parent / "profiles"
PROFILES: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.csv")))
EU: Final = "dcat-ap"
DE: Final = "dcat-ap-de"
HVD: Final = "dcat-ap-hvd"  # high-value datasets
PROJECT: Final = "project"  # our own: projects, organizations, events, public services
COLUMNS: Final = ("class", "field", "level")
_ABOUT: Final = ("title", "heading", "iri")


class Profile(NamedTuple):
    """An application profile. `levels`: (class, field) -> M, R or O; what is not in it is not in the profile."""

    title: str
    heading: str
    iri: str
    levels: Mapping[tuple[str, str], FieldLevel]


def level(cls: str, field: str, name: str) -> FieldLevel:
    """The level of a field of a class in the profile `name`; raises KeyError for a name that is not in PROFILES."""
    return profile(name).levels.get((cls, field), "")


@cache
def profile(name: str) -> Profile:
    """A shipped profile; raises KeyError for a name that is not in PROFILES."""
    if name not in PROFILES:
        raise KeyError(f"no profile {name!r}; there are {', '.join(PROFILES)}")
    return load(FOLDER / f"{name}.csv")


def load(path: Path) -> Profile:
    """A profile from its table (UTF-8). Raises ValueError with file and line where the table is wrong."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    if tuple(rows[0] if rows else ()) != COLUMNS:
        raise ValueError(f"{path}, line 1: the columns must be {', '.join(COLUMNS)}")
    about = {key: value for cls, key, value in _checked(path, rows[1:]) if not cls}
    levels = {(cls, field): cast(FieldLevel, value) for cls, field, value in rows[1:] if cls}
    return Profile(about["title"], about["heading"], about.get("iri", ""), MappingProxyType(levels))


def _checked(path: Path, rows: list[list[str]]) -> Iterable[list[str]]:
    """The rows, after a check of each: a misspelt field would silently be left out of the profile. Raises
    ValueError."""
    valid = {(cls, row.name) for row in FIELDS for cls in row.classes} | {("", key) for key in _ABOUT}
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows, 2):
        key = (row[0], row[1]) if len(row) == len(COLUMNS) else ("", "")
        if key not in valid or (key[0] and row[2] not in ("M", "R", "O")):
            raise ValueError(f"{path}, line {line}: no class, field and level (M, R or O): {','.join(row)}")
        if key in seen:
            raise ValueError(f"{path}, line {line}: {','.join(key)} is there twice")
        seen.add(key)
    if missing := [key for key in ("title", "heading") if ("", key) not in seen]:
        raise ValueError(f"{path}: the row ',{missing[0]},…' is missing")
    return rows
