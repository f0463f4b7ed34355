"""The selection of a table to take along: the address of its page with `.csv`, `.json`, `.xlsx`, `.parquet` or
`.geojson` behind it; and the picture of a map service with `.png` or `.jpg`.

Entry point: `file_views`. Streamed, and bounded in rows (`registry.preview.bounds`) and in files at a time.
"""

import threading
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from api.drawing.maps import feature_collection
from api.pages.preview import Previewed, is_at, map_rows, previewed
from api.pages.preview_views import FILES, geometry_columns, shapes_of
from api.pages.site import Pages, View
from api.pages.table_address import parse
from api.web.answers import answer, json_bytes, tag
from api.web.negotiate import CSV, JSON, XLSX
from api.web.session import TooManyError
from registry.errors import NotFoundError
from registry.model.text import slug
from registry.pictures.pictures import MEDIA_TYPES
from registry.preview.bounds import MAX_PAGE_ROWS
from registry.preview.model import Selection
from registry.preview.previews import chosen_table

MAX_AT_ONCE: Final = 4  # files that are written at a time
RETRY_SECONDS: Final = 10
GEOJSON: Final = "geojson"
_TYPES: Final = {
    "csv": CSV.content_type, "json": JSON.content_type, "xlsx": XLSX.content_type,
    "parquet": "application/vnd.apache.parquet", GEOJSON: "application/geo+json",
}  # fmt: skip


def file_views(pages: Pages) -> Iterator[tuple[str, View]]:
    """The suffix and the view of each format."""
    places = threading.BoundedSemaphore(MAX_AT_ONCE)
    for name, _label in FILES:
        yield f".{name}", _file_view(pages, name, places)
    yield f".{GEOJSON}", _shapes_view(pages)
    for suffix in MEDIA_TYPES:
        yield f".{suffix}", _picture_view(pages, suffix)


def _file_view(pages: Pages, name: str, places: threading.BoundedSemaphore) -> View:
    def whole_selection(request: Request) -> Response:
        file = previewed(pages, request)
        if (redirect := _to_record(request, file, name)) is not None:
            return redirect
        selection = _selection(pages, file, request)
        if not places.acquire(blocking=False):
            raise TooManyError("too-many-at-once", {"seconds": RETRY_SECONDS})
        parts = _Parts(places)
        parts.begin(pages.catalog.previews.export(file.record.id, file.distribution.id, selection, name))  # type: ignore[arg-type]
        table = f"-{slug(selection.table)[:40]}" if selection.table else ""
        stem = f"{file.record.id}-{slug(file.distribution.id)[:40]}{table}"
        headers = {"Content-Disposition": f'attachment; filename="{stem}.{name}"'}
        return StreamingResponse(parts, media_type=_TYPES[name], headers=headers)

    return whole_selection


class _Parts:
    """The parts of a file. Its place is free again after the last one, or when nobody holds it any more: after a
    failure, or when the client has gone."""

    def __init__(self, places: threading.BoundedSemaphore) -> None:
        self._places: threading.BoundedSemaphore | None = places
        self._parts: Iterator[bytes] = iter(())

    def begin(self, parts: Iterator[bytes]) -> None:
        """Takes the first part at once, so that what goes wrong before it is an answer of its own."""
        self._parts = chain([next(parts, b"")], parts)

    def __iter__(self) -> "_Parts":
        return self

    def __next__(self) -> bytes:
        part = next(self._parts, None)
        if part is None:
            self._free()
            raise StopIteration
        return part

    def _free(self) -> None:
        places, self._places = self._places, None
        if places is not None:
            places.release()

    __del__ = _free


def _shapes_view(pages: Pages) -> View:
    """The shapes of a page of rows as GeoJSON, for the interactive map."""

    def shapes(request: Request) -> Response:
        file = previewed(pages, request)
        if (redirect := _to_record(request, file, GEOJSON)) is not None:
            return redirect
        preview = pages.catalog.previews.of(file.record, file.distribution)
        selection = _selection(pages, file, request)
        preview = chosen_table(preview, selection.table)
        columns = geometry_columns(preview)
        if columns is None:
            raise NotFoundError("nothing-here")

        def body() -> bytes:
            rows = map_rows(pages.catalog.previews, (file.record.id, file.distribution.id), selection)
            names = [column.name for column in preview.columns]
            shown = [[*row, shape] for row, shape in zip(rows.rows, shapes_of(preview, rows.rows), strict=True)]
            return json_bytes(feature_collection([*names, ""], shown, len(names)))

        return answer(request, body, _TYPES[GEOJSON], etag=tag(preview.digest, selection))

    return shapes


def _picture_view(pages: Pages, suffix: str) -> View:
    """The picture that the worker has had a map service draw."""

    def picture(request: Request) -> Response:
        file = previewed(pages, request)
        if (redirect := _to_record(request, file, suffix)) is not None:
            return redirect
        preview = pages.catalog.previews.of(file.record, file.distribution)
        if preview.picture is None or not preview.picture.file.endswith(f".{suffix}"):
            raise NotFoundError("nothing-here")
        content = partial(pages.catalog.previews.picture, preview)
        return answer(request, content, MEDIA_TYPES[suffix], etag=tag(preview.picture, preview.fetched))

    return picture


def _selection(pages: Pages, file: Previewed, request: Request) -> Selection:
    """The rows that are asked for; UsageError, and NotReadyError where no table is prepared."""
    asked, _is_from_form = parse(request.query_params.multi_items())
    where = pages.catalog.previews.where(file.record.id, file.distribution.id, list(asked.where), asked.table)
    return Selection(sort=asked.sort, where=where, size=MAX_PAGE_ROWS, table=asked.table)


def _to_record(request: Request, file: Previewed, name: str) -> Response | None:
    """The way to the canonical address, where the record has another id or kind than was asked for."""
    path = f"{file.path}.{name}"
    if is_at(request, path):
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{path}{query}", 301)
