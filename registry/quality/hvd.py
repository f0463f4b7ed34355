"""High-value data (Implementing Regulation (EU) 2023/138): which records look like it, and what marked ones still lack.

Entry point: `duty`. Whether data are high-value is decided by the authority that reports them; here are only signs.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from registry.model import DCAT_KINDS, Finding, Findings, Metadata
from registry.quality.check import check
from vocab.concepts import concept_list, split_values
from vocab.folding import fold_text
from vocab.legal_bases import marks_high_value

_RULES: Final = ("hvd-mark-missing", "hvd-interface-missing", "hvd-terms-missing", "hvd-categories-missing")
_WANTED_OF_MARKED: Final = ("contacts-missing", "documentation-missing", "licence-missing", "legislation-missing",
                            "distributions-missing", "endpoint-missing", "access-url-missing")  # fmt: skip
# Category -> beginnings of words by which the annex of the regulation names its datasets, in German and English.
SIGNS: Final = {
    concept.notation: signs
    for concept in concept_list("hvd-categories")
    if (signs := split_values(concept.extra["signs"]))
}


class Duty(NamedTuple):
    """`marked`: the record names the regulation; `category`: IRI of the category that its words are a sign of, with
    the `word`; `lacks`: what the regulation asks of a marked record and is missing."""

    marked: bool
    category: str = ""
    word: str = ""
    lacks: Findings = ()

    @property
    def is_suspected(self) -> bool:
        """Whether it looks like high-value data and is not marked."""
        return bool(self.category) and not self.marked


def duty(metadata: Metadata) -> Duty:
    """What the regulation means for a record; nothing for kinds that DCAT does not know."""
    if metadata.kind not in DCAT_KINDS:
        return Duty(marked=False)
    category, word = next(_signs(metadata), ("", ""))
    if not marks_high_value(metadata.legislation) and not metadata.hvd_categories:
        return Duty(False, category, word)
    return Duty(True, category, word, tuple(_lacks(metadata)))


def _lacks(metadata: Metadata) -> Iterator[Finding]:
    return (finding for finding in check(metadata) if finding.rule in _RULES or finding.rule in _WANTED_OF_MARKED)


def _signs(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """Category and word, as the title and the keywords have them."""
    texts_of_record = [*metadata.title.values(), *(word for texts in metadata.keywords.values() for word in texts)]
    for text in texts_of_record:
        if sign := _pattern().search(fold_text(text)):
            yield _category_of(sign[1]), text


@cache
def _pattern() -> re.Pattern[str]:
    signs = sorted({fold_text(sign) for listed in SIGNS.values() for sign in listed}, key=len, reverse=True)
    return re.compile(rf"(?:^|\W)({'|'.join(map(re.escape, signs))})")


@cache
def _category_of(folded: str) -> str:
    notation = next(notation for notation, listed in SIGNS.items() if folded in map(fold_text, listed))
    concept = concept_list("hvd-categories").get(notation)
    return concept.iri if concept else ""
