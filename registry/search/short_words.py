"""Words of two and three letters inside compounds: `bus` in Nachtbuslinien, `amt` in Jugendamt, `ol` in Heizöl.

So few letters stand in very many words by chance (Robust, gesamt, Polizei). So only the words of a table are looked
for, each with the letters around it that are no compound. A word that begins another one needs no table: see
`analysis`. The table was made with the words of German open data portals; docs/decisions/0129 says how.

Words of four letters (Stau, Tier) are found where a word begins or ends with them, never in its middle: `edges`.

Entry points: `places`, `edges`, `last_edge`.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase
from typing import Final

from registry.search.word_lists import ENDINGS

MIN_LETTERS_BESIDE: Final = 3  # of the part before it, and of one behind it
MAX_LETTERS: Final = 3
EDGE: Final = 4  # letters of an edge
LONG_ENDS: Final = ("strass",)  # whole edges at the end of a word: their last four letters are another word (Rasse)


def _unless_after(word: str, *parts: str) -> str:
    """A pattern of the word where none of these parts is before it."""
    return "".join(f"(?<!{part})" for part in parts) + word


# Folded word -> pattern of the letters in which it is not a part of a compound.
_BY_CHANCE: Final = {
    "amt": "gesamt|beamt|^samt",
    "app": "apparat|appell|applik|appr|append|[hklmnpstw]app",
    "bad": "wiesbaden|abad|badess|badmin",
    "bau": "baum|bauer|gebau|farbaus|bauch",
    "bus": "busch|robust|abus|lumbus|cottbus|globus|putbus|combus|nibusc",
    "gas": "gass|gast|vegas|madagas|degas",
    "gut": "gutach|vergut|begut|gutsch|gutig",
    "hof": "orthofo|chof|hoff|fraunhof",
    "kfz": "",
    "kur": "kurz|kurs|konkurr|kuren|akkur|sekur|merkur|rekur|skur|kural|kurrenz",
    "lkw": "",
    "ol": _unless_after("ol", "heiz", "erd", "alt", "raps", "speise", "mineral", "roh", "motor", "diesel", "palm")
    + "(?!heiz|tank|absch|unfall|spur|preis|verbr|feuer|pest|kraft|kessel)",
    "ort": "port|wort|hort|sorti|konsort|komfort|fort|dortm|north|verort|mort|ortho|cort|tort|antwort",
    "ost": _unless_after("ost", "nord", "sud"),
    "pkw": "",
    "rad": "grad|trad|parad|gerad|erad|irrad|kamerad|konrad|radio|radik|radiu|labrad|adrad",
    "rat": "ration|rativ|ratur|rateg|krat|berat|parat|referat|literat|vorrat|heirat|quadrat|karat|pirat|ratis"
    "|rator|ratif|nitrat|ntrat|strat|verrat|(?:en|ms|be|gs)rate|dekorat|integrat|operat|gerat",
    "ruf": "beruf|pruf|gruf|widerruf|aufruf|abruf|anruf|gerufen|zurufen",
    "see": "reisee|lysee|wiesee|passee|museen|rasee|seel|sees$|ssees",
    "sud": "",
    "tag": "etag|stage$|instag|otag|vertag|contag|(?:cen|her|por|par|vol|cot|van|cap|hor)tage",
    "tal": "portal|quartal|[aeio]tal|ntal[ei]|mental|zontal|dental|stal|talog|talt|tali|mortal|brutal|talent|tall",
    "tod": "stod|todo",
    "tor": "[aceikopu]tor|stor|tori|torn|kontor|mentor|tora",
    "weg": "beweg|norweg|deswegen|etwegen|unterwegs|terwegs|wegner",
    "wc": "wc[a-z]{3,}",
    "zoo": "",
    "zug": "bezug|zuglich|hinzu|zugeh|zugang|zugriff|zugelass|(?:auf|aus|ein|voll|ent|weg|fort)zug|rzugl|zugewan"
    "|unverzug",
}
_ENDS_BY_CHANCE = """
    akzeptanz aufenthalt auswahl city current different distanz export gegenteil haushalt import instanz king kompost
    konkurrent kontext nachteil parent plattform portier protest quartier reform report schaft ship sport substanz
    support terrain toleranz transparent transport uniform unterhalt verbund versand vorteil
"""
INFLECTIONS: Final = ("e", "en", "er", "ern", "es", "n", "s")
HEADS: Final = (
    *(ending for ending in ENDINGS if len(ending) > EDGE),
    *("ergebnis", "ergebnisse", "kataster", "kreis", "kreise", "bezirk", "bezirke", "lokal", "lokale", "plan", "werk"),
)  # with which compounds end
ENDS_BY_CHANCE: Final = tuple(_ENDS_BY_CHANCE.split())  # ends of words whose last four letters are no part
WORDS: Final = frozenset(_BY_CHANCE)
_BY_LAST_LETTER: Final = {
    letter: tuple(ending for ending in (*INFLECTIONS, *HEADS) if ending[-1] == letter) for letter in ascii_lowercase
}
_CHANCE: Final = {word: re.compile(pattern) for word, pattern in _BY_CHANCE.items() if pattern}
_ANY: Final = re.compile(f"(?=({'|'.join(sorted(_BY_CHANCE))}))")  # no word begins another one
_INFLECTION: Final = re.compile(r"(?:e?s|se[ns]?|e[nrms]?|ern|n)?")
_DERIVED_WITH_MORE: Final = re.compile(
    r"(?:er|el|ig)?(?:ung|ion|schaft|heit|keit|isch|lich|ier)|(?:ig|iv|end|sam|bar)(?:e[nrms]?|es)?$"
)
_DERIVED: Final = re.compile(r"(?:ung|ion|isch|lich|ig|ier|iv|end|sam|bar|heit|keit|chen|lein)(?:e?[nrms]?|en|es)?")


def places(folded: str) -> Iterator[tuple[int, str]]:
    """Where a short word is a part of a folded word, behind its beginning: (place of its first letter, the word)."""
    for match in _ANY.finditer(folded):
        word, at = match[1], match.start()
        rest = folded[at + len(word) :]
        begins = at == 0 and len(word) < MAX_LETTERS
        if (at >= MIN_LETTERS_BESIDE or begins) and _may_follow(rest) and not _is_by_chance(folded, word, at):
            yield at, word


def edges(folded: str) -> Iterator[str]:
    """The first four letters of a compound (`_stau`; not of Bildung, which is derived from Bild), and the last four
    where a word may be before them, without an inflection or one of HEADS behind them (`tier_` of Haustiere, `wahl_` of
    Bundestagswahlergebnis)."""
    rest = folded[EDGE:]
    if rest and not _INFLECTION.fullmatch(rest) and not _DERIVED_WITH_MORE.match(rest):
        yield f"_{folded[:EDGE]}"
    endings = _BY_LAST_LETTER.get(folded[-1:], ())
    for stem in {folded, *[folded[: -len(ending)] for ending in endings if folded.endswith(ending)]}:
        if len(stem) >= EDGE + MIN_LETTERS_BESIDE and not stem.endswith(ENDS_BY_CHANCE):
            yield last_edge(stem)


def last_edge(stem: str) -> str:
    """The edge at the end of a word without inflection."""
    return f"{next((end for end in LONG_ENDS if stem.endswith(end)), stem[-EDGE:])}_"


def _may_follow(rest: str) -> bool:
    """Whether nothing, an inflection or another word is behind it."""
    if _INFLECTION.fullmatch(rest):
        return True
    return len(rest) >= MIN_LETTERS_BESIDE and not _DERIVED.fullmatch(rest)


def _is_by_chance(folded: str, word: str, at: int) -> bool:
    chance = _CHANCE.get(word)
    if chance is None:
        return False
    end = at + len(word)
    return any(match.start() <= at and end <= match.end() for match in chance.finditer(folded))
