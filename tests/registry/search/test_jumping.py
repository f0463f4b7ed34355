"""Finding a place in a sorted list by counting.

Covers: registry/search/jumping.py
"""

import random

import pytest

from registry.search.jumping import NEAR, Mark, jump


def keys(shape: str, count: int) -> list[str]:
    chooser = random.Random(5)
    texts = {
        "even": [f"{chooser.random():.9f}" for _ in range(count)],
        "one-beginning": [f"bebauungsplan nr. {number:05}\tid-{number}" for number in range(count)],
        "skewed": [f"{'a' * chooser.randint(1, 12)}{chooser.randint(0, 99999)}" for _ in range(count)],
        "two-groups": [f"{'daten' if number % 2 else 'wege'} {number:05}" for number in range(count)],
    }[shape]
    return sorted({text.encode().hex() for text in texts})


class Listed:
    """A list in memory that counts the questions."""

    def __init__(self, keys: list[str], descending: bool = False) -> None:
        self.keys, self.descending, self.tried = keys, descending, 0

    def _among(self, after: str, until: str) -> list[str]:
        def in_order(first: str, second: str) -> bool:
            return second < first if self.descending else first < second

        behind = [entry for entry in self.keys if not after or in_order(after, entry)]
        return [entry for entry in behind if not until or not in_order(until, entry)]

    def count_to(self, key: str, after: str = "") -> int:
        self.tried += 1
        return len(self._among(after, key))

    def key_before(self, key: str, after: str) -> str:
        return next(entry for entry in reversed(self._among(after, key)) if entry != key)

    def key_after(self, key: str, until: str) -> str:
        return self._among(key, until)[0]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("shape", ["even", "one-beginning", "skewed", "two-groups"])
def test_a_place_is_found_in_few_steps(shape: str, descending: bool) -> None:
    hits = Listed(sorted(keys(shape, 5000), reverse=descending), descending)
    count = len(hits.keys)
    for wanted in (300, 1111, 2500, 4200, count - 1):
        hits.tried = 0
        mark = jump(wanted, hits.keys[0], Mark(count, hits.keys[-1]), hits)
        assert hits.tried <= 14
        assert wanted - NEAR <= mark.number <= wanted
        assert mark.number == hits.count_to(mark.key)


def test_of_texts_that_begin_alike_for_long_the_place_is_before_them() -> None:
    hits = Listed([*sorted(f"{'a' * 300}{number}".encode().hex() for number in range(500)), "ff"])
    mark = jump(400, hits.keys[0], Mark(501, "ff"), hits)
    assert mark.number <= 400
    assert mark.number == hits.count_to(mark.key)


def test_a_list_of_equal_keys_has_one_mark() -> None:
    assert jump(9, "aa", Mark(10, "aa"), Listed(["aa"] * 10)) == Mark(0, "")
