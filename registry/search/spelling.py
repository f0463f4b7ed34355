"""Another spelling for a query that finds nothing exact: "Meinten Sie".

Entry points: `meant`, `respelled`. Only words that no title, keyword or district begins with are looked at, and only
words of the catalogue and districts are offered in their place.
"""

import difflib
from collections.abc import Callable
from typing import Final

from registry.search.analysis import fold_word, words
from registry.search.query import SearchIndex, Suggestion
from registry.search.synonyms import Synonyms, synonyms

Suggest = Callable[[str, int], tuple[Suggestion, ...]]  # beginning, size -> words of titles and keywords

MAX_WORDS: Final = 6  # of a query that are looked at
MIN_LETTERS: Final = 4  # of a word
LETTERS_KEPT: Final = (3, 2, 1)  # at the beginning of a word, in which a slip is rare; tried in this order
MAX_COMPARED: Final = 300  # words of the catalogue with the same beginning
MIN_RATIO: Final = 0.86  # of the letters that both words have in order


def meant(index: SearchIndex, question: str) -> str:
    """The query as it was perhaps meant, "" if there is no other spelling."""
    return respelled(question, _with_districts(index), index.synonyms or synonyms())


def _with_districts(index: SearchIndex) -> Suggest:
    """The suggestions of the index, and the names of the city's districts: a query may name one that no title has."""
    names = [name for concept in index.districts or () for name in (*concept.labels.values(), *concept.alternatives)]

    def suggest(beginning: str, size: int) -> tuple[Suggestion, ...]:
        folded = fold_word(beginning)
        districts = (Suggestion(name, 0) for name in dict.fromkeys(names) if fold_word(name).startswith(folded))
        return (*index.suggest(beginning, size), *districts)

    return suggest


def respelled(question: str, suggest: Suggest, rings: Synonyms) -> str:
    """The query with words of the catalogue in place of those with a slip; "" if there is nothing to mend."""
    mended = question
    for word in [word for word in words(question) if not word.filler][:MAX_WORDS]:
        begins = suggest(word.text, 1) or any(True for _ in rings.matches([word]))
        if len(word.text) >= MIN_LETTERS and not begins and (near := _nearest(word.text, suggest)):
            at = mended.lower().find(word.text)
            mended = mended[:at] + near + mended[at + len(word.text) :] if at >= 0 else mended
    return "" if fold_word(mended) == fold_word(question) else mended


def _nearest(word: str, suggest: Suggest) -> str:
    folded = fold_word(word)
    for letters in LETTERS_KEPT:
        written = {fold_word(suggestion.text): suggestion.text for suggestion in suggest(word[:letters], MAX_COMPARED)}
        alike = [text for text in written if abs(len(text) - len(folded)) <= 2]
        if near := difflib.get_close_matches(folded, alike, 1, MIN_RATIO):
            return written[near[0]]
    return ""
