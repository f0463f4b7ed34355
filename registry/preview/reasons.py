"""The errors for a file of which no table is shown. Entry points: `unreadable`, `too_large`."""

from registry.errors import TooLargeError, UnreadableError
from registry.model.message import message


def unreadable(where: str, code: str, **values: str | int) -> UnreadableError:
    """The error for the file at an address, and why it shows no table."""
    return UnreadableError("file-unreadable", message(code, **values), where=where, remedy="")


def too_large(size: int, limit: int) -> TooLargeError:
    """The error for a file of `size` bytes, or characters, where `limit` of them may be."""
    return TooLargeError("preview-too-large", megabytes=size // 1_000_000, limit=limit // 1_000_000)
