"""Where whatever goes wrong with a single thing is caught."""

import pytest

from registry.isolation import isolated


def test_a_failure_becomes_a_result_and_nothing_is_swallowed() -> None:
    assert isolated(lambda: 1, lambda error: 2) == 1
    assert isolated(lambda: 1 // 0, lambda error: type(error)) is ZeroDivisionError


def test_what_ends_a_process_is_not_caught() -> None:
    def ended() -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        isolated(ended, lambda error: 2)
