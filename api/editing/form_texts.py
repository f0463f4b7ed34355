"""Texts in the form's language, and areas whose lines are one item each.

Invariants: what an input cannot show stays as it was; what is sent back as it was shown changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from api.editing.form_context import FormContext, Reading
from api.editing.form_fields import MAX_ITEMS, FormField
from api.text.i18n import marked as _
from api.web.addresses import Lang
from registry.model import Text

Item = TypeVar("Item")
MAX_LINE_CHARACTERS: Final = 300
MAX_SENTENCE_CHARACTERS: Final = 1_000  # of a line that is a text, such as a goal


def own_text(text: Text, lang: Lang) -> str:
    """The text in the form's language, or the one without a language; another language is not the form's to save."""
    return (text.get(lang) or text.get("und", "")).replace("\r\n", "\n").strip()


def changed_text(before: Text, entered: str, lang: Lang) -> Text:
    """The text `before` with what was entered in the form's language. A text without a language stays until it is
    changed."""
    if entered == own_text(before, lang):
        return before
    others = {tag: text for tag, text in before.items() if tag != lang and (tag != "und" or before.get(lang))}
    return {**others, lang: entered} if entered else others


def show_text(form_field: FormField, value: Text, context: FormContext) -> str:
    if form_field.translated:
        return value.get(context.language_of(form_field), "").replace("\r\n", "\n").strip()
    return own_text(value, context.lang)


def read_text(form_field: FormField, before: Text, reading: Reading) -> Text:
    """The text with what was entered; of a translation the text in the other language."""
    entered = str(reading.entered[form_field.name])
    if not form_field.translated:
        return changed_text(before, entered, reading.context.lang)
    if entered == show_text(form_field, before, reading.context):
        return before
    tag = reading.context.language_of(form_field)
    others = {other: text for other, text in before.items() if other != tag}
    return {**others, tag: entered} if entered else others


# -- lines of an area, one item each


def fits_in_line(text: str, limit: int = MAX_LINE_CHARACTERS) -> bool:
    """Whether a line of an area can show the text as it is."""
    return bool(text) and text == text.strip() and "\n" not in text and len(text) <= limit


def read_items(form_field: FormField, reading: Reading, limit: int = MAX_LINE_CHARACTERS) -> list[str]:
    """The lines that were entered, without empty ones; an error is noted if they are too many or too long."""
    lines = [line.strip() for line in str(reading.entered[form_field.name]).split("\n") if line.strip()]
    if len(lines) > MAX_ITEMS:
        reading.refuse(form_field, _("Schreiben Sie höchstens %(limit)s Zeilen."), limit=MAX_ITEMS)
    if any(len(line) > limit for line in lines):
        reading.refuse(form_field, _("Kürzen Sie jede Zeile auf höchstens %(limit)s Zeichen."), limit=limit)
    return lines


def in_former_order(before: Sequence[Item], now: Iterable[Item]) -> tuple[Item, ...]:
    """The items of `now` once each; in the order of `before` if they are the same ones."""
    items: list[Item] = []
    for item in now:
        if item not in items:
            items.append(item)
    same = len(items) == len(before) and all(item in items for item in before)
    return tuple(before) if same else tuple(items)


def lines_shown(texts: Sequence[str]) -> list[str]:
    """The texts that an area can show, as many as it has room for."""
    return list(dict.fromkeys(text for text in texts if fits_in_line(text)))[:MAX_ITEMS]


def show_lines(form_field: FormField, value: Sequence[str], context: FormContext) -> str:
    return "\n".join(lines_shown(value))


def read_lines(form_field: FormField, before: Sequence[str], reading: Reading) -> tuple[str, ...]:
    entered, shown = read_items(form_field, reading), lines_shown(before)
    if entered == shown:
        return tuple(before)
    return in_former_order(before, [*entered, *(text for text in before if text not in shown)])


def show_words(form_field: FormField, value: Mapping[str, tuple[str, ...]], context: FormContext) -> str:
    return "\n".join(lines_shown(value.get(_words_tag(value, context.lang), ())))


def read_words(
    form_field: FormField, before: Mapping[str, tuple[str, ...]], reading: Reading
) -> Mapping[str, tuple[str, ...]]:
    lang = reading.context.lang
    tag = _words_tag(before, lang)
    keywords = read_lines(form_field, before.get(tag, ()), reading)
    if keywords == before.get(tag, ()):
        return before
    others = {other: other_keywords for other, other_keywords in before.items() if other != tag}
    return {**others, lang: keywords} if keywords else others


def _words_tag(value: Mapping[str, tuple[str, ...]], lang: Lang) -> str:
    return lang if value.get(lang) or not value.get("und") else "und"


# -- lines of an area that are a text each: goals, benefits


def _sentences_shown(texts: Sequence[Text], lang: Lang) -> dict[str, int]:
    """Line -> position of each text that the area shows."""
    lines = {own_text(text, lang): position for position, text in reversed(tuple(enumerate(texts)))}
    shown = {line: position for line, position in lines.items() if fits_in_line(line, MAX_SENTENCE_CHARACTERS)}
    return dict(sorted(shown.items(), key=lambda item: item[1])[:MAX_ITEMS])


def show_sentences(form_field: FormField, value: Sequence[Text], context: FormContext) -> str:
    return "\n".join(_sentences_shown(value, context.lang))


def read_sentences(form_field: FormField, before: Sequence[Text], reading: Reading) -> tuple[Text, ...]:
    """A line that is still there keeps its other languages; so does a changed one, if as many lines are there as
    before. What no line shows stays."""
    lang = reading.context.lang
    entered, shown = read_items(form_field, reading, MAX_SENTENCE_CHARACTERS), _sentences_shown(before, lang)
    if entered == list(shown):
        return tuple(before)
    former: list[Text] = [before[position] for position in shown.values()]
    if len(entered) != len(former):
        former = [{}] * len(entered)
    texts = [
        before[shown[line]] if line in shown else changed_text(text, line, lang)
        for line, text in zip(entered, former, strict=True)
    ]
    hidden = [text for position, text in enumerate(before) if position not in shown.values()]
    return (*texts, *hidden)
