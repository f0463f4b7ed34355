"""What the name of a column says about its values: dates, numbers of things, codes, telephone numbers, places, units.

Entry points: `means`, `unit_of`. Values that can be read in two ways are read by these words, else not at all.
"""

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Meaning = Literal["date", "count", "code", "phone", "place"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class _Vocabulary(NamedTuple):
    """Words of a meaning; endings are those of longer words, too: Stichtag, but not Betrag."""

    whole: frozenset[str]
    endings: frozenset[str]


_WORDS: Final[dict[Meaning, _Vocabulary]] = {
    "date": _Vocabulary(
        _words(
            """date tag day stand beginn begin start ende end von bis am seit ab wann from until to since when erstellt
            geändert geaendert aktualisiert eröffnet gültig created updated modified zeit time zeitraum"""
        ),
        _words("datum date tag termin zeitpunkt timestamp zeitstempel geburt beginn ende uhrzeit"),
    ),
    "count": _Vocabulary(
        _words("count total gesamt insgesamt menge fälle personen eur euro kfz ansatz population"),
        _words(
            """einwohner einwohnerzahl bevölkerung besucher besuche zahl haushalte bestand betrag kosten fahrzeuge gäste
            summe anzahl räder einnahmen ausgaben inhabitants visitors"""
        ),
    ),
    "code": _Vocabulary(
        _words("no titel version kapitel ziffer paragraf key position pos ags gkz"),
        _words(
            """nummer nr id code konto schlüssel schluessel kennung kennziffer gliederung produkt abschnitt aktenzeichen
            account number"""
        ),
    ),
    "phone": _Vocabulary(_words("tel fax handy mobile"), _words("telefon telefax mobil telefonnummer phone rufnummer")),
    "place": _Vocabulary(
        _words("x y z lng long breite länge laenge east north geo utm wgs84 coordinates"),
        _words(
            """koordinate koordinaten breitengrad längengrad laengengrad rechtswert hochwert ostwert nordwert lat lon
            geobreite geolänge latitude longitude xkoord ykoord"""
        ),
    ),
}
_UNITS: Final = _words(
    """€ eur euro t€ teur mio.€ % ‰ mm cm m km m² m2 qm km² ha m³ m3 l hl kg g t mg µg µg/m³ µg/m3 ug/m3 mg/m³ mg/l °c
    °f hpa mbar bar pa kwh mwh gwh kw mw w v km/h m/s min h s std stunden tage jahre grad ° db db(a) lux hz kfz/h
    kfz/24h ppm personen stück"""
)
_BRACKETED: Final = re.compile(r"[\[(]\s*([^\])]{1,15}?)\s*[\])]\s*$")
_IN: Final = re.compile(r"(?:\bin|/)\s+([^\s]{1,8})$", re.IGNORECASE)
_SPLIT: Final = re.compile(r"[^0-9a-zäöüß]+")


@lru_cache(4096)
def means(name: str, meaning: Meaning) -> bool:
    """Whether the name of a column has a word of this meaning."""
    vocabulary = _WORDS[meaning]
    parts = [word for part in _SPLIT.split(_camel(name).lower()) if (word := part.rstrip("0123456789"))]
    return any(word in vocabulary.whole or word.endswith(tuple(vocabulary.endings)) for word in parts)


def unit_of(name: str) -> str:
    """The unit that the name of a column gives in brackets or behind "in": "PM10 [µg/m³]"; "" if there is none."""
    bracketed = _BRACKETED.search(name)
    if bracketed and (bracketed[0].startswith("[") or _is_unit(bracketed[1])):
        return bracketed[1].removeprefix("in ")
    behind = _IN.search(name)
    return behind[1] if behind and _is_unit(behind[1]) else ""


def _is_unit(text: str) -> bool:
    return text.lower().replace("μ", "µ").replace(" ", "").removeprefix("in") in _UNITS


def _camel(name: str) -> str:
    """`stationNr` as two words."""
    return re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", name)
