"""What stands of a word of a query in compounds, and its inflections where its stem is the stem of other words, too.

Snowball takes "er", "en" and "e" for endings also where they belong to a short word: Wetter, Regen and Lage become the
stems of Wette, rege and Lager. And it leaves participles as they are: "verbraucht" is Verbrauch.

Entry points: `endings`, `as_written`.
"""

from typing import Final, NamedTuple

from registry.search.short_words import EDGE, WORDS

LONGEST_STEM: Final = EDGE  # a longer stem is that of one word only
_PREFIXES_OF_VERBS: Final = ("be", "ent", "er", "ver", "zer")  # whose participle has no "ge" in front
MIN_PARTICIPLE_LETTERS: Final = 7
_OF_AGENTS: Final = ("er", "ern", "ers")
_INFLECTED: Final = ("", "n", "s")
_OF_SINGULAR: Final = ("", "e", "es", "s")
# Stems of nouns whose plural ends with "er" and has no umlaut: all that are in use.
_PLURALS: Final = frozenset(
    ("bild", "brett", "feld", "geld", "glied", "kind", "kleid", "licht", "lied", "rind", "schild")
)
_ADJECTIVE_STEMS = """
    arm blau bunt dick eng fein fest frei ganz gelb gut hell hoch jung kalt klar klug kurz lang laut leer nass neu rein
    rot satt stark tief voll warm weit wild zart
"""
_ADJECTIVES: Final = frozenset(_ADJECTIVE_STEMS.split())  # "kluger" is an inflection of "klug"; but Alter is a noun


class Endings(NamedTuple):
    """`part`: what stands of the word in compounds; `short`: what else a text has of `short_words` then; `forms`: the
    inflections that a text has one of; (): its stem is enough."""

    part: str
    short: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


def endings(folded: str, stem: str, has_umlaut: bool) -> Endings:
    """The parts and forms of a word; both texts are folded."""
    if len(folded) >= MIN_PARTICIPLE_LETTERS and folded.endswith("t") and folded.startswith(_PREFIXES_OF_VERBS):
        return Endings(folded.removesuffix("t"))
    ending = folded.removeprefix(stem) if folded.startswith(stem) else ""
    if not ending or len(stem) > LONGEST_STEM or stem in WORDS or stem in _ADJECTIVES:
        return Endings(stem)
    if ending in _OF_AGENTS:
        whole = f"{stem}er"
        forms = tuple(whole + inflection for inflection in _INFLECTED)
        if not (has_umlaut or stem in _PLURALS):
            return Endings(whole, (), forms)
        return Endings(whole, (f"{stem}_",), (*forms, *(stem + inflection for inflection in _OF_SINGULAR)))
    if len(stem) < EDGE and ending in ("en", "e") and not has_umlaut:
        return Endings(folded)
    return Endings(stem)


def as_written(folded: str, stem: str) -> Endings | None:
    """The parts and forms of a word of a synonym, which nobody typed: one with "en" behind a short stem, such as
    Parken, stands for itself alone, not for Park. None for all other words."""
    if folded == f"{stem}en" and len(stem) <= LONGEST_STEM:
        return Endings(folded, (), tuple(folded + inflection for inflection in _INFLECTED))
    return None
