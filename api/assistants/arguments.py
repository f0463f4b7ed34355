"""What the tools of `/mcp` take: a struct for each, from which its JSON Schema is made and by which it is checked.

Entry points: `schema_of`, `read`.
"""

from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from api.web.addresses import Lang
from api.web.query import MAX_QUERY_CHARACTERS, MAX_VALUE_CHARACTERS
from registry.errors import UsageError
from registry.preview.conditions import MAX_CONDITIONS

MAX_HITS: Final = 20  # that a search answers at once
MAX_PAGE: Final = 100
MAX_ROWS: Final = 200  # of a table that a query answers at once

Language = Annotated[Lang, Meta(description="Language of labels, and of texts where they have it")]
Words = Annotated[str, Meta(max_length=MAX_QUERY_CHARACTERS, description="Words to look for, German or English")]
Value = Annotated[str, Meta(max_length=MAX_VALUE_CHARACTERS)]
Id = Annotated[str, Meta(max_length=MAX_VALUE_CHARACTERS, description="The id, as a search gave it")]
Size = Annotated[int, Meta(ge=1, le=MAX_HITS, description="Entries of an answer")]
Page = Annotated[int, Meta(ge=1, le=MAX_PAGE, description="Page of the answers, from 1")]


class Nothing(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Only the language."""

    lang: Language = "de"


class OfRecord(Nothing, kw_only=True):
    """One record."""

    id: Id


class Listing(Nothing, kw_only=True):
    """A page of hits."""

    q: Words = ""
    size: Size = 10
    page: Page = 1


class DatasetSearch(Listing, kw_only=True):
    """Datasets by words and filters."""

    theme: Annotated[Value, Meta(description="Topic, as about_catalog names it: TRAN, ENVI …")] = ""
    district: Annotated[Value, Meta(description="Id of a district of the city, as about_catalog names it")] = ""
    format: Annotated[Value, Meta(description="Format of a file: CSV, GEOJSON, XLSX …")] = ""
    publisher: Annotated[Value, Meta(description="Id of an organization, as list_organizations names it")] = ""


class ProjectSearch(Listing, kw_only=True):
    """Projects by words and filters."""

    theme: Annotated[Value, Meta(description="Topic, as about_catalog names it")] = ""
    district: Annotated[Value, Meta(description="Id of a district of the city")] = ""
    phase: Annotated[Value, Meta(description="Phase, as about_catalog names it: idee, umsetzung …")] = ""


class OfFile(OfRecord, kw_only=True):
    """A file of a dataset."""

    file: Annotated[Value, Meta(description="Id of a file, from get_dataset; else the first with a table")] = ""


class RowQuery(OfFile, kw_only=True):
    """Rows of the table behind a file."""

    where: Annotated[
        list[Value],
        Meta(max_length=MAX_CONDITIONS, description="COLUMN:VALUE, all must hold; ranges of numbers and dates as a..b"),
    ] = []
    sort: Annotated[Value, Meta(description="A column; with - before it the largest first")] = ""
    size: Annotated[int, Meta(ge=1, le=MAX_ROWS, description="Rows of an answer")] = 50
    page: Page = 1


class News(Nothing, kw_only=True):
    """The newest changes."""

    size: Size = 10


Arguments = TypeVar("Arguments", bound=Nothing)


def schema_of(arguments: type[Nothing]) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments."""
    _, shapes = msgspec.json.schema_components([arguments], ref_template="#/$defs/{name}")
    schema: dict[str, Any] = dict(shapes[arguments.__name__])
    schema.pop("title", None)
    schema.pop("description", None)
    return schema | {"additionalProperties": False}


def read(given: Any, arguments: type[Arguments]) -> Arguments:
    """The arguments of a call; UsageError if one is unknown, missing or out of its bounds."""
    try:
        return msgspec.convert(given or {}, arguments, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError("argument-wrong", words=str(error)) from None
