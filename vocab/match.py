"""Free text -> concept of a list.

Entry points: `concept` (any shipped list, by its name), `concepts` (where a text may name two), and one function for
each list whose texts need more than `folding`. Every answer is exact or None: a text that could name two concepts names
none. Answers are cached.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from vocab.concepts import Concept, ConceptList, concept_list, split_values
from vocab.folding import CACHED, MAX_TEXT, fold, fold_text, index, match, named
from vocab.formats import file_type, media_type
from vocab.frequencies import frequency
from vocab.licences import licence
from vocab.values import TAG_OF_LANGUAGE


def language(text: str) -> Concept | None:
    """The EU language of a code of ISO 639, a tag of BCP 47 ("de-DE"), a name, or an address of one."""
    concept = match("languages", text)
    tag = None if concept or len(text) > MAX_TEXT else TAG_OF_LANGUAGE.fullmatch(text.strip())
    return match("languages", tag[1]) if tag else concept


@lru_cache(maxsize=CACHED)
def _themes(text: str) -> tuple[Concept, ...]:
    eu_themes = concept_list("themes")
    concept = named(eu_themes, text)
    if concept:
        return (concept,)
    group = match("ogd-groups", text)
    if group:
        return tuple(eu_themes.by_notation[code] for code in split_values(group.extra["themes"]))
    folded = fold(text)  # the last part of the IRI of another portal's theme
    return _themes(re.split("[/#]", folded)[-1]) if folded.startswith("//") else ()


def themes(text: str) -> tuple[Concept, ...]:
    """The EU themes of a code, a label, a CKAN group or another portal's theme; two for the group bildung_wissenschaft.

    GovData's table of OGD groups, and our own choice for the three it leaves out: list `ogd-groups`, column `origin`.
    """
    return _themes(text) if text and len(text) <= MAX_TEXT else ()


def theme(text: str) -> Concept | None:
    """The first of `themes`, which is the main one of a group."""
    return next(iter(themes(text)), None)


_SINCE = re.compile(r"\s+(?:seit|since|ab|from|bis|until)\s.*\d{4}\W*$", re.IGNORECASE)


@lru_cache(maxsize=CACHED)
def _phase(text: str) -> Concept | None:
    concept = match("phases", text) or match("phases", _SINCE.sub("", text))
    if concept:
        return concept
    parts = {match("phases", part) for part in re.split(r"[,;/]", text)} - {None}
    return parts.pop() if len(parts) == 1 else None


def phase(text: str) -> Concept | None:
    """The phase of a project: "laufend seit 2021", "Finished". Of several parts only one may name a phase."""
    return _phase(text) if text and len(text) <= MAX_TEXT else None


def _file_type(text: str) -> Concept | None:
    """The content of a file, without what it is packed in."""
    named_type = file_type(text)
    return named_type.concept if named_type else None


_READERS: Final[Mapping[str, Callable[[str], Concept | None]]] = {  # lists whose texts need more than `folding.match`
    "file-types": _file_type,
    "frequencies": frequency,
    "languages": language,
    "licences": licence,
    "phases": phase,
}


def concepts(list_name: str, text: str) -> tuple[str, ...]:
    """The IRIs of the concepts of a shipped list that a text, a code or an address names: none, one, or two themes."""
    if list_name == "themes":
        return tuple(theme.iri for theme in themes(text))
    if list_name == "media-types":  # their IRIs are those of IANA, also of types that the list does not have
        iri = media_type(text)
    else:
        read = _READERS.get(list_name)
        concept = read(text) if read else match(list_name, text)
        iri = concept.iri if concept else None
    return (iri,) if iri else ()


def concept(list_name: str, text: str) -> str | None:
    """The IRI of the only concept that a text names in a shipped list; None if it names none, or two."""
    iris = concepts(list_name, text)
    return iris[0] if len(iris) == 1 else None


def district(text: str, districts: ConceptList) -> Concept | None:
    """The district of a city's own list with exactly this name."""
    return named(districts, text)


def districts_in(text: str, districts: ConceptList) -> tuple[Concept, ...]:
    """The districts that a text mentions as whole words, each once, without the whole city (`kind` city).

    "Kirchheimer Weg" does not mention Kirchheim, "Bahnstadt-Promenade" does mention the Bahnstadt.
    """
    pattern, by_name = _mentions(districts)
    hits = pattern.findall(fold_text(text)) if pattern else ()
    return tuple(dict.fromkeys(by_name[hit] for hit in hits))


@lru_cache(maxsize=32)
def _mentions(districts: ConceptList) -> tuple[re.Pattern[str] | None, Mapping[str, Concept]]:
    """A pattern of all names, the longest first, so that "Alt-Rohrbach" is not found as Rohrbach; districts by name."""
    by_name = {
        name: concept
        for name, concept in index(districts).items()
        if concept and concept.extra.get("kind") != "city" and not name.startswith("//")
    }
    names = sorted(map(re.escape, by_name), key=lambda name: (-len(name), name))
    return (re.compile(rf"\b(?:{'|'.join(names)})\b") if names else None), by_name
