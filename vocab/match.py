"""Free words to a concept of a list: the door to `vocab.words`, `licences`, `formats` and `frequencies`.

Every answer is exact or None: words that could name two concepts name none. Answers are remembered.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from vocab.concepts import Concept, ConceptList, concept_list, several
from vocab.folding import MAX_WORDS, REMEMBERED, fold, fold_text, index, match, named
from vocab.formats import FileType, file_type, media_type
from vocab.frequencies import frequency
from vocab.licences import licence
from vocab.values import TAG_OF_LANGUAGE

__all__ = [
    "FileType",
    "district",
    "districts_in",
    "file_type",
    "fold",
    "frequency",
    "language",
    "licence",
    "match",
    "media_type",
    "named",
    "organization_kind",
    "phase",
    "role",
    "theme",
    "themes",
]


def language(words: str) -> Concept | None:
    """The EU language of a code of ISO 639, a tag of BCP 47 ("de-DE"), a name, or an address of one."""
    said = match("languages", words)
    tag = None if said or len(words) > MAX_WORDS else TAG_OF_LANGUAGE.fullmatch(words.strip())
    return match("languages", tag[1]) if tag else said


@lru_cache(maxsize=REMEMBERED)
def _themes(words: str) -> tuple[Concept, ...]:
    known = concept_list("themes")
    one = named(known, words)
    if one:
        return (one,)
    group = match("ogd-groups", words)
    if group:
        return tuple(known.by_notation[code] for code in several(group.extra["themes"]))
    folded = fold(words)  # the word at the end of another portal's own theme
    return _themes(re.split("[/#]", folded)[-1]) if folded.startswith("//") else ()


def themes(words: str) -> tuple[Concept, ...]:
    """The EU themes of a code, a label, a CKAN group or another portal's theme; two for the group bildung_wissenschaft.

    GovData's table of OGD groups, and our own choice for the three it leaves out: list `ogd-groups`, column `origin`.
    """
    return _themes(words) if words and len(words) <= MAX_WORDS else ()


def theme(words: str) -> Concept | None:
    """The first of `themes`, which is the main one of a group."""
    return next(iter(themes(words)), None)


_SINCE = re.compile(r"\s+(?:seit|since|ab|from|bis|until)\s.*\d{4}\W*$", re.IGNORECASE)


@lru_cache(maxsize=REMEMBERED)
def _phase(words: str) -> Concept | None:
    said = match("phases", words) or match("phases", _SINCE.sub("", words))
    if said:
        return said
    parts = {match("phases", part) for part in re.split(r"[,;/]", words)} - {None}
    return parts.pop() if len(parts) == 1 else None


def phase(words: str) -> Concept | None:
    """The phase of a project: "laufend seit 2021", "Finished"; of several words, if only one of them names a phase."""
    return _phase(words) if words and len(words) <= MAX_WORDS else None


def role(words: str) -> Concept | None:
    """The role of somebody who takes part in a project."""
    return match("roles", words)


def organization_kind(words: str) -> Concept | None:
    """The kind that the words name; not the kind of an organization of that name."""
    return match("organization-kinds", words)


def district(words: str, districts: ConceptList) -> Concept | None:
    """The district of a city's own list that the words name, and nothing else."""
    return named(districts, words)


def districts_in(text: str, districts: ConceptList) -> tuple[Concept, ...]:
    """The districts that a text mentions as whole words, each once; the whole city (`kind` city) is not looked for.

    "Kirchheimer Weg" does not mention Kirchheim, "Bahnstadt-Promenade" does mention the Bahnstadt.
    """
    pattern, by_name = _mentions(districts)
    hits = pattern.findall(fold_text(text)) if pattern else ()
    return tuple(dict.fromkeys(by_name[hit] for hit in hits))


@lru_cache(maxsize=32)
def _mentions(districts: ConceptList) -> tuple[re.Pattern[str] | None, Mapping[str, Concept]]:
    """One pattern of all names, the longest first: "Alt-Rohrbach" is not Rohrbach where a list has both."""
    by_name = {
        name: one
        for name, one in index(districts).items()
        if one and one.extra.get("kind") != "city" and not name.startswith("//")
    }
    names = sorted(map(re.escape, by_name), key=lambda name: (-len(name), name))
    return (re.compile(rf"\b(?:{'|'.join(names)})\b") if names else None), by_name
