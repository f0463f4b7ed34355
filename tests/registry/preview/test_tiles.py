"""Tiles of a background map: noted by pages, fetched by the worker from the configured server only, kept with a limit.

Covers: registry/preview/tiles.py
"""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.fetch.session import session
from registry.preview import preparing, tiles
from registry.preview.tiles import Background, Tile, Tiles, grid
from registry.settings import Settings
from tests.servers.replay import Fault, Files, files_server
from tests.servers.services import png
from tests.town import Town

HEIDELBERG = (8.66, 49.39, 8.71, 49.42)
LOCAL = Settings(allow_hosts=("127.0.0.1",))


@pytest.fixture(scope="module")
def server() -> Iterator[Files]:
    files = {f"/{tile.z}/{tile.x}/{tile.y}.png": (png(256, 256), "image/png") for tile in grid(HEIDELBERG)}
    with files_server(files) as server:
        yield server


@pytest.fixture
def kept(tmp_path: Path, server: Files) -> Tiles:
    server.requests.clear()
    server.faults.clear()
    return Tiles(tmp_path / "tiles", Background(f"{server.url}/{{z}}/{{x}}/{{y}}.png", "Muster-Amt"))


def test_tiles_cover_a_box_with_few_of_them() -> None:
    listed = list(grid(HEIDELBERG))
    assert 4 < len(listed) <= tiles.MAX_BEHIND
    assert len({tile.z for tile in listed}) == 1
    west, south, east, north = zip(*(tile.box for tile in listed), strict=True)
    assert min(west) <= HEIDELBERG[0] < HEIDELBERG[2] <= max(east)
    assert min(south) <= HEIDELBERG[1] < HEIDELBERG[3] <= max(north)
    assert Tile(0, 0, 0).box == pytest.approx((-180, -85.0511, 180, 85.0511), abs=1e-3)


@pytest.mark.parametrize("box", [(-180.0, -80.0, 180.0, 80.0), (8.0, 84.0, 8.1, 84.1), (8.0, 49.0, 8.0, 49.0)])
def test_a_drawing_of_the_world_or_of_a_pole_has_no_background(box: tiles.Box) -> None:
    assert list(grid(box)) == []


def test_a_page_notes_what_it_wants_and_the_worker_fetches_it(kept: Tiles, server: Files) -> None:
    assert kept.behind(HEIDELBERG) == []
    assert server.requests == []
    with session(LOCAL) as http:
        count = kept.fetch_wanted(http)
        assert kept.fetch_wanted(http) == 0
    listed = list(grid(HEIDELBERG))
    assert count == len(listed)
    assert sorted(server.requests) == sorted(f"/{tile.z}/{tile.x}/{tile.y}.png" for tile in listed)
    assert kept.behind(HEIDELBERG) == listed
    answer = kept.get(listed[0])
    assert answer
    assert (answer[0][:3], answer[1]) == (b"\xff\xd8\xff", "jpg")  # written again
    assert list((kept.folder / "wanted").iterdir()) == []


def test_the_round_of_the_worker_fetches_them(tmp_path: Path, kept: Tiles) -> None:
    with Town(tmp_path / "data") as town:
        town.catalog.previews.tiles = kept
        kept.behind(HEIDELBERG)
        preparing._round(town.catalog.store, town.catalog.previews, town.settings, threading.Event())
        assert kept.behind(HEIDELBERG) == list(grid(HEIDELBERG))


@pytest.mark.parametrize("fault", [Fault(404), Fault(200, b"<html></html>"), Fault(500)])
def test_a_tile_that_is_not_there_is_not_asked_for_again_on_the_same_day(
    kept: Tiles, server: Files, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = grid(HEIDELBERG)
    server.faults[f"/{first.z}/{first.x}/{first.y}"] = fault
    kept.behind(HEIDELBERG)
    with session(LOCAL) as http:
        kept.fetch_wanted(http)
        assert kept.behind(HEIDELBERG) == others
        assert kept.get(first) is None
        assert kept.fetch_wanted(http) == 0
        monkeypatch.setattr(tiles, "MISSING_SECONDS", 0)
        kept.behind(HEIDELBERG)
        assert kept.fetch_wanted(http) == 1


def test_tiles_end_by_their_age_and_by_the_limit(kept: Tiles, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.behind(HEIDELBERG)
    with session(LOCAL) as http:
        kept.fetch_wanted(http)
        first, second, *others = grid(HEIDELBERG)
        month_ago = time.time() - 31 * 86_400
        for tile in (first, second):
            os.utime(kept.folder / f"{tile.name}.jpg", (month_ago, month_ago))
        assert kept.behind(HEIDELBERG) == others
        monkeypatch.setattr(tiles, "MAX_TILES_BYTES", 0)
        kept.fetch_wanted(http)
    assert [path.name for path in kept.folder.iterdir()] == ["wanted"]


def test_pages_cannot_want_without_end(kept: Tiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "MAX_WANTED", 3)
    kept.behind(HEIDELBERG)
    assert len(list((kept.folder / "wanted").iterdir())) == 3


def test_without_the_setting_there_is_nothing(tmp_path: Path) -> None:
    off = Tiles(tmp_path / "tiles")
    assert off.behind(HEIDELBERG) == []
    assert off.get(Tile(14, 1, 1)) is None
    assert not off.folder.exists()
