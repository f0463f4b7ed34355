"""The bounds of a run come from the settings of its source."""

import pytest

from harvesters.bounds import MEGABYTE, RunBounds
from registry.errors import UsageError


def test_each_bound_has_a_setting_in_its_unit() -> None:
    settings = {"max_minutes": "2", "max_pages": "3", "max_megabytes": "4", "max_items": "5"}
    assert RunBounds.of(settings | {"max_staged_megabytes": " 6 ", "rows": "7"}) == RunBounds(
        seconds=120, pages=3, read_bytes=4 * MEGABYTE, items=5, staged_bytes=6 * MEGABYTE
    )
    assert RunBounds.of({"max_pages": ""}) == RunBounds()


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "viele", "1e3", "²", "1" * 10])
def test_a_bound_is_a_whole_number_above_nothing(value: str) -> None:
    with pytest.raises(UsageError, match="max_items"):
        RunBounds.of({"max_items": value})
