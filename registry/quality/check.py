"""Checks metadata: the fields that the profiles ask for (`vocab.profile`), and the conventions of DCAT-AP.de.

Entry point: `check`. It runs on each harvested record, so what depends on the class only is cached.
"""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from registry.model import DCAT_KINDS, Distribution, Finding, Findings, Level, Metadata, Period
from registry.rdf.graphs import statements_of
from registry.rdf.references import SCHEMES
from registry.rdf.terms import date_type
from registry.rules import finding
from vocab import folding, licences
from vocab.concepts import Concept, concept_list
from vocab.fields import Field, fields_of
from vocab.formats import IANA
from vocab.namespaces import HVD_ACT, VOC
from vocab.profile import DE, EU, HVD, PROJECT, level
from vocab.values import is_reversed

LEAD: Final = VOC + "role/federfuehrung"
MIN_DESCRIPTION: Final = 50  # characters; search engines do not take a shorter text as a description
_ALMOST_ELI: Final = "eli/reg_impl/2023/138"
_VAGUE: Final = "http://dcat-ap.de/def/licenses/other-"

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
    hvd = HVD_ACT in metadata.legislation
    for wanted in _wanted(metadata.kind, hvd):
        if not wanted.has(metadata):
            yield finding(wanted.rule, wanted.field, level=wanted.level)
    for name in _deprecated(metadata.kind):
        if getattr(metadata, name):
            yield finding("field-deprecated", name)
    yield from _values(metadata, _checked(metadata.kind), "")
    yield from _parts(metadata)
    if hvd or metadata.hvd_categories:
        yield from _high_value(metadata, hvd)
    if metadata.kind == "project":
        yield from _project(metadata)
    reported: set[str] = set()
    for distribution in metadata.distributions:
        yield from _distribution(distribution, hvd, reported)


def _parts(metadata: Metadata) -> Iterator[Finding]:
    """Description, publisher, contacts (convention 01), period."""
    descriptions = metadata.description.values()
    if descriptions and max(map(len, descriptions)) < MIN_DESCRIPTION:
        yield finding("description-short", "description", max(descriptions, key=len))
    agent = metadata.publisher
    if agent and not agent.name and not agent.id:
        yield finding("publisher-name-missing", "publisher", agent.iri, agent.iri)
    for contact in metadata.contacts:
        if not contact.email and not contact.url:
            yield finding("contact-unreachable", "contacts", node=contact.iri)
    for period in metadata.periods:
        yield from _period(period)
    for place in metadata.places:
        if place.geometry:
            yield finding("field-deprecated", "geometry", node=place.iri)
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


class _Checked(NamedTuple):
    """A field whose values can be wrong."""

    name: str
    many: bool
    values: str  # the list; "" = a date


@cache
def _checked(cls: str) -> tuple[_Checked, ...]:
    return tuple(
        _Checked(row.name, row.many, row.values)
        for row in fields_of(cls)
        if row.form == "date" or (row.form == "concept" and row.values)
    )


def _values(struct: Any, checked: tuple[_Checked, ...], node: str) -> Iterator[Finding]:
    for name, many, values in checked:
        value = getattr(struct, name)
        if not value:
            continue
        if not values:
            if not date_type(value):
                yield finding("date-unreadable", name, value, node)
        elif name == "themes":
            if not any(known(values, iri) for iri in value):
                yield finding("theme-unlisted", name, value[0], node)
        elif name == "licence":
            yield from _licence(value, node)
        else:
            for iri in value if many else (value,):
                if not known(values, iri):
                    yield finding(_unlisted(name, values, iri), name, iri, node)


@lru_cache(4096)
def _unlisted(field: str, values: str, iri: str) -> str:
    if field in ("format", "formats"):
        return "format-unknown"
    return "concept-former" if folding.match(values, iri) else "concept-unknown"


@lru_cache(4096)
def known(values: str, iri: str) -> bool:
    """Whether an IRI is in a list; for media types and languages, of which our lists have a part, in its scheme."""
    if iri in concept_list(values).by_iri:
        return True
    if values == "media-types":
        return iri.startswith(IANA)
    scheme = SCHEMES.get(values, ("",))[0]
    return values == "languages" and iri.startswith(scheme + "/")


def _licence(iri: str, node: str) -> Iterator[Finding]:
    """The findings about a licence: it must be one of GovData's list (convention 32 of DCAT-AP.de)."""
    listed = concept_list("licences").by_iri.get(iri)
    if listed and listed.extra["govdata"] == "true":
        if iri.startswith(_VAGUE):
            yield finding("licence-vague", "licence", iri, node)
    else:
        yield finding("licence-unlisted" if licence_of(iri) else "licence-unknown", "licence", iri, node)


@lru_cache(4096)
def licence_of(iri: str) -> Concept | None:
    """The licence of our list with this IRI or address."""
    return concept_list("licences").by_iri.get(iri) or licences.licence(iri)


def _period(period: Period) -> Iterator[Finding]:
    """The findings about a period (convention 38 of DCAT-AP.de)."""
    if not period.start and not period.end:
        yield finding("period-empty", "period", node=period.iri)
    for date in (period.start, period.end):
        if date and not date_type(date):
            yield finding("date-unreadable", "period", date, period.iri)
    if is_reversed(period.start, period.end):
        yield finding("period-reversed", "period", f"{period.start} – {period.end}", period.iri)


def _high_value(metadata: Metadata, hvd: bool) -> Iterator[Finding]:
    """The findings about a high-value dataset (DCAT-AP HVD, Implementing Regulation (EU) 2023/138)."""
    if not hvd:
        misspelt = next((iri for iri in metadata.legislation if _ALMOST_ELI in iri), "")
        yield finding("hvd-mark-missing", "legislation", misspelt)
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
        yield from _values(opportunity, _checked("Opportunity"), opportunity.iri)
    for milestone in metadata.milestones:
        yield from _values(milestone, _checked("Milestone"), milestone.iri)


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
    yield from _values(distribution, _checked("Distribution"), node)
    licence = licence_of(distribution.licence) if distribution.licence else None
    if licence and licence.extra["attribution"] == "true" and not distribution.attribution:
        yield finding("attribution-missing", "attribution", licence.notation, node)
    if distribution.download_url and distribution.access_url and distribution.download_url != distribution.access_url:
        yield finding("download-differs", "download_url", distribution.download_url, node)
    if hvd and HVD_ACT not in distribution.legislation:
        yield finding("hvd-mark-missing", "legislation", node=node)
