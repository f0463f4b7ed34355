"""One value of a form field: what its input shows, and what was entered read back over what was there before.

A table each, by the form of the value in `vocab/fields.py`. Entry points: `shown_value`, `read_value`; `FormContext`
and `Reading` go through all of the form's reading and showing.
Invariants: what an input cannot show stays as it was; what is sent back as it was shown changes nothing; a value that
cannot be read is refused and leaves what was there before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from api.editing.form_fields import MAX_ITEMS, FormField
from api.text.i18n import marked as _
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Kind, Text
from vocab import values as written
from vocab.concepts import Concept, ConceptList, concept_list

Entered = Mapping[str, Any]  # name of an input -> its text, or of boxes the ticked notations
Resolve = Callable[[str, tuple[Kind, ...]], str | None]  # title, id or IRI of a thing of these kinds -> its IRI
Item = TypeVar("Item")
MAX_LINE_CHARACTERS: Final = 300


class FieldError(NamedTuple):
    """The name of a field, and what to do about it in the reader's language; without a name it is of no field shown."""

    field: str
    message: str


class FormContext(NamedTuple):
    """Language, kind of thing and the city's districts, with which a form is shown or read."""

    kind: Kind
    lang: Lang
    districts: ConceptList | None = None
    resolve: Resolve = lambda line, kinds: None


class Reading(NamedTuple):
    """A form that is being read: what was entered, and the errors so far."""

    entered: Entered
    context: FormContext
    errors: list[FieldError]

    def refuse(self, form_field: FormField, sentence: str, **values: object) -> None:
        self.errors.append(FieldError(form_field.name, translator(self.context.lang)(sentence) % values))


def shown_value(form_field: FormField, value: Any, context: FormContext) -> Any:
    """What the input of a field shows of a value."""
    return _SHOW[_form(form_field, context)](form_field, value, context)


def read_value(form_field: FormField, before: Any, reading: Reading) -> Any:
    """The value that was entered; `before` where it is unchanged, or cannot be read (then an error is noted)."""
    return _READ[_form(form_field, reading.context)](form_field, before, reading)


def _form(form_field: FormField, context: FormContext) -> str:
    row = form_field.row(context.kind)
    return f"{row.form}*" if row.many else row.form


def offered(form_field: FormField, context: FormContext) -> tuple[Concept, ...]:
    """The concepts that a field lets somebody choose from, in the order of the form."""
    row = form_field.row(context.kind)
    if row.node == "Place":
        return tuple(sorted(context.districts or (), key=lambda concept: concept.extra.get("kind") != "city"))
    listed = concept_list(row.values)
    if form_field.choices:
        return tuple(listed.by_notation[notation] for notation in form_field.choices)
    return tuple(concept for concept in listed if concept.notation not in form_field.without)


# -- texts


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


def _show_text(form_field: FormField, value: Text, context: FormContext) -> str:
    return own_text(value, context.lang)


def _read_text(form_field: FormField, before: Text, reading: Reading) -> Text:
    return changed_text(before, reading.entered[form_field.name], reading.context.lang)


# -- lines of an area, one item each


def as_line(text: str) -> str:
    return " ".join(text.split("\n")).strip()[:MAX_LINE_CHARACTERS]


def lines_of(text: str) -> list[str]:
    """The lines that were entered, without empty ones."""
    return [as_line(line) for line in text.split("\n") if line.strip()][:MAX_ITEMS]


def in_former_order(before: Sequence[Item], now: Iterable[Item]) -> tuple[Item, ...]:
    """The items of `now` once each; in the order of `before` if they are the same ones."""
    items: list[Item] = []
    for item in now:
        if item not in items:
            items.append(item)
    same = len(items) == len(before) and all(item in items for item in before)
    return tuple(before) if same else tuple(items)


def _lines_shown(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text and text == as_line(text)))[:MAX_ITEMS]


def _show_lines(form_field: FormField, value: Sequence[str], context: FormContext) -> str:
    return "\n".join(_lines_shown(value))


def _read_lines(form_field: FormField, before: Sequence[str], reading: Reading) -> tuple[str, ...]:
    entered, shown = lines_of(reading.entered[form_field.name]), _lines_shown(before)
    if entered == shown:
        return tuple(before)
    return in_former_order(before, [*entered, *(text for text in before if text not in shown)])


def _show_words(form_field: FormField, value: Mapping[str, tuple[str, ...]], context: FormContext) -> str:
    return "\n".join(_lines_shown(value.get(_words_tag(value, context.lang), ())))


def _read_words(
    form_field: FormField, before: Mapping[str, tuple[str, ...]], reading: Reading
) -> Mapping[str, tuple[str, ...]]:
    lang = reading.context.lang
    tag = _words_tag(before, lang)
    keywords = _read_lines(form_field, before.get(tag, ()), reading)
    if keywords == before.get(tag, ()):
        return before
    others = {other: several for other, several in before.items() if other != tag}
    return {**others, lang: keywords} if keywords else others


def _words_tag(value: Mapping[str, tuple[str, ...]], lang: Lang) -> str:
    return lang if value.get(lang) or not value.get("und") else "und"


# -- dates, addresses


def _show_string(form_field: FormField, value: str, context: FormContext) -> str:
    return value


def _read_string(form_field: FormField, before: str, reading: Reading) -> str:
    return str(reading.entered[form_field.name])


def _read_date(form_field: FormField, before: str, reading: Reading) -> str:
    """A year, month or day as we write it; also 15.3.2026 and "15. März 2026"."""
    text = str(reading.entered[form_field.name])
    if text in ("", before):
        return text
    read = written.date(text)
    if read is None:
        sentence = _("Schreiben Sie das Datum als Jahr, Monat oder Tag: 2026, 2026-03 oder 2026-03-15.")
        reading.refuse(form_field, sentence)
    return str(read.value) if read else before


def _read_email(form_field: FormField, before: str, reading: Reading) -> str:
    text = str(reading.entered[form_field.name])
    if text in ("", before):
        return text
    read = written.email(text)
    if read is None:
        reading.refuse(form_field, _("Schreiben Sie die E-Mail-Adresse wie name@example.org."))
    return str(read.value) if read else before


def _read_address(form_field: FormField, before: str, reading: Reading) -> str:
    """A web address, also one without https:// before it."""
    text = str(reading.entered[form_field.name])
    if text in ("", before):
        return text
    read = written.address(text if "://" in text else f"https://{text}")
    address = str(read.value) if read else ""
    if not address.startswith(("http://", "https://")) or "." not in urlsplit(address).netloc:
        reading.refuse(form_field, _("Schreiben Sie die Adresse wie https://www.example.org."))
        return before
    return address


# -- concepts


def shown_concept(form_field: FormField, iri: str, context: FormContext) -> Concept | None:
    """The concept of an IRI, if the form lets somebody choose it."""
    concept = concept_list(form_field.row(context.kind).values).get(iri) if iri else None
    return concept if concept in offered(form_field, context) else None


def _show_concept(form_field: FormField, value: str, context: FormContext) -> str:
    concept = shown_concept(form_field, value, context)
    return concept.notation if concept else ""


def _show_concepts(form_field: FormField, value: Sequence[str], context: FormContext) -> tuple[str, ...]:
    return tuple(concept.notation for iri in value if (concept := shown_concept(form_field, iri, context)))


def _read_concept(form_field: FormField, before: str, reading: Reading) -> str:
    """The chosen one; nothing chosen leaves what the form has no choice for."""
    notation = reading.entered[form_field.name]
    chosen = concept_list(form_field.row(reading.context.kind).values).get(notation) if notation else None
    return chosen.iri if chosen else "" if shown_concept(form_field, before, reading.context) else before


def _read_concepts(form_field: FormField, before: Sequence[str], reading: Reading) -> tuple[str, ...]:
    listed = concept_list(form_field.row(reading.context.kind).values)
    chosen = [concept.iri for notation in reading.entered[form_field.name] if (concept := listed.get(notation))]
    hidden = [iri for iri in before if not shown_concept(form_field, iri, reading.context)]
    return in_former_order(before, [*chosen, *hidden])


_SHOW: Final[Mapping[str, Callable[[FormField, Any, FormContext], Any]]] = MappingProxyType(
    {
        "text": _show_text,
        "words": _show_words,
        "literal": _show_string,
        "literal*": _show_lines,
        "date": _show_string,
        "email": _show_string,
        "iri": _show_string,
        "concept": _show_concept,
        "concept*": _show_concepts,
    }
)
_READ: Final[Mapping[str, Callable[[FormField, Any, Reading], Any]]] = MappingProxyType(
    {
        "text": _read_text,
        "words": _read_words,
        "literal": _read_string,
        "literal*": _read_lines,
        "date": _read_date,
        "email": _read_email,
        "iri": _read_address,
        "concept": _read_concept,
        "concept*": _read_concepts,
    }
)
