"""Made-up records for large catalogues: words and lengths as in real ones, everything else as in `made_up`.

What was measured in 19,219 descriptions of 207 portals (Socrata's catalogue of 2022): the word of rank r makes up about
1/r of the text; there are 7,000 words in 1,000 records, 15,600 in 5,000, 29,500 in 19,000, so they grow with the root
of the number of records; half of the titles have five words or fewer, half of the descriptions (with Berlin's and
Cologne's) 22 or fewer, one in twenty more than 160. No word is of a real catalogue: they are put together from parts.
"""

import math
import random
from collections.abc import Iterator
from itertools import product
from typing import Final

from msgspec.structs import replace

from registry.model import Record
from tests.benchmarks.made_up import made_up

WORDS_PER_ROOT: Final = 220  # words of a catalogue = this × the root of its number of records
TITLE_WORDS: Final = (5.0, 0.6)  # median, and the deviation of the logarithm
DESCRIPTION_WORDS: Final = (22.0, 1.2)
MAX_WORDS: Final = 800  # of one text
COMMON: Final = [
    "der",
    "die",
    "und",
    "in",
    "von",
    "des",
    "für",
    "im",
    "den",
    "mit",
    "zu",
    "das",
    "nach",
    "auf",
    "am",
    "aus",
    "werden",
    "ist",
    "je",
    "sind",
    "dem",
    "eine",
    "oder",
    "bei",
    "sowie",
    "als",
    "zum",
    "über",
    "wird",
    "an",
    "durch",
    "zur",
    "auch",
    "bis",
    "nicht",
    "es",
    "um",
    "vom",
    "pro",
    "einer",
    "hat",
    "unter",
]
TOPICS: Final = [
    "verkehr",
    "umwelt",
    "bevölkerung",
    "haushalt",
    "karte",
    "schule",
    "rad",
    "wasser",
    "baum",
    "luft",
    "lärm",
    "kita",
    "wohnung",
    "energie",
    "klima",
    "wahl",
    "straße",
    "brücke",
    "denkmal",
    "park",
    "bau",
    "plan",
    "markt",
    "sport",
    "bad",
    "kultur",
    "museum",
    "bibliothek",
    "abfall",
    "wärme",
    "strom",
    "gas",
    "netz",
    "fläche",
    "boden",
    "grün",
    "wald",
    "bach",
    "fluss",
    "pegel",
    "wetter",
    "unfall",
    "gebäude",
    "adresse",
    "gewerbe",
    "arbeit",
    "steuer",
    "gebühr",
    "personal",
    "gesundheit",
    "pflege",
    "jugend",
    "alter",
    "geburt",
    "heirat",
    "zuzug",
    "verein",
    "fest",
    "hotel",
    "gast",
    "tourismus",
    "theater",
    "forschung",
]
ENDINGS: Final = [
    "zählung",
    "plan",
    "kataster",
    "bericht",
    "statistik",
    "karte",
    "liste",
    "messung",
    "netz",
    "daten",
    "analyse",
    "entwicklung",
    "bestand",
    "fläche",
    "zahl",
    "register",
    "konzept",
    "programm",
    "anteil",
    "erhebung",
    "vergleich",
    "übersicht",
    "prognose",
    "quote",
    "dichte",
    "standort",
    "zeitreihe",
    "index",
]
SIGHTED: Final = [*TOPICS, *(topic + ending for topic in TOPICS for ending in ENDINGS)]  # words that people search for


def vocabulary(size: int) -> list[str]:
    """The words of a catalogue of so many records, the most frequent first."""
    count = max(len(COMMON) + len(TOPICS), int(WORDS_PER_ROOT * math.sqrt(size)))
    words = [*COMMON, *SIGHTED]
    for first, second, ending in product(TOPICS, TOPICS, ENDINGS):
        if len(words) >= count:
            break
        words.append(f"{first}s{second}{ending}")
    words += [f"{word}{number}" for number, word in enumerate(words[: count - len(words)])]
    return words[:count]


def made_up_catalogue(size: int, seed: int = 7) -> Iterator[Record]:
    """Records with ids `made-up-0`…; the same ones for the same size and seed."""
    writer = _Writer(vocabulary(size), seed)
    for record in made_up(size, seed):
        texts = {"title": {"de": writer.text(*TITLE_WORDS).capitalize()}}
        texts["description"] = {"de": writer.text(*DESCRIPTION_WORDS).capitalize() + "."}
        yield replace(record, said=replace(record.said, **texts))


class _Writer:
    def __init__(self, words: list[str], seed: int) -> None:
        self.words, self.random = words, random.Random(seed)
        self.logarithm = math.log(len(words) + 1)

    def text(self, median: float, deviation: float) -> str:
        count = min(MAX_WORDS, max(1, round(self.random.lognormvariate(math.log(median), deviation))))
        return " ".join(self.words[int(math.exp(self.random.random() * self.logarithm)) - 1] for _ in range(count))
