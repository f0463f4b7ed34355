"""What both indexes do alike when they are built again: a rebuild that is killed goes on where it was.

Entry points: `Checkpoints` (the changes in parts; a position is stored after each), `input_digest` (a rebuild goes on
only with the same input). docs/decisions/0168.
"""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

from registry.model import Change
from vocab.concepts import ConceptList

CHANGES_PER_CHECKPOINT: Final = 20_000  # what a rebuild that is killed repeats at most


class Checkpoints:
    """Iterates over changes in parts of CHANGES_PER_CHECKPOINT; each must be consumed before the next. `number`: of the
    last change that was given out."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.number = 0
        self._changes = self._numbered(changes)

    def __iter__(self) -> Iterator[Iterator[Change]]:
        for first in self._changes:
            yield chain((first,), islice(self._changes, CHANGES_PER_CHECKPOINT - 1))

    def _numbered(self, changes: Iterable[Change]) -> Iterator[Change]:
        for change in changes:
            self.number = change.number
            yield change


def input_digest(districts: ConceptList | None) -> str:
    """A digest of what an entry depends on besides its record."""
    concepts = repr(list(districts or ()))
    return hashlib.blake2b(concepts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
