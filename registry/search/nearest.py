"""Compares a vector with those of a file, one after the other. Entry point: `Nearest`. Imports NumPy."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

CHUNK: Final = 2048  # vectors that are turned into floats at once: as many as fit into a processor's cache

Floats = NDArray[np.float32]


class Nearest:
    """The vectors of a file that is mapped into memory, with the ids of their records; it is never changed.

    A vector may become zero in the file when its record is withdrawn; then its cosine is 0.
    """

    ids: list[str]  # by slot; "" for none
    slots: dict[str, int]
    _lengths: Floats

    def __init__(self, path: Path, dimensions: int, rows: Iterable[tuple[str, int]], before: "Nearest | None") -> None:
        """`rows`: ids and slots that are new since `before`."""
        ids: list[str] = list(before.ids) if before else []
        slots: dict[str, int] = dict(before.slots) if before else {}
        changed = list(rows)
        ids += [""] * (1 + max((slot for _, slot in changed), default=-1) - len(ids))
        for id, slot in changed:
            ids[slot] = id
            slots[id] = slot
        self.ids = ids
        self.slots = slots
        self._vectors = np.memmap(path, np.int8, "r", shape=(len(ids), dimensions)) if ids else _NOTHING
        self._lengths = np.ones(len(ids), np.float32)
        if before:
            self._lengths[: len(before.ids)] = before._lengths
        self._measure(np.array([slot for _, slot in changed], np.int64))

    def _measure(self, slots: NDArray[np.int64]) -> None:
        """Fills in the lengths of these vectors; 1 for one of zeros, which is near to nothing."""
        for start in range(0, len(slots), CHUNK):
            part = slots[start : start + CHUNK]
            lengths = np.sqrt(np.square(self._vectors[part].astype(np.float32)).sum(axis=1))
            self._lengths[part] = np.where(lengths > 0, lengths, 1)

    def cosines(self, vector: bytes, ids: Collection[str]) -> dict[str, float]:
        """Id -> cosine, of those of these records that have a vector."""
        with_vector = [id for id in ids if id in self.slots and self.ids[self.slots[id]] == id]
        if not with_vector:
            return {}
        slots = np.array([self.slots[id] for id in with_vector])
        products = self._vectors[slots].astype(np.float32) @ _floats(vector)
        return dict(zip(with_vector, (products / self._lengths[slots]).tolist(), strict=True))

    def best(self, vector: bytes, count: int) -> dict[str, float]:
        """The `count` records with the largest cosines: id -> cosine."""
        cosines = self._products(_floats(vector)) / self._lengths
        slots = np.argpartition(-cosines, min(count, len(cosines) - 1))[:count] if len(cosines) else ()
        return {self.ids[slot]: float(cosines[slot]) for slot in slots if cosines[slot] > 0}

    def _products(self, vector: Floats) -> Floats:
        """The product with each vector, a chunk at a time: all of them as floats would be four times the file."""
        products = np.empty(len(self.ids), np.float32)
        floats = np.empty((CHUNK, len(vector)), np.float32)
        for start in range(0, len(products), CHUNK):
            part = self._vectors[start : start + CHUNK]
            np.copyto(floats[: len(part)], part)
            np.dot(floats[: len(part)], vector, out=products[start : start + CHUNK])
        return products


_NOTHING: Final = np.empty((0, 0), np.int8)


def _floats(vector: bytes) -> Floats:
    """The vector with length 1."""
    floats = np.frombuffer(vector, np.int8).astype(np.float32)
    return np.asarray(floats / max(float(np.linalg.norm(floats)), 1.0), np.float32)
