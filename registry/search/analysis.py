"""Analyses texts and queries into terms, the same way for every index, and finds the words of a query in a text.

Two analyses: `stems` (Snowball) for exact matches, `grams` (windows of four characters of the folded, unstemmed word,
with its ends marked) for compounds, spellings and typing errors. Texts in other languages are analysed the same way.
`make relevance` measures the result. Entry points: `analysed` (a text), `words` (a query), `mark` (for highlighting),
`clean`, `fold_word`, `name_key`.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import Stemmer

from registry.search import short_words
from registry.search.word_lists import ENDINGS, FILLERS, QUESTION_WORDS, STOP_WORDS, TOPIC_WORDS
from registry.search.word_parts import Endings, as_written, endings

MAX_CHARACTERS = 200_000  # of one text; the rest is not searched
MAX_LETTERS = 64  # of one word
MAX_NAME = 1000  # characters of a name that count
MAX_CACHED = 100_000  # words; about 30 MB
MAX_FOLDED = 10_000  # tokens with the places of their folded letters; about 5 MB
MAX_MARKED = 2_000  # tokens of a query
GRAM = 4
MIN_GRAMS_SHARE = 0.6  # of the grams of a word of the query: with so many in common a word of a text is marked
LETTERS_ANYWHERE = 7  # of a part that is found also in the middle of a compound; a shorter one stands there by chance
MAX_INFLECTION = 2  # letters behind the last part of a compound
NOTHING = "-"  # value of an empty field, so that engines agree on the number of fields; no word gives this term

_TOKEN = re.compile(r"[^\W\d_]+(?:(?:[:*_]|/-?)[iI]nnen(?![^\W\d_]))?|\d+")
_GENDERED = re.compile(r"(?:(?:[:*_]|/-?)[iI]|(?<=[a-zäöüß])I)nnen$")
_HUMP = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_ODD = re.compile("[\x80-\x9f\u00ad\u200b-\u200d\ufeff]")
_LATIN_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]")  # combining signs; U+034F is none
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_CP1252 = {chr(code): bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_DIGRAPH = re.compile(r"(?<=[ao])e|(?<![qaeo])ue")
# Digits and letters that are raised or lowered, as in CO₂ and m²: one sign for one, so that places in a text stay.
_RAISED_OR_LOWERED = {
    code: chr(int(parts[1], 16))
    for code in (0xAA, 0xB2, 0xB3, 0xB9, 0xBA, *range(0x2070, 0x209D))
    if len(parts := unicodedata.decomposition(chr(code)).split()) == 2
}
_ANY_RAISED = re.compile("[\xaa\xb2\xb3\xb9\xba\u2070-\u209c]")
_RARE = re.compile(f"{_ODD.pattern}|{_ANY_RAISED.pattern}")
_ASKED = re.compile(rf"(?<![^\W_])(?P<letters>[^\W\d_]{{1,3}})(?P<number>\d+)(?![^\W_])|{_TOKEN.pattern}")
_stemmer = Stemmer.Stemmer("german", 0)  # its own cache off: ours is above it
_lock = Lock()  # a stemmer may not be used by two threads at once


class Terms(NamedTuple):
    """Terms of a text, divided by blanks; NOTHING if there are none."""

    stems: str
    grams: str


class Word(NamedTuple):
    """A word of a query. `part`: what stands of it in compounds, folded; `root`: the grams of that.

    One to three letters with a number (CO2, PM10) are one word; its `text` and `stem` have a blank between the two.
    `edges`: a compound has the root and one of these, where it begins or ends with the part; (): the root is enough.
    `short`: what a text has of `short_words` if the word is a part of one of its compounds: a stem of the table there,
    or the edge of four letters that it begins or ends with. `forms`: the grams of each inflection, where the stem alone
    is that of other words, too (Wetter, Wette); (): the stem is enough. `topic`: it names a whole topic.
    """

    text: str
    stem: str
    grams: tuple[str, ...]
    root: tuple[str, ...]
    filler: bool
    short: tuple[str, ...] = ()
    topic: bool = False
    part: str = ""
    edges: tuple[str, ...] = ()
    forms: tuple[tuple[str, ...], ...] = ()


def clean(text: str) -> str:
    """Plain text: entities decoded, tags stripped, soft hyphens gone, bytes of CP1252 read as such, composed (NFC),
    raised and lowered signs as plain ones (CO₂, m²)."""
    text = text[:MAX_CHARACTERS]
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():  # what follows is about other signs
        return text
    if not _RARE.search(text):  # nearly all texts: one pass instead of three
        return unicodedata.normalize("NFC", text)
    return _level(unicodedata.normalize("NFC", _ODD.sub(lambda odd: _CP1252.get(odd[0], ""), text)))


def _level(text: str) -> str:
    return text.translate(_RAISED_OR_LOWERED) if _ANY_RAISED.search(text) else text


def analysed(text: str) -> tuple[Terms, frozenset[str]]:
    """Both analyses of a text, and its short words: those of two or three letters inside its compounds, and the edges
    of four letters of its words (`short_words.edges`).

    Short words are no grams: more grams in a text would lower the score of all others."""
    return analysed_chunks(clean(text).split())


def analysed_chunks(chunks: Iterable[str]) -> tuple[Terms, frozenset[str]]:
    """`analysed` for a text that was cleaned and split at its blanks."""
    analyses = [analysis for chunk in chunks if (analysis := _CHUNKS[chunk])]
    if not analyses:
        return Terms(NOTHING, NOTHING), frozenset()
    stems, grams, short = zip(*analyses, strict=True)
    return Terms(" ".join(stems), " ".join(grams)), frozenset().union(*short)


def words(text: str) -> list[Word]:
    """The distinct words of a query in their order, without stop words and words of questions unless it has nothing
    else."""
    parts = [part for match in _ASKED.finditer(clean(text)) for part in _asked_parts(match)]
    kept = [part for part in parts if part not in STOP_WORDS] or parts
    content = [part for part in kept if part not in QUESTION_WORDS] or kept
    return [_word(part) for part in dict.fromkeys(content)]


def _asked_parts(match: re.Match[str]) -> list[str]:
    """The words of a match of _ASKED; few letters with a number as one word, with a blank between them."""
    if not match["letters"]:
        return _parts(match[0])
    letters = _parts(match["letters"])
    number = match["number"]
    return [f"{letters[0]} {number}"] if len(letters) == 1 and letters[0] not in STOP_WORDS else [*letters, number]


def ending_of(word: str) -> str:
    """The frequent ending of a compound (`qualitat` of Luftqualität), folded; "" if it has none."""
    folded = fold_word(word)
    return next((end for end in ENDINGS if folded.endswith(end) and len(folded) - len(end) >= GRAM - 1), "")


@lru_cache(maxsize=MAX_CACHED // 2)
def fold_word(word: str) -> str:
    """A word in lower case without marks: Straße, Strasse and STRASSE are one, Müller and Mueller are one."""
    return _DIGRAPH.sub(lambda match: match[0][:-1], base_letters(word))


def base_letters(text: str) -> str:
    """Lower case without marks, for sorting: ä is a, ß is ss."""
    text = text.lower().replace("ß", "ss")
    if text.isascii():
        return text
    text = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    return text if text.isascii() else "".join([sign for sign in text if not unicodedata.combining(sign)])


def name_key(text: str) -> str:
    """The folded words of a name with hyphens between them: equal for names that differ in spelling only."""
    return _slug(text[:MAX_NAME])


@lru_cache(maxsize=4096)
def _slug(text: str) -> str:
    return "-".join(fold_word(token) for token in _TOKEN.findall(clean(text))) or NOTHING


def mark(text: str, query: Sequence[Word]) -> list[tuple[int, int]]:
    """Where the words of a query stand in a text, as (start, end) in order, without overlaps.

    A word is marked as a whole if its stem is asked for or most of its grams are; of a compound, the part.
    """
    text = _level(text[:MAX_CHARACTERS])
    plain_words = tuple(word for word in query if " " not in word.stem)
    marks = _marks_of(plain_words)
    spans = [
        (match.start() + start, match.start() + end)
        for match in _TOKEN.finditer(text)
        for start, end in marks[match[0]]
    ]
    with_number = {word.text for word in query if " " in word.stem}
    if with_number:
        spans += [match.span() for match in _ASKED.finditer(text) if with_number.intersection(_asked_parts(match))]
    return list(_merged(spans))


class _Cache(dict[str, tuple[str, str, tuple[str, ...]] | None]):
    """Text between two blanks -> its stems, its grams and its short words; None if it gives no term."""

    def __missing__(self, chunk: str) -> tuple[str, str, tuple[str, ...]] | None:
        kept = [part for token in _TOKEN.findall(chunk) for part in _parts(token) if part not in STOP_WORDS]
        folded = [fold_word(part) for part in kept]
        grams = " ".join([gram for word in folded for gram in _grams(word)])
        short = {part for word in folded for _, part in short_words.places(word)}
        short.update(edge for word in folded for edge in short_words.edges(word))
        analysed = (" ".join(_stems(kept)), grams, tuple(short)) if kept else None
        if len(chunk) <= 2 * MAX_LETTERS:
            if len(self) >= MAX_CACHED:
                self.clear()
            self[chunk] = analysed
        return analysed


_CHUNKS = _Cache()


def _parts(token: str) -> list[str]:
    """The lower-case words of a token: gender forms joined, a break where a capital follows a small letter."""
    if token.islower() or token.isdecimal():
        return [_GENDERED.sub("innen", token)[:MAX_LETTERS]]
    return [part.lower()[:MAX_LETTERS] for part in _HUMP.split(_GENDERED.sub("innen", token))]


def _stem(word: str) -> str:
    return _stems([word])[0]


def _stems(tokens: list[str]) -> list[str]:
    with _lock:
        return list(_stemmer.stemWords(tokens))


def _grams(folded: str) -> list[str]:
    bounded = f"_{folded}_"
    return [bounded[start : start + GRAM] for start in range(max(1, len(bounded) - GRAM + 1))]


@lru_cache(MAX_CACHED // 5)  # titles that are compared have most of their words in common
def _word(text: str) -> Word:
    if " " in text:
        return _with_number(*map(_word, text.split(" ")))
    stem, folded = _stem(text), fold_word(text)
    word = Word(text, stem, tuple(dict.fromkeys(_grams(folded))), (), text in FILLERS, (), text in TOPIC_WORDS)
    return _with_ending(word, endings(folded, fold_word(stem), folded != text.replace("ß", "ss")))


def _with_ending(word: Word, ending: Endings) -> Word:
    part = ending.part
    short: tuple[str, ...] = (part,) if part in short_words.WORDS else ()
    edges = (f"_{part[: short_words.EDGE]}", short_words.last_edge(part))
    if len(part) == short_words.EDGE and not part.isdecimal():
        short = edges
    needs_edge = short_words.EDGE < len(part) < LETTERS_ANYWHERE
    forms = tuple(tuple(_grams(form)) for form in ending.forms)
    return word._replace(
        root=_root(part),
        short=(*short, *ending.short),
        part=part,
        edges=edges if needs_edge and not part.isdecimal() else (),
        forms=forms,
    )


def as_synonym(word: Word) -> Word:
    """The word as a word of a synonym: see `word_parts.as_written`."""
    ending = as_written(fold_word(word.text), fold_word(word.stem))
    return _with_ending(word, ending) if ending else word


def _with_number(letters: Word, number: Word) -> Word:
    grams = letters.grams + number.grams
    root = (letters.root or letters.grams) + number.grams
    return Word(f"{letters.text} {number.text}", f"{letters.stem} {number.stem}", grams, root, False)


def _root(part: str) -> tuple[str, ...]:
    """A part of three letters counts at the beginning of a word only, a shorter one and a number only as they are; for
    one of four letters and those of `short_words` see `Word.short`."""
    if part.isdecimal() or len(part) < GRAM - 1 or len(part) == short_words.EDGE:
        return ()
    if len(part) < GRAM:
        return (f"_{part}",)
    return tuple(dict.fromkeys(part[start : start + GRAM] for start in range(len(part) - GRAM + 1)))


class _Marks(dict[str, list[tuple[int, int]]]):
    """Token -> what is marked of it for the words of a query: the texts of a page share most tokens."""

    def __init__(self, query: Sequence[Word]) -> None:
        self._query = query

    def __missing__(self, token: str) -> list[tuple[int, int]]:
        if len(self) >= MAX_MARKED:
            self.clear()
        marked = self[token] = _marked(token, self._query)
        return marked


_marks_of = lru_cache(16)(_Marks)  # pages of the same query follow one another


def _marked(token: str, query: Sequence[Word]) -> list[tuple[int, int]]:
    if len(token) > MAX_LETTERS:
        return []
    analysed = _CHUNKS[token]
    if analysed is None:
        return [(0, len(token))] if any(token.lower() == word.text for word in query) else []
    if any(analysed[0] == word.stem for word in query):
        return [(0, len(token))]
    folded, places = _folded(token)
    content = [word for word in query if not word.filler]
    parts = [
        (places[at], _ending(places[at + len(root)], len(token)))
        for root in (word.part for word in content)
        for at in _inside(root, folded)
    ]
    if parts:
        return parts
    long = [word for word in content if len(word.grams) > GRAM]
    grams = set(analysed[1].split()) if long else set()
    close = (sum(gram in grams for gram in word.grams) >= MIN_GRAMS_SHARE * len(word.grams) for word in long)
    return [(0, len(token))] if any(close) else []


def _ending(end: int, last: int) -> int:
    """Where a marked part ends: it includes the ending of an inflection if the part is the last of its token."""
    return last if last - end <= MAX_INFLECTION else end


def _inside(part: str, folded: str) -> list[int]:
    """Where a part of a compound begins. One of `short_words` where it is a part; another one of less than
    LETTERS_ANYWHERE where it begins or ends the compound: "mein" is no part of "gemeinsam"."""
    if len(part) >= LETTERS_ANYWHERE:
        return [at] if (at := folded.find(part)) >= 0 else []
    if len(part) >= GRAM:
        begins = [0] if folded.startswith(part) else []
        ends = part in folded and short_words.last_edge(part) in short_words.edges(folded)
        return begins or ([folded.rfind(part)] if ends else [])
    if part in short_words.WORDS:
        begins = [0] if len(part) == GRAM - 1 and folded.startswith(part) else []
        return begins + [at for at, word in short_words.places(folded) if word == part]
    if len(part) == GRAM - 1 and len(folded) >= 2 * len(part):
        return [0] if folded.startswith(part) else [len(folded) - len(part)] if folded.endswith(part) else []
    return []


@lru_cache(maxsize=MAX_FOLDED)
def _folded(token: str) -> tuple[str, list[int]]:
    """The folded token, and for each folded letter and for the end the position in the token."""
    letters = [(sign, at) for at, letter in enumerate(token) for sign in base_letters(letter)]
    dropped = {match.end() - 1 for match in _DIGRAPH.finditer("".join(sign for sign, _ in letters))}
    kept = [letter for n, letter in enumerate(letters) if n not in dropped]
    return "".join(sign for sign, _ in kept), [*(at for _, at in kept), len(token)]


def _merged(spans: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    last: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last
