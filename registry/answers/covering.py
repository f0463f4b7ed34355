"""Covers a question with spans: each word stands for something, or the question has no cover.

Entry point: `covers`. A longer span goes before a shorter one; where a word may mean several things there is a cover
for each of them, and all of them have to lead to the same number.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from registry.answers.frames import ADJECTIVES, ENGLISH, FRAME, GERMAN, PLACES_NAMED, SUPERLATIVES
from registry.answers.tables import Meaning, Table
from registry.answers.terms import Token, forms_of, tokens
from registry.answers.times import Time, times
from registry.search.analysis import clean

MAX_COVERS: Final = 24  # of a question by a table; one with more is not certain
MAX_TOKENS: Final = 30  # of a question


class Span(NamedTuple):
    """Tokens from `start` to `end` with what they stand for: `time`, `meaning`, or the word of a frame in `frame`.

    `frame` is a frame of `frames.FRAME`, or `superlative`, `adjective`, `verb`, `context`; `text`: the word itself."""

    start: int
    end: int
    frame: str = ""
    text: str = ""
    meaning: Meaning | None = None
    time: Time | None = None


class Question:
    """A question as tokens, with the times that it names. `language`: of its small words, "" where they are of none or
    of both; `timed`: position of the first token of a time -> position behind its last one, and the time."""

    def __init__(self, text: str) -> None:
        cleaned = clean(text)
        self.tokens = tokens(cleaned)
        self.texts = [token.text for token in self.tokens]
        german, english = (not own.isdisjoint(self.texts) for own in (GERMAN, ENGLISH))
        self.language = "" if german == english else "de" if german else "en"
        self.timed = _timed(self.tokens, times(cleaned))

    def untimed(self) -> list[str]:
        """The words that are no part of a time."""
        inside = {number for start, (end, _) in self.timed.items() for number in range(start, end)}
        return [text for number, text in enumerate(self.texts) if number not in inside]


def _timed(tokens: Sequence[Token], named: Iterable[Time]) -> dict[int, tuple[int, Time]]:
    spans: dict[int, tuple[int, Time]] = {}
    for time in named:
        inside = [number for number, token in enumerate(tokens) if token.start >= time.start and token.end <= time.end]
        if inside:
            spans[inside[0]] = inside[-1] + 1, time
    return spans


def covers(question: Question, table: Table, verbs: frozenset[str], city: frozenset[str]) -> list[tuple[Span, ...]]:
    """All covers of a question by a table; [] if there is none or too many. `verbs`: words that say of the
    things of the table only that they were there; `city`: the name of the city, of which all data are."""
    complete: list[tuple[Span, ...]] = []
    begun: list[tuple[Span, ...]] = [()]
    while begun:
        cover = begun.pop()
        position = cover[-1].end if cover else 0
        if position == len(question.tokens):
            complete.append(cover)
            if len(complete) > MAX_COVERS:
                return []
            continue
        begun += [(*cover, span) for span in _spans_at(question, position, table, verbs, city)]
        if len(begun) > 4 * MAX_COVERS:
            return []
    return complete


def _spans_at(question: Question, at: int, table: Table, verbs: frozenset[str], city: frozenset[str]) -> list[Span]:
    if at in question.timed:
        end, time = question.timed[at]
        return [Span(at, end, time=time)]
    texts = question.texts
    candidates = table.phrases.at(texts, at, question.language)
    phrases = [(length, meaning) for length, meaning in candidates if isinstance(meaning, Meaning)]
    longest = max((length for length, _ in phrases), default=0)
    of_table = [
        Span(at, at + length, text=texts[at], meaning=meaning) for length, meaning in phrases if length == longest
    ]
    of_frame = list(_frames_at(texts, at, verbs, city))
    if of_table:
        return of_table + [span for span in of_frame if span.end - at >= longest]
    if of_frame:
        width = max(span.end for span in of_frame)
        return [span for span in of_frame if span.end == width or span.frame == "over"]
    if any(form in table.context for form in forms_of(texts[at])):
        return [Span(at, at + 1, "context", texts[at])]
    return []


def _frames_at(texts: Sequence[str], at: int, verbs: frozenset[str], city: frozenset[str]) -> Iterator[Span]:
    word = texts[at]
    frames = list(FRAME.at(texts, at))
    longest = max((length for length, _ in frames), default=0)
    for length, frame in frames:
        if length == longest and isinstance(frame, str):
            yield Span(at, at + length, frame, word)
    if longest <= 1:
        if word in SUPERLATIVES:
            yield Span(at, at + 1, "superlative", word)
        if word in ADJECTIVES and at and texts[at - 1] in ("wie", "how"):
            yield Span(at, at + 1, "adjective", word)
        if verb := next((form for form in forms_of(word) if form in verbs), ""):
            yield Span(at, at + 1, "verb", verb)
        if word in city:
            yield Span(at, at + 1, "stop", word)
        if word in PLACES_NAMED:
            yield Span(at, at + 1, "placed", word)
