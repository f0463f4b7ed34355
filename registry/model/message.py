"""What there is to say, as a code with values: stored, compared and passed on as such.

Words are made when they are shown, in the language of the reader, from the catalogue `vocab.messages`. So a stored
message can be shown in a language that came later, and no code ever has to recognise a sentence.
"""

from collections.abc import Mapping
from typing import Any, Union

import msgspec

from vocab.messages import languages, template

Value = Union[str, int, float, "Message"]


class Message(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """`code`: of the catalogue; `values`: what its placeholders stand for, further messages too."""

    code: str
    values: Mapping[str, Value] = {}

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.values.items(), key=lambda pair: pair[0]))))

    def __str__(self) -> str:
        return sentence(self, "en")


def message(code: str, /, **values: Any) -> Message:
    """A message; values that JSON does not know are kept as their text."""
    return Message(code, {name: _storable(value) for name, value in values.items()})


def _storable(value: Any) -> Value:
    return value if isinstance(value, str | int | float | Message) else str(value)


def sentence(words: str | Message, lang: str) -> str:
    """The message in a language, else in English; words that somebody wrote stay as they are."""
    if isinstance(words, str):
        return words
    values = {
        name: sentence(value, lang) if isinstance(value, Message) else value for name, value in words.values.items()
    }
    try:
        return template(words.code, lang).format(**values)
    except (KeyError, IndexError, ValueError):  # written by another version, whose sentence had other placeholders
        return " ".join((words.code, *(f"{name}={value}" for name, value in values.items())))


def translations(words: str | Message) -> Mapping[str, str]:
    """The message in each language that the catalogue has."""
    return {lang: sentence(words, lang) for lang in languages()}


def bilingual(words: str | Message) -> str:
    """For answers that have one text for all readers: the languages side by side, German first."""
    return words if isinstance(words, str) else " / ".join(dict.fromkeys(translations(words).values()))
