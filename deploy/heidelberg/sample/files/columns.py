"""What the columns of the sample files mean, from `columns.toml`, as CKAN (Frictionless) and as RDF (CSVW) say it."""

import json
import tomllib
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

_NAMES: Final = ("name", "title_en", "description", "type", "unit", "aggregate")


@cache
def _described() -> dict[str, list[dict[str, str]]]:
    with (Path(__file__).parent / "columns.toml").open("rb") as file:
        rows = tomllib.load(file)
    return {path: [_column(line) for line in lines] for path, lines in rows.items()}


def _column(line: str) -> dict[str, str]:
    column = dict(zip_longest(_NAMES, (value.strip() for value in line.split(";")), fillvalue=""))
    name, _, label = column["name"].partition("=")
    return column | {"name": name, "title_de": label or name}


def frictionless(path: str) -> dict[str, Any]:
    """The columns of a file as the `schema` of a CKAN resource; {} for one that is not described."""
    return (
        {
            "fields": [
                {
                    "name": column["name"],
                    "title_translated": {"de": column["title_de"], "en": column["title_en"]},
                    "description": column["description"],
                    **{key: column[key] for key in ("type", "unit", "aggregate") if column[key]},
                }
                for column in _described()[path]
            ]
        }
        if path in _described()
        else {}
    )


def csvw(path: str) -> list[str]:
    """The columns of a file as a statement in Turtle, in the list that CSVW prescribes; [] for one not described."""
    columns = "\n    ".join(
        f"[ a csvw:Column ; {' ; '.join(_statements(column))} ]" for column in _described().get(path, ())
    )
    return [f"csvw:tableSchema [ a csvw:Schema ; csvw:column (\n    {columns}\n  ) ]"] if columns else []


_DATATYPES: Final = {
    "text": "string",
    "datetime": "dateTime",
    "year": "gYear",
    "yearmonth": "gYearMonth",
    "number": "decimal",
}


def _statements(column: dict[str, str]) -> list[str]:
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    lines = [
        f"csvw:name {quoted(column['name'])}",
        f"csvw:title {quoted(column['title_de'])}@de, {quoted(column['title_en'])}@en",
        f"dct:description {quoted(column['description'])}@de",
        f"csvw:datatype xsd:{_DATATYPES.get(column['type'], column['type'])}",
    ]
    lines += [f"schema:unitText {quoted(column['unit'])}"] if column["unit"] else []
    lines += (
        [f"lotse:aggregate <https://w3id.org/lotse/voc/aggregate/{column['aggregate']}>"] if column["aggregate"] else []
    )
    return lines
