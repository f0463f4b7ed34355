"""Everything at once while processes are killed: nothing lost, nothing doubled, each projection as the store.

`LOTSE_TEST_SOAK_SECONDS=1800`, or `make soak`, uses it as long as the nightly run does.
"""

import os
from pathlib import Path

import pytest

from tests.effort import tries
from tests.soak import soaked

SECONDS = float(os.environ.get("LOTSE_TEST_SOAK_SECONDS") or tries(8, 300))
POSTGRES_SECONDS = float(os.environ.get("LOTSE_TEST_SOAK_SECONDS") or tries(8, 60))

SHORT = pytest.mark.skipif(SECONDS < 10, reason="takes longer: LOTSE_TEST_LONG=1 make test, or make soak")


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, SHORT])])
def test_nothing_is_lost_or_doubled(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> None:
    url = str(request.getfixturevalue("postgres_url")) if database == "postgres" else ""
    with soaked(tmp_path / "data", POSTGRES_SECONDS if url else SECONDS, url) as soak:
        assert not soak.faults, soak.faults
        assert soak.done["published"] > 0
        assert soak.done["followed"] > 0
        assert sum(count for name, count in soak.done.items() if "SIG" in name) > 0 or SECONDS < 10
