"""Finds the route of a request by its path in a table; FastAPI's own router tries all routes one after the other.

Entry point: `Dispatch`. Of the routes that match a path, the first one in the order of the application answers, as
without it. What no route answers (404, 405), and all but HTTP, goes on to the application's own router.
"""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, Route, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_PATHS: Final = 2_000  # whose routes are remembered


class Dispatch:
    """An ASGI application in front of a router; `routes`: those of the router, in its order."""

    def __init__(self, router: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._router = router
        self._everywhere: list[Route] = []  # with a parameter in the first step
        self._by_step: dict[str, list[Route]] = {}
        listed = [_direct(route) for route in _flat(routes)]
        steps = {_first_step(route.path) for route in listed}
        for route in listed:
            step = _first_step(route.path)
            if "{" in step:
                self._everywhere.append(route)
            for name in steps if "{" in step else (step,):
                self._by_step.setdefault(name, []).append(route)
        self._at = lru_cache(MAX_PATHS)(self._matching)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope.get("root_path"):
            for route in self._at(scope["path"]):
                match, of_route = route.matches(scope)
                if match is Match.FULL:
                    scope.update(of_route, route=route)  # the log names the route's pattern
                    await route.handle(scope, receive, send)
                    return
        await self._router(scope, receive, send)

    def _matching(self, path: str) -> Sequence[Route]:
        """The routes whose pattern the path matches, in order."""
        candidates = self._by_step.get(_first_step(path), self._everywhere)
        return tuple(route for route in candidates if route.path_regex.match(path))


def _flat(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, also those of included routers."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        else:
            included: Any = route
            assert not included.include_context.prefix  # a path is what its router says
            yield from _flat(included.original_router.routes)


def _first_step(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else ""


def _direct(route: Route) -> Route:
    """The same route. A view that takes only the request gets it without what FastAPI does for parameters."""
    if not isinstance(route, APIRoute) or route.methods != {"GET"}:
        return route
    if not route.dependant.request_param_name or len(inspect.signature(route.endpoint).parameters) > 1:
        return route
    direct = Route(route.path, route.endpoint, methods=["GET"], name=route.name)
    direct.app = request_response(route.endpoint)
    return direct
