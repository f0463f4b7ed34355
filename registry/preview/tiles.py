"""Tiles of a background map: fetched by the worker from the configured server, kept with a limit, shown from here.

Entry points: `Tiles` (`behind`, `get` for pages; `fetch_wanted` for the worker), `Background` (the settings). Without a
server in the settings there are none. Invariants: a page never fetches a tile, it only notes that it wants one (as an
empty file in `wanted/`); a tile is decoded in a child and written again (`registry.pictures.rewriting`). A tile holds
nothing of a record.
"""

import contextlib
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from registry.preview.fetching import fetched_picture
from registry.private_files import make_private_folder

if TYPE_CHECKING:
    from requests import Session

Box = tuple[float, float, float, float]
MAX_BEHIND: Final = 16  # tiles behind one map
MAX_ZOOM: Final = 17
MAX_DEGREES: Final = 3.0  # of latitude that a map with a background shows
MAX_LATITUDE: Final = 80.0
MAX_WANTED: Final = 500
MAX_AT_ONCE: Final = 100  # tiles of a round of the worker
MAX_TILE_BYTES: Final = 1_000_000
MAX_TILES_BYTES: Final = 200_000_000  # of all tiles; the oldest go first
KEPT_SECONDS: Final = 30 * 86_400  # then a tile is fetched again, if it is still wanted
MISSING_SECONDS: Final = 86_400  # then a tile that the server does not have is asked for again
SUFFIXES: Final = ("jpg", "png")


class Background(NamedTuple):
    """`template`: the address of a tile, with {z}, {x} and {y}; "" for no background. `credit`: who made the map."""

    template: str = ""
    credit: str = ""


NO_BACKGROUND: Final = Background()


class Tile(NamedTuple):
    """A tile of the usual square grid in Web Mercator. `box`: west, south, east, north."""

    z: int
    x: int
    y: int

    @property
    def name(self) -> str:
        return f"{self.z}-{self.x}-{self.y}"

    @property
    def box(self) -> Box:
        return (*self._corner(0, 1), *self._corner(1, 0))

    def _corner(self, right: int, down: int) -> tuple[float, float]:
        longitude = (self.x + right) / 2**self.z * 360 - 180
        latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (self.y + down) / 2**self.z))))
        return longitude, latitude


class Tiles:
    """The tiles of an installation, as files in a folder."""

    def __init__(self, folder: Path, background: Background = NO_BACKGROUND) -> None:
        self.folder = folder
        self.background = background

    def behind(self, box: Box) -> list[Tile]:
        """The tiles that are here of those behind a box; the others are noted for the worker."""
        shown, missing = [], []
        for tile in grid(box) if self.background.template else ():
            path = self._path(tile)
            if path is None:
                missing.append(tile)
            elif path.stat().st_size:
                shown.append(tile)
        if missing:
            self._want(missing)
        return shown

    def get(self, tile: Tile) -> tuple[bytes, str] | None:
        """The bytes and the suffix of a tile; None if it is not here."""
        path = self._path(tile) if self.background.template else None
        content = path.read_bytes() if path else b""
        return (content, path.suffix[1:]) if path and content else None

    def fetch_wanted(self, http: "Session") -> int:
        """Fetches the tiles that pages want; returns how many. One that the server does not have is not asked for again
        on the same day."""
        wanted = sorted(self._wanted().iterdir())[:MAX_AT_ONCE] if self._wanted().exists() else []
        for note in wanted:
            z, x, y = map(int, note.name.split("-"))
            content, suffix = self._fetched(http, Tile(z, x, y))
            self._write(f"{note.name}.{suffix}", content)
            note.unlink(missing_ok=True)
        if wanted:
            self._make_room()
        return len(wanted)

    def _fetched(self, http: "Session", tile: Tile) -> tuple[bytes, str]:
        address = self.background.template.format(z=tile.z, x=tile.x, y=tile.y)
        picture = fetched_picture(http, address, MAX_TILE_BYTES)
        return (picture.content, picture.suffix) if picture else (b"", SUFFIXES[0])

    def _path(self, tile: Tile) -> Path | None:
        """Where a tile lies that is not too old; an empty file stands for one that the server does not have."""
        for suffix in SUFFIXES:
            path = self.folder / f"{tile.name}.{suffix}"
            with contextlib.suppress(OSError):
                kept = path.stat()
                if time.time() - kept.st_mtime < (KEPT_SECONDS if kept.st_size else MISSING_SECONDS):
                    return path
        return None

    def _want(self, missing: list[Tile]) -> None:
        with contextlib.suppress(OSError):  # a full disk costs the background only
            make_private_folder(self._wanted())
            noted = {path.name for path in self._wanted().iterdir()}
            new = [tile.name for tile in missing if tile.name not in noted]
            for name in new[: max(MAX_WANTED - len(noted), 0)]:
                (self._wanted() / name).touch()

    def _wanted(self) -> Path:
        return self.folder / "wanted"

    def _write(self, name: str, content: bytes) -> None:
        new = self.folder / f"new-{os.getpid()}"
        new.write_bytes(content)
        new.replace(self.folder / name)

    def _make_room(self) -> None:
        """Deletes the oldest tiles above the limit, and those that are too old."""
        files = sorted(
            (path for path in self.folder.iterdir() if path.is_file()), key=lambda path: -path.stat().st_mtime
        )
        size = 0
        for path in files:
            kept = path.stat()
            size += kept.st_size
            if size > MAX_TILES_BYTES or time.time() - kept.st_mtime > KEPT_SECONDS:
                path.unlink(missing_ok=True)


def grid(box: Box) -> Iterator[Tile]:
    """The tiles behind a box at the largest zoom that needs MAX_BEHIND at most; none for a part of the world that is
    too large for a flat drawing."""
    west, south, east, north = box
    if not (
        -180 <= west < east <= 180 and -MAX_LATITUDE <= south < north <= MAX_LATITUDE and north - south <= MAX_DEGREES
    ):
        return
    for z in range(MAX_ZOOM, -1, -1):
        left, right = (min(int((side + 180) / 360 * 2**z), 2**z - 1) for side in (west, east))
        top, bottom = _row(north, z), _row(south, z)
        if (right - left + 1) * (bottom - top + 1) <= MAX_BEHIND:
            yield from (Tile(z, x, y) for y in range(top, bottom + 1) for x in range(left, right + 1))
            return


def _row(latitude: float, z: int) -> int:
    return int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**z)
