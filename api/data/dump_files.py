"""The addresses of the dumps: each file, their list as JSON, and `data.json`.

Entry point: `routes`. The page `/dumps/` is `api.pages.dumps`.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import FileResponse

from api.data import data_json
from api.data.catalogue import served
from api.data.catalogue_snapshot import part
from api.data.dumps import CHECKSUMS, current_dump, file_of
from api.data.openapi import responses, texts
from api.web.addresses import absolute
from api.web.answers import answer, json_bytes, tag
from api.web.negotiate import JSON
from registry import city as city_room
from registry.catalog import Catalog
from registry.model import Record
from registry.settings import Settings
from registry.store.store import Selection

_OBJECT = {JSON.type: {"schema": {"type": "object"}}}


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["linked data"], default_response_class=Response)
    views = _Views(catalog, settings)
    router.get(
        "/dumps.json",
        summary="The files of the present dump of the whole catalogue, with sizes and checksums",
        responses=responses(_OBJECT, 304),
    )(views.listed)
    router.get(
        "/dumps/{name}",
        summary="A file of the present dump",
        responses=responses(texts("application/gzip", "text/csv", "text/plain", JSON.type), 304, 404),
    )(views.file)
    router.get(
        "/data.json",
        summary="All datasets as data.json (DCAT-US 1.1)",
        responses=responses(_OBJECT, 304),
    )(views.data_json)
    return router


class _Views:
    """The views. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.store = catalog.store
        self.settings = settings
        self.city = city_room.city(settings)

    def listed(self, request: Request) -> Response:
        dump = current_dump(self.settings)
        document: dict[str, Any] = {"created": None, "records": 0, "files": [], "checksums": None}
        if dump:
            url = absolute(self.settings.base_url, "/dumps/")
            files = [
                {"url": url + file.name, "type": file.media_type, "size": file.size, "sha256": file.sha256}
                for file in dump.files
            ]
            created = dump.created.isoformat()
            document = {"created": created, "records": dump.records, "files": files, "checksums": url + CHECKSUMS}
        return answer(request, lambda: json_bytes(document), JSON.type, etag=tag(document))

    def file(self, name: Annotated[str, Path(examples=["SHA256SUMS"])]) -> Response:
        path, media_type = file_of(self.settings, name)
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": "no-cache"})

    def data_json(self, request: Request) -> Response:
        position = self.store.position()

        def body() -> bytes:
            described = served(self.city, self.settings.base_url, part(self.store.listing(["dataset"])).modified)
            return b"".join(data_json.pieces(self._datasets(), described, self.settings.base_url))

        return answer(request, body, JSON.type, etag=tag(position, "data.json"))

    def _datasets(self) -> Iterator[Record]:
        return self.store.find(Selection(kind="dataset", shown=True))
