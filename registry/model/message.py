"""Messages to users as a code with values; stored, compared and passed on in this form.

The sentence is made when it is shown, in the language of the reader, from the catalogue `vocab.messages`. So a stored
message can be shown in a language that was added later, and no code ever has to recognise a sentence.
Entry points: `message` makes one, `sentence` and `translations` turn it into text.
"""

from collections.abc import Mapping
from typing import Any, Union

import msgspec

from vocab.messages import languages, template

Value = Union[str, int, float, "Message"]


class Message(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A sentence as a code with values. `code`: key in `vocab.messages`; `values`: of its placeholders, which may be
    messages themselves."""

    code: str
    values: Mapping[str, Value] = {}

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.values.items(), key=lambda pair: pair[0]))))

    def __str__(self) -> str:
        return sentence(self, "en")


def message(code: str, /, **values: Any) -> Message:
    """A message; values of types that JSON does not have are kept as text."""
    return Message(code, {name: _storable(value) for name, value in values.items()})


def _storable(value: Any) -> Value:
    return value if isinstance(value, str | int | float | Message) else str(value)


def sentence(text: str | Message, lang: str) -> str:
    """The sentence of a message in a language, else in English; a text that a person wrote is returned as it is."""
    if isinstance(text, str):
        return text
    values = {
        name: sentence(value, lang) if isinstance(value, Message) else value for name, value in text.values.items()
    }
    try:
        return template(text.code, lang).format(**values)
    except (KeyError, IndexError, ValueError):  # written by another version, whose sentence had other placeholders
        return " ".join((text.code, *(f"{name}={value}" for name, value in values.items())))


def translations(text: str | Message) -> Mapping[str, str]:
    """Language -> sentence, for each language that the catalogue of messages has."""
    return {lang: sentence(text, lang) for lang in languages()}


def bilingual(text: str | Message) -> str:
    """All languages in one text, German first, divided by " / ": for answers that have one text for all readers."""
    return text if isinstance(text, str) else " / ".join(dict.fromkeys(translations(text).values()))
