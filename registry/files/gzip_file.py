"""Unpacks a file that is packed with gzip, within bounds of its bytes and of its members. Entry point: `unpacked`."""

import zlib
from typing import Final

from registry.errors import SourceError, TooLargeError
from registry.model.message import Message, message

MAGIC: Final = b"\x1f\x8b"
MAX_MEMBERS: Final = 1_000  # of a file; some programs write one for each part of it
_CHUNK: Final = 1 << 20  # packed bytes that are given to zlib at once


def unpacked(data: bytes, where: str, limit: int) -> bytes:
    """The bytes of all members; the data itself if it is not packed. `where`: its address, as it may be shown.

    Raises TooLargeError above `limit` bytes, SourceError if it cannot be unpacked. The time grows with the length of
    the data, however many members there are.
    """
    if data[:2] != MAGIC:
        return data
    parts: list[bytes] = []
    size = start = members = 0
    while start < len(data):
        members += 1
        if members > MAX_MEMBERS:
            raise _unpackable(where, message("gzip-members", limit=MAX_MEMBERS))
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            packed = member.unconsumed_tail or data[start : start + _CHUNK]
            if not packed:
                raise _unpackable(where, message("file-breaks-off"))
            start += 0 if member.unconsumed_tail else len(packed)
            try:
                parts.append(member.decompress(packed, limit - size + 1))
            except zlib.error as error:
                raise _unpackable(where, str(error)) from None
            size += len(parts[-1])
            if size > limit:
                raise TooLargeError("answer-too-large", {"limit": limit}, url=where, limit=limit)
        start -= len(member.unused_data)
    return b"".join(parts)


def _unpackable(where: str, why: str | Message) -> SourceError:
    return SourceError("answer-packed-badly", {"address": where}, url=where, why=why)
