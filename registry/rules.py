"""The rules of findings, each with its level; their sentences and remedies are in `vocab/messages`.

Entry points: `finding`, `rule_texts`, `few`.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from registry.model import Finding, Findings, Level, Text
from registry.model.message import Message
from vocab.messages import languages, remedy, template

MAX_FINDINGS_PER_ITEM: Final = 200  # that are stored one by one


class Rule(NamedTuple):
    """A rule by its name, which is the code of its sentence in the catalogue."""

    name: str
    level: Level

    @property
    def message(self) -> Text:
        """The sentence by language."""
        return {lang: template(self.name, lang) for lang in languages()}

    @property
    def remedy(self) -> Text:
        """What to do about it, by language."""
        return {lang: remedy(self.name, lang) for lang in languages()}


_LEVELS: Final[Mapping[str, Level]] = MappingProxyType(
    {
        # -- the item as a whole
        "unreadable": "failed",
        "title-missing": "failed",
        "id-missing": "failed",
        "listing-partial": "must",
        "too-large": "failed",
        "id-twice": "should",
        "identifier-twice": "should",
        "iri-twice": "should",
        "iri-ours": "should",
        "title-twice": "hint",
        "link-unresolved": "should",
        "statement-unreadable": "should",
        # -- values
        "value-extra": "should",
        "value-unread": "should",
        "character-broken": "should",
        "value-mended": "hint",
        "term-former": "hint",
        "date-unreadable": "should",
        "address-unreadable": "should",
        "licence-unknown": "must",
        "format-unknown": "should",
        "concept-unknown": "should",
        "concept-former": "hint",
        # -- missing values (quality.check)
        "description-missing": "must",
        "publisher-missing": "must",
        "licence-missing": "must",
        "access-url-missing": "must",
        "distributions-missing": "should",
        "contacts-missing": "should",
        "themes-missing": "should",
        "keywords-missing": "should",
        "places-missing": "should",
        "period-missing": "should",
        "availability-missing": "should",
        "geocoding-levels-missing": "should",
        "format-missing": "should",
        "distribution-title-missing": "should",
        "modified-missing": "should",
        "endpoint-missing": "must",
        "endpoint-description-missing": "should",
        "serves-missing": "should",
        "conforms-to-missing": "should",
        "abstract-missing": "must",
        "phase-missing": "must",
        "participants-missing": "must",
        "lead-missing": "must",
        "starts-missing": "must",
        "opportunity-incomplete": "must",
        "publisher-name-missing": "must",
        "agent-name-missing": "must",
        "part-incomplete": "must",
        "catalogue-incomplete": "must",
        "entry-incomplete": "must",
        "hvd-categories-missing": "must",
        "legislation-missing": "must",
        "documentation-missing": "must",
        "hvd-mark-missing": "must",
        "hvd-interface-missing": "should",
        "hvd-terms-missing": "must",
        # -- values that others cannot use (quality.check)
        "description-short": "hint",
        "contact-unreachable": "must",
        "field-deprecated": "hint",
        "statements-invalid": "must",
        "period-empty": "must",
        "period-reversed": "should",
        "theme-unlisted": "must",
        "licence-unlisted": "should",
        "licence-vague": "should",
        "attribution-missing": "must",
        "download-differs": "hint",
        # -- what drafts of the next profiles will ask (quality.drafts)
        "dcat-ap-302-language-tag": "hint",
        "dcat-ap-302-status": "hint",
        "hvd-301-download": "hint",
        "shacl": "must",
        "shape-unchecked": "should",
    }
)
RULES: Final[Mapping[str, Rule]] = MappingProxyType({name: Rule(name, level) for name, level in _LEVELS.items()})

_UNMATCHED: Final = {"licences": "licence-unknown", "file-types": "format-unknown", "media-types": "format-unknown"}


def rule_of_unmatched(list_name: str) -> str:
    """The rule for a text that names no concept of a list."""
    return _UNMATCHED.get(list_name, "concept-unknown")


def finding(
    rule: str, field: str = "", value: str | Message = "", node: str = "", level: Level | None = None
) -> Finding:
    """A finding at the level of its rule, or at `level` if this case is more or less serious; KeyError for an unknown
    rule."""
    return Finding(rule, level or RULES[rule].level, field, node, value)


def rule_texts(rule: str) -> tuple[Text, Text]:
    """Sentence and remedy of a rule. An unknown rule (of a later version or a SHACL shape) has its name as sentence."""
    return _rule_texts(rule, languages())


@lru_cache(256)  # a report has the same few rules very often
def _rule_texts(rule: str, langs: tuple[str, ...]) -> tuple[Text, Text]:
    row = RULES.get(rule)
    return (row.message, row.remedy) if row else (dict.fromkeys(langs, rule), {})


def few(findings: Sequence[Finding]) -> Findings:
    """The first MAX_FINDINGS_PER_ITEM findings of an item; if there are more, one last finding has their number."""
    left_out = len(findings) - MAX_FINDINGS_PER_ITEM
    if left_out <= 0:
        return tuple(findings)
    more = msgspec.structs.replace(findings[MAX_FINDINGS_PER_ITEM], value=f"… {left_out}")
    return (*findings[:MAX_FINDINGS_PER_ITEM], more)
