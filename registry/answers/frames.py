"""The words around a question: how many, on average, the highest, in, the.

Entry points: `FRAME` (phrases), `SUPERLATIVES`, `ADJECTIVES`.

A word that stands in no table here, and that no table of data has, makes a question one that gets no number: "not",
"without", "more than", "per" and "between" are left out on purpose.
"""

from typing import Final, Literal, NamedTuple

from registry.answers.terms import Phrases, phrase_of, tokens_of

Frame = Literal[
    "count",  # how many, how much, the number of
    "often",  # how often a name was given
    "total",  # altogether
    "mean",  # on average
    "which",  # which district …
    "how",  # how high …
    "near",  # a preposition of place
    "over",  # over the bridge; also "more than"
    "value",  # the reading of PM10
    "daily",  # for each day
    "now",  # at the moment
    "counted",  # of what passes or is measured; of a stock it asks for what came anew
    "stop",  # says nothing about what is asked
]
_FRAMES: Final[dict[Frame, str]] = {
    "count": "gesamtzahl|gesamtzahl der|"
    "wie viele|wieviele|wie viel|wieviel|anzahl|anzahl der|anzahl an|anzahl von|zahl der|zahl von|"
    "zahl an|die zahl der|how many|how much|number of|the number of|count of",
    "often": "wie oft|how often",
    "total": "insgesamt|gesamt|gesamte|gesamten|zusammen|summe|in summe|total|in total|altogether|overall|alle|"
    "aller|all",
    "mean": "im durchschnitt|im schnitt|im mittel|durchschnittlich|durchschnittliche|durchschnittlichen|"
    "durchschnittlicher|durchschnittliches|durchschnitt|mittelwert|mittlere|mittlerer|mittleren|"
    "mittleres|average|on average|mean",
    "which": "welche|welcher|welches|welchem|welchen|which",
    "how": "wie|how",
    "near": "in|im|ins|an|am|auf|bei|beim|at|on|near|into",
    "over": "über|over|across",
    "value": "wert|werte|messwert|konzentration|gehalt|value|reading|concentration|level",
    "daily": "pro tag|je tag|am tag im schnitt|täglich|per day|a day|each day|daily",
    "now": "aktuell|derzeit|momentan|zurzeit|currently",
    "counted": "gezählt|gemessen|erfasst|registriert|verzeichnet|counted|measured|recorded|registered",
    "stop": "der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|es|gibt|gibt es|gab|gab es|ist|sind|war|"
    "waren|hat|haben|hatte|hatten|wurde|wurden|"
    "vorhanden|von|vom|für|mit|was|bitte|nenne|nenn|zeige|"
    "zeig|mir|denn|eigentlich|dort|the|a|of|is|are|was|were|do|does|did|have|has|"
    "had|there|it|for|with|what|please|show|tell|me",
}


class Superlative(NamedTuple):
    """`largest`: else the smallest; `columns`: what is measured where the question names no column, () for "most"."""

    largest: bool
    columns: tuple[tuple[str, ...], ...]


_SIZES: Final = "höhe fläche größe plätze kapazität leistung länge"
_STEMS: Final = (  # stems of superlatives, largest?, columns that they measure
    ("hochst", True, "höhe"), ("niedrigst geringst", False, "höhe"), ("grosst", True, _SIZES),
    ("kleinst", False, _SIZES),
    ("langst", True, "länge dauer"), ("kurzest", False, "länge dauer"), ("altest", False, "pflanzjahr baujahr"),
    ("neuest neust jungst", True, "pflanzjahr baujahr"), ("dickst", True, "stammumfang stammdurchmesser"),
    ("breitest", True, "breite"), ("warmst heissest", True, "temperatur"), ("kaltest", False, "temperatur"),
    ("starkst", True, "leistung"), ("schwachst", False, "leistung"), ("hartest", True, "härte"),
    ("weichst", False, "härte"), ("meist haufigst", True, ""), ("wenigst", False, ""),
)  # fmt: skip
_ENGLISH: Final = (
    ("highest", True, "höhe"), ("tallest", True, "höhe"), ("lowest", False, "höhe"), ("largest biggest", True, _SIZES),
    ("smallest", False, _SIZES), ("longest", True, "länge dauer"), ("oldest", False, "pflanzjahr baujahr"),
    ("newest youngest", True, "pflanzjahr baujahr"), ("thickest", True, "stammumfang stammdurchmesser"),
    ("widest", True, "breite"), ("warmest hottest", True, "temperatur"), ("coldest", False, "temperatur"),
    ("hardest", True, "härte"), ("softest", False, "härte"), ("most", True, ""), ("fewest least", False, ""),
    ("maximum maximal maximale maximaler maximales maximalen max", True, ""),
    ("minimum minimal minimale minimaler minimales minimalen min", False, ""),
)  # fmt: skip
_INFLECTED: Final = ("e", "en", "er", "es", "em")


def _superlatives() -> dict[str, Superlative]:
    by_word: dict[str, Superlative] = {}
    for stems, largest, names in _STEMS:
        meaning = Superlative(largest, tuple(tokens_of(name) for name in names.split()))
        by_word.update({f"{stem}{end}": meaning for stem in stems.split() for end in _INFLECTED})
    for words_of_english, largest, names in _ENGLISH:
        meaning = Superlative(largest, tuple(tokens_of(name) for name in names.split()))
        by_word.update(dict.fromkeys(words_of_english.split(), meaning))
    return by_word


SUPERLATIVES: Final = _superlatives()
# Adjectives behind "how", and the columns that they ask for where no other is named.
ADJECTIVES: Final = {
    "hoch": "höhe",
    "gross": "größe fläche",
    "lang": "länge",
    "lange": "wartezeit",
    "breit": "breite",
    "warm": "temperatur",
    "heiss": "temperatur",
    "kalt": "temperatur",
    "hart": "härte",
    "high": "höhe",
    "tall": "höhe",
    "large": "größe fläche",
    "big": "größe fläche",
    "long": "länge wartezeit",
    "wide": "breite",
    "hot": "temperatur",
    "cold": "temperatur",
    "hard": "härte",
}
# Words that only one of the two languages has: they tell the language of a question.
GERMAN: Final = frozenset(
    """
    wie viele viel wieviele wieviel der das den dem des im ist sind gibt es gab hatte haben wurde wurden anzahl zahl
    welche welcher welches welchem welchen durchschnitt durchschnittliche mittlere fur uber von vom und einem einer
    """.split()  # noqa: SIM905
)
ENGLISH: Final = frozenset(
    """
    how many much the of what which is are were there has have average number did do
    """.split()  # noqa: SIM905
)
# Verbs that say of things only where they are.
STANDING: Final = frozenset(
    "stehen steht standen liegen liegt lagen befinden befindet sich located stand stands".split()  # noqa: SIM905
)
PLACES_NAMED: Final = frozenset(("station", "stelle", "standort", "haltestelle"))  # before the name of a place


def _frames() -> Phrases:
    phrases = Phrases()
    for frame, texts in _FRAMES.items():
        for text in texts.split("|"):
            phrases.add(phrase_of(text), frame)
    return phrases


FRAME: Final = _frames()
FRAME_WORDS: Final = frozenset(
    (*(word for texts in _FRAMES.values() for text in texts.split("|") for word in tokens_of(text)),
     *SUPERLATIVES, *ADJECTIVES, *PLACES_NAMED)
)  # fmt: skip
