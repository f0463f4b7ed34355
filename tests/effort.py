"""How often tests with random input try: a few times in `make test`, often with LOTSE_TEST_LONG=1 as in `.ci/run`."""

import os
from typing import Final

LONG: Final = os.environ.get("LOTSE_TEST_LONG", "") not in ("", "0")


def tries(usual: int, long: int) -> int:
    """The number for this test run."""
    return long if LONG else usual
