"""Checks described nodes: the agents, contacts, periods, places … of a record, and those that belong to no record.

Entry points: `nodes_of` for what a struct holds; `check_node` for the catalogue itself, its entries and nodes beside
them.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from registry.model import DCAT_KINDS, Agent, Contact, Finding, Findings, Level, Period, Place
from registry.quality.values import values
from registry.rules import finding
from vocab.fields import Field, fields_of
from vocab.profile import DE, EU, level
from vocab.values import is_reversed

_CHECKED_BY_OTHERS: Final = ("Distribution",)  # registry.quality.check
# What DCAT-AP.de recommends for a catalogue that is told once a file; of an entry only what is mandatory.
_RECOMMENDED_TOO: Final = ("catalog",)
_INCOMPLETE: Final = {"catalog": "catalogue-incomplete", "record": "entry-incomplete"}
_DCAT_CLASSES: Final = frozenset(DCAT_KINDS) | _INCOMPLETE.keys()


def check_node(struct: Any, cls: str) -> Findings:
    """The findings about a node that belongs to no record: the catalogue itself (`catalog`), an entry of it (`record`),
    an agent, a period …, with what it holds."""
    findings = [*_node(struct, cls, cls), *nodes_of(struct, cls, dcat=True)]
    return tuple(dict.fromkeys(findings))


def nodes_of(struct: Any, cls: str, dcat: bool | None = None) -> Iterator[Finding]:
    """The findings about the nodes that a struct holds, at any depth. What DCAT-AP.de demands of them counts for the
    kinds that it knows."""
    dcat = cls in _DCAT_CLASSES if dcat is None else dcat
    for row, name in _node_rows(cls):
        value = getattr(struct, name)
        if not value:
            continue
        for node in value if isinstance(value, tuple) else (value,):
            yield from _node(node, row.node, row.name, dcat)
            if _node_rows(row.node):
                yield from nodes_of(node, row.node, dcat)


@cache
def _node_rows(cls: str) -> tuple[tuple[Field, str], ...]:
    """The rows of a class whose values are described nodes, each with the field that holds all of them."""
    rows = (row for row in fields_of(cls) if row.form == "node" and row.node not in _CHECKED_BY_OTHERS)
    return tuple((row, row.all or row.name) for row in rows)


def _node(node: Any, cls: str, field: str, dcat: bool = True) -> Iterator[Finding]:
    """The findings about a node itself. `field`: that holds it."""
    if cls in _OWN_CHECKS:
        yield from _OWN_CHECKS[cls](node, field, dcat)
    elif dcat:
        yield from (_missing(wanted, cls, field, node.iri) for wanted in _wanted(cls) if not wanted.has(node))
    if dcat and cls != "Period":
        yield from values(node, cls, node.iri)


def _agent(agent: Agent, field: str, dcat: bool) -> Iterator[Finding]:
    if not agent.name and not agent.id and (dcat or field == "publisher"):
        rule = "publisher-name-missing" if field == "publisher" else "agent-name-missing"
        yield finding(rule, field, agent.iri, agent.iri)


def _contact(contact: Contact, field: str, dcat: bool) -> Iterator[Finding]:
    """Convention 01 of DCAT-AP.de."""
    if not contact.email and not contact.url:
        yield finding("contact-unreachable", field, node=contact.iri)


def _place(place: Place, field: str, dcat: bool) -> Iterator[Finding]:
    if place.geometry:
        yield finding("field-deprecated", "geometry", node=place.iri)


def _period(period: Period, field: str, dcat: bool) -> Iterator[Finding]:
    """Convention 38 of DCAT-AP.de."""
    if not period.start and not period.end:
        yield finding("period-empty", field, node=period.iri)
    for fault in values(period, "Period", period.iri):
        yield finding(fault.rule, field, fault.value, fault.node)
    if is_reversed(period.start, period.end):
        yield finding("period-reversed", field, f"{period.start} – {period.end}", period.iri)


_OWN_CHECKS: Final[Mapping[str, Callable[[Any, str, bool], Iterator[Finding]]]] = {
    "Agent": _agent, "Contact": _contact, "Place": _place, "Period": _period,
}  # fmt: skip


def _missing(wanted: "_Wanted", cls: str, field: str, node: str) -> Finding:
    if cls in _INCOMPLETE:
        return finding(_INCOMPLETE[cls], wanted.field, node=node, level=wanted.level)
    return finding("part-incomplete", field, wanted.field, node)


class _Wanted(NamedTuple):
    """A field that DCAT-AP or DCAT-AP.de asks for."""

    field: str
    level: Level
    has: Callable[[Any], Any]


@cache
def _wanted(cls: str) -> tuple[_Wanted, ...]:
    """The mandatory fields of a class, for a catalogue also the recommended ones."""
    levels: dict[str, Level] = {"M": "must"}
    if cls in _RECOMMENDED_TOO:
        levels["R"] = "should"
    return tuple(
        _Wanted(row.name, levels[asked], attrgetter(row.name))
        for row in fields_of(cls)
        if row.form != "link" and not row.deprecated
        and (asked := level(cls, row.name, DE) or level(cls, row.name, EU)) in levels
    )  # fmt: skip
