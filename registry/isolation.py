"""Catches any error of one piece of work, so that the work on the others goes on; only here (decision 0116)."""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def isolated(make: Callable[[], Result], failed: Callable[[Exception], Result]) -> Result:
    """Returns what `make` returns, or, if it raises an exception, what `failed` returns for it.

    For data from outside (an item, a record, a card on a page), and for work in a thread that must not end with an
    error (the projector, the worker). `failed` has to report the error, so that none is lost.
    """
    try:
        return make()
    except Exception as error:
        return failed(error)
