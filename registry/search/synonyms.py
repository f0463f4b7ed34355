"""Words of the trade: rings of words that mean the same, such as Müllabfuhr, Abfuhr, waste collection.

Entry points: `synonyms` (those of Lotse and of the city), `Synonyms.matches` (of the words of a query). The table is
`vocab/lists/synonyms.csv`; a ring of the city replaces the rings of Lotse that have its first word.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from registry.search.analysis import Word, fold_word, words
from registry.search.word_lists import HEADS_OF_DATA
from vocab import concepts

COLUMNS: Final = ("de", "en")
MAX_WORDS: Final = 4  # of one member of a ring
MAX_MEMBERS: Final = 30  # of one ring that are used
MIN_LETTERS_ABOUT: Final = 6  # of a compound without its last part
Key = tuple[str, ...]


class English(str):
    """A word of the column `en`. It is found as it is written or in the singular, not by the stem of a German word:
    "Rente" is not "rent"."""


class Member(NamedTuple):
    """A word, or a few, of a ring: as written, and as words of a query."""

    text: str
    content: tuple[Word, ...]


class Match(NamedTuple):
    """Words of a query, from `start` on, that stand in rings; `members`: the other words of these rings; `is_english`:
    they stand only among the English words of these."""

    start: int
    length: int
    members: tuple[Member, ...]
    is_english: bool = False


class Synonyms:
    """Finds the rings of the words of a query. Their words are analysed with the first query."""

    def __init__(self, rings: Iterable[Sequence[str]]) -> None:
        self._rings = tuple(rings)

    @cached_property
    def _members(self) -> dict[Key, dict[str, Member]]:
        by_key: dict[Key, dict[str, Member]] = {}
        for ring in self._rings:
            members = [Member(text, _distinct(text)) for text in ring[:MAX_MEMBERS]]
            for member in members:
                for key in _keys_of(member):
                    by_key.setdefault(key, {}).update((other.text, other) for other in members)
        return by_key

    def matches(self, asked: Sequence[Word]) -> Iterator[Match]:
        """The longest matches first from left to right, without overlaps."""
        start = 0
        while start < len(asked):
            match = next(filter(None, (self._match(asked, start, length) for length in range(MAX_WORDS, 0, -1))), None)
            if match:
                yield match
            start += match.length if match else 1

    def _match(self, asked: Sequence[Word], start: int, length: int) -> Match | None:
        part = asked[start : start + length]
        if len(part) < length:
            return None
        members = self._others(_keys(part) | _english_keys(part))
        if not members and (instead := _what_it_is_about(part[0].text) if length == 1 else _compound(part)):
            members = self._members.get((instead.stem,), {})
            return Match(start, length, tuple(members.values())) if members else None
        return Match(start, length, tuple(members.values()), not self._others(_keys(part))) if members else None

    def _others(self, keys: set[Key]) -> dict[str, Member]:
        """The other members of the rings in which these words stand."""
        return {
            text: member
            for key in keys
            for text, member in self._members.get(key, {}).items()
            if not keys.intersection(_keys_of(member))
        }


@lru_cache(4096)
def _what_it_is_about(word: str) -> Word | None:
    """What is counted, listed or shown, if a compound says so: Pflegeheim of Pflegeheimplätze."""
    folded = fold_word(word)
    head = next((head for head in HEADS_OF_DATA if folded.endswith(head)), "")
    about = folded.removesuffix(head)
    return next(iter(words(about)), None) if head and len(about) >= MIN_LETTERS_ABOUT else None


def _compound(parts: Sequence[Word]) -> Word | None:
    """The compound of two words, which people write in two: "Fußgänger Überweg"."""
    return next(iter(words("".join(part.text for part in parts))), None) if len(parts) == 2 else None


def _distinct(text: str) -> tuple[Word, ...]:
    """At most MAX_WORDS words of a member, each stem once: "Lehrer und Lehrerinnen" is one word."""
    return tuple({word.stem: word for word in words(text)}.values())[:MAX_WORDS]


def _keys_of(member: Member) -> set[Key]:
    return (_english_keys if isinstance(member.text, English) else _keys)(member.content)


def _english_keys(member: Sequence[Word]) -> set[Key]:
    """What an English member is found by: its words, as they are, the last one or all in the singular; in any order
    ("roads closed", "closed road")."""
    if not member:
        return set()
    written = [word.text for word in member]
    singular = [_singular(text) for text in written]
    return {("", *sorted(texts)) for texts in (written, (*written[:-1], singular[-1]), singular)}  # "": no stem


def _keys(member: Sequence[Word]) -> set[Key]:
    """What a member is found by: its stems, and those of its last word in the singular of English; in any order."""
    if not member:
        return set()
    head, last = [word.stem for word in member[:-1]], member[-1]
    return {tuple(sorted((*head, *stems))) for stems in ((last.stem,), _stems_of_singular(last.text))}


@lru_cache(4096)
def _stems_of_singular(word: str) -> tuple[str, ...]:
    return tuple(singular.stem for singular in words(_singular(word)))


def _singular(word: str) -> str:
    """`cities` -> `city`, `taxes` -> `tax`, `bicycles` -> `bicycle`; every other word as it is."""
    for ending, instead in (("ies", "y"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2 and not word.endswith(("ss", "us", "is")):
            return word[: -len(ending)] + instead
    return word


def read(path: Path) -> list[tuple[str, ...]]:
    """The rings of a table (UTF-8, columns `de` and `en`, `|` between words); ValueError with file and line if it is
    wrong, OSError if it cannot be read."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(f"{path}, line 1: the columns must be {', '.join(COLUMNS)}")
            return [ring for row in reader if len(ring := _ring(row, f"{path}, line {reader.line_num}")) > 1]
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path}, line {reader.line_num + 1}: {error}") from None


def _ring(row: dict[str, str | None], where: str) -> tuple[str, ...]:
    if None in row or None in row.values():
        raise ValueError(f"{where}: the row has not {len(COLUMNS)} values")
    german, english = ([member.strip() for member in (row[column] or "").split("|")] for column in COLUMNS)
    return tuple(dict.fromkeys(filter(None, (*german, *map(English, english)))))


@lru_cache(4)
def synonyms(own: Path | None = None) -> Synonyms:
    """The rings of Lotse, and those of the city in the file `own`."""
    added = read(own) if own else []
    replaced = {ring[0].casefold() for ring in added}
    rings = [
        ring
        for ring in read(Path(concepts.__file__).parent / "lists" / "synonyms.csv")
        if not any(word.casefold() in replaced for word in ring)
    ]
    return Synonyms([*rings, *added])
