"""Each organization by one name: that of its own entry, in the reader's language, whatever a source calls it.

Entry point: `with_own_names`.
"""

from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from registry.catalog import Catalog
from registry.model import Agent, Position, Record, Text
from registry.model.agents import agents, with_agents


def with_own_names(catalog: Catalog, records: Iterable[Record]) -> list[Record]:
    """The records, with the names of all agents that are organizations of the catalogue replaced by their titles."""
    records = list(records)
    ids = {agent.id for record in records for _field, agent in agents(record.metadata) if agent.id}
    titles = _titles(catalog, ids)
    return [_renamed(record, titles) for record in records]


def _renamed(record: Record, titles: dict[str, Text]) -> Record:
    def renamed(agent: Agent) -> Agent:
        title = titles.get(agent.id)
        return replace(agent, name=title) if title and title != agent.name else agent

    if not any(agent.id in titles for _field, agent in agents(record.metadata)):
        return record
    return replace(record, said=with_agents(record.metadata, renamed), overrides=())


def _titles(catalog: Catalog, ids: set[str]) -> dict[str, Text]:
    titles = _read(catalog, catalog.store.position())  # not that of the index: a search server may be away
    if missing := {id for id in ids if id not in titles}:  # a difference would go through all that were read
        stored = catalog.store.get_many(sorted(missing))
        titles |= {id: stored[id].metadata.title if id in stored else {} for id in missing}
    return {id: title for id in ids if (title := titles[id])}


@lru_cache(maxsize=4)
def _read(catalog: Catalog, position: Position) -> dict[str, Text]:
    """The titles that were read since the store reached a position: each list names the same organizations."""
    return {}
