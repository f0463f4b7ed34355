"""Files of an installation are for its own account only."""

import stat
from pathlib import Path

import pytest

from registry.build import open_catalog
from registry.private_files import make_private_file, make_private_folder
from registry.settings import Settings, with_secret
from tests.sample_city import sample_city


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_databases_and_the_data_folder_are_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with sample_city(data):
        assert mode(data) == 0o700
        files = [path for path in data.iterdir() if ".sqlite" in path.name and path.suffix != ".lock"]
        assert {path.name for path in files} >= {"lotse.sqlite", "lotse.sqlite-wal", "staging.sqlite"}
        assert {path.name: oct(mode(path)) for path in files} == {path.name: oct(0o600) for path in files}


def test_a_database_of_the_version_before_becomes_private(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    open_catalog(settings).close()
    database = settings.data / "lotse.sqlite"
    database.chmod(0o644)
    make_private_file(database)
    assert mode(database) == 0o600


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o666, 0o600), (0o640, 0o640), (0o600, 0o600)])
def test_only_what_everybody_may_read_is_changed(tmp_path: Path, before: int, after: int) -> None:
    file = tmp_path / "x"
    file.touch()
    file.chmod(before)
    make_private_file(file)
    assert mode(file) == after


def test_folders_that_exist_keep_their_mode_and_a_missing_folder_is_no_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "a" / "b")
    assert [mode(tmp_path), mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o755, 0o700, 0o700]
    make_private_folder(tmp_path / "a")
    make_private_file(tmp_path / "none" / "x")  # whoever opens it says why it cannot be


def test_the_secret_may_be_the_first_file(tmp_path: Path) -> None:
    settings = with_secret(Settings(data=tmp_path / "data"))
    assert mode(settings.data) == 0o700
    assert mode(settings.data / "secret") == 0o600
