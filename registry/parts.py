"""Splits elements into lists that fit into one statement, request or transaction. Entry point: `parts`."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Element = TypeVar("Element")


def parts(elements: Iterable[Element], size: int) -> Iterator[list[Element]]:
    """The elements in their order, in lists of `size`; the last one may be shorter."""
    iterator = iter(elements)
    while part := list(islice(iterator, size)):
        yield part
