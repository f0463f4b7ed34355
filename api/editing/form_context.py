"""What goes through all of the form's reading and showing: language and kind, what was entered, the errors so far.

Entry points: `FormContext`, `Reading`, `FieldError`.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from api.editing.form_fields import FormField
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Kind
from vocab.concepts import ConceptList

Entered = Mapping[str, Any]  # name of an input -> its text, or of boxes the ticked notations
Resolve = Callable[[str, tuple[Kind, ...]], str | None]  # title, id or IRI of a thing of these kinds -> its IRI


class FieldError(NamedTuple):
    """The name of a field, and what to do about it in the reader's language; without a name it is of no field shown.
    `offices`: names of organizations that may be meant; `new`: a name that may be that of a new organization."""

    field: str
    message: str
    offices: tuple[str, ...] = ()
    new: str = ""


class FormContext(NamedTuple):
    """Language, kind of thing and the city's districts, with which a form is shown or read. `similar_offices`: the
    names of organizations that are like one, None for one that the register knows."""

    kind: Kind
    lang: Lang
    districts: ConceptList | None = None
    resolve: Resolve = lambda line, kinds: None
    similar_offices: Callable[[str], tuple[str, ...] | None] = lambda name: None

    def language_of(self, form_field: FormField) -> Lang:
        """The language of the text that a field takes."""
        return ("en" if self.lang == "de" else "de") if form_field.translated else self.lang


class Reading(NamedTuple):
    """A form that is being read: what was entered, and the errors so far."""

    entered: Entered
    context: FormContext
    errors: list[FieldError]

    def refuse(self, form_field: FormField, sentence: str, **values: object) -> None:
        self.errors.append(FieldError(form_field.name, translator(self.context.lang)(sentence) % values))
