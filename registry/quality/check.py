"""What a record lacks or says in a way that others cannot use: from the levels of the rows and the conventions of
DCAT-AP.de."""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from registry.model import DCAT_KINDS, Distribution, Finding, Findings, Level, Metadata, Period
from registry.rdf.graphs import statements_of
from registry.rdf.references import SCHEMES
from registry.rdf.terms import date_type
from registry.rules import finding
from vocab import folding, licences
from vocab.concepts import Concept, concept_list
from vocab.fields import Field, fields_of
from vocab.namespaces import VOC
from vocab.profile import DE, EU, HVD, PROJECT, level

ELI: Final = "http://data.europa.eu/eli/reg_impl/2023/138/oj"  # marks a high-value dataset
LEAD: Final = VOC + "role/federfuehrung"
SHORT: Final = 50  # characters; what is shorter is not taken as a description by search engines
_ALMOST_ELI: Final = "eli/reg_impl/2023/138"
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_VAGUE: Final = "http://dcat-ap.de/def/licenses/other-"

# Mandatory in the profile, but given by the catalogue's own entry where the source is silent.
_GIVEN: Final = {("project", "modified")}
# Said once a record: it would be said of nearly every distribution.
_ONCE: Final = {"title", "modified", "availability"}


def check(metadata: Metadata) -> Findings:
    """What is missing or cannot be used: `must` as far as a profile forbids it, `should` where it recommends another
    thing, `hint` for what makes the entry easier to find."""
    return tuple(_findings(metadata))


def _findings(metadata: Metadata) -> Iterator[Finding]:
    hvd = ELI in metadata.legislation
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
    once: set[str] = set()
    for distribution in metadata.distributions:
        yield from _distribution(distribution, hvd, once)


def _parts(metadata: Metadata) -> Iterator[Finding]:
    """Description, publisher, contacts (convention 01), period."""
    words = metadata.description.values()
    if words and max(map(len, words)) < SHORT:
        yield finding("description-short", "description", max(words, key=len))
    agent = metadata.publisher
    if agent and not agent.name and not agent.id:
        yield finding("publisher-name-missing", "publisher", agent.iri, agent.iri)
    for contact in metadata.contacts:
        if not contact.email and not contact.url:
            yield finding("contact-unreachable", "contacts", node=contact.iri)
    if metadata.period:
        yield from _period(metadata.period)
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
    """The rows of a class that are mandatory or recommended; those of links are looked for among the links."""
    wanted = []
    for row in fields_of(cls):
        severity = _level(row, cls, hvd)
        if severity and not row.deprecated and (cls, row.name) not in _GIVEN:
            wanted.append(_Wanted(row.name, rule_of(row.name), severity, _has(row)))
    return tuple(wanted)


@cache
def demanded(cls: str) -> frozenset[str]:
    """The fields of a class, a kind or a node such as `Contact`, that must be there before it can be published."""
    return frozenset(wanted.field for wanted in _wanted(cls, False) if wanted.level in ("failed", "must"))


def _level(row: Field, cls: str, hvd: bool) -> Level | None:
    """The German profile decides, the European one where that is silent; our own for what is no dcat:Resource."""
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
    name = row.name
    if row.form == "link":
        return lambda metadata: any(link.relation == name for link in metadata.links)
    if row.form == "text" and not row.many:
        return lambda struct: any(text.strip() for text in getattr(struct, name).values())
    return lambda struct: getattr(struct, name)


def rule_of(field: str) -> str:
    """The rule that a missing field breaks."""
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
            if not any(known(values, one) for one in value):
                yield finding("theme-unlisted", name, value[0], node)
        elif name == "licence":
            yield from _licence(value, node)
        else:
            for one in value if many else (value,):
                if not known(values, one):
                    yield finding(_unlisted(name, values, one), name, one, node)


@lru_cache(4096)
def _unlisted(field: str, values: str, iri: str) -> str:
    if field in ("format", "formats"):
        return "format-unknown"
    return "concept-former" if folding.match(values, iri) else "concept-unknown"


@lru_cache(4096)
def known(values: str, iri: str) -> bool:
    """Whether an IRI is one of a list, or, where ours has not all of it, at home in its scheme."""
    if iri in concept_list(values).by_iri:
        return True
    if values == "media-types":
        return iri.startswith(_MEDIA_TYPES)
    scheme = SCHEMES.get(values, ("",))[0]
    return values == "languages" and iri.startswith(scheme + "/")


def _licence(iri: str, node: str) -> Iterator[Finding]:
    """Convention 32: of the list; another is passed on as it is (34)."""
    listed = concept_list("licences").by_iri.get(iri)
    if listed and listed.extra["govdata"] == "true":
        if iri.startswith(_VAGUE):
            yield finding("licence-vague", "licence", iri, node)
    else:
        yield finding("licence-unlisted" if licence_of(iri) else "licence-unknown", "licence", iri, node)


@lru_cache(4096)
def licence_of(iri: str) -> Concept | None:
    """The licence of our list that an IRI or address means."""
    return concept_list("licences").by_iri.get(iri) or licences.licence(iri)


def _period(period: Period) -> Iterator[Finding]:
    """Convention 38."""
    if not period.start and not period.end:
        yield finding("period-empty", "period", node=period.iri)
    for date in (period.start, period.end):
        if date and not date_type(date):
            yield finding("date-unreadable", "period", date, period.iri)
    if period.start and period.end and period.end[: len(period.start)] < period.start[: len(period.end)]:
        yield finding("period-reversed", "period", f"{period.start} – {period.end}", period.iri)


def _high_value(metadata: Metadata, hvd: bool) -> Iterator[Finding]:
    """DCAT-AP HVD: what Implementing Regulation (EU) 2023/138 asks of the metadata."""
    if not hvd:
        wrong = next((one for one in metadata.legislation if _ALMOST_ELI in one), "")
        yield finding("hvd-mark-missing", "legislation", wrong)
        return
    if metadata.kind == "dataset" and not any(one.access_services for one in metadata.distributions):
        yield finding("hvd-interface-missing", "distributions")
    if metadata.kind == "service" and not metadata.licence and not metadata.rights:
        yield finding("hvd-terms-missing", "licence")


def _project(metadata: Metadata) -> Iterator[Finding]:
    if metadata.participants and not any(one.role == LEAD for one in metadata.participants):
        yield finding("lead-missing", "participants")
    for one in metadata.opportunities:
        for wanted in _wanted("Opportunity", False):
            if not wanted.has(one):
                yield finding("opportunity-incomplete", "opportunities", wanted.field, one.iri)
        yield from _values(one, _checked("Opportunity"), one.iri)
    for milestone in metadata.milestones:
        yield from _values(milestone, _checked("Milestone"), milestone.iri)


def _distribution(one: Distribution, hvd: bool, once: set[str]) -> Iterator[Finding]:
    node = one.iri or one.id
    for wanted in _wanted("Distribution", False):
        if not wanted.has(one):
            if wanted.field in _ONCE:
                if wanted.field in once:
                    continue
                once.add(wanted.field)
            rule = "distribution-title-missing" if wanted.field == "title" else wanted.rule
            yield finding(rule, wanted.field, node=node, level=wanted.level)
    yield from _values(one, _checked("Distribution"), node)
    licence = licence_of(one.licence) if one.licence else None
    if licence and licence.extra["attribution"] == "true" and not one.attribution:
        yield finding("attribution-missing", "attribution", licence.notation, node)
    if one.download_url and one.access_url and one.download_url != one.access_url:
        yield finding("download-differs", "download_url", one.download_url, node)
    if hvd and ELI not in one.legislation:
        yield finding("hvd-mark-missing", "legislation", node=node)
