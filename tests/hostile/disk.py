"""A small file system that can be filled."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SIZE = "24m"


@contextlib.contextmanager
def small_disk(disk: Path) -> Iterator[None]:
    """A file system of SIZE in a folder; RuntimeError where none can be mounted."""
    disk.mkdir()
    mounted = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount")
    if not mounted or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]).returncode:
        raise RuntimeError("mounting a small file system needs root on Linux")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(path: Path, leave: int = 0) -> None:
    """Writes a file until the disk is full, but for so many bytes."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        for size in (1_000_000, 4_096, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
        file.truncate(max(file.tell() - leave, 0))
