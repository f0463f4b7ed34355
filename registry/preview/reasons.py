"""The error for a file in which there is no table. Entry point: `unreadable`."""

from registry.errors import UnreadableError
from registry.model.message import message


def unreadable(where: str, code: str, **values: str | int) -> UnreadableError:
    """The error for the file at an address, and why it shows no table."""
    return UnreadableError("file-unreadable", message(code, **values), where=where, remedy="")
