"""The description of a catalogue and of its entries, as frozen structs like those of `registry.model.metadata`."""

import msgspec

from registry.model.metadata import Agent, Date, Link, Node, Period, Place, Statement, Text


class Catalogue(Node, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """dcat:Catalog: the description of our catalogue, or of the catalogue of a source."""

    title: Text = msgspec.field(default_factory=dict)
    description: Text = msgspec.field(default_factory=dict)
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
    title: Text = msgspec.field(default_factory=dict)
    description: Text = msgspec.field(default_factory=dict)
    issued: Date = ""
    modified: Date = ""
    status: str = ""
    conforms_to: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    source: str = ""
