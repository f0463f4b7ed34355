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
_TOKEN: Final = re.compile(r"[^\s\"<>()\[\]{},;:!?/\\|]+")
_ENDS: Final = ".'’_-–"


def folded(word: str) -> str:
    """The word as it is compared: in small letters, with single blanks, without punctuation at its ends."""
    return " ".join(token for token, _start, _end in _tokens(word))


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word in small letters without punctuation at its ends, and where it starts and ends in the text."""
    for match in _TOKEN.finditer(text):
        if token := match[0].strip(_ENDS):
            start = match.start() + match[0].index(token)
            yield token.casefold(), start, start + len(token)


def sieve_of(word: str, secret: str) -> tuple[int, int]:
    """How many words it has, and ten bits of a digest with the secret."""
    plain = folded(word)
    return len(plain.split(" ")), _bits(plain, hashlib.sha256(secret.encode()).digest())


def _bits(plain: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(plain.encode(), key=key, digest_size=2).digest()) % SIEVE_VALUES


def candidates(texts: Iterable[str], sieves: Collection[tuple[int, int]], secret: str) -> dict[str, set[str]]:
    """The sequences of words of the texts that go through one of the sieves, folded -> as they are written there. JSON
    is read as its strings."""
    sizes = sorted({size for size, _bits_of_word in sieves if size <= MAX_WORDS})
    wanted, key = set(sieves), hashlib.sha256(secret.encode()).digest()
    through: dict[str, set[str]] = {}
    for text in (string for stored in texts for string in _strings(stored)):
        for size, sequence, written in _sequences(text, sizes):
            if (size, _bits(sequence, key)) in wanted:
                through.setdefault(sequence, set()).add(written)
    return through


def _sequences(text: str, sizes: Iterable[int]) -> Iterator[tuple[int, str, str]]:
    """The sequences of so many words: their number, and the words folded and as they are written."""
    tokens = list(_tokens(text))
    for size in sizes:
        for first in range(len(tokens) - size + 1):
            sequence = tokens[first : first + size]
            yield size, " ".join(token for token, _start, _end in sequence), text[sequence[0][1] : sequence[-1][2]]


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
