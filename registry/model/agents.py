"""The agents that a record names, and which of them are organizations that the catalogue knows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

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
    """The same metadata with each agent changed."""
    new: dict[str, Any] = {}
    for field in _ONE:
        if agent := getattr(metadata, field):
            new[field] = change(agent)
    for field in _MANY:
        if several := getattr(metadata, field):
            new[field] = tuple(map(change, several))
    if metadata.participants:
        new["participants"] = tuple(replace(one, agent=change(one.agent)) for one in metadata.participants)
    if metadata.funding:
        new["funding"] = tuple(
            replace(one, funder=change(one.funder)) if one.funder else one for one in metadata.funding
        )
    return replace(metadata, **new) if new else metadata


def organizations_by_name(records: Iterable[Record]) -> dict[str, str]:
    """Each IRI, identifier, alias and folded name of known organizations -> id; an ambiguous one belongs to nobody."""
    found: dict[str, set[str]] = {}
    for record in records:
        said = record.metadata
        words = (*said.title.values(), *said.aliases)
        for name in (*filter(None, (said.iri, *said.identifiers)), *map(normal_name, words), f"/id/{record.id}"):
            found.setdefault(name, set()).add(record.id)
    return {name: ids.pop() for name, ids in found.items() if name and len(ids) == 1}


def match_agents(metadata: Metadata, organizations: Mapping[str, str]) -> Metadata:
    """Gives each agent the id of the organization it is: by IRI, then identifier, then name in any language."""
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
