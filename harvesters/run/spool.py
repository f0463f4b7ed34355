"""The spool: a temporary file that holds what a run has mapped until it is written to the catalogue.

The file has no name, so it is gone when the process ends. A run that is killed loses nothing: what is missing here is
mapped again from its staged payload.
"""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from registry.model import Metadata
from registry.model.harvest import Mapped, MappedThing
from registry.private_files import make_private_folder


class Spool:
    """A context manager; `folder`: where the temporary file may be."""

    def __init__(self, folder: Path) -> None:
        make_private_folder(folder)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._extents: dict[str, tuple[int, int]] = {}  # remote id -> offset and length, in bytes
        self._end = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def __contains__(self, remote_id: str) -> bool:
        return remote_id in self._extents

    def keep(self, results: Iterable[Mapped]) -> None:
        """Appends the results that have Metadata; a later result replaces an earlier one of the same remote id."""
        for result in results:
            if result.metadata is not None:
                entry = _encode((result.digest, result.url, result.metadata))
                self._file.write(entry)
                self._extents[result.remote_id] = (self._end, len(entry))
                self._end += len(entry)

    def read(self, remote_ids: Sequence[str]) -> dict[str, MappedThing]:
        """Remote id -> its Metadata with digest and address; remote ids that are not in the spool are left out."""
        self._file.flush()
        return {
            remote_id: self._read(*self._extents[remote_id]) for remote_id in remote_ids if remote_id in self._extents
        }

    def _read(self, offset: int, length: int) -> MappedThing:
        digest, url, metadata = _decode(os.pread(self._file.fileno(), length, offset))
        return MappedThing(_metadata(metadata), digest, url)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, str, bytes]).decode
_metadata = msgspec.json.Decoder(Metadata).decode
