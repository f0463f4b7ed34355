"""Files of segments are compared with the checksum in their footer; the real ones of Tantivy in tests/hostile."""

import json
import struct
import zlib
from pathlib import Path

import pytest

from registry.search.index_files import MAGIC, SUFFIXES, IndexFiles

SEGMENT = "82972b79-09fc-4e45-87da-153fcdee7033"


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    (tmp_path / "meta.json").write_text(json.dumps({"segments": [{"segment_id": SEGMENT}]}))
    for suffix in SUFFIXES:
        write(tmp_path / f"{SEGMENT.replace('-', '')}{suffix}", b"content of " + suffix.encode())
    return tmp_path


def write(path: Path, content: bytes, checksum: int | None = None) -> None:
    footer = json.dumps({"crc": zlib.crc32(content) if checksum is None else checksum}).encode()
    path.write_bytes(content + footer + struct.pack("<II", len(footer), MAGIC))


def test_sound_files_are_sound_and_files_of_a_writer_at_work_do_not_count(generation: Path) -> None:
    (generation / "0123456789abcdef0123456789abcdef.term").write_bytes(b"half writ")
    files = IndexFiles()
    assert (files.damaged(generation), files.damaged(generation)) == ("", "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_changed_is_read_again(generation: Path, suffix: str) -> None:
    files = IndexFiles()
    assert files.damaged(generation) == ""
    write(next(generation.glob(f"*{suffix}")), b"other content, same checksum", checksum=1)
    assert files.damaged(generation).endswith(suffix)


def test_what_is_cut_missing_or_no_json_is_damaged(generation: Path) -> None:
    path = next(generation.glob("*.idx"))
    path.write_bytes(path.read_bytes()[:5])
    assert IndexFiles().damaged(generation).endswith(".idx")
    path.unlink()
    assert IndexFiles().damaged(generation).endswith(".idx")
    (generation / "meta.json").write_text("[")
    assert IndexFiles().damaged(generation) == "meta.json"
