"""Trains registry/store/bodies.zdict on made-up records: `python -m tests.benchmarks.train_dictionary`.

Never on real ones: a dictionary holds pieces of its samples word for word. A new dictionary gets a new id by itself;
databases keep the old ones and go on reading what was written with them.
"""

import msgspec
import zstandard

from tests.benchmarks.made_up import aged, made_up
from tests.paths import ROOT

TARGET = ROOT / "registry" / "store" / "bodies.zdict"
SIZE = 64 * 1024


def main() -> None:
    samples = [msgspec.json.encode(aged(record, number)) for number, record in enumerate(made_up(6000), 1)]
    dictionary = zstandard.train_dictionary(SIZE, samples, level=3)
    TARGET.write_bytes(dictionary.as_bytes())
    compressor = zstandard.ZstdCompressor(level=3, dict_data=dictionary)
    fresh = [msgspec.json.encode(aged(record, number)) for number, record in enumerate(made_up(500, seed=8), 1)]
    packed = sum(len(compressor.compress(body)) for body in fresh)
    times = sum(map(len, fresh)) / packed
    print(f"id {dictionary.dict_id()}, {TARGET.stat().st_size} bytes, others {times:.1f} times smaller")


if __name__ == "__main__":
    main()
