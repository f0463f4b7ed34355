"""Words in free texts that may be those of somebody who was erased, by the list of erasures.

Entry points: `sieve_of` (what the list keeps of a word beside its digest), `candidates`. The list has no names, only
slow digests. To compare each sequence of words of all texts with a slow digest would take days, so each entry has a
sieve too: how many words it has, and ten bits of a digest with the secret of the installation. Of a thousand sequences
one goes through it, and whoever has the list alone learns nothing but the number of words.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

import msgspec

SIEVE_VALUES: Final = 1_024
MAX_WORDS: Final = 6  # of a name in free text
_SPLIT: Final = re.compile(r"[\s\"<>()\[\]{},;:!?/\\|]+")
_ENDS: Final = ".'’_-–"


def folded(word: str) -> str:
    """The word as it is compared: in small letters, with single blanks, without punctuation at its ends."""
    return " ".join(token for part in _SPLIT.split(word) if (token := part.strip(_ENDS))).casefold()


def sieve_of(word: str, secret: str) -> tuple[int, int]:
    """How many words it has, and ten bits of a digest with the secret."""
    plain = folded(word)
    return len(plain.split(" ")), _bits(plain, hashlib.sha256(secret.encode()).digest())


def _bits(plain: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(plain.encode(), key=key, digest_size=2).digest()) % SIEVE_VALUES


def candidates(texts: Iterable[str], sieves: Collection[tuple[int, int]], secret: str) -> set[str]:
    """The sequences of words of the texts that go through one of the sieves, folded. JSON is read as its strings."""
    sizes = sorted({size for size, _bits_of_word in sieves if size <= MAX_WORDS})
    wanted, key = set(sieves), hashlib.sha256(secret.encode()).digest()
    through: set[str] = set()
    for text in (string for stored in texts for string in _strings(stored)):
        tokens = folded(text).split(" ")
        for size in sizes:
            for start in range(len(tokens) - size + 1):
                sequence = " ".join(tokens[start : start + size])
                if (size, _bits(sequence, key)) in wanted:
                    through.add(sequence)
    return through


def _strings(stored: str) -> Iterator[str]:
    try:
        yield from _members(msgspec.json.decode(stored))
    except msgspec.DecodeError:
        yield stored


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _members(member)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member)
