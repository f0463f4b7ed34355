"""What the documentation says of files with traps, and of real ones, is what becomes of them."""

from pathlib import Path

import pytest

from tests.preview_table import (
    DIGESTS,
    PACKAGES,
    content_of,
    packages,
    real_files,
    real_line,
    start_of,
    trap_lines,
    written_lines,
)

MAX_BYTES = 250_000  # of a real file that is read here: all fifty take half a minute


def test_each_file_with_a_trap_is_as_documented() -> None:
    assert trap_lines() == written_lines("traps")


def test_fifty_real_files_are_documented() -> None:
    lines = written_lines("real-files")
    assert len(lines) == len(real_files()) == 50
    for address, line in zip(real_files(), lines, strict=True):
        assert line.startswith(start_of(address))


@pytest.mark.parametrize("address", [address for address in real_files() if "!" not in address])
def test_a_real_file_is_as_documented(shared: Path, address: str) -> None:
    content = content_of(address, None)
    if content is None:
        pytest.skip(f"{address} is not in the shared material")
    if len(content) <= MAX_BYTES:
        assert real_line(address, content) in written_lines("real-files")


def test_the_packages_of_real_files_are_pinned() -> None:
    assert packages()["csvkit-2.2.0.tar.gz"] == "csvkit==2.2.0"
    assert packages()["vega-datasets-3.2.1.tgz"] == "vega-datasets@3.2.1"
    assert sorted(packages()) == sorted(DIGESTS)


@pytest.mark.slow
@pytest.mark.parametrize("address", [address for address in real_files() if "!" in address])
def test_a_real_file_of_a_package_is_as_documented(address: str) -> None:
    content = content_of(address, PACKAGES)
    if content is None:
        pytest.skip(f"{address} is not there: make real-files")
    assert real_line(address, content) in written_lines("real-files")
