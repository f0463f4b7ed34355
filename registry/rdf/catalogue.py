"""The catalogue itself as RDF: dcat:Catalog with its list, and the Hydra page that it is served on."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from registry.model import Catalogue, Record
from registry.rdf.graphs import Graph, Saying, Told, entry_iri, thing_iri
from registry.rdf.terms import TYPE, iri, literal
from vocab.kinds import KIND_ROWS
from vocab.namespaces import DCAT, HYDRA, XSD


class HydraPage(NamedTuple):
    """One page of the catalogue: its own address and those of its neighbours ("" = none)."""

    url: str
    first: str
    previous: str
    next: str
    last: str
    total: int
    size: int


def catalogue_graph(
    catalogue: Catalogue,
    records: Sequence[Record],
    base_url: str,
    page: HydraPage | None = None,
    told: Told | None = None,
) -> Graph:
    """The catalogue (dcat:Catalog) with its list of these records, and the page that they stand on."""
    base = base_url.rstrip("/")
    subject = iri(catalogue.iri or f"{base}/catalog")
    said = Saying(base, "catalogue")
    said.tell(catalogue, "catalog", subject)
    for record in records:
        thing = iri(thing_iri(record, base))
        if record.kind in _CATALOG_PROPERTIES:
            said.add(subject, _CATALOG_PROPERTIES[record.kind], thing)
            if record.changed:
                said.add(subject, iri(DCAT.record), iri(entry_iri(record, base)))
    said.add_statements(catalogue, subject)
    said.describe(set() if told is None else told)
    if page:
        _tell_page(said, page)
    return said.graph


_CATALOG_PROPERTIES: Final = {kind.name: iri(kind.catalog_property) for kind in KIND_ROWS.values() if kind.in_dcat}


def _tell_page(said: Saying, page: HydraPage) -> None:
    """Hydra paging with its present names as IRIs, and the former ones as literals for old clients."""
    subject = iri(page.url)
    for name in ("PartialCollectionView", "PagedCollection"):
        said.add(subject, TYPE, iri(HYDRA[name]))
    for name in ("first", "previous", "next", "last"):
        address = getattr(page, name)
        if address:
            said.add(subject, iri(HYDRA[name]), iri(address))
            said.add(subject, iri(HYDRA[name + "Page"]), literal(address))
    for name, number in (("totalItems", page.total), ("itemsPerPage", page.size)):
        said.add(subject, iri(HYDRA[name]), literal(str(number), "", XSD.integer))
