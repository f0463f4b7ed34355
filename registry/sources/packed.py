"""Findings as staging and ledger keep them: JSON, compressed by zstandard with a dictionary of the keys and rules that
they repeat, so that a third of the bytes is left.

Entry points: `packed`, `unpacked`, `rules_of`, `levels_of`; `storable_finding`, as they are before they are packed.
Invariant: what was stored before there was a dictionary, or before they were compressed, stays readable.
`python -m tests.benchmarks.train_dictionary` made the dictionary; another one would need a file of its own.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import zstandard
from msgspec.structs import replace

from registry.masking import masked
from registry.model import Finding, Findings
from registry.model.text import storable


class RuleAndLevel(msgspec.Struct, gc=False):
    """What is counted of a finding."""

    rule: str
    level: str


LEVEL: Final = 1
MIN_COMPRESSED_BYTES: Final = 60
_DICTIONARY: Final = zstandard.ZstdCompressionDict(Path(__file__).with_name("findings.zdict").read_bytes())
_FRAME: Final = zstandard.FRAME_HEADER  # with which compressed bytes begin; JSON begins with "["
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Findings).decode
_decode_rules: Final = msgspec.json.Decoder(list[RuleAndLevel]).decode
_thread: Final = threading.local()  # compressors are for one thread


def packed(findings: Sequence[Finding]) -> bytes:
    """The bytes of some findings."""
    body: bytes = _encode(findings)
    if len(body) < MIN_COMPRESSED_BYTES:
        return body
    if not hasattr(_thread, "compress"):
        _thread.compress = zstandard.ZstdCompressor(level=LEVEL, dict_data=_DICTIONARY).compress
    compressed: bytes = _thread.compress(body)
    return compressed


def unpacked(body: bytes) -> Findings:
    """The findings of some bytes, compressed or not."""
    return _decode(_plain(body))


def levels_of(body: bytes) -> list[str]:
    """The levels of the findings of some bytes; nothing else of them is decoded."""
    return [finding.level for finding in rules_of(body)]


def rules_of(body: bytes) -> list[RuleAndLevel]:
    """Rules and levels of the findings of some bytes."""
    rules: list[RuleAndLevel] = _decode_rules(_plain(body))
    return rules


def storable_finding(finding: Finding) -> Finding:
    """The finding with personal data in its value masked, and without characters that a database cannot store."""
    names = finding.field + finding.node
    if not finding.value and names.isascii() and "\0" not in names:
        return finding  # as most are
    value, field, node = masked(finding), storable(finding.field), storable(finding.node)
    same = value == finding.value and field == finding.field and node == finding.node
    return finding if same else replace(finding, value=value, field=field, node=node)


def is_storable(body: bytes) -> bool:
    """Whether these bytes were packed of findings that were storable already: earlier versions packed any."""
    return _dictionary_of(body) == _DICTIONARY.dict_id()


def _plain(body: bytes) -> bytes:
    if body[:4] != _FRAME:
        return body
    if not hasattr(_thread, "decompress"):
        _thread.decompress = {
            0: zstandard.ZstdDecompressor().decompress,
            _DICTIONARY.dict_id(): zstandard.ZstdDecompressor(dict_data=_DICTIONARY).decompress,
        }
    plain: bytes = _thread.decompress[_dictionary_of(body)](body)
    return plain


def _dictionary_of(body: bytes) -> int:
    """The id of the dictionary with which these bytes are compressed; 0 for none."""
    return zstandard.get_frame_parameters(body).dict_id if body[:4] == _FRAME else 0
