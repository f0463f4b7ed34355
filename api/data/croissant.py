"""Croissant 1.0 (MLCommons): a dataset with prepared tables as programs of machine learning read it.

Entry points: `routes`, `described`. The files are our own Parquet and CSV of each table, because readers of Croissant
take semicolons for text and lose the zeros before a number in CSV; the fields are read from Parquet, where text is
text.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from api.data import examples, schema_org
from api.data.openapi import ID_PATTERN, responses, texts
from api.web.addresses import absolute, page
from api.web.answers import answer, json_bytes, tag
from registry.catalog import Catalog
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.model import Distribution, Record
from registry.preview.model import Column, Preview
from registry.settings import Settings
from vocab.pages import step_word

MEDIA_TYPE: Final = "application/ld+json"
CONFORMS_TO: Final = "http://mlcommons.org/croissant/1.0"
MAX_TABLES: Final = 50
CONTEXT: Final[dict[str, Any]] = {
    "@language": "de", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip
# Type of a column -> its type in Croissant; times of day and shapes stay text
DATA_TYPES: Final = {
    "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date",
    "datetime": "sc:DateTime",
}  # fmt: skip
KEPT: Final = (  # what schema.org says of the dataset
    "name", "description", "url", "license", "publisher", "creator", "dateModified", "datePublished", "keywords",
)  # fmt: skip
FILES: Final = (("parquet", "application/x-parquet"), ("csv", "text/csv"))


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["records"], default_response_class=Response)

    @router.get(
        "/records/{id}/croissant",
        summary="A dataset with tables in Croissant 1.0, for programs of machine learning",
        responses=responses(texts(MEDIA_TYPE), 304, 404, 410),
    )
    def croissant(
        request: Request, id: Annotated[str, Path(examples=[examples.ID], json_schema_extra={"pattern": ID_PATTERN})]
    ) -> Response:
        record = shown(catalog, id)
        previews = catalog.previews.of_record(record)
        if not any(map(_is_ready, previews.values())):
            raise NotFoundError("croissant-no-table", id=id)
        return answer(
            request,
            lambda: json_bytes(described(record, previews, settings.base_url)),
            MEDIA_TYPE,
            etag=tag(record.number, *previews.values()),
        )

    return router


def described(record: Record, previews: dict[str, Preview], base: str) -> dict[str, Any]:
    """The document; without a prepared table its `recordSet` is empty."""
    properties = schema_org.described(record, base, "de")
    listed = [file for file in record.metadata.distributions if _is_ready(previews.get(file.id))][:MAX_TABLES]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "isLiveDataset": True,  # the tables are read anew when their files change, so they have no lasting checksum
        **{name: properties[name] for name in KEPT if name in properties},
        "distribution": [described_file for file in listed for described_file in _files(record, file, base)],
        "recordSet": [_record_set(file, previews[file.id]) for file in listed],
    }


def _is_ready(preview: Preview | None) -> bool:
    return preview is not None and preview.state == "ready"


def _files(record: Record, file: Distribution, base: str) -> Iterator[dict[str, Any]]:
    stem = absolute(base, f"{page(record.kind, record.id)}/{step_word('preview', 'de')}/{file.id}")
    for suffix, media_type in FILES:
        yield {
            "@type": "cr:FileObject",
            "@id": f"{file.id}.{suffix}",
            "name": f"{file.id}.{suffix}",
            "contentUrl": f"{stem}.{suffix}",
            "encodingFormat": media_type,
        }


def _record_set(file: Distribution, preview: Preview) -> dict[str, Any]:
    name = next(iter(file.title.values()), "") or file.id
    return {
        "@type": "cr:RecordSet",
        "@id": file.id,
        "name": name,
        "field": [_field(file, column, number) for number, column in enumerate(preview.columns, 1)],
    }


def _field(file: Distribution, column: Column, number: int) -> dict[str, Any]:
    """A field; `number`: of the column, for readers of Croissant refuse an id with a blank in it."""
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{file.id}/{number}",
        "name": column.name,
        "dataType": DATA_TYPES.get(column.type, "sc:Text"),
        "source": {"fileObject": {"@id": f"{file.id}.parquet"}, "extract": {"column": column.name}},
    }
    if column.type == "date":
        field["source"]["transform"] = {"format": "%Y-%m-%d"}  # else each cell is guessed by itself
    return field | ({"description": column.unit} if column.unit else {})
