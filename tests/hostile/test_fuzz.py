"""A few cases of the fuzz run for each reader of files and words of others; `make fuzz` runs it for ten minutes.

Covers: tests/fuzz.py
"""

from pathlib import Path

from tests.effort import tries
from tests.fuzz import fuzz

CASES = tries(6, 60)  # of each reader


def test_no_changed_file_makes_a_reader_fail(tmp_path: Path) -> None:
    with fuzz(tmp_path) as ready:
        for name in ready.readers:
            for seed in range(CASES):
                ready.run(name, seed)
        assert ready.faults == []
        for name in ready.readers:
            assert ready.outcomes[f"{name}: answered"] > 0 or name == "backup", name
