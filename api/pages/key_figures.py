"""The key figures of a district, each a question that a prepared table answers for certain; nothing else is shown.

Entry point: `key_figures`.
"""

from typing import Final, NamedTuple

from api.data.answers import answer_to
from api.pages.site import Pages
from api.text.formatting import day, number, short_markup
from api.text.i18n import marked as _
from api.text.i18n import translator
from api.web.addresses import Lang
from vocab.concepts import Concept

MAX_FIGURES: Final = 4
_QUESTIONS: Final = (  # what is asked in German, the language of the tables; below the number
    ("Wie viele Einwohner hat {district}?", _("Menschen wohnen hier")),
    ("Wie viele Bäume gibt es in {district}?", _("Bäume im Kataster")),
    ("Wie viele Ladepunkte gibt es in {district}?", _("öffentliche Ladepunkte")),
    ("Wie viele Spielplätze gibt es in {district}?", _("Spielplätze")),
    ("Wie viele Trinkbrunnen gibt es in {district}?", _("Trinkbrunnen")),
    ("Wie viele Parkplätze gibt es in {district}?", _("Parkplätze")),
)


class Figure(NamedTuple):
    """A number with its label; `source`: the dataset and the day of the file, `address`: the rows that were counted."""

    value: str
    label: str
    source: str
    address: str


def key_figures(pages: Pages, district: Concept, lang: Lang) -> list[Figure]:
    """The figures of a district that tables tell, at most MAX_FIGURES."""
    say = translator(lang)
    figures: list[Figure] = []
    for question, label in _QUESTIONS:
        if len(figures) == MAX_FIGURES:
            break
        answer = answer_to(pages.catalog, question.format(district=district.label("de")), lang)
        if answer:
            since = day(answer.period.end if answer.period else answer.read, lang)
            source = ", ".join(filter(None, (str(short_markup(answer.dataset, lang)), since)))
            figures.append(Figure(number(answer.value, lang), say(label), source, answer.url))
    return figures
