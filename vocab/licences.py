"""Free words to a licence: "CC BY 4.0", "Datenlizenz Deutschland – Namensnennung – 2.0", the address of either."""

import re
from functools import lru_cache
from typing import Final

from vocab.concepts import Concept, concept_list
from vocab.folding import MAX_WORDS, REMEMBERED, fold, index


def licence(words: str, url: str = "", title: str = "") -> Concept | None:
    """The licence that an id, its address and its title name together.

    What is more exact counts: "cc-by" with the address of version 4.0 is version 4.0; a placeholder such as
    "other-open" gives way to an open licence. What contradicts is None: "cc-by" with the title "share alike".
    """
    if max(len(words), len(url), len(title)) > MAX_WORDS:
        return None
    return _licence(words, url, title)


@lru_cache(maxsize=REMEMBERED)
def _licence(words: str, url: str, title: str) -> Concept | None:
    return _agreed([one for one in map(_of_text, (url, words, title)) if one])


_ADDRESS = re.compile(r"https?://[^\s<>\"'()]+")


def _of_text(text: str) -> Concept | None:
    """A text that holds addresses counts only as a whole: "all but https://…/by/4.0/" names no licence."""
    addresses = _ADDRESS.findall(text)
    rest = _ADDRESS.sub(" ", text) if addresses else text
    answers = [_of_words(words) for words in (*addresses, rest) if fold(words)]
    return None if None in answers else _agreed([one for one in answers if one])


def _agreed(answers: list[Concept]) -> Concept | None:
    """The most exact of answers that do not contradict one another; the first where they differ by port only."""
    real = [one for one in answers if one.extra["family"] != "other"]
    if not real:
        return answers[0] if len(set(answers)) == 1 else None
    exact = [one for one in real if one.extra["version"]] or real
    same_openness = len({one.extra["open"] for one in answers}) == 1
    same_family = len({one.extra["family"] for one in real}) == 1
    same_version = len({one.extra["version"] for one in exact}) == 1
    return exact[0] if same_openness and same_family and same_version else None


# creativecommons.org/licenses/by-sa/3.0/de/legalcode, and lists that name a licence by its id
_TAIL = re.compile(r"(//creativecommons\.org/.+?)/(?:deed|legalcode)[^/]*$")
_BY_ELEMENTS = re.compile(r"//creativecommons\.org/licenses/([a-z-]+(?:/[\d.]+)?(?:/[a-z]+)?)$")
_BY_ID = re.compile(r"//(?:spdx|opendefinition)\.org/licenses/([^/]+?)(?:\.html|\.json)?$")


# Codes of GovData's table, in just this spelling, that elsewhere mean the unported licence ("CC-BY-3.0" of SPDX).
_GOVDATA: Final = {"cc-by-3.0": "cc-by-de/3.0", "cc-by-nc/3.0": "cc-by-nc-de/3.0"}


def _of_words(words: str) -> Concept | None:
    if words.strip() in _GOVDATA:
        return concept_list("licences").by_notation[_GOVDATA[words.strip()]]
    folded = _TAIL.sub(r"\1", fold(words))
    known = index(concept_list("licences"))
    if folded.startswith("//"):
        elements, id = _BY_ELEMENTS.match(folded), _BY_ID.match(folded)
        spelled = _spelled_out("cc " + elements[1]) if elements else _spelled_out(id[1]) if id else None
        return known.get(folded) or spelled or (known.get(fold(id[1])) if id else None)
    return known.get(folded) or _spelled_out(folded)


_ELEMENTS: Final = {
    "cc": "cc|creative commons",
    "dl": "dl de|dl|datenlizenz deutschland|datenlizenz|data licence germany|data license germany",
    "by": "by|namensnennung|attribution",
    "nc": "nc|nicht ?kommerziell|non ?commercial|keine kommerzielle nutzung",
    "nd": "nd|keine bearbeitung(?:en)?|no ?deriv(?:ative)?s?(?: works)?",
    "sa": "sa|weitergabe unter gleichen bedingungen|share ?alike",
    "zero": "zero|0",
    "version": r"(?:version |v ?)?\d(?: \d)?",
    "de": "de|deutschland|germany",
    "at": "at|oesterreich|austria",
    "nl": "nl|niederlande|netherlands",
    "": "lizenz|licence|license|version|international|intl|unported|generic|universal|universell|public|the",
}
_ELEMENT = re.compile("|".join(f"(?P<{name or 'filler'}>(?:{words})(?= |$)) ?" for name, words in _ELEMENTS.items()))
_CC0 = re.compile(r"\bcc0\b")


def _spelled_out(words: str) -> Concept | None:
    """A Creative Commons licence or a Datenlizenz Deutschland, from its elements in any order, German or English.

    One word that is no element, and it is none.
    """
    folded, said, versions, at = _CC0.sub("cc zero", fold(words)), set[str](), set[str](), 0
    while at < len(folded):
        element = _ELEMENT.match(folded, at)
        if not element:
            return None
        name = element.lastgroup or ""
        said.add(name)
        if name == "version":
            versions.add(".".join([*re.findall(r"\d", element[0]), "0"][:2]))
        at = element.end()
    if len(versions) > 1 or len(said & {"cc", "dl"}) != 1:
        return None
    return _by_elements(said, versions.pop() if versions else "")


def _by_elements(said: set[str], version: str) -> Concept | None:
    """The licence with just these elements; there are ports (Germany …) of the Creative Commons only up to 3.0."""
    maker = "cc" if "cc" in said else "dl"
    family = "-".join([maker, *(name for name in ("by", "nc", "nd", "sa", "zero") if name in said)])
    known = [one for one in concept_list("licences") if one.extra["family"] == family]
    if maker == "dl" or family == "cc-zero":  # without its version, where there is only one
        fitting = [one for one in known if version in ("", one.extra["version"])]
    else:
        ports = said & {"de", "at", "nl"} if version < "4.0" else set[str]()
        fitting = [one for one in known if one.extra["version"] == version and {one.extra["port"]} - {""} == ports]
    return fitting[0] if len(fitting) == 1 else None
