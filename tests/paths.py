"""Where things lie: the checkout, the fixtures of the tests."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FIXTURES: Final = ROOT / "tests" / "fixtures"
