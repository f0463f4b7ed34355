"""Asks for a page of each frequent kind when a process starts, so that nobody waits for what is loaded the first time:
templates, lists of concepts, the index, the encoder of the search by meaning.

Entry point: `warm_up`.
"""

import asyncio
import logging
from collections.abc import Iterator
from typing import Final

from fastapi import FastAPI
from starlette.types import Message, Scope

from api.web import addresses
from api.web.addresses import LANGS
from registry.catalog import Catalog
from registry.isolation import isolated
from registry.search.query import Query

KINDS: Final = ("dataset", "project", "organization")  # whose pages have templates of their own
WORD: Final = "Stadt"  # that is searched for

log: Final = logging.getLogger("lotse.web")


def warm_up(app: FastAPI, catalog: Catalog) -> None:
    """Asks the router for these pages, beside the middleware: they are no requests, and nothing counts them."""
    for path in isolated(lambda: list(_paths(catalog)), _failed) or ():
        isolated(lambda path=path: asyncio.run(_ask(app, path)), _failed)  # type: ignore[misc]


def _paths(catalog: Catalog) -> Iterator[str]:
    """The addresses, each with its query, the first ones those that programs ask for."""
    yield f"/api/v1/search?q={WORD}"
    for lang in LANGS:
        yield addresses.path("start", lang)
        yield f"{addresses.path('search', lang)}?q={WORD}"
        for kind in KINDS:
            for hit in catalog.index.search(Query(where={"kind": (kind,)}, size=1, facets=())).hits:
                yield addresses.page(kind, hit.id, lang)


async def _ask(app: FastAPI, address: str) -> None:
    path, _, query = address.partition("?")
    scope: Scope = {
        "type": "http", "app": app, "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "http_version": "1.1", "headers": [], "server": ("", 0),
        "client": None, "state": {},
    }  # fmt: skip
    await app.router(scope, _nothing_more, _ignored)


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _ignored(_message: Message) -> None:
    """Takes a part of the answer, which nobody reads."""


def _failed(error: Exception) -> None:
    """A catalogue without a search index has nothing to show yet."""
    log.debug("not warmed up: %s", error)
