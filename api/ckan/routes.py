"""The addresses of CKAN's API, its envelope and its errors; and the addresses of CKAN's pages, which lead to ours.

Entry point: `routes`.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.responses import RedirectResponse

from api.ckan.actions import ACTIONS, Actions, refuse_writing
from api.ckan.errors import CkanError
from api.ckan.old_pages import old_page
from api.data.openapi import responses
from api.web.answers import json_bytes, raw_body
from api.web.client_limits import ClientLimit
from api.web.negotiate import JSON
from api.web.problems import headers
from registry.catalog import Catalog
from registry.ckan.entries import PACKAGE_KINDS
from registry.errors import LotseError, UsageError
from registry.settings import Settings

MAX_AT_ONCE: Final = 8  # requests of one client at a time; `ckanapi dump --processes` makes several
MAX_OF_ALL: Final = 16  # of all clients; the web server has 40 threads
MAX_WAITING: Final = 8
WAIT_SECONDS: Final = 20.0
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,100}")
_PATHS: Final = ("/api/3/action/{name}", "/api/action/{name}")
_OBJECT: Final = {JSON.type: {"schema": {"type": "object"}}}
_ANYTHING: Final[dict[str, Any]] = {JSON.type: {"schema": {}}}  # an object, or a text


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    router = APIRouter(tags=["CKAN"], default_response_class=Response)
    views = _Views(catalog, settings)
    described: dict[str, Any] = {
        "summary": "The Action API of CKAN, for reading: " + ", ".join(sorted(ACTIONS)),
        "responses": _responses(),
    }
    for number, path in enumerate(_PATHS):
        for method, view in (("GET", views.get), ("POST", views.post)):
            operation = {**described, "operation_id": f"ckan_action_{method.lower()}"}
            router.add_api_route(path, view, methods=[method], include_in_schema=not number, **operation)
    for path in ("/api", "/api/3"):
        router.add_api_route(path, lambda: _answer({"version": 3}), methods=["GET"], include_in_schema=False)
    router.get("/dataset/{name}", include_in_schema=False)(views.old_dataset)
    router.get("/organization/{name}", include_in_schema=False)(views.old_organization)
    return router


def _responses() -> dict[int | str, dict[str, Any]]:
    """The answers: CKAN's envelope also for errors."""
    described = responses(_OBJECT, 400, 403, 404, 409, 429)
    return {status: {**row, "content": row["content"] | _ANYTHING} for status, row in described.items()}


class _Views:
    """The views. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.base = settings.base_url
        self.actions = Actions(catalog, settings)
        self.limit = ClientLimit(MAX_AT_ONCE, MAX_OF_ALL, MAX_WAITING, WAIT_SECONDS)

    def get(self, request: Request, name: Annotated[str, Path(examples=["package_search"])]) -> Response:
        callback = request.query_params.get("callback", "")
        return self._run(request, name, _from_address(request), callback)

    def post(
        self,
        request: Request,
        body: Annotated[bytes, Depends(raw_body)],
        name: Annotated[str, Path(examples=["package_search"])],
    ) -> Response:
        if not body.strip():
            return self._run(request, name, _from_address(request))
        try:
            params = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _bare(f"Bad request - JSON Error: Error decoding JSON data. {error}")
        if not isinstance(params, dict):
            return _bare("Bad request - JSON Error: Request data JSON needs to be a dictionary.")
        return self._run(request, name, params)

    def _run(self, request: Request, name: str, params: Mapping[str, Any], callback: str = "") -> Response:
        envelope: dict[str, Any] = {"help": f"{self.base}/api/3/action/help_show?name={quote(name[:100])}"}
        callback = callback if _CALLBACK.fullmatch(callback) else ""
        try:
            refuse_writing(name)
            if name not in ACTIONS:
                return _bare(f"Bad request - Action name not known: {name[:100]}")
            with self.limit.turn(request):
                result = ACTIONS[name](self.actions, params)
        except CkanError as error:
            return _answer({**envelope, "success": False, "error": error.body()}, error.status, callback)
        except LotseError as error:
            body = {"__type": "Search Error" if isinstance(error, UsageError) else "Error", "message": error.message}
            answer = _answer({**envelope, "success": False, "error": body}, error.status, callback)
            answer.headers.update(headers(error))
            return answer
        return _answer({**envelope, "success": True, "result": result}, 200, callback)

    def old_dataset(self, name: str) -> Response:
        path = old_page(self.catalog, self.base, name, PACKAGE_KINDS, self._package)
        return RedirectResponse(path, 301)

    def old_organization(self, name: str) -> Response:
        path = old_page(self.catalog, self.base, name, ("organization",), self._organization)
        return RedirectResponse(path, 301)

    def _package(self, key: str) -> str:
        return self.actions.packages.view().ids.get(key, "")

    def _organization(self, key: str) -> str:
        owner = self.actions.packages.view().organization(key)
        return owner.id if owner else ""


def _from_address(request: Request) -> dict[str, Any]:
    """The parameters of the address; one that comes several times is a list."""
    params: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name == "callback":
            continue
        before = params.get(name)
        params[name] = value if before is None else [*before, value] if isinstance(before, list) else [before, value]
    return params


def _answer(document: Any, status: int = 200, callback: str = "") -> Response:
    body, headers = json_bytes(document), {"Cache-Control": "no-cache"}
    if callback:
        return Response(
            callback.encode() + b"(" + body + b");", status, headers, "application/javascript; charset=utf-8"
        )
    return Response(body, status, headers, "application/json;charset=utf-8")


def _bare(sentence: str) -> Response:
    """400 with a JSON string alone, as CKAN answers what it cannot take as a call."""
    return _answer(sentence, 400)
