"""Reads that need more than one query: the record shown for an id, the record that an IRI means, backlinks.

Single queries go to the store (`catalog.store`) and to the search index (`catalog.index`) directly.
"""

from registry.catalog.catalog import Catalog
from registry.errors import WithdrawnError
from registry.model import Backlink, Record
from registry.model.identity import local
from registry.store.store import Selection


def shown(catalog: Catalog, id: str) -> Record:
    """The record that is shown for an id: itself, or the head of its group of duplicates (docs/decisions/0021).

    NotFoundError if there is none, WithdrawnError if it is withdrawn.
    """
    record = catalog.store.existing(id)
    if record.state == "published" and record.same_as is not None:
        record = catalog.store.existing(record.same_as)
    if record.state == "withdrawn":
        raise _withdrawn(record)
    return record


def _withdrawn(record: Record) -> WithdrawnError:
    """The error with title, reason and date: the page and the JSON answer show them."""
    withdrawal = record.withdrawn
    return WithdrawnError(
        "record-withdrawn",
        withdrawal.reason if withdrawal else "",
        {
            "id": record.id,
            "kind": record.kind,
            "record_title": record.metadata.title,
            "withdrawn": withdrawal.at.isoformat() if withdrawal else None,
        },
    )


def resolve(catalog: Catalog, iri: str) -> str | None:
    """The id of the record that an IRI means: our IRI (absolute or local), the publisher's, or a former one; or None.

    If several records have the IRI: the one whose present IRI it is, then the one that is shown.
    """
    for ours in (local(""), f"{catalog.settings.base_url}{local('')}"):
        id = iri.removeprefix(ours)
        if id != iri and catalog.store.taken((id,)):
            return id
    bearers = catalog.store.find(Selection(iri=iri))
    best = min(bearers, key=lambda record: (record.said.iri != iri, not record.shown, record.id), default=None)
    return best.id if best else None


def backlinks(catalog: Catalog, record: Record) -> list[Backlink]:
    """The links from other records to any IRI of this one (ours, those of records that are shown under it, the
    publisher's, former ones), one a relation."""
    merged = [follower.id for follower in catalog.store.following([record.id])]
    ours = [local(id) for id in (record.id, *merged)]
    public = [f"{catalog.settings.base_url}{path}" for path in ours]
    own = {*ours, *public, record.metadata.iri, *catalog.store.names(record.id)} - {""}
    links = {(link.id, link.relation): link for link in catalog.store.linking(sorted(own)) if link.id != record.id}
    return [links[key] for key in sorted(links)]
