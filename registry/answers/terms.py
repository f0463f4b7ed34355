"""Words of questions and of tables, and when two of them are the same: inflected forms, and words that mean the same.

Entry points: `tokens_of`, `forms_of`, `Phrase`, `Phrases` (finds phrases in a question), `equivalents`.
Stricter than the search: its stems take "Schüler" and "Schule" for one word, and synonyms of the search may be narrower
("Tiefgarage", "Parkhaus"). Here only forms of the same word count, and words that name exactly the same.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from registry.search.analysis import clean, fold_word
from vocab import concepts

MIN_FORM_LETTERS: Final = 3  # of what an ending is taken from
MAX_PHRASE_TOKENS: Final = 8
_ENDINGS: Final = ("ern", "nen", "ens", "en", "er", "es", "em", "se", "e", "n", "s")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\s\w.,;:?!'\"„“”‚’‘()\[\]«»/–—-]|_")
_PLURAL_Y = re.compile(r"ies$")
Tokens = tuple[str, ...]


class Token(NamedTuple):
    """A word, number or sign of a question, folded; `start`, `end`: where it stands."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of a text. Letters and digits are apart: PM10 and PM 10 are the same two tokens."""
    text = clean(text)
    return [Token(fold_word(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]


@lru_cache(maxsize=50_000)
def tokens_of(text: str) -> Tokens:
    """The folded tokens of a name, label or value."""
    return tuple(token.text for token in tokens(text))


@lru_cache(maxsize=50_000)
def forms_of(word: str) -> tuple[str, ...]:
    """The word, and what may be its basic form: `baumen` gives `baum`, `baume` and itself."""
    if word.isdecimal():
        return (word,)
    bases = [word.removesuffix(end) for end in _ENDINGS if word.endswith(end)]
    if _PLURAL_Y.search(word):
        bases.append(_PLURAL_Y.sub("y", word))
    return (word, *dict.fromkeys(base for base in bases if len(base) >= MIN_FORM_LETTERS))


def are_same(word: str, other: str) -> bool:
    """Whether one word is an inflected form of the other."""
    return word == other or word in forms_of(other) or other in forms_of(word)


class Phrase(NamedTuple):
    """Words with their language, "" for none: "Kind" is a child in German and a sort in English. `bare`: they mean it
    beside a verb only ("how much water was used"); a star in the table."""

    tokens: Tokens
    language: str = ""
    bare: bool = False


def phrase_of(text: str, language: str = "") -> Phrase:
    """The phrase of a name or label."""
    return Phrase(tokens_of(text.removesuffix("*")), language, text.endswith("*"))


class Phrases:
    """Phrases, each with what it stands for, to be found in a question whatever their inflection."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[Phrase, object]]] = {}
        self.vocabulary: set[str] = set()  # all their words with their basic forms

    def add(self, phrase: Phrase, meaning: object) -> None:
        """Adds a phrase; one without words or too long is left out."""
        if not phrase.tokens or len(phrase.tokens) > MAX_PHRASE_TOKENS:
            return
        entry = (phrase, meaning)
        for form in forms_of(phrase.tokens[0]):
            self._by_first.setdefault(form, []).append(entry)
        self.vocabulary.update(form for word in phrase.tokens for form in forms_of(word))

    def at(self, question: Sequence[str], start: int, language: str = "") -> Iterator[tuple[int, object]]:
        """Length and meaning of each phrase that begins at a token of the question, in its language."""
        candidates = [entry for form in forms_of(question[start]) for entry in self._by_first.get(form, ())]
        matches: list[tuple[int, object]] = []
        for phrase, meaning in candidates:
            end = start + len(phrase.tokens)
            fits = end <= len(question) and all(map(are_same, phrase.tokens, question[start:end]))
            if fits and _fit(phrase.language, language) and (end - start, meaning) not in matches:
                matches.append((end - start, meaning))
        yield from matches


def _fit(language: str, other: str) -> bool:
    return not language or not other or language == other


class Group(NamedTuple):
    """Phrases that mean exactly the same, and verbs that say of it only that it was there."""

    phrases: tuple[Phrase, ...]
    verbs: frozenset[str]


@cache
def equivalents() -> tuple[Group, ...]:
    """The groups of vocab/lists/equivalents.csv."""
    with (Path(concepts.__file__).parent / "lists" / "equivalents.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Group(
            tuple(
                phrase_of(name, language)
                for language in ("de", "en")
                for name in (row[language] or "").split("|")
                if name
            ),
            frozenset(word for verb in (row["verbs"] or "").split("|") for word in tokens_of(verb)),
        )
        for row in rows
    )


@cache
def _groups_by_word() -> dict[str, list[Group]]:
    by_word: dict[str, list[Group]] = {}
    for group in equivalents():
        for phrase in group.phrases:
            for form in forms_of(phrase.tokens[0]):
                by_word.setdefault(form, []).append(group)
    return by_word


@lru_cache(maxsize=20_000)
def groups_of(phrase: Phrase) -> tuple[Group, ...]:
    """The groups that have the phrase in some inflection and in its language."""
    forms = forms_of(phrase.tokens[0]) if phrase.tokens else ()
    candidates = [group for form in forms for group in _groups_by_word().get(form, ())]
    return tuple(dict.fromkeys(group for group in candidates if _has(group, phrase)))


def _has(group: Group, phrase: Phrase) -> bool:
    return any(
        _fit(other.language, phrase.language) and is_phrase(other.tokens, phrase.tokens) for other in group.phrases
    )


def is_phrase(phrase: Tokens, other: Tokens) -> bool:
    """Whether two phrases have the same words, each in some inflection."""
    return len(phrase) == len(other) and all(map(are_same, phrase, other))


def with_equivalents(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """The phrases, and all that mean the same."""
    own = [phrase for phrase in phrases if phrase.tokens]
    return tuple(
        dict.fromkeys([*own, *(other for phrase in own for group in groups_of(phrase) for other in group.phrases)])
    )
