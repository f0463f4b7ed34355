"""Which files of a Tantivy index are damaged: each ends with a footer that holds the CRC-32 of what comes before it."""

import json
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

SUFFIXES: Final = (".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term")  # of the files that each segment has
BLOCK_BYTES: Final = 1 << 20  # read at once
MAGIC: Final = 1337  # the last four bytes of a file, little-endian; before them the length of the footer
_TAIL: Final = struct.Struct("<II")


class IndexFiles:
    """Checks the files of the segments that are committed; one that has not changed since is not read again."""

    def __init__(self) -> None:
        self._sound: set[tuple[str, int, int, int]] = set()  # path, inode, size, time of change

    def damaged(self, generation: Path) -> str:
        """The name of the first damaged or missing file; "" for none."""
        try:
            segments = json.loads((generation / "meta.json").read_bytes())["segments"]
            names = [str(segment["segment_id"]).replace("-", "") for segment in segments]
        except (OSError, ValueError, KeyError, TypeError):
            return "meta.json"
        sound = set()
        for path in self._files(generation, names):
            stamp = _stamp(path)
            if stamp is None or (stamp not in self._sound and not _is_sound(path)):
                return "" if self._is_replaced(generation, names) else path.name
            sound.add(stamp)
        self._sound = sound
        return ""

    def _files(self, generation: Path, segments: list[str]) -> Iterator[Path]:
        for segment in segments:
            yield from (generation / f"{segment}{suffix}" for suffix in SUFFIXES)

    def _is_replaced(self, generation: Path, segments: list[str]) -> bool:
        """Whether a writer has merged the segments meanwhile and deleted their files."""
        with suppress(OSError):
            text = (generation / "meta.json").read_text().replace("-", "")
            return not all(segment in text for segment in segments)
        return True


def _stamp(path: Path) -> tuple[str, int, int, int] | None:
    with suppress(OSError):
        state = path.stat()
        return str(path), state.st_ino, state.st_size, state.st_mtime_ns
    return None


def _is_sound(path: Path) -> bool:
    with suppress(OSError, ValueError, KeyError, TypeError, struct.error), path.open("rb") as file:
        file.seek(-_TAIL.size, os.SEEK_END)
        length, magic = _TAIL.unpack(file.read())
        size = file.seek(-_TAIL.size - length, os.SEEK_END)
        footer = json.loads(file.read(length))
        file.seek(0)
        return magic == MAGIC and _crc(file, size) == int(footer["crc"])
    return False


def _crc(file: BinaryIO, size: int) -> int:
    """The CRC-32 of the next bytes, read a block at a time: a segment may be larger than memory should hold."""
    crc = 0
    while size and (block := file.read(min(size, BLOCK_BYTES))):
        crc = zlib.crc32(block, crc)
        size -= len(block)
    return crc
