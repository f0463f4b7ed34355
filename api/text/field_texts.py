"""The values of a field as people read them: dates in words, concepts by their label, no ids.

Entry point: `field_texts`, for any row of `vocab/fields.py` but links.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from api.text import sentences
from api.text.formatting import moment, number
from api.text.i18n import translator
from api.text.labels import concept
from api.web.addresses import Lang
from registry.model.text import tags
from vocab.fields import Field, Form, fields_of

DIVIDER: Final = " · "  # between the parts of a node


def field_texts(value: Any, row: Field, lang: Lang) -> list[str]:
    """One text for each value of the field; a text in another language than `lang` has its language tag after it."""
    if value in (None, "", (), {}):
        return []
    values = value if isinstance(value, tuple | list) else (value,)
    return [text for item in values for text in _READERS.get(row.form, _written)(item, row, lang) if text]


def _written(value: Any, _row: Field, _lang: Lang) -> Iterable[str]:
    return () if str(value).startswith("_:") else (str(value),)


def _text(value: Mapping[str, str], _row: Field, lang: Lang) -> Iterable[str]:
    """The text in the language of the page first, the others after it."""
    return (value[tag] if tag in (lang, "und") else f"{value[tag]} ({tag})" for tag in tags(value, lang))


def _words(value: Mapping[str, tuple[str, ...]], row: Field, lang: Lang) -> Iterable[str]:
    return _text({tag: ", ".join(listed) for tag, listed in value.items()}, row, lang)


def _date(value: str, _row: Field, lang: Lang) -> Iterable[str]:
    return (moment(value, lang),)


def _decimal(value: Any, _row: Field, lang: Lang) -> Iterable[str]:
    return (number(value, lang),)


def _concept(value: str, row: Field, lang: Lang) -> Iterable[str]:
    match = concept(value)
    return (match.label(lang) if match else sentences.concept(row.values, value, lang) if row.values else value,)


def _shape(_value: str, _row: Field, lang: Lang) -> Iterable[str]:
    _ = translator(lang)
    return (_("auf der Karte eingezeichnet"),)


def _node(value: Any, row: Field, lang: Lang) -> Iterable[str]:
    """The parts of a node in the order of their rows; each text once, because a place has several shapes."""
    if row.node == "Period":
        return (sentences.span(value.start, value.end, lang),)
    shown = [(part, _without_repeats(getattr(value, part.name, None), lang)) for part in fields_of(row.node)]
    parts = [text for part, value in shown for text in field_texts(value, part, lang)]
    return ((" " if row.node == "Money" else DIVIDER).join(dict.fromkeys(parts)),)


def _without_repeats(value: Any, lang: Lang) -> Any:
    """A text without the languages that say the same as that of the page: names of places are often the same."""
    if not isinstance(value, Mapping) or lang not in value:
        return value
    return {tag: text for tag, text in value.items() if tag == lang or text != value[lang]}


_READERS: Final[Mapping[Form, Callable[[Any, Field, Lang], Iterable[str]]]] = MappingProxyType(
    {
        "text": _text,
        "words": _words,
        "date": _date,
        "decimal": _decimal,
        "integer": _decimal,
        "concept": _concept,
        "wkt": _shape,
        "node": _node,
    }
)
