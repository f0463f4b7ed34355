"""Small files that are read again and again, such as the position of a projection. Entry point: `KeptFiles`."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

Value = TypeVar("Value")


class KeptFiles(Generic[Value]):
    """What `read` says of a file, which is called again when the file was replaced. Readers must not change it.

    For files that are replaced as a whole: a new one has another inode or another time.
    """

    def __init__(self, read: Callable[[Path], Value]) -> None:
        self._read = read
        self._values: dict[Path, tuple[tuple[int, int, int], Value]] = {}

    def __call__(self, path: Path) -> Value:
        """FileNotFoundError, and what `read` raises."""
        state = path.stat()
        stamp = (state.st_mtime_ns, state.st_ino, state.st_size)
        kept = self._values.get(path)
        if kept is None or kept[0] != stamp:
            kept = self._values[path] = (stamp, self._read(path))
        return kept[1]
