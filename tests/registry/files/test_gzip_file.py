"""A packed file: its members are put together, its bounds kept, and its time grows with its length."""

import gzip
import time

import pytest

from registry.errors import SourceError, TooLargeError
from registry.files.gzip_file import MAX_MEMBERS, unpacked

WHERE = "https://x.example/katalog.ttl.gz"


def test_members_are_put_together_and_what_is_not_packed_stays() -> None:
    long = bytes(range(256)) * 20_000
    assert unpacked(gzip.compress(long, 0) + gzip.compress(b"b") + gzip.compress(long), WHERE, 1 << 30) == (
        long + b"b" + long
    )
    assert unpacked(b"plain", WHERE, 3) == b"plain"


def test_a_file_at_its_bound_is_unpacked_and_one_above_it_is_refused() -> None:
    packed = gzip.compress(b"x" * 600_000) + gzip.compress(b"x" * 400_000)
    assert len(unpacked(packed, WHERE, 1_000_000)) == 1_000_000
    with pytest.raises(TooLargeError, match="larger than 999999 bytes"):
        unpacked(packed, WHERE, 999_999)


@pytest.mark.parametrize("place", [1, 15, -1, -9])
def test_a_file_that_breaks_off_is_told(place: int) -> None:
    packed = gzip.compress(b"x" * 1000)
    with pytest.raises(SourceError, match="cannot be unpacked"):
        unpacked(packed[:2] + packed[2:place], WHERE, 10_000)


def test_a_file_of_too_many_members_is_refused_and_takes_no_time() -> None:
    member = gzip.compress(b"x")
    assert unpacked(member * MAX_MEMBERS, WHERE, 10_000) == b"x" * MAX_MEMBERS
    began = time.process_time()
    with pytest.raises(SourceError, match=f"more than {MAX_MEMBERS} packed members"):
        unpacked(member * 200_000, WHERE, 1_000_000)
    assert time.process_time() - began < 5
