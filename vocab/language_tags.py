"""The language tags that we know, so that an object with short keys is not taken for a text in several languages.

Entry points: `is_known`, `are_known`.
"""

from collections.abc import Collection
from functools import cache
from typing import Final

from vocab.concepts import concept_list
from vocab.values import language_tag

MAX_TAG_CHARACTERS: Final = 35
# All codes of ISO 639-1, which are the primary subtags of two letters of BCP 47.
_TWO_LETTERS = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
    et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
    kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
    nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_REGIONAL = "bar dsb frr hsb ksh nds pfl stq swg"  # of Germany, with a subtag of three letters
_BIBLIOGRAPHIC = "cze dut fre ger gre"  # ISO 639-2/B
_ALSO_A_KEY: Final = frozenset(("id", "no", "to", "is", "as"))  # usual keys of objects, and languages


def is_known(tag: str) -> bool:
    """Whether the text is a language tag of BCP 47 (also written de_DE) whose language is known: de, en-GB, nds. Codes
    of three letters count, too, where our list has the language: deu, ger."""
    tag = tag if len(tag) <= MAX_TAG_CHARACTERS and language_tag(tag) else ""
    first, separator, _ = tag.replace("_", "-").lower().partition("-")
    return first in _known() or (first == "x" and bool(separator))


def are_known(keys: Collection[str]) -> bool:
    """Whether the keys of an object are languages: all are known tags, and one of them is no usual key of an object."""
    return all(map(is_known, keys)) and not _ALSO_A_KEY.issuperset(keys)


@cache
def _known() -> frozenset[str]:
    languages = concept_list("languages")
    of_list = {concept.extra["tag"] for concept in languages} | {concept.notation.lower() for concept in languages}
    return frozenset((*_TWO_LETTERS.split(), *_REGIONAL.split(), *_BIBLIOGRAPHIC.split(), *of_list))
