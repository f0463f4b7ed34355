"""Findings come back as they were stored, compressed or as they were stored before."""

import msgspec
import pytest
import zstandard

from registry.model import Finding
from registry.model.message import message
from registry.rules import finding
from registry.sources.packed import MIN_COMPRESSED_BYTES, is_storable, packed, rules_of, unpacked

ONE = (finding("title-missing", "title"),)
MANY = tuple(
    finding("concept-unknown", "themes", message("listing-short", named=number, total=9)) for number in range(50)
)


@pytest.mark.parametrize("findings", [(), ONE, MANY])
def test_findings_come_back_as_they_were(findings: tuple[Finding, ...]) -> None:
    assert unpacked(packed(findings)) == findings
    assert unpacked(msgspec.json.encode(findings)) == findings  # as they were stored before


def test_what_earlier_versions_compressed_without_a_dictionary_is_read() -> None:
    before = zstandard.ZstdCompressor(level=-1).compress(msgspec.json.encode(MANY))
    assert unpacked(before) == MANY
    assert [row.rule for row in rules_of(before)] == [row.rule for row in MANY]
    assert (is_storable(before), is_storable(packed(MANY)), is_storable(packed(ONE))) == (False, True, False)


def test_many_findings_take_a_fraction_of_the_bytes() -> None:
    plain = msgspec.json.encode(MANY)
    assert len(plain) > MIN_COMPRESSED_BYTES
    assert len(packed(MANY)) < len(plain) / 3
