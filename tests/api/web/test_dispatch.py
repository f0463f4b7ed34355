"""The table of routes answers as the router does that tries them one after the other."""

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.testclient import TestClient

from api.web.dispatch import Dispatch


def application(with_table: bool) -> TestClient:
    """Routes that match the same paths, in an order that decides; some in routers within routers."""
    app, router, inner = FastAPI(openapi_url=None), APIRouter(prefix="/things"), APIRouter()

    def named(name: str) -> None:
        def view(request: Request) -> Response:
            return Response(f"{name} {request.path_params}")

        inner.get(name, response_class=Response)(view)

    @router.get("/{id}/parts", response_class=Response)
    def parts(request: Request, id: str, size: int = 3) -> Response:
        return Response(f"parts {id} {size}")

    @router.post("/new", response_class=Response)
    def add() -> Response:
        return Response("added")

    for name in ("/list.{suffix}", "/list.csv", "/a/{id}", "/a/fixed", "/b/fixed", "/b/{id:path}", "/list", "/"):
        named(name)
    app.include_router(router)
    outer = APIRouter()
    outer.include_router(inner)
    app.include_router(outer)
    if with_table:
        app.router.middleware_stack = Dispatch(app.router.middleware_stack, app.router.routes)
    return TestClient(app)


def test_the_table_finds_what_the_router_finds() -> None:
    table, router = application(True), application(False)
    paths = (
        "/", "/list", "/list.csv", "/list.ttl", "/a/fixed", "/a/ä b", "/b/fixed", "/b/x/y", "/b/", "/things/7/parts",
        "/things/7/parts?size=9", "/things/7/parts?size=x", "/things/new", "/nothing", "/a", "/list/", "//list",
    )  # fmt: skip
    for path in paths:
        for method in ("GET", "POST", "PUT"):
            answers = [client.request(method, path) for client in (table, router)]
            by_table, by_router = ((answer.status_code, answer.text, answer.headers.get("allow")) for answer in answers)
            assert by_table == by_router, (method, path)


def test_the_first_of_two_routes_answers() -> None:
    client = application(True)
    assert client.get("/a/fixed").text == "/a/{id} {'id': 'fixed'}"
    assert client.get("/b/fixed").text == "/b/fixed {}"
    assert client.get("/list.csv").text == "/list.{suffix} {'suffix': 'csv'}"
