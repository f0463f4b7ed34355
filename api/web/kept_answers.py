"""Answers for people who are not signed in, given out again until the catalogue, its projections or the day change.

Entry point: `KeptAnswers`. Invariant: no answer is older than the last commit, since its key has the version of the
database; where that cannot be told without asking a server (PostgreSQL, Elasticsearch), nothing is kept.
"""

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.web import session
from api.web.answers import answer
from registry.catalog import Catalog
from registry.errors import LotseError
from registry.model.timing import today
from registry.settings import Settings
from registry.store.unchanged import data_version

GZIP_LEVEL: Final = 6  # level 9 takes 1.5 times as long for 2 % less
MAX_KEPT: Final = 200  # answers
MAX_BYTES: Final = 100_000  # of an answer, unless a view has few large ones
MAX_ADDRESS: Final = 500  # characters of path and query


class _Kept:
    """An answer. `headers`: all but those of the content. The body is kept plain until somebody takes it compressed,
    as browsers do, then only so."""

    def __init__(self, response: Response) -> None:
        own = ("etag", "cache-control", "content-length", "content-type")  # `answer` sets these again
        self.content_type, self.etag = response.headers["content-type"], response.headers["etag"]
        self.headers = {name: value for name, value in response.headers.items() if name not in own}
        self._plain, self._zipped = bytes(response.body), b""
        if len(self._plain) > MAX_BYTES:
            self.zipped()

    def plain(self) -> bytes:
        return self._plain or gzip.decompress(self._zipped)

    def zipped(self) -> bytes:
        if plain := self._plain:  # read once: another thread may do the same
            self._zipped = gzip.compress(plain, GZIP_LEVEL, mtime=0)
            self._plain = b""
        return self._zipped


class KeptAnswers:
    """The answers of one view, by path and query."""

    def __init__(
        self, catalog: Catalog, settings: Settings, max_kept: int = MAX_KEPT, max_bytes: int = MAX_BYTES
    ) -> None:
        self._catalog, self._settings = catalog, settings
        self._max_kept, self._max_bytes = max_kept, max_bytes
        self._answers: tuple[object, dict[str, _Kept]] = (None, {})

    def __call__(self, request: Request, make: Callable[[], Response]) -> Response:
        """The kept answer, or the one that is made; also 304. Only what is found and has an entity tag is kept."""
        address = f"{request.url.path}?{request.url.query}"
        kept = self._now() if len(address) <= MAX_ADDRESS and not session.has_cookie(request, self._settings) else None
        if kept is None:
            return make()
        if (kept_answer := kept.get(address)) is not None:
            return _answered(request, kept_answer)
        response = make()
        if response.status_code == 200 and "etag" in response.headers and 0 < len(response.body) <= self._max_bytes:
            if len(kept) >= self._max_kept:
                kept.clear()
            kept[address] = _Kept(response)
        return response

    def _now(self) -> dict[str, _Kept] | None:
        """The answers of the present state; None where it is not known without asking a server."""
        if self._settings.search != "tantivy":
            return None
        version = data_version(self._catalog.store.engine)
        if version is None:
            return None
        try:
            positions = tuple(self._catalog.projector.positions().values())
        except LotseError:  # a search server is away, which not every view needs
            return None
        state = (version, positions, self._catalog.answers.version, today(), _changed(self._settings.city))
        if self._answers[0] != state:
            self._answers = (state, {})
        return self._answers[1]


def _changed(city: Path | None) -> int:
    """When a file came into the folder of the city's texts or left it: pages link only texts that are there; else 0."""
    try:
        return os.stat(city / "pages").st_mtime_ns if city else 0  # noqa: PTH116 (half the time)
    except OSError:
        return 0


def _answered(request: Request, kept: _Kept) -> Response:
    if "gzip" in request.headers.get("accept-encoding", ""):
        zipped = {**kept.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return answer(request, kept.zipped, kept.content_type, etag=kept.etag, headers=zipped)
    return answer(request, kept.plain, kept.content_type, etag=kept.etag, headers=kept.headers)
