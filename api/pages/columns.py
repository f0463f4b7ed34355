"""What the columns of a file mean, from the dictionary of its source or authors (CSVW), and what is in them.

Entry points: `column_lines` (for the table "Spalten"), `kinds_of`.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from api.drawing.chart_choice import Kind
from api.drawing.profiles import type_in_words
from api.drawing.values import is_identifying, shown
from api.text import sentences
from api.text.formatting import pick_language
from api.web.addresses import Lang
from registry.model import Distribution
from registry.model.metadata import Column as Described
from registry.preview.model import Preview
from vocab.concepts import concept_list

MAX_LINES: Final = 30  # columns that the page of a dataset lists
MAX_EXAMPLE: Final = 40  # characters
_KINDS: Final[Mapping[str, Kind]] = MappingProxyType({"summe": "amount", "bestand": "stock", "mittel": "reading"})


class ColumnLine(NamedTuple):
    """A column in words. `example`: its value in the first row of the table."""

    name: str
    meaning: str
    type: str
    example: str


def column_lines(
    distribution: Distribution, preview: Preview | None, first_row: Sequence[Any], lang: Lang
) -> tuple[ColumnLine, ...]:
    """The columns of the prepared table, else those of the dictionary."""
    described = _described(distribution)
    if preview is None or preview.state != "ready":
        return tuple(
            ColumnLine(
                column.name, _meaning(column, lang), sentences.concept("column-types", column.datatype, lang), ""
            )
            for column in list(described.values())[:MAX_LINES]
        )
    lines = []
    for index, column in enumerate(preview.columns[:MAX_LINES]):
        value = first_row[index] if index < len(first_row) else None
        example = shown(value, column.type, lang, grouped=not is_identifying(column.name))
        example = example if len(example) <= MAX_EXAMPLE else f"{example[: MAX_EXAMPLE - 1]}…"
        entry = described.get(column.name)
        unit = entry.unit if entry else column.unit
        type = f"{type_in_words(column, lang)}, {unit}" if unit else type_in_words(column, lang)
        lines.append(ColumnLine(column.name, _meaning(entry, lang) if entry else "", type, example))
    return tuple(lines)


def _described(distribution: Distribution) -> dict[str, Described]:
    schema = distribution.table_schema
    return {column.name: column for column in schema.columns} if schema else {}


def _meaning(column: Described, lang: Lang) -> str:
    return pick_language(column.description, lang).words or pick_language(column.title, lang).words


def kinds_of(distribution: Distribution) -> dict[str, Kind]:
    """Name of a column -> how its values are put together, as far as the dictionary says so."""
    aggregates = concept_list("aggregates")
    return {
        name: _KINDS[kind.notation]
        for name, column in _described(distribution).items()
        if (kind := aggregates.get(column.aggregate))
    }
