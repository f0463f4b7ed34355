"""A small file is read again when another one took its place, and not before."""

from pathlib import Path

import pytest

from registry.kept_files import KeptFiles


def test_a_file_is_read_once_until_it_is_replaced(tmp_path: Path) -> None:
    reads: list[str] = []

    def read(path: Path) -> str:
        reads.append(path.read_text())
        return reads[-1]

    files, file = KeptFiles(read), tmp_path / "current"
    with pytest.raises(FileNotFoundError):
        files(file)
    file.write_text("0001")
    assert [files(file), files(file), reads] == ["0001", "0001", ["0001"]]
    (tmp_path / "new").write_text("0002")
    (tmp_path / "new").replace(file)
    assert files(file) == "0002"
    file.unlink()
    with pytest.raises(FileNotFoundError):
        files(file)
