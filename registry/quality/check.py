"""Checks metadata: the fields that the profiles ask for (`vocab.profile`), and the conventions of DCAT-AP.de.

Entry point: `check`. It runs on each harvested record, so what depends on the class only is cached.
"""

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from registry.model import DCAT_KINDS, Distribution, Finding, Findings, Level, Metadata
from registry.quality.nodes import nodes_of
from registry.quality.values import licence_of, values
from registry.rdf.graphs import statements_of
from registry.rules import finding
from vocab.fields import Field, fields_of
from vocab.legal_bases import almost_marks, marks_high_value
from vocab.namespaces import VOC
from vocab.profile import DE, EU, HVD, PROJECT, level

LEAD: Final = VOC + "role/federfuehrung"
MIN_DESCRIPTION: Final = 50  # characters; search engines do not take a shorter text as a description

# Mandatory in the profile, but the catalogue's own entry gives it where the source does not.
_GIVEN_BY_ENTRY: Final = {("project", "modified")}
# Fields that nearly every distribution lacks: one finding a record is enough.
_ONCE_A_RECORD: Final = {"title", "modified", "availability"}


def check(metadata: Metadata) -> Findings:
    """The findings about metadata: what is missing, and values that others cannot use. Levels: `failed` without a
    title, `must` where a profile demands it, `should` where one recommends it, `hint` for what makes the entry easier
    to find."""
    return tuple(_findings(metadata))


def _findings(metadata: Metadata) -> Iterator[Finding]:
    hvd = marks_high_value(metadata.legislation)
    for wanted in _wanted(metadata.kind, hvd):
        if not wanted.has(metadata):
            yield finding(wanted.rule, wanted.field, level=wanted.level)
    for name in _deprecated(metadata.kind):
        if getattr(metadata, name):
            yield finding("field-deprecated", name)
    yield from values(metadata, metadata.kind, "")
    yield from _parts(metadata)
    if hvd or metadata.hvd_categories:
        yield from _high_value(metadata, hvd)
    if metadata.kind == "project":
        yield from _project(metadata)
    reported: set[str] = set()
    for distribution in metadata.distributions:
        yield from _distribution(distribution, hvd, reported)


def _parts(metadata: Metadata) -> Iterator[Finding]:
    """Description, described nodes, statements that are kept."""
    descriptions = metadata.description.values()
    if descriptions and max(map(len, descriptions)) < MIN_DESCRIPTION:
        yield finding("description-short", "description", max(descriptions, key=len))
    yield from nodes_of(metadata, metadata.kind)
    if metadata.statements and len(statements_of(metadata.statements)) < metadata.statements.strip().count("\n") + 1:
        yield finding("statements-invalid", "statements")


@cache
def _deprecated(kind: str) -> tuple[str, ...]:
    return tuple(row.name for row in fields_of(kind) if row.deprecated and row.form != "link")


class _Wanted(NamedTuple):
    """A field that a profile asks for."""

    field: str
    rule: str
    level: Level
    has: Callable[[Any], Any]


@cache
def _wanted(cls: str, hvd: bool) -> tuple[_Wanted, ...]:
    """The mandatory and recommended fields of a class."""
    wanted = []
    for row in fields_of(cls):
        severity = _level(row, cls, hvd)
        if severity and not row.deprecated and (cls, row.name) not in _GIVEN_BY_ENTRY:
            wanted.append(_Wanted(row.name, rule_of(row.name), severity, _has(row)))
    return tuple(wanted)


@cache
def demanded(cls: str) -> frozenset[str]:
    """The fields of a class, a kind or a node such as `Contact`, that must be there before it can be published."""
    return frozenset(wanted.field for wanted in _wanted(cls, False) if wanted.level in ("failed", "must"))


def _level(row: Field, cls: str, hvd: bool) -> Level | None:
    """The level of a finding if the field is missing, None if no profile asks for it. For datasets, series, services
    and distributions DCAT-AP.de decides, else DCAT-AP; for everything else our own profile."""
    if cls not in DCAT_KINDS and cls != "Distribution":
        wanted = level(cls, row.name, PROJECT)
    else:
        wanted = level(cls, row.name, DE) or level(cls, row.name, EU)
    if hvd and level(cls, row.name, HVD) == "M":
        wanted = "M"
    if row.name == "title" and wanted == "M":
        return "failed"
    return "must" if wanted == "M" else "should" if wanted == "R" else None


def _has(row: Field) -> Callable[[Any], Any]:
    """A function that tells whether a struct has the field; a link is one of `links`."""
    name = row.name
    if row.form == "link":
        return lambda metadata: any(link.relation == name for link in metadata.links)
    if row.form == "text" and not row.many:
        return lambda struct: any(map(str.strip, getattr(struct, name).values()))
    return attrgetter(name)


def rule_of(field: str) -> str:
    """The name of the rule for a missing field."""
    return f"{field.replace('_', '-')}-missing"


def _high_value(metadata: Metadata, hvd: bool) -> Iterator[Finding]:
    """The findings about a high-value dataset (DCAT-AP HVD, Implementing Regulation (EU) 2023/138)."""
    if not hvd:
        yield finding("hvd-mark-missing", "legislation", almost_marks(metadata.legislation))
        return
    if metadata.kind == "dataset" and not any(distribution.access_services for distribution in metadata.distributions):
        yield finding("hvd-interface-missing", "distributions")
    if metadata.kind == "service" and not metadata.licence and not metadata.rights:
        yield finding("hvd-terms-missing", "licence")


def _project(metadata: Metadata) -> Iterator[Finding]:
    if metadata.participants and not any(participant.role == LEAD for participant in metadata.participants):
        yield finding("lead-missing", "participants")
    for opportunity in metadata.opportunities:
        for wanted in _wanted("Opportunity", False):
            if not wanted.has(opportunity):
                yield finding("opportunity-incomplete", "opportunities", wanted.field, opportunity.iri)
        yield from values(opportunity, "Opportunity", opportunity.iri)
    for cls, steps in (
        ("Milestone", metadata.milestones),
        ("PhaseStep", metadata.phase_steps),
        ("CostStep", metadata.cost_steps),
    ):
        for step in steps:
            yield from values(step, cls, step.iri)


def _distribution(distribution: Distribution, hvd: bool, reported: set[str]) -> Iterator[Finding]:
    node = distribution.iri or distribution.id
    for wanted in _wanted("Distribution", False):
        if not wanted.has(distribution):
            if wanted.field in _ONCE_A_RECORD:
                if wanted.field in reported:
                    continue
                reported.add(wanted.field)
            rule = "distribution-title-missing" if wanted.field == "title" else wanted.rule
            yield finding(rule, wanted.field, node=node, level=wanted.level)
    yield from values(distribution, "Distribution", node)
    yield from nodes_of(distribution, "Distribution", dcat=True)
    licence = licence_of(distribution.licence) if distribution.licence else None
    if licence and licence.extra["attribution"] == "true" and not distribution.attribution:
        yield finding("attribution-missing", "attribution", licence.notation, node)
    if distribution.download_url and distribution.access_url and distribution.download_url != distribution.access_url:
        yield finding("download-differs", "download_url", distribution.download_url, node)
    if hvd and not marks_high_value(distribution.legislation):
        yield finding("hvd-mark-missing", "legislation", node=node)
