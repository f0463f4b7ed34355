"""The file of a backup: what was put in comes out, and a changed, cut or foreign file is refused.

Covers: registry/backup/archive.py
"""

import random
from pathlib import Path

import pytest

from registry.backup import archive
from registry.backup.archive import CHUNK_BYTES, MAGIC, Header, check_archive, open_archive, writing_archive
from registry.errors import LotseError, NotAllowedError, NotFoundError, UsageError

HEADER = Header("0.1.0", "2026-12-01T00:00:00+00:00", "epoch", 7, {"tables_version": 1})
PASSPHRASE = "ein langes Kennwort"


@pytest.fixture(autouse=True)
def cheap_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "SCRYPT_COST", 2)


def incompressible(size: int) -> bytes:
    return random.Random(1).randbytes(size)


def write(path: Path, content: bytes, passphrase: str = "") -> Path:
    with writing_archive(path, HEADER, passphrase) as stream:
        stream.write(content)
    return path


def read(path: Path, passphrase: str = "") -> bytes:
    check_archive(path)
    with open_archive(path, passphrase) as (header, stream):
        assert header.number == HEADER.number
        return stream.read()


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 3 * CHUNK_BYTES])
def test_what_was_written_is_read(tmp_path: Path, size: int, passphrase: str) -> None:
    content = incompressible(size)
    path = write(tmp_path / "b", content, passphrase)
    assert read(path, passphrase) == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_an_encrypted_file_shows_nothing_and_opens_only_with_its_passphrase(tmp_path: Path) -> None:
    path = write(tmp_path / "b", b"susanne@privat.example", PASSPHRASE)
    assert b"susanne" not in path.read_bytes()
    for wrong in ("", "ein anderes Kennwort"):
        with pytest.raises(NotAllowedError):
            read(path, wrong)
    with pytest.raises(UsageError):
        write(tmp_path / "c", b"", "kurz")


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_a_changed_or_cut_file_is_refused(tmp_path: Path, passphrase: str) -> None:
    path = write(tmp_path / "b", incompressible(CHUNK_BYTES * 2), passphrase)
    whole = path.read_bytes()
    for place in (5, 60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(UsageError):
            check_archive(path)
    for length in (0, 12, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(UsageError):
            check_archive(path)


def test_a_chunk_that_is_left_out_is_noticed_even_if_the_sum_is_written_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "b", incompressible(CHUNK_BYTES * 3), PASSPHRASE)
    whole = path.read_bytes()
    begin = len(archive.MAGIC) + 4 + int.from_bytes(whole[len(archive.MAGIC) :][:4])
    length = 4 + int.from_bytes(whole[begin : begin + 4])
    path.write_bytes(whole[:begin] + whole[begin + length :])
    with pytest.raises(LotseError), open_archive(path, PASSPHRASE) as (_, stream):
        stream.read()


def test_no_backup_is_told_from_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        check_archive(tmp_path / "nothing")
    (tmp_path / "else").write_bytes(b"PK\3\4" + bytes(100))
    with pytest.raises(UsageError):
        check_archive(tmp_path / "else")


def test_a_header_or_content_that_was_changed_is_told_without_the_sum(tmp_path: Path) -> None:
    """Whoever opens a file without checking its sum gets an error of ours, too."""
    whole = write(tmp_path / "backup", incompressible(5_000)).read_bytes()
    header = int.from_bytes(whole[len(MAGIC) : len(MAGIC) + 4])
    first_chunk = len(MAGIC) + 4 + header + 4
    for place in (len(MAGIC) + 4 + 3, first_chunk):
        path = tmp_path / "changed"
        path.write_bytes(whole[:place] + b"\xff\xff" + whole[place + 2 :])
        with pytest.raises(UsageError), open_archive(path) as (_, content):
            content.read()


def test_a_changed_salt_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "backup", b"content", PASSPHRASE)
    salt = archive.read_header(path).encryption.salt  # type: ignore[union-attr]
    path.write_bytes(path.read_bytes().replace(salt.encode(), b"?" * len(salt)))
    with pytest.raises(UsageError) as raised, open_archive(path, PASSPHRASE):
        pass
    assert str(path) in str(raised.value)
