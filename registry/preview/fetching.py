"""Fetches the file of a distribution to the disk, or a picture, within bounds.

Entry points: `fetched`, `fetched_picture`.

A file that announces too many bytes, or whose beginning shows that it holds no table, is not fetched to its end.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from registry.child_pool import ChildFaultError
from registry.errors import SourceError, TooLargeError, UsageError
from registry.fetch.session import CHUNK, body, conditional, pieces
from registry.masking import shown
from registry.model.harvest import Validators
from registry.pictures.rewriting import Picture, rewritten
from registry.preview import bounds
from registry.preview.content_kinds import without_table
from registry.preview.reasons import too_large, unreadable

if TYPE_CHECKING:
    from requests import Response, Session


class Fetched(NamedTuple):
    """A file that was fetched. `digest`: of its bytes."""

    size: int
    digest: str
    validators: Validators


def fetched(http: "Session", url: str, target: Path, validators: Validators) -> Fetched:
    """Writes the file at an address to `target`; SourceError, TooLargeError, UnreadableError, NotModifiedError."""
    digest, size = hashlib.blake2b(digest_size=16), 0
    with conditional(http, url, validators) as condition, http.get(url, stream=True) as response:
        if response.ok:
            _check_announced(response)
        with target.open("wb") as file:
            for part in pieces(response, bounds.MAX_FILE_BYTES):
                if size == 0 and (code := without_table(part[:CHUNK])):
                    raise unreadable(shown(url), code)
                file.write(part)
                digest.update(part)
                size += len(part)
    return Fetched(size, digest.hexdigest(), condition.received)


def fetched_picture(http: "Session", url: str, max_bytes: int) -> Picture | None:
    """The picture at an address, decoded in a child and written again; None if there is none that can be read."""
    try:
        with http.get(url, stream=True) as response:
            return rewritten(body(response, max_bytes))
    except (SourceError, TooLargeError, UsageError, ChildFaultError):
        return None


def _check_announced(response: "Response") -> None:
    """TooLargeError if the answer says that it is too large."""
    announced = response.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > bounds.MAX_FILE_BYTES:
        raise too_large(int(announced[:18]), bounds.MAX_FILE_BYTES)
