"""How the index on a server is written: from a template, beside the one that is read, with an alias that moves.

Entry point: `ElasticProjection`. The alias (`lotse`) names the index that readers use; each rebuild makes a new index
beside it (`lotse-000003`), then moves the alias in one step. The position stands in the mapping's `_meta`, written
after the documents: after a crash the same changes are applied again. docs/decisions/0167, 0168.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from elasticsearch import NotFoundError

from registry.errors import NotReadyError
from registry.isolation import isolated
from registry.model import Change, Position
from registry.projections.projection import note
from registry.search.elastic_bulk import Operation, operation, write
from registry.search.elastic_client import Server, open_client, reachable
from registry.search.elastic_health import health
from registry.search.entry import Entry, entry
from registry.search.facets import COUNTED, DATED_FACETS, INDEX_VERSION, PARENTS, TEXT_FACETS, TOGETHER
from registry.search.paging import ORDERS
from registry.search.query import HealthCheck
from registry.search.rebuilding import Checkpoints, input_digest
from registry.search.space_time import NUMBERS
from vocab.concepts import ConceptList

COPIES_SECONDS: Final = 30  # that a new index may take to be copied to other nodes before it is read

_TERMS: Final = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
_COUNTED: Final = {"type": "keyword", "ignore_above": 1000}
_ORDER: Final = {"type": "keyword", "index": False}
_NUMBER: Final = {"type": "integer", "index": False}
FIELDS: Final[dict[str, dict[str, Any]]] = {
    **dict.fromkeys(("title_stems", "title_grams", "text_grams"), _TERMS),
    "text_stems": {**_TERMS, "index_options": "positions"},  # for phrases,
    **dict.fromkeys(
        (*TEXT_FACETS, *(counted.field for counted in (*COUNTED, PARENTS)), "short_words", "words"), _COUNTED
    ),
    **dict.fromkeys(TOGETHER, _ORDER),
    **{field: {"type": "long"} for field in (*DATED_FACETS, *NUMBERS)},
    **dict.fromkeys((order.field for order in ORDERS.values()), _ORDER),
    **dict.fromkeys(("day", "quality"), _NUMBER),
    **{field: {"type": "integer"} for field in ("starts", "ends")},
}


class ElasticProjection:
    """The part of a SearchIndex that is a Projection. `prefix`: the alias, and how the names of its indices begin."""

    def __init__(self, server: Server, prefix: str, districts: ConceptList | None) -> None:
        self.server = server
        self.client = open_client(server)
        self.prefix = prefix
        self.districts = districts

    def position(self) -> Position | None:
        """The stored position; None also for an index of another INDEX_VERSION, which must be built again."""
        kept = self._kept()[1]
        return Position(kept["epoch"], kept["number"]) if kept else None

    def damage(self) -> str:
        """Nothing: Elasticsearch looks after its own files."""
        return ""

    def faults(self) -> Mapping[str, str]:
        kept = self._kept()[1]
        return dict(kept["faults"]) if kept else {}

    def health(self) -> tuple[HealthCheck, ...]:
        return health(self.client, self.server, f"{self.prefix}-*")

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        index, kept = self._kept()
        if not index or kept is None:
            raise NotReadyError("index-missing-or-older")
        faults = dict(kept["faults"])
        if self._write(index, changes, faults) or self.position() != position:
            self._keep(index, position, faults)

    def resumes_after(self, epoch: str) -> int:
        index, kept = self._half_built()
        return int(kept["number"]) if index and kept["epoch"] == epoch else 0

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        index, kept = self._half_built()
        if kept.get("epoch") != position.epoch:
            index, kept = self._new_index(), {"faults": {}}
        faults = dict(kept["faults"])
        checkpoints = Checkpoints(changes)
        building = {"building": input_digest(self.districts)}
        for part in checkpoints:
            self._write(index, part, faults)
            self._keep(index, Position(position.epoch, checkpoints.number), faults, building)
        self._keep(index, position, faults)
        self._switch_to(index)

    # -- indices and the alias

    def _indices(self) -> list[str]:
        """The names of our indices, oldest first."""
        names = self.client.indices.get(index=f"{self.prefix}-*", allow_no_indices=True, features="aliases")
        return sorted(name for name in names if re.fullmatch(rf"{re.escape(self.prefix)}-\d{{6}}", name))

    def _half_built(self) -> tuple[str, Mapping[str, Any]]:
        """The index of a rebuild that was killed, and its `_meta`; ("", {}) if there is none that can go on."""
        with reachable():
            names = self._indices()
            mappings = self.client.indices.get_mapping(index=names[-1]).body if names else {}
        for name, about in mappings.items():
            kept = about["mappings"].get("_meta", {})
            if kept.get("schema") == INDEX_VERSION and kept.get("building") == input_digest(self.districts):
                return (name, kept) if self._is_whole(name) else ("", {})
        return "", {}

    def _is_whole(self, index: str) -> bool:
        """Whether each part of an index is on a node."""
        with reachable():
            return bool(self.client.cluster.health(index=index)["status"] != "red")

    def _new_index(self) -> str:
        """The name of an empty index, made from the template. Half-built ones that cannot go on are removed."""
        with reachable():
            names = self._indices()
            read = self._kept()[0]
            for name in names:
                if name > read:
                    self.client.indices.delete(index=name, ignore_unavailable=True)
            self.client.indices.put_index_template(
                name=self.prefix,
                index_patterns=[f"{self.prefix}-{digit}*" for digit in range(10)],
                template={"settings": self.server.index_settings(), "mappings": _mappings()},
                priority=500,
                allow_auto_create=False,
            )
            index = f"{self.prefix}-{1 + max((int(name[-6:]) for name in names), default=0):06}"
            self.client.indices.create(index=index)
            self._wait_for_copies(index)  # of an empty index: from the first document on, two nodes have it
        return index

    def _wait_for_copies(self, index: str) -> None:
        """Waits until as many copies are there as there are nodes for, at most COPIES_SECONDS."""
        nodes = self.client.cluster.health()["number_of_data_nodes"]
        active = self.server.shards_on(nodes)
        client = self.client.options(ignore_status=408, request_timeout=2 * COPIES_SECONDS)  # 408: not reached in time
        client.cluster.health(index=index, wait_for_active_shards=str(active), timeout=f"{COPIES_SECONDS}s")

    def _switch_to(self, index: str) -> None:
        """Moves the alias and removes the other indices; before that, waits for copies that are being made."""
        with reachable():
            self._wait_for_copies(index)
            before = [name for name in self._indices() if name != index]
            actions = [{"remove": {"index": name, "alias": self.prefix, "must_exist": False}} for name in before]
            self.client.indices.update_aliases(actions=[*actions, {"add": {"index": index, "alias": self.prefix}}])
            for name in before:
                self.client.indices.delete(index=name, ignore_unavailable=True)

    # -- position and documents

    def _kept(self) -> tuple[str, Mapping[str, Any] | None]:
        """The index behind the alias ("" if there is none), and its `_meta` if it is of this INDEX_VERSION."""
        with reachable():
            try:
                mappings = self.client.indices.get_mapping(index=self.prefix)
            except NotFoundError:
                return "", None
        for name, about in mappings.items():
            kept = about["mappings"].get("_meta", {})
            return name, kept if kept.get("schema") == INDEX_VERSION else None
        return "", None

    def _keep(
        self, index: str, position: Position, faults: Mapping[str, str], building: Mapping[str, str] | None = None
    ) -> None:
        """Stores the position. `building`: the index is not complete; nobody reads it yet."""
        kept = {"schema": INDEX_VERSION, "epoch": position.epoch, "number": position.number, "faults": dict(faults)}
        with reachable():
            if building is None:
                self.client.indices.refresh(index=index)
            self.client.indices.put_mapping(index=index, meta={**kept, **(building or {})})

    def _write(self, index: str, changes: Iterable[Change], faults: dict[str, str]) -> int:
        """How many changes were written; those of them that are left out are in `faults`."""
        operations = (self._operation(change, faults) for change in changes)
        return write(self.client, index, operations, lambda id, why: note(faults, id, why))

    def _operation(self, change: Change, faults: dict[str, str]) -> Operation:
        """Writes or deletes the record; what cannot be written is deleted, and `lotse doctor` shows it. The version is
        the number of the change: a write can be repeated, and an older state never replaces a newer one."""
        faults.pop(change.id, None)
        version: dict[str, Any] = {"version": change.number, "version_type": "external_gte"}
        record, delete = change.record, operation("delete", change.id, **version)
        if record is None:
            return delete

        def write_record() -> Operation:
            return operation("index", change.id, document_of(entry(record, self.districts)), **version)

        def left_out(error: Exception) -> Operation:
            note(faults, change.id, f"{type(error).__name__}: {error}")
            return delete

        return isolated(write_record, left_out)


def _mappings() -> dict[str, Any]:
    return {"dynamic": "strict", "_source": {"enabled": False}, "properties": FIELDS}


def document_of(entry: Entry) -> dict[str, Any]:
    """The document of an entry, with the fields of FIELDS."""
    return {
        "title_stems": entry.title.stems,
        "title_grams": entry.title.grams,
        "text_stems": entry.text.stems,
        "text_grams": entry.text.grams,
        "short_words": entry.short_words,
        "words": entry.words,
        **{order.field: getattr(entry, order.field) for order in ORDERS.values()},
        "day": entry.day,
        "starts": entry.starts,
        "ends": entry.ends,
        "quality": entry.quality,
        **entry.facets,
        **entry.counted,
        **entry.numbers,
    }
