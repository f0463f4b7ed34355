"""Refuses what must not be published: the findings of `registry.quality.check` that block a registration or a revision.

Entry points: `require_publishable`, called by `Catalog.register` and `Catalog.revise` before anything is written;
`blocking`, for a form that says beforehand what would be refused.
Invariants: a record that is registered here has no finding of BLOCKING_LEVELS; on a harvested record faults of the
source never block a curator, only those that the curator's own words bring in.
"""

from collections.abc import Iterable
from typing import Any, Final

from registry import rules
from registry.errors import ValidationError
from registry.model import Finding, Level, Metadata, Record
from registry.quality.check import check

BLOCKING_LEVELS: Final[tuple[Level, ...]] = ("failed", "must")


def require_publishable(metadata: Metadata, harvested: Record | None = None) -> None:
    """Returns when `metadata` may be published; ValidationError with one entry of `errors` a finding that blocks it.

    `harvested`: the record that the metadata corrects, if it came from a source.
    """
    findings = blocking(metadata, harvested)
    if findings:
        fields = ", ".join(dict.fromkeys(finding.field for finding in findings))
        raise ValidationError("not-publishable", errors(findings), fields=fields)


def blocking(metadata: Metadata, harvested: Record | None = None) -> list[Finding]:
    """What the checks find that must be mended before publication, in the order of the fields; of a correction of a
    harvested record only what it brings in."""
    findings = [finding for finding in check(metadata) if finding.level in BLOCKING_LEVELS]
    if harvested is None or not findings:
        return findings
    known = {*check(harvested.said), *check(harvested.metadata)}  # a field may be set back to what the source says
    return [finding for finding in findings if finding not in known]


def errors(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings as `errors` of a ValidationError: field, rule, message and remedy in German and English."""
    entries = []
    for finding in findings:
        message, remedy = rules.rule_texts(finding.rule)
        entries.append({"field": finding.field, "rule": finding.rule, "message": message, "remedy": remedy})
    return entries
