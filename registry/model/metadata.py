"""The description of one thing and all parts of it, as frozen structs; `vocab/fields.py` maps the fields to RDF.

A struct that stands for an RDF node has `iri`: its IRI, or a blank node's label in canonical form (`_:b0`), or "" if it
was not read from RDF. Statements that no row of `vocab/fields.py` covers refer to nodes by these labels.

`gc=False` takes the structs out of Python's cyclic garbage collection, which would visit each of thousands again and
again. That is safe because they are frozen, so that no reference cycle can form.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from registry.model.message import Message
from vocab.kinds import KIND_ROWS

Text = Mapping[str, str]  # words by language tag; "und" = no tag given
Kind = Literal["dataset", "series", "service", "project", "organization", "event", "publicservice"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)  # `vocab/kinds.py` has a row for each
DCAT_KINDS: Final[tuple[Kind, ...]] = tuple(kind for kind in KINDS if KIND_ROWS[kind].in_dcat)
Level = Literal["failed", "must", "should", "hint"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)  # the gravest first
Date = str  # ISO 8601 with the accuracy that was given: 2021, 2021-03, 2021-03-04, 2021-03-04T10:00:00Z


class Node(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """The base of structs that stand for an RDF node."""

    iri: str = ""


class Agent(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """foaf:Agent. `id`: record id of the organization that `registry.model.agents` matched it with, or ""."""

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
    """A statement of rights or provenance: its text, or only its IRI."""

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


class Column(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """csvw:Column: what a column of a file means. `name`: as in the file; `title`: what it is called for people."""

    number: int | None = None  # from 1, in the order of the file
    name: str = ""
    title: Text = {}
    description: Text = {}
    datatype: str = ""  # a concept of column-types
    unit: str = ""
    aggregate: str = ""  # whether values are added up or averaged: a concept of aggregates


class TableSchema(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """csvw:Schema: the columns of a file, as far as its source or its authors describe them."""

    columns: tuple[Column, ...] = ()


class Distribution(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """dcat:Distribution: a file or an access to the data of a dataset. `id`: by `registry.model.identity.with_ids`."""

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
    table_schema: TableSchema | None = None


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
    """A step of a project, with the date it was planned for and the date it was reached."""

    title: Text = {}
    planned: Date = ""
    reached: Date = ""
    reason: Text = {}  # why a date moved


class PhaseStep(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A phase of a project, with the date on which it was planned to begin and the one on which it began."""

    phase: str = ""  # a concept of phases
    planned: Date = ""
    reached: Date = ""
    reason: Text = {}  # why a date moved


class CostStep(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What a project costs as it was known on a date: first planned, then changed with a reason, in the end paid."""

    value: str = ""  # a decimal as it was written
    currency: str = ""  # ISO 4217
    state: str = ""  # estimated, decided, paid: a concept of budget-states
    date: Date = ""
    reason: Text = {}  # why the sum changed


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
    """A measured target of a project, with the values observed so far."""

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
    """A link to another thing by its IRI; `relation`: field name of a link row of `vocab/fields.py`."""

    relation: str
    iri: str


class Metadata(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """The description of one thing: what harvesters and forms produce. Concepts and links are IRIs."""

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
    image_text: Text = {}  # what the image shows, for those who do not see it
    image_credit: str = ""
    image_licence: str = ""
    types: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    keywords: Mapping[str, tuple[str, ...]] = {}
    languages: tuple[str, ...] = ()
    frequency: str = ""
    access: str = ""
    access_reason: Text = {}
    access_review: str = ""  # when somebody decides on the access again
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
    periods: tuple[Period, ...] = ()  # all of them; `period` is the first
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
    phase_steps: tuple[PhaseStep, ...] = ()
    cost_steps: tuple[CostStep, ...] = ()
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
    extras: Mapping[str, Any] = {}  # keys of sources without RDF that no field covers; kept, digested, served again

    def __post_init__(self) -> None:
        """Keeps `period` the first of `periods`, whichever of them was given."""
        if self.period and self.periods[:1] != (self.period,):
            msgspec.structs.force_setattr(self, "periods", (self.period, *self.periods[1:]))
        elif self.periods and not self.period:
            msgspec.structs.force_setattr(self, "period", self.periods[0])

    def digest(self) -> str:
        """32 hexadecimal digits, the same for the same values in any order of lists and keys.

        The date of the source's entry itself (extras: metadata_modified) does not count: a new date alone is no change.
        """
        fields = msgspec.to_builtins(self)
        if len(self.periods) == 1:
            del fields["periods"]  # as it was before records had several
        if "metadata_modified" in self.extras:
            fields.pop("modified", None)
            del fields["extras"]["metadata_modified"]
        return hashlib.blake2b(_encode(_ordered(fields)), digest_size=16).hexdigest()


_encode = msgspec.json.Encoder(order="sorted").encode  # sorts the keys; `_ordered` sorts the lists


def _ordered(value: Any) -> Any:
    """The value with the members of all lists sorted by their JSON. `value`: made of builtins only."""
    kind = type(value)
    if kind is dict:
        return {key: _ordered(item) if type(item) in _CONTAINERS else item for key, item in value.items()}
    if kind is list or kind is tuple:
        if len(value) == 1:
            return [_ordered(value[0])]
        parts = sorted([_encode(_ordered(item) if type(item) in _CONTAINERS else item) for item in value])
        return [msgspec.Raw(part) for part in parts]
    return value


_CONTAINERS: Final = frozenset((dict, list, tuple))  # msgspec leaves tuples as they are


class Finding(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A fault or a gap in a record; its sentence and remedy are looked up by `rule` (`registry.rules`)."""

    rule: str
    level: Level
    field: str = ""
    node: str = ""  # IRI or label of the node inside the record, "" = the thing itself
    value: str | Message = ""  # the value as it was given, or a message that says what is wrong there


Findings = tuple[Finding, ...]
