"""The one place where whatever goes wrong with a single thing is caught, so that the others go on (decision 0116)."""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def isolated(make: Callable[[], Result], failed: Callable[[Exception], Result]) -> Result:
    """What `make` returns or, if it fails in any way, what `failed` makes of its error.

    For what strangers wrote (an item, a record, a card), and for work that a thread must outlive (the projector, the
    worker): each failure is reported by `failed`, none is swallowed.
    """
    try:
        return make()
    except Exception as error:
        return failed(error)
