"""What a run has mapped, until it is taken in: in a file without a name, which is gone with the run.

A run that is killed loses nothing by it: what is missing here is mapped again from its staged payload.
"""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from registry.model import Metadata
from registry.model.harvest import Mapped, Said


class Kept:
    """A context manager; `folder`: where the file may be."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._places: dict[str, tuple[int, int]] = {}  # remote id -> offset and length
        self._end = 0

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def __contains__(self, remote_id: str) -> bool:
        return remote_id in self._places

    def keep(self, made: Iterable[Mapped]) -> None:
        """What has Metadata; the last of a remote id counts."""
        for one in made:
            if one.metadata is not None:
                entry = _encode((one.digest, one.url, one.metadata))
                self._file.write(entry)
                self._places[one.remote_id] = (self._end, len(entry))
                self._end += len(entry)

    def said(self, remote_ids: Sequence[str]) -> dict[str, Said]:
        """Remote id -> what it says, of those that are kept."""
        self._file.flush()
        return {one: self._said(*self._places[one]) for one in remote_ids if one in self._places}

    def _said(self, start: int, length: int) -> Said:
        digest, url, metadata = _decode(os.pread(self._file.fileno(), length, start))
        return Said(_metadata(metadata), digest, url)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, str, bytes]).decode
_metadata = msgspec.json.Decoder(Metadata).decode
