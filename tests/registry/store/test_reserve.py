"""The reserve of the data folder is kept where there is room, and freed."""

import shutil
from pathlib import Path

import pytest

from registry.store import reserve


def test_the_reserve_is_kept_once_and_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "RESERVE_BYTES", 2_000_000)
    reserve.keep_reserve(tmp_path)
    file = tmp_path / "reserve"
    assert file.stat().st_size == 2_000_000
    assert file.stat().st_blocks * 512 >= 2_000_000  # really allocated, no hole
    reserve.keep_reserve(tmp_path)
    reserve.free_reserve(tmp_path)
    assert not file.exists()
    reserve.free_reserve(tmp_path)


def test_a_disk_with_little_room_keeps_no_reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "RESERVE_BYTES", shutil.disk_usage(tmp_path).free // 5)
    reserve.keep_reserve(tmp_path)
    assert not (tmp_path / "reserve").exists()


def test_the_folder_is_made_where_a_database_server_needs_none(tmp_path: Path) -> None:
    reserve.keep_reserve(tmp_path / "not" / "yet")
    assert (tmp_path / "not" / "yet").is_dir()
