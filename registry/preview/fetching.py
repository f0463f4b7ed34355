"""Fetches the file of a distribution to the disk, within its bounds. Entry point: `fetched`.

A file that announces too many bytes, or whose beginning shows that it holds no table, is not fetched to its end.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from registry.errors import TooLargeError, UnreadableError
from registry.fetch.session import CHUNK, conditional, pieces
from registry.masking import shown
from registry.model.harvest import Validators
from registry.model.message import message
from registry.preview import bounds
from registry.preview.content_kinds import without_table

if TYPE_CHECKING:
    from requests import Response, Session


class Fetched(NamedTuple):
    """A file that was fetched. `digest`: of its bytes; `name`: the last part of the address it came from."""

    size: int
    digest: str
    validators: Validators
    name: str


def fetched(http: "Session", url: str, target: Path, validators: Validators) -> Fetched:
    """Writes the file at an address to `target`; SourceError, TooLargeError, UnreadableError, NotModifiedError."""
    digest, size = hashlib.blake2b(digest_size=16), 0
    with conditional(http, url, validators) as condition, http.get(url, stream=True) as response:
        if response.ok:
            _check_announced(response)
        with target.open("wb") as file:
            for part in pieces(response, bounds.MAX_FILE_BYTES):
                if size == 0 and (code := without_table(part[:CHUNK])):
                    raise UnreadableError("file-unreadable", message(code), where=shown(url), remedy="")
                file.write(part)
                digest.update(part)
                size += len(part)
    return Fetched(size, digest.hexdigest(), condition.received, response.url.rpartition("/")[2])


def _check_announced(response: "Response") -> None:
    """TooLargeError if the answer says that it is too large."""
    announced = response.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > bounds.MAX_FILE_BYTES:
        megabytes = int(announced[:18]) // 1_000_000
        raise TooLargeError("preview-too-large", megabytes=megabytes, limit=bounds.MAX_FILE_BYTES // 1_000_000)
