"""Finds the place of a hit in a long sorted list without reading it: by counting how many texts are before a text.

Entry point: `jump`.
"""

from typing import Final, NamedTuple, Protocol

NEAR: Final = 40  # hits between the mark that is found and the hit that is looked for
MAX_STEPS: Final = 20
DIGITS: Final = 32  # of two keys, after what they have in common, that are looked at


class Mark(NamedTuple):
    """`number` hits of the list have a key up to `key`."""

    number: int
    key: str


class SortedList(Protocol):
    """A list of hits by keys in hexadecimal. Up to, before and after mean the order of the list; "" as a bound: none.
    The bounds make each question cheaper than the one before."""

    def count_to(self, key: str, after: str) -> int:
        """How many hits have a key after `after` up to this one."""

    def key_before(self, key: str, after: str) -> str:
        """The last key before this one, among those after `after`."""

    def key_after(self, key: str, until: str) -> str:
        """The first key after this one, among those up to `until`."""


def jump(wanted: int, first: str, last: Mark, hits: SortedList) -> Mark:
    """A mark at most `wanted` hits from the start, near to that where it is found in a few steps. `first` and `last`
    are those of the list, which has more than `wanted` hits."""
    low, before, high, until = first, 0, last.key, last.number
    nearest = Mark(0, "")
    for step in range(MAX_STEPS):
        share = (wanted - before) / (until - before) if step % 3 else 0.5
        middle = _between(low, high, share)
        if wanted - before <= NEAR or not middle:
            break
        count = before + hits.count_to(middle, nearest.key)
        if count <= wanted:
            low, before, nearest = hits.key_after(middle, high), count, Mark(count, middle)
        else:
            high, until = hits.key_before(middle, nearest.key), count
    return nearest


def _between(low: str, high: str, share: float) -> str:
    """A key that is this share of the way from one key to another, without the other; "" if there is none."""
    pairs = enumerate(zip(low, high, strict=False))
    common = low[: next((at for at, (left, right) in pairs if left != right), min(len(low), len(high)))]
    start, end = (int(key[len(common) :][:DIGITS].ljust(DIGITS, "0"), 16) for key in (low, high))
    if abs(end - start) < 2:
        return ""
    steps = min(max(int(abs(end - start) * share), 1), abs(end - start) - 1)
    return f"{common}{start + steps if end > start else start - steps:0{DIGITS}x}"
