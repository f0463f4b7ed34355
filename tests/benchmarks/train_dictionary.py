"""Trains the dictionaries that are shipped on made-up records, or one of them:
`python -m tests.benchmarks.train_dictionary bodies|findings`.

Never on real ones: a dictionary holds pieces of its samples word for word. A new dictionary of bodies gets a new id by
itself; databases keep the old ones and go on reading what was written with them.
"""

import random
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from msgspec.structs import replace

from registry.quality.check import check
from registry.rules import RULES, finding
from tests.benchmarks.made_up import aged, made_up
from tests.paths import ROOT

BODIES = ROOT / "registry" / "store" / "bodies.zdict"
FINDINGS = ROOT / "registry" / "sources" / "findings.zdict"
LEFT_OUT: dict[str, Any] = {
    "places": (), "geocoding_levels": (), "availability": "", "period": None, "periods": (), "themes": (),
    "description": {}, "publisher": None, "contacts": (),
}  # fmt: skip
LEFT_OUT_OF_FILES: dict[str, Any] = {"title": {}, "availability": "", "modified": "", "attribution": {}, "format": ""}


def main(*wanted: str) -> None:
    if "bodies" in wanted:
        samples: list[Any] = [
            msgspec.json.encode(aged(record, number)) for number, record in enumerate(made_up(6000), 1)
        ]
        fresh = [msgspec.json.encode(aged(record, n)) for n, record in enumerate(made_up(500, seed=8), 1)]
        train(BODIES, zstandard.train_dictionary(64 * 1024, samples, level=3), fresh)
    if "findings" in wanted:
        every: list[Any] = list(findings(4000))
        train(FINDINGS, zstandard.train_dictionary(8 * 1024, every, k=400, d=8), list(findings(500, seed=8)))


def findings(count: int, seed: int = 9) -> Iterator[bytes]:
    """What is found about made-up records that lack some fields."""
    chance = random.Random(seed)

    def some(fields: dict[str, Any], share: float) -> dict[str, Any]:
        return {name: empty for name, empty in fields.items() if chance.random() < share}

    for number, record in enumerate(made_up(count, seed=seed)):
        files = tuple(
            replace(file, id=str(uuid.UUID(int=chance.getrandbits(128))), **some(LEFT_OUT_OF_FILES, 0.7))
            for file in record.said.distributions
        )
        metadata = replace(record.said, distributions=files, **some(LEFT_OUT, 0.35))
        field = chance.choice(["publisher", "contacts", "title", "description"])
        mended = finding("value-mended", field, f"Amt für Beispiele {number}")
        any_rule = finding(chance.choice(list(RULES)), field, f"Wert {number}")
        yield msgspec.json.encode([mended, any_rule, *check(metadata)])


def train(target: Path, dictionary: zstandard.ZstdCompressionDict, fresh: list[bytes]) -> None:
    target.write_bytes(dictionary.as_bytes())
    compressor = zstandard.ZstdCompressor(level=3, dict_data=dictionary)
    times = sum(map(len, fresh)) / sum(len(compressor.compress(body)) for body in fresh)
    print(f"{target.name}: id {dictionary.dict_id()}, {target.stat().st_size} bytes, others {times:.1f} times smaller")


if __name__ == "__main__":
    main(*sys.argv[1:])
