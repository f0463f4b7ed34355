"""All nouns of the catalogue, as frozen structs: the type in the code, the JSON in the store, the body of the API.

A struct that stands for an RDF node has `iri`: its IRI, or a blank node's label in canonical form (`_:b0`), or "" when
it was not read from RDF. Statements that no row of `vocab/fields.py` covers hang on these labels.

`gc=False`: structs are frozen and never part of a ring, and Python's collector would look through every one of them
again and again while thousands are read.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

import msgspec

Text = Mapping[str, str]  # words by language tag; "und" = no tag given
Kind = Literal["dataset", "series", "service", "project", "organization", "event", "publicservice"]
KINDS: tuple[Kind, ...] = ("dataset", "series", "service", "project", "organization", "event", "publicservice")
DATA: tuple[Kind, ...] = ("dataset", "series", "service")  # what DCAT knows
Level = Literal["failed", "must", "should", "hint"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)  # the gravest first
DraftState = Literal["draft", "submitted", "returned"]
Date = str  # ISO 8601 with the accuracy that was given: 2021, 2021-03, 2021-03-04, 2021-03-04T10:00:00Z


class Node(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A described thing inside a record; an RDF node."""

    iri: str = ""


class Agent(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """foaf:Agent. `id`: the record of a known organization, added by matching; empty if none."""

    name: Text = {}
    id: str = ""
    type: str = ""  # ADMS publisher type
    homepage: str = ""
    email: str = ""
    identifiers: tuple[str, ...] = ()


class Contact(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """vcard:Kind; a function address, not a private person."""

    name: Text = {}
    email: str = ""
    url: str = ""
    telephone: str = ""


class Period(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """dct:PeriodOfTime; an open end is empty."""

    start: Date = ""
    end: Date = ""


class Place(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """dct:Location; geometries are WKT in longitude, latitude."""

    name: Text = {}
    bbox: str = ""
    centroid: str = ""
    geometry: str = ""


class Identifier(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """adms:Identifier"""

    notation: str = ""


class Statement(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A rights or provenance statement in words, or just its IRI."""

    label: Text = {}


class Checksum(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """spdx:Checksum; `value` is lower-case hex."""

    algorithm: str = ""
    value: str = ""


class Participation(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Agent + role + period: prov:Association of a project, prov:Attribution of a dataset."""

    agent: Agent = Agent()
    role: str = ""
    period: Period | None = None
    description: Text = {}


class Relationship(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """dcat:Relationship"""

    relation: str = ""
    role: str = ""


class Distribution(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """dcat:Distribution: one form in which a dataset can be had. `id` stays: from its IRI, else its address."""

    id: str = ""
    title: Text = {}
    description: Text = {}
    access_url: str = ""
    download_url: str = ""
    access_services: tuple[str, ...] = ()
    format: str = ""
    media_type: str = ""
    compress_format: str = ""
    package_format: str = ""
    size: int | None = None  # bytes
    checksum: Checksum | None = None
    licence: str = ""
    attribution: Text = {}
    rights: tuple[Statement, ...] = ()
    policy: str = ""
    availability: str = ""
    status: str = ""
    issued: Date = ""
    modified: Date = ""
    languages: tuple[str, ...] = ()
    conforms_to: tuple[str, ...] = ()
    legislation: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    spatial_resolution: str = ""  # metres, a decimal as it was written
    temporal_resolution: str = ""  # xsd:duration


class Money(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """schema:MonetaryAmount; never summed across currencies."""

    value: str = ""  # a decimal as it was written
    currency: str = ""  # ISO 4217
    state: str = ""  # estimated, decided, paid: a concept of budget-states


class Funding(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """schema:MonetaryGrant"""

    name: Text = {}
    identifier: str = ""
    funder: Agent | None = None
    amount: Money | None = None


class Milestone(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A step of a project: planned and reached."""

    title: Text = {}
    planned: Date = ""
    reached: Date = ""
    reason: Text = {}  # why a date moved


class Opportunity(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """schema:Demand: a chance to take part, or a call for partners."""

    type: str = ""  # a concept of opportunities
    title: Text = {}
    description: Text = {}
    starts: Date = ""
    ends: Date = ""
    contacts: tuple[Contact, ...] = ()
    page: str = ""


class Observation(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """schema:Observation"""

    date: Date = ""
    value: str = ""


class Indicator(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What a project wants to reach, and how far it is."""

    title: Text = {}
    unit: str = ""
    baseline: str = ""
    target: str = ""
    observations: tuple[Observation, ...] = ()
    source: str = ""


class Address(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """vcard:Address"""

    street: str = ""
    postal_code: str = ""
    locality: str = ""
    country: str = ""


class Link(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """To another thing by IRI; `relation` is the field name of a link row of `vocab/fields.py`."""

    relation: str
    iri: str


class Metadata(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What is said of one thing; all that harvesters and forms produce. Concepts and links are IRIs."""

    kind: Kind
    title: Text = {}
    abstract: Text = {}
    description: Text = {}
    iri: str = ""
    identifiers: tuple[str, ...] = ()
    other_identifiers: tuple[Identifier, ...] = ()
    version: str = ""
    version_notes: Text = {}
    landing_page: str = ""
    documentation: tuple[str, ...] = ()
    image: str = ""
    types: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    keywords: Mapping[str, tuple[str, ...]] = {}
    languages: tuple[str, ...] = ()
    frequency: str = ""
    access: str = ""
    availability: str = ""
    licence: str = ""  # of a service
    rights: tuple[Statement, ...] = ()
    formats: tuple[str, ...] = ()  # of a service
    conforms_to: tuple[str, ...] = ()
    legislation: tuple[str, ...] = ()
    hvd_categories: tuple[str, ...] = ()
    provenance: tuple[Statement, ...] = ()
    publisher: Agent | None = None
    creators: tuple[Agent, ...] = ()
    contributors: tuple[Agent, ...] = ()
    custodians: tuple[Agent, ...] = ()
    originators: tuple[Agent, ...] = ()
    contacts: tuple[Contact, ...] = ()
    participants: tuple[Participation, ...] = ()
    issued: Date = ""
    modified: Date = ""
    period: Period | None = None
    places: tuple[Place, ...] = ()
    spatial_resolution: str = ""
    temporal_resolution: str = ""
    geocoding_levels: tuple[str, ...] = ()
    geocoding: tuple[str, ...] = ()
    geocoding_description: Text = {}
    legal_basis: Text = {}
    quality_process: str = ""
    contributor_ids: tuple[str, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    samples: tuple[str, ...] = ()
    endpoint: str = ""
    endpoint_description: str = ""
    phase: str = ""
    goals: tuple[Text, ...] = ()
    benefits: tuple[Text, ...] = ()
    chances: tuple[Text, ...] = ()
    risks: tuple[Text, ...] = ()
    budget: Money | None = None
    funding: tuple[Funding, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    decisions: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    classification: str = ""
    address: Address | None = None
    aliases: tuple[str, ...] = ()
    starts: Date = ""
    ends: Date = ""
    organizer: Agent | None = None
    links: tuple[Link, ...] = ()
    statements: str = ""  # N-Triples that no row covers; kept, digested, served again
    extras: Mapping[str, Any] = {}  # the same for sources that are not RDF

    def digest(self) -> str:
        """32 hex characters; the same words give the same digest, in any order of lists and keys.

        A date that is only the entry's own (extras: metadata_modified) does not count: touching it is no change.
        """
        words = msgspec.to_builtins(self)
        if "metadata_modified" in self.extras:
            words.pop("modified", None)
            del words["extras"]["metadata_modified"]
        return hashlib.blake2b(_encode(_ordered(words)), digest_size=16).hexdigest()


_encode = msgspec.json.Encoder(order="sorted").encode  # sees to the keys


def _ordered(value: Any) -> Any:
    """The members of lists in order of their JSON. `value`: of builtins only, so its type says all."""
    kind = type(value)
    if kind is dict:
        return {key: item if type(item) is str else _ordered(item) for key, item in value.items()}
    if kind is list or kind is tuple:  # msgspec leaves tuples as they are
        if len(value) == 1:
            return [_ordered(value[0])]
        parts = sorted([_encode(item if type(item) is str else _ordered(item)) for item in value])
        return [msgspec.Raw(part) for part in parts]
    return value


class Origin(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where a harvested record came from."""

    source: str
    remote_id: str
    url: str = ""


class Override(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A curator's word over a harvested one; `seen` is what the source said then (JSON values)."""

    field: str
    value: Any
    seen: Any
    by: str
    at: datetime
    why: str = ""


class Withdrawal(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    by: str  # a person's account name, or "source:NAME"
    at: datetime
    why: str = ""


class Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """The catalogue's entry for a thing. `number` 0 = not stored yet; `created`, `changed` are set by the store.

    `digest`: of a harvested thing as its source gave it, before agents were matched and links resolved.
    """

    id: str
    said: Metadata
    overrides: tuple[Override, ...] = ()
    state: Literal["published", "withdrawn"] = "published"
    withdrawn: Withdrawal | None = None
    owner: str = ""
    origin: Origin | None = None
    same_as: str | None = None
    created: datetime | None = None
    changed: datetime | None = None
    number: int = 0
    digest: str = ""

    @property
    def metadata(self) -> Metadata:
        """What is shown: said, with the overrides laid over it."""
        if not self.overrides:
            return self.said
        words = msgspec.to_builtins(self.said)
        words.update({override.field: override.value for override in self.overrides})
        return msgspec.convert(words, Metadata)

    @property
    def kind(self) -> Kind:
        return self.said.kind

    @property
    def shown(self) -> bool:
        """Whether projections and exports have it."""
        return self.state == "published" and self.same_as is None


class Comment(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    by: str
    at: datetime
    text: str
    field: str = ""


class Draft(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What people work on: a new entry, an edit, a proposal. `version` counts its own saves (compare and set)."""

    id: str
    metadata: Metadata
    of: str | None = None  # record id
    base: int = 0  # number of that record when the work began
    state: DraftState = "draft"
    author: str = ""
    owner: str = ""
    comments: tuple[Comment, ...] = ()
    created: datetime | None = None
    changed: datetime | None = None
    version: int = 0


class Change(msgspec.Struct, frozen=True):
    """`record` None: withdrawn, erased, or shown under another."""

    number: int
    id: str
    record: Record | None


class Position(msgspec.Struct, frozen=True):
    epoch: str
    number: int


class Version(msgspec.Struct, frozen=True):
    number: int
    at: datetime
    by: str
    note: str
    record: Record


class Backlink(msgspec.Struct, frozen=True):
    """A record that points to an IRI."""

    id: str
    relation: str
    iri: str


class Finding(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something about a record that somebody should know; sentence and remedy are looked up by `rule`."""

    rule: str
    level: Level
    field: str = ""
    node: str = ""  # IRI or label of the node inside the record, "" = the thing itself
    value: str = ""  # the offending value word for word


Findings = tuple[Finding, ...]


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the store knows of a source's remote id, for planning."""

    id: str
    number: int
    digest: str  # as the source gave it
    iri: str
    identifiers: tuple[str, ...]
    state: str
    withdrawn_by: str = ""
    distributions: int = 0
    same_as: str | None = None


class Source(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A catalogue that is harvested. `rank`: smaller is nearer to the publisher; `schedule`: a cron line or ""."""

    name: str
    kind: str
    url: str
    settings: Mapping[str, str] = {}
    owner: str = ""
    rank: int = 100
    language: str = ""
    schedule: str = ""
    title: str = ""


class Step(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One act of a harvest plan, as `Catalog.take` carries it out. `id`, `number` "" and 0: a new record.
    `digest`: of the metadata, if it was counted already."""

    action: Literal["add", "change", "moved", "back", "conflict", "withdraw"]
    remote_id: str
    id: str = ""
    number: int = 0
    metadata: Metadata | None = None  # None: withdraw
    url: str = ""
    why: str = ""
    digest: str = ""


class Taken(msgspec.Struct, frozen=True):
    """What became of a step: the record and its number."""

    remote_id: str
    id: str
    number: int


class Catalogue(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """The description of a catalogue: one for us, one a source (dcat:Catalog)."""

    title: Text = {}
    description: Text = {}
    publisher: Agent | None = None
    creators: tuple[Agent, ...] = ()
    homepage: str = ""
    licence: str = ""
    rights: tuple[Statement, ...] = ()
    languages: tuple[str, ...] = ()
    issued: Date = ""
    modified: Date = ""
    places: tuple[Place, ...] = ()
    period: Period | None = None
    theme_taxonomies: tuple[str, ...] = ()
    legislation: tuple[str, ...] = ()
    availability: str = ""
    links: tuple[Link, ...] = ()
    statements: str = ""


class CatalogRecord(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """dcat:CatalogRecord of a dataset, series or service; foaf:Document in the register for other kinds."""

    topic: str = ""
    title: Text = {}
    description: Text = {}
    issued: Date = ""
    modified: Date = ""
    status: str = ""
    conforms_to: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    source: str = ""


class Run(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One pass over a source; the nouns are those of interface.md, `lotse harvest --json`."""

    source: str
    number: int
    outcome: Literal[
        "applied", "unchanged", "waiting", "failed", "planned", "running", "interrupted", "superseded", "discarded"
    ]
    reason: Text | None = None  # waiting or failed: {"de", "en"}
    complete: bool = False
    listed: int = 0
    seconds: float = 0.0
    counts: Mapping[str, int] = {}  # COUNTS
    rules: Mapping[str, int] = {}  # rule -> how often
    reported: int = 0  # the run under whose number the same problems stand already; 0: its own
    started: datetime | None = None
    ended: datetime | None = None
    done: int = 0  # progress of a running one
    of: int | None = None


COUNTS = ("added", "changed", "same", "moved", "back", "conflict", "failed", "gone", "withdrawn")


class Problem(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A finding about a remote thing, as a run reports it."""

    record: str  # remote id
    finding: Finding


class Account(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Who signed in. A member registers for its `organizations`; a reviewer is a Digitallotse."""

    name: str
    role: Literal["member", "reviewer", "administrator"] = "member"
    organizations: tuple[str, ...] = ()
    full_name: str = ""
