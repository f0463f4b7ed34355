"""Lists and changes the agents that metadata names, and matches them with the organizations of the catalogue."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from registry.model.identity import local
from registry.model.metadata import Agent, Metadata
from registry.model.record import Record
from registry.model.text import normal_name

_ONE = ("publisher", "organizer")
_MANY = ("creators", "contributors", "custodians", "originators")


def agents(metadata: Metadata) -> Iterator[tuple[str, Agent]]:
    """Every agent with the name of the field it stands in; of `participants` and `funding` the agent inside."""
    for field in _ONE:
        if agent := getattr(metadata, field):
            yield field, agent
    for field in _MANY:
        for agent in getattr(metadata, field):
            yield field, agent
    for participation in metadata.participants:
        yield "participants", participation.agent
    for funding in metadata.funding:
        if funding.funder:
            yield "funding", funding.funder


def with_agents(metadata: Metadata, change: Callable[[Agent], Agent]) -> Metadata:
    """A copy of the metadata in which each agent is replaced by `change(agent)`."""
    new: dict[str, Any] = {}
    for field in _ONE:
        if agent := getattr(metadata, field):
            new[field] = change(agent)
    for field in _MANY:
        if field_agents := getattr(metadata, field):
            new[field] = tuple(map(change, field_agents))
    if metadata.participants:
        new["participants"] = tuple(
            replace(participation, agent=change(participation.agent)) for participation in metadata.participants
        )
    if metadata.funding:
        new["funding"] = tuple(
            replace(funding, funder=change(funding.funder)) if funding.funder else funding
            for funding in metadata.funding
        )
    return replace(metadata, **new) if new else metadata


def organizations_by_name(records: Iterable[Record]) -> dict[str, str]:
    """Each IRI, identifier, alias and folded name of these organizations -> record id; names of two are left out."""
    ids_by_name: dict[str, set[str]] = {}
    for record in records:
        metadata = record.metadata
        keys = (metadata.iri, *metadata.identifiers, local(record.id))
        titles = map(normal_name, (*metadata.title.values(), *metadata.aliases))
        for name in filter(None, (*keys, *titles)):
            ids_by_name.setdefault(name, set()).add(record.id)
    return {name: ids.pop() for name, ids in ids_by_name.items() if len(ids) == 1}


def match_agents(metadata: Metadata, organizations: Mapping[str, str]) -> Metadata:
    """The metadata with the record id of its organization added to each agent that has none.

    `organizations`: as `organizations_by_name` returns it. An agent is looked up by IRI, then by identifiers, then by
    name in any language.
    """
    if not organizations:
        return metadata

    def matched(agent: Agent) -> Agent:
        if agent.id:
            return agent
        names = (agent.iri, *agent.identifiers, *map(normal_name, agent.name.values()))
        id = next((organizations[name] for name in names if name in organizations), "")
        return replace(agent, id=id) if id else agent

    if not any(True for _ in agents(metadata)):
        return metadata
    return with_agents(metadata, matched)
