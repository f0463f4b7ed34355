"""Refuses what must not be published: the findings of `registry.quality.check` that block a registration or a revision.

Entry points: `require_publishable`, called by `Catalog.register` and `Catalog.revise` before anything is written;
`blocking`, for a form that shows beforehand what would be refused.
Invariants: a record that is registered here has no finding of BLOCKING_LEVELS; on a harvested record faults of the
source never block a curator, only findings that the correction itself causes.
"""

from collections.abc import Iterable
from typing import Any, Final

from registry import rules
from registry.errors import ValidationError
from registry.model import Finding, Level, Metadata, Record
from registry.quality.check import check

BLOCKING_LEVELS: Final[tuple[Level, ...]] = ("failed", "must")


def require_publishable(metadata: Metadata, harvested: Record | None = None) -> None:
    """Raises ValidationError, with one entry of `errors` per blocking finding, unless `metadata` may be published.

    `harvested`: the record that the metadata corrects, if it came from a source.
    """
    findings = blocking(metadata, harvested)
    if findings:
        fields = ", ".join(dict.fromkeys(finding.field for finding in findings))
        raise ValidationError("not-publishable", errors(findings), fields=fields)


def blocking(metadata: Metadata, harvested: Record | None = None) -> list[Finding]:
    """The findings that must be mended before publication, in the order of the fields.

    `harvested`: the record that the metadata corrects; findings that it already has do not block.
    """
    findings = [finding for finding in check(metadata) if finding.level in BLOCKING_LEVELS]
    if harvested is None or not findings:
        return findings
    present = {*check(harvested.said), *check(harvested.metadata)}  # a field may be set back to the source's value
    return [finding for finding in findings if finding not in present]


def errors(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings as `errors` of a ValidationError: field, rule, message and remedy in German and English."""
    entries = []
    for finding in findings:
        message, remedy = rules.rule_texts(finding.rule)
        entries.append({"field": finding.field, "rule": finding.rule, "message": message, "remedy": remedy})
    return entries
