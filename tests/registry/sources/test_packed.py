"""Findings come back as they were stored, compressed or as they were stored before."""

import msgspec
import pytest

from registry.model import Finding
from registry.model.message import message
from registry.rules import finding
from registry.sources.packed import MIN_COMPRESSED_BYTES, packed, unpacked

ONE = (finding("title-missing", "title"),)
MANY = tuple(
    finding("concept-unknown", "themes", message("listing-short", named=number, total=9)) for number in range(50)
)


@pytest.mark.parametrize("findings", [(), ONE, MANY])
def test_findings_come_back_as_they_were(findings: tuple[Finding, ...]) -> None:
    assert unpacked(packed(findings)) == findings
    assert unpacked(msgspec.json.encode(findings)) == findings  # as they were stored before


def test_many_findings_take_a_fraction_of_the_bytes() -> None:
    plain = msgspec.json.encode(MANY)
    assert len(plain) > MIN_COMPRESSED_BYTES
    assert len(packed(MANY)) < len(plain) / 3
