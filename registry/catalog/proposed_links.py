"""Links that a project could have and has not: proposed by addresses, names in its texts and similarity, for a person.

Entry points: `LinkProposals` (what is proposed), `confirm_link` and `refuse_link` (what a person decides). Invariants:
nothing is linked before somebody has confirmed it; what is linked already in either direction, or was refused, is not
proposed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from registry.catalog.catalog import Catalog
from registry.catalog.deciding import subject
from registry.catalog.lookup import backlinks, resolve
from registry.catalog.similar import Reason, similar_records
from registry.errors import NotReadyError
from registry.model import DCAT_KINDS, Account, Agent, Kind, Link, Metadata, Participation, Place, Record, Text
from registry.model.agents import agents
from registry.model.identity import local
from registry.model.message import message
from registry.people import permissions
from registry.store.store import Selection
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.folding import fold_text
from vocab.match import district, districts_in

# Kinds that are proposed if their name is in a text -> relation of a project to them
_BY_NAME: Final[Mapping[Kind, str]] = MappingProxyType(
    {"event": "event", "publicservice": "public_service", "organization": "participants"}
)
# Kind of the other thing -> relations of a project to it, the likeliest first
RELATIONS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    dict.fromkeys(DCAT_KINDS, ("uses", "produces")) | {kind: (relation,) for kind, relation in _BY_NAME.items()}
)
SIMILAR_KINDS: Final[tuple[Kind, ...]] = (*DCAT_KINDS, "event", "publicservice")
MIN_NAME_CHARACTERS: Final = 6  # of a name that is looked for in texts
MAX_PER_KIND: Final = 5
_ADDRESS: Final = re.compile(r"https?://[^\s\"<>\\]+")


class ProposedLink(NamedTuple):
    """A link that a person may confirm. `target`: a record id, or the notation of a district; `relations`: that it may
    be; `reasons`: why it is proposed, the weightiest first."""

    target: str
    title: Text
    kind: Kind | None  # None: a district
    relations: tuple[str, ...]
    reasons: tuple[Reason, ...]


class LinkProposals:
    """What could be linked with the projects of a catalogue; reads the names that it looks for once. `districts`: the
    list of the city."""

    def __init__(self, catalog: Catalog, districts: ConceptList | None) -> None:
        self._catalog = catalog
        self._districts = districts

    def of(self, record: Record) -> list[ProposedLink]:
        """The proposals for a project, at most MAX_PER_KIND of a kind; none for other things."""
        if record.kind != "project" or not record.shown:
            return []
        hidden = {record.id, *self._linked(record), *self._catalog.refused_links.of(record.id)}
        reasons: dict[str, list[Reason]] = {}
        for id, reason in (*self._by_address(record), *self._by_name(record), *self._by_similarity(record)):
            if id not in hidden:
                reasons.setdefault(id, []).append(reason)
        others = self._catalog.store.get_many(list(reasons))
        proposed = [
            ProposedLink(id, others[id].metadata.title, others[id].kind, RELATIONS[others[id].kind], tuple(given))
            for id, given in reasons.items()
            if id in others and others[id].shown and others[id].kind in RELATIONS
        ]
        proposed += (entry for entry in self._districts_named(record) if entry.target not in hidden)
        return _first_of_each_kind(proposed)

    def named(self, record: Record, target: str) -> ProposedLink | None:
        """The proposal of that target, if it is proposed now."""
        return next((proposal for proposal in self.of(record) if proposal.target == target), None)

    def title(self, target: str) -> Text:
        """What a target is called, for the list of what was refused; empty if it is no longer there."""
        record = self._catalog.store.get(target)
        concept = self._districts.get(target) if self._districts and not record else None
        return record.metadata.title if record else dict(concept.labels) if concept else {}

    def _linked(self, record: Record) -> Iterator[str]:
        """Ids of what the record is linked with, and notations of its districts."""
        metadata = record.metadata
        for link in metadata.links:
            yield resolve(self._catalog, link.iri) or ""
        yield from (link.id for link in backlinks(self._catalog, record))
        yield from (agent.id for _field, agent in agents(metadata))
        for name in (name for place in metadata.places for name in (place.iri, *place.name.values())):
            if self._districts and (concept := district(name, self._districts)):
                yield concept.notation

    def _by_address(self, record: Record) -> Iterator[tuple[str, Reason]]:
        """What the metadata name by its address: the IRI of a record, or a page of ours."""
        encoded = msgspec.json.encode(record.metadata).decode()
        base = self._catalog.settings.base_url
        for address in dict.fromkeys(text.rstrip(".,;)") for text in _ADDRESS.findall(encoded)):
            page = address.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
            id = resolve(self._catalog, address) or (page if address.startswith(f"{base}/") else "")
            if id:
                yield id, Reason("address", 1.0, (address,))

    def _by_name(self, record: Record) -> Iterator[tuple[str, Reason]]:
        """What the texts call by its name, and what calls the project by its title."""
        text, titles = _text_of(record.metadata), list(_names_of(record.metadata))
        for id, names, own_text in self._named_records:
            name = next((name for name, folded in names if f" {folded} " in text), "")
            if name:
                yield id, Reason("name", 0.8, (name,))
            elif title := next((title for title, folded in titles if f" {folded} " in own_text), ""):
                yield id, Reason("name", 0.8, (title,))

    @cached_property
    def _named_records(self) -> list[tuple[str, list[tuple[str, str]], str]]:
        """Id, names and folded text of the records whose names are looked for."""
        store = self._catalog.store
        records = (record for kind in _BY_NAME for record in store.find(Selection(kind=kind, shown=True)))
        return [(record.id, list(_names_of(record.metadata)), _text_of(record.metadata)) for record in records]

    def _by_similarity(self, record: Record) -> Iterator[tuple[str, Reason]]:
        try:
            for similar in similar_records(self._catalog, record, SIMILAR_KINDS):
                yield from ((similar.record.id, reason) for reason in similar.reasons)
        except NotReadyError:  # no search index yet
            return

    def _districts_named(self, record: Record) -> Iterator[ProposedLink]:
        for concept in districts_in(_texts_of(record.metadata), self._districts) if self._districts else ():
            reasons = (Reason("name", 0.8, (next(iter(concept.labels.values())),)),)
            yield ProposedLink(concept.notation, dict(concept.labels), None, ("places",), reasons)


def confirm_link(
    catalog: Catalog, record: Record, proposal: ProposedLink, account: Account, relation: str, concept: Concept | None
) -> Record:
    """Links a project with what was proposed, in the name of the account; returns the record. `concept`: the district,
    if it is one.

    NotAllowedError; ConflictError if the record was changed meanwhile, ValidationError if it may not be published so.
    """
    permissions.after(account, "link", subject(record))
    title = next(iter(proposal.title.values()), proposal.target)
    metadata = _with_link(record.metadata, proposal, relation, concept)
    return catalog.revise(record.id, metadata, record.number, account.name, message("link-confirmed", title=title))


def refuse_link(catalog: Catalog, record: Record, target: str, account: Account) -> None:
    """Notes that the link is not wanted; NotAllowedError."""
    permissions.after(account, "link", subject(record))
    catalog.refused_links.refuse(record.id, target, account.name)


def _with_link(metadata: Metadata, proposal: ProposedLink, relation: str, concept: Concept | None) -> Metadata:
    if concept:
        return replace(metadata, places=(*metadata.places, Place(iri=concept.iri, name=dict(concept.labels))))
    if relation == "participants":
        agent = Agent(id=proposal.target, name=proposal.title)
        partner = Participation(agent=agent, role=concept_list("roles").by_notation["partner"].iri)
        return replace(metadata, participants=(*metadata.participants, partner))
    return replace(metadata, links=(*metadata.links, Link(relation, local(proposal.target))))


def _first_of_each_kind(proposals: Iterable[ProposedLink]) -> list[ProposedLink]:
    counted: dict[str, int] = {}
    kept = []
    for proposal in sorted(
        proposals, key=lambda entry: (-sum(reason.points for reason in entry.reasons), entry.target)
    ):
        kind = proposal.kind or "district"
        counted[kind] = counted.get(kind, 0) + 1
        if counted[kind] <= MAX_PER_KIND:
            kept.append(proposal)
    return kept


def _names_of(metadata: Metadata) -> Iterator[tuple[str, str]]:
    """Titles and aliases that say enough to be looked for, each with its folded form."""
    for name in (*metadata.title.values(), *metadata.aliases):
        if len(folded := fold_text(name)) >= MIN_NAME_CHARACTERS:
            yield name, folded


def _text_of(metadata: Metadata) -> str:
    """Title, summary and description, folded, with blanks at both ends."""
    return f" {fold_text(_texts_of(metadata))} "


def _texts_of(metadata: Metadata) -> str:
    """Title, summary and description in all languages."""
    return " ".join((*metadata.title.values(), *metadata.abstract.values(), *metadata.description.values()))
