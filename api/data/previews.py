"""The table behind a file as JSON: `GET /api/v1/records/{id}/preview/{distribution}`. Entry point: `routes`.

Only prepared tables are opened here; nothing is fetched, and no file of a stranger is parsed.
"""

from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Request, Response
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse

from api.data import examples
from api.data.openapi import ID_PATTERN, json_of, parameter, responses
from api.data.preview_documents import PreviewAnswer, preview_answer
from api.web.addresses import local_path
from api.web.answers import answer, json_bytes, tag
from registry.catalog import Catalog
from registry.catalog.lookup import shown
from registry.errors import NotFoundError, NotReadyError
from registry.model import Distribution, Record
from registry.preview.bounds import MAX_PAGE_ROWS
from registry.preview.model import Preview, Rows, Selection
from registry.preview.previews import chosen_table
from registry.settings import Settings

DEFAULT_SIZE: Final = 50


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["records"], default_response_class=Response)
    router.get(
        "/records/{id}/preview/{distribution:path}",
        summary="The table behind a file of a record: how it was read, its columns, a page of its rows",
        responses=responses(json_of(PreviewAnswer), 301, 304, 400, 404, 410),
        openapi_extra={"parameters": _parameters()},
    )(_Views(catalog, settings).preview)
    return router


class _Views:
    """The view of a preview. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.settings = settings

    def preview(
        self,
        request: Request,
        id: Annotated[str, Path(examples=[examples.ID], json_schema_extra={"pattern": ID_PATTERN})],
        distribution: Annotated[str, Path(description="Id of the file", examples=[examples.FILE_ID])],
    ) -> Response:
        record = shown(self.catalog, id)
        file = file_of(record, distribution)
        if record.id != id:
            return RedirectResponse(local_path(self.settings.base_url, _path(record.id, file.id)), 301)
        preview, params = self.catalog.previews.of(record, file), request.query_params
        selection = Selection(
            sort=params.get("sort", ""),
            where=self._where(record, file, preview, params),
            size=min(whole_parameter(params.get("size"), DEFAULT_SIZE), MAX_PAGE_ROWS),
            page=whole_parameter(params.get("page"), 1),
            table=params.get("table", "") if preview.state == "ready" else "",
        )
        return answer(
            request,
            lambda: json_bytes(self._answer(record, file, preview, selection)),
            etag=tag(preview, selection, "preview"),
        )

    def _where(
        self, record: Record, file: Distribution, preview: Preview, params: QueryParams
    ) -> tuple[tuple[str, str], ...]:
        if preview.state != "ready":
            return ()
        return self.catalog.previews.where(record.id, file.id, params.getlist("where"), params.get("table", ""))

    def _answer(self, record: Record, file: Distribution, preview: Preview, selection: Selection) -> PreviewAnswer:
        rows: Rows | None = None
        if preview.state == "ready":
            try:
                rows = self.catalog.previews.rows(record.id, file.id, selection)
            except NotReadyError:  # its file was replaced or deleted this very moment
                preview = Preview(state="waiting", url=preview.url)
        next_page = None
        if rows and rows.next:
            where = [("where", f"{name}:{value}") for name, value in selection.where]
            named = [(name, value) for name in ("table", "sort") if (value := getattr(selection, name))]
            pairs = [*named, *where]
            pairs += [("size", str(selection.size)), ("page", str(rows.next))]
            next_page = f"{self.settings.base_url}{_path(record.id, file.id)}?{urlencode(pairs)}"
        return preview_answer(chosen_table(preview, selection.table), rows, next_page)


def file_of(record: Record, distribution: str) -> Distribution:
    """The distribution with this id; NotFoundError."""
    for file in record.metadata.distributions:
        if file.id == distribution:
            return file
    raise NotFoundError("preview-address-unknown", id=distribution[:100])


def whole_parameter(text: str | None, default: int) -> int:
    """The number, from 1, that a parameter of digits stands for; `default` for anything else."""
    return max(int(text[:9]), 1) if text and text.isascii() and text.isdigit() else default


def _parameters() -> list[dict[str, Any]]:
    """The parameters of a selection; size and page beyond their bounds are cut."""
    counted = {"type": "integer", "minimum": 1}
    values = {"type": "array", "items": {"type": "string"}}
    return [
        parameter("sort", "A column; with - before it the largest first"),
        parameter("where", "COLUMN:VALUE; ranges of numbers and dates as a..b; may repeat (and)", None, values),
        parameter("size", "Rows on a page", 20, {**counted, "maximum": MAX_PAGE_ROWS, "default": DEFAULT_SIZE}),
        parameter("page", "Page, from 1", 1, {**counted, "default": 1}),
        parameter("table", "One of `tables`, where the file has several; the first one without it"),
    ]


def _path(id: str, distribution: str) -> str:
    return f"/api/v1/records/{id}/preview/{quote(distribution, safe='')}"
