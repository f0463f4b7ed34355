"""The vectors of all records: a projection of its own, so that neither a harvest nor the search waits for an encoder.

Entry points: `Vectors`; `VectorStore`, the protocol of what keeps them (`vector_files`, `elastic_vectors`). A text that
has a vector already is never encoded again: a record's vector is known by the digest of its text. docs/decisions/0158.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from registry.model import Change, Position
from registry.search.meaning import TEXT_VERSION, Encoder, text_of

CHANGES_PER_BATCH: Final = 64  # between two stored positions: what a crash repeats at most
DIGEST_BYTES: Final = 16


class Progress(msgspec.Struct, frozen=True):
    """`number` of `epoch`: the last change that was applied. `goal`: the number up to which the first build goes;
    before it is reached nobody searches by vectors. `stamp`: of the rows that were written last; `stamp_before`: the
    last one before the first build began, whose rows may be of another epoch; else 0."""

    epoch: str
    number: int
    goal: int
    stamp: int
    stamp_before: int

    @property
    def is_complete(self) -> bool:
        return self.number >= self.goal


class Row(NamedTuple):
    """The vector of a record. `vector`: None if the stored one is still right."""

    id: str
    digest: str
    vector: bytes | None


class VectorStore(Protocol):
    """Keeps vectors of one encoder. Only one process writes."""

    def progress(self) -> Progress | None:
        """How far it is; None if nothing is there or it cannot be read."""

    def damage(self) -> str:
        """What of it is damaged; "" for nothing."""

    def prepare(self) -> None:
        """Makes what is needed for writing; drops what is damaged."""

    def digests(self, ids: Collection[str]) -> Mapping[str, str]:
        """Id -> digest of those of these records that have a vector."""

    def vectors(self, digests: Collection[str]) -> Mapping[str, bytes]:
        """Digest -> vector of those of these texts that have one."""

    def write(self, rows: Sequence[Row], gone: Collection[str], progress: Progress) -> None:
        """Stores rows with `progress.stamp`, removes the vectors of `gone`, then stores the progress."""

    def forget(self, stamp: int) -> None:
        """Removes the rows whose stamp is `stamp` or older."""

    def drop_others(self) -> None:
        """Removes the vectors of other encoders."""

    def is_complete(self) -> bool:
        """Whether the first build has come to its end, so that it can be searched."""

    def cosines(self, vector: bytes, count: int, ids: Collection[str] = ()) -> Mapping[str, float]:
        """Id -> cosine: of the `count` records nearest to a vector, and of those of `ids` that have one. It is empty
        while the store is not complete."""


class Vectors:
    """The projection that keeps the vectors in a store up to date."""

    def __init__(self, store: VectorStore, encoder: Encoder) -> None:
        self.store = store
        self.encoder = encoder

    def position(self) -> Position | None:
        progress = self.store.progress()
        return Position(progress.epoch, progress.number) if progress else None

    def damage(self) -> str:
        return self.store.damage()

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        self.store.prepare()
        progress = self.store.progress()
        assert progress is not None  # or `rebuild` would have been called
        self._take(changes, position, progress)

    def resumes_after(self, epoch: str) -> int:
        """0: a rebuild looks at every text again, but converts none that has its vector already."""
        return 0

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        """Goes through all changes. The store serves meanwhile, unless it is the first build of an epoch: that begins
        at 0, and goes on where it was if it is interrupted."""
        self.store.prepare()
        before = self.store.progress()
        stamp = before.stamp if before else 0
        if before and before.epoch == position.epoch and before.is_complete:
            self._take(changes, position, before, forget=stamp)
        else:
            self._take(changes, position, Progress(position.epoch, 0, position.number, stamp, stamp))
        self.store.drop_others()

    def _take(self, changes: Iterable[Change], position: Position, progress: Progress, forget: int = 0) -> None:
        """Applies changes batch by batch. `forget`: the stamp of rows that are removed in the end if no batch had them;
        a first build keeps that stamp in its progress."""
        for batch in _batches(changes):
            number = max(progress.number, batch[-1].number)
            progress = replace(progress, number=number, stamp=progress.stamp + 1)
            texts = {change.id: text for change in batch if change.record and (text := text_of(change.record.metadata))}
            gone = [change.id for change in batch if change.id not in texts]  # not shown any more, or without a text
            self.store.write(self._rows(texts), gone, progress)
        if position.number >= progress.goal:
            self.store.forget(forget or progress.stamp_before)
            progress = replace(progress, stamp_before=0)
        self.store.write((), (), replace(progress, number=position.number))

    def _rows(self, texts: Mapping[str, str]) -> list[Row]:
        digests = {id: self._digest(text) for id, text in texts.items()}
        stored = self.store.digests(texts)
        wanted = {digest: texts[id] for id, digest in digests.items() if stored.get(id) != digest}
        vectors = dict(self.store.vectors(wanted))
        missing = [digest for digest in wanted if digest not in vectors]
        vectors |= zip(missing, self.encoder.encode([wanted[digest] for digest in missing]), strict=True)
        return [Row(id, digest, vectors.get(digest) if digest in wanted else None) for id, digest in digests.items()]

    def _digest(self, text: str) -> str:
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()


def folder_name(encoder: Encoder) -> str:
    """The name of an encoder's store: another one for another version, so that it is built beside the old one."""
    return f"{encoder.name}-{encoder.version}-{TEXT_VERSION}"


def _batches(changes: Iterable[Change]) -> Iterator[list[Change]]:
    changes = iter(changes)
    while batch := list(islice(changes, CHANGES_PER_BATCH)):
        yield list({change.id: change for change in batch}.values())
