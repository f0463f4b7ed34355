"""A file of the data folder that keeps some disk, freed when a command has to write on a full disk to make room.

Deleting needs space too: SQLite writes what it changes to its WAL first.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from registry.private_files import make_private_folder

RESERVE_BYTES: Final = 64_000_000
MIN_FREE_FACTOR: Final = 10  # the reserve is made only where so many times as much is free


def keep_reserve(data: Path) -> None:
    """Makes the file, if there is none and the disk has ample room."""
    make_private_folder(data)  # there may be none yet where the database is a server
    path = _path(data)
    if path.exists() or shutil.disk_usage(data).free < RESERVE_BYTES * MIN_FREE_FACTOR:
        return
    with suppress(OSError), path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
        else:  # macOS
            for _ in range(RESERVE_BYTES // 1_000_000):
                file.write(bytes(1_000_000))


def free_reserve(data: Path) -> None:
    """Gives the room back; the next `lotse serve` or `lotse worker` makes the file again."""
    _path(data).unlink(missing_ok=True)


def _path(data: Path) -> Path:
    return data / "reserve"
