"""Which organization is a unit of which, from the pairs that the index holds of organizations.

Entry point: `OrganizationTree`. A record of a unit counts for the organizations above it, too. The pairs are read from
the index and not stored with each record: when an organization moves, only its own entry changes.
"""

from collections.abc import Collection, Iterable, Mapping


class OrganizationTree:
    """`pairs`: "id<tab>id of the organization that it is a unit of". Circles are cut: nothing is above itself."""

    def __init__(self, pairs: Iterable[str] = ()) -> None:
        self._above: dict[str, set[str]] = {}
        self._below: dict[str, set[str]] = {}
        for pair in pairs:
            id, _, above = pair.partition("\t")
            self._above.setdefault(id, set()).add(above)
            self._below.setdefault(above, set()).add(id)

    def above(self, id: str) -> frozenset[str]:
        """All organizations that it belongs to, directly or not."""
        return _reached(self._above, id) - {id}

    def units(self, id: str) -> tuple[str, ...]:
        """The organization itself and all that are below it."""
        return (id, *sorted(_reached(self._below, id) - {id}))

    def parents(self, ids: Collection[str]) -> dict[str, str]:
        """For each of these organizations the one of them that it is a unit of; the first of several by id. Nothing
        for those that go round in a circle."""
        parents = {id: min(self._above.get(id, set()).intersection(ids), default="") for id in ids}
        return {id: parent for id, parent in parents.items() if parent and id not in self.above(parent)}

    def with_parents(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Counts in which each organization has those of its units added."""
        added = dict(counts)
        for id, count in counts.items():
            for above in self.above(id):
                added[above] = added.get(above, 0) + count
        return added


def _reached(steps: Mapping[str, set[str]], start: str) -> frozenset[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = steps.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return frozenset(reached)
