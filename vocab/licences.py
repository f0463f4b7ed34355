"""Free text -> licence: "CC BY 4.0", "Datenlizenz Deutschland – Namensnennung – 2.0", the address of either.

Entry point: `licence`.
"""

import re
from functools import lru_cache
from typing import Final

from vocab.concepts import Concept, concept_list
from vocab.folding import CACHED, MAX_TEXT, fold, index


def licence(text: str, url: str = "", title: str = "") -> Concept | None:
    """The licence that an id, its address and its title name together.

    The most exact one counts: "cc-by" with the address of version 4.0 is version 4.0; a real open licence wins over a
    placeholder such as "other-open". A contradiction gives None: "cc-by" with the title "share alike".
    """
    if max(len(text), len(url), len(title)) > MAX_TEXT:
        return None
    return _licence(text, url, title)


@lru_cache(maxsize=CACHED)
def _licence(text: str, url: str, title: str) -> Concept | None:
    return agreed([concept for concept in map(_of_text, (url, text, title)) if concept])


_ADDRESS = re.compile(r"https?://[^\s<>\"'()]+")


def _of_text(text: str) -> Concept | None:
    """The licence of a text. All of it must fit, also beside an address: "all but https://…/by/4.0/" gives None."""
    addresses = _ADDRESS.findall(text)
    remainder = _ADDRESS.sub(" ", text) if addresses else text
    answers = [_of_words(part) for part in (*addresses, remainder) if fold(part)]
    return None if None in answers else agreed([concept for concept in answers if concept])


def agreed(answers: list[Concept]) -> Concept | None:
    """The most exact of concepts that do not contradict each other, the first if only their ports differ, else None."""
    named_licences = [concept for concept in answers if concept.extra["family"] != "other"]
    if not named_licences:
        return answers[0] if len(set(answers)) == 1 else None
    exact = [concept for concept in named_licences if concept.extra["version"]] or named_licences
    same_openness = len({concept.extra["open"] for concept in answers}) == 1
    same_family = len({concept.extra["family"] for concept in named_licences}) == 1
    same_version = len({concept.extra["version"] for concept in exact}) == 1
    return exact[0] if same_openness and same_family and same_version else None


# creativecommons.org/licenses/by-sa/3.0/de/legalcode, and lists that name a licence by its id
_TAIL = re.compile(r"(//creativecommons\.org/.+?)/(?:deed|legalcode)[^/]*$")
_BY_ELEMENTS = re.compile(r"//creativecommons\.org/licenses/([a-z-]+(?:/[\d.]+)?(?:/[a-z]+)?)$")
_BY_ID = re.compile(r"//(?:spdx|opendefinition)\.org/licenses/([^/]+?)(?:\.html|\.json)?$")


# Codes of GovData's table, in just this spelling, that elsewhere mean the unported licence ("CC-BY-3.0" of SPDX).
_GOVDATA: Final = {"cc-by-3.0": "cc-by-de/3.0", "cc-by-nc/3.0": "cc-by-nc-de/3.0"}


def _of_words(text: str) -> Concept | None:
    if text.strip() in _GOVDATA:
        return concept_list("licences").by_notation[_GOVDATA[text.strip()]]
    folded = _TAIL.sub(r"\1", fold(text))
    by_text = index(concept_list("licences"))
    if folded.startswith("//"):
        elements, id = _BY_ELEMENTS.match(folded), _BY_ID.match(folded)
        spelled = _spelled_out("cc " + elements[1]) if elements else _spelled_out(id[1]) if id else None
        return by_text.get(folded) or spelled or (by_text.get(fold(id[1])) if id else None)
    return by_text.get(folded) or _spelled_out(folded)


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
_ELEMENT = re.compile("|".join(f"(?P<{name or 'filler'}>(?:{text})(?= |$)) ?" for name, text in _ELEMENTS.items()))
_CC0 = re.compile(r"\bcc0\b")


def _spelled_out(text: str) -> Concept | None:
    """A Creative Commons licence or a Datenlizenz Deutschland from its elements in any order, German or English; None
    if one word is not an element."""
    folded, elements, versions, at = _CC0.sub("cc zero", fold(text)), set[str](), set[str](), 0
    while at < len(folded):
        element = _ELEMENT.match(folded, at)
        if not element:
            return None
        name = element.lastgroup or ""
        elements.add(name)
        if name == "version":
            versions.add(".".join([*re.findall(r"\d", element[0]), "0"][:2]))
        at = element.end()
    if len(versions) > 1 or len(elements & {"cc", "dl"}) != 1:
        return None
    return _by_elements(elements, versions.pop() if versions else "")


def _by_elements(elements: set[str], version: str) -> Concept | None:
    """The licence with exactly these elements. Creative Commons has ports (Germany …) only up to version 3.0."""
    maker = "cc" if "cc" in elements else "dl"
    family = "-".join([maker, *(name for name in ("by", "nc", "nd", "sa", "zero") if name in elements)])
    of_family = [concept for concept in concept_list("licences") if concept.extra["family"] == family]
    if maker == "dl" or family == "cc-zero":  # without its version, where there is only one
        fitting = [concept for concept in of_family if version in ("", concept.extra["version"])]
    else:
        ports = elements & {"de", "at", "nl"} if version < "4.0" else set[str]()
        same_version = [concept for concept in of_family if concept.extra["version"] == version]
        fitting = [concept for concept in same_version if {concept.extra["port"]} - {""} == ports]
    return fitting[0] if len(fitting) == 1 else None
