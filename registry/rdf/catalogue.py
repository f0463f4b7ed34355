"""The catalogue itself as an RDF graph: dcat:Catalog with its list, and the Hydra page that shows a part of it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from registry.model import Catalogue, Record
from registry.rdf.graphs import Described, Graph, GraphBuilder, entry_iri, thing_iri
from registry.rdf.terms import TYPE, iri_term, literal
from vocab.kinds import KIND_ROWS
from vocab.namespaces import DCAT, HYDRA, XSD


class HydraPage(NamedTuple):
    """One page of the catalogue: its address and those of the pages around it ("" = none); `total` and `size` count
    records."""

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
    described: Described | None = None,
) -> Graph:
    """The statements about the catalogue (dcat:Catalog): its list of these records and the page that shows them.
    `described`: as in `graphs.record_graph`."""
    base = base_url.rstrip("/")
    subject = _subject(catalogue, base)
    graph = GraphBuilder(base, "catalogue")
    graph.add_fields(catalogue, "catalog", subject)
    _add_list(graph, subject, records, base)
    graph.add_statements(catalogue, subject)
    graph.add_references(set() if described is None else described)
    if page:
        _add_page(graph, page)
    return graph.graph


def list_graph(catalogue: Catalogue, records: Sequence[Record], base_url: str) -> Graph:
    """Only that the catalogue lists these records: a part of a list that is too long to be kept."""
    base = base_url.rstrip("/")
    graph = GraphBuilder(base, "catalogue")
    _add_list(graph, _subject(catalogue, base), records, base)
    return graph.graph


def _subject(catalogue: Catalogue, base: str) -> str:
    return iri_term(catalogue.iri or f"{base}/catalog")


def _add_list(graph: GraphBuilder, subject: str, records: Sequence[Record], base: str) -> None:
    for record in records:
        thing = iri_term(thing_iri(record, base))
        if record.kind in _CATALOG_PROPERTIES:
            graph.add(subject, _CATALOG_PROPERTIES[record.kind], thing)
            if record.changed:
                graph.add(subject, iri_term(DCAT.record), iri_term(entry_iri(record, base)))


_CATALOG_PROPERTIES: Final = {kind.name: iri_term(kind.catalog_property) for kind in KIND_ROWS.values() if kind.in_dcat}


def _add_page(graph: GraphBuilder, page: HydraPage) -> None:
    """Adds the Hydra paging: the current names with IRIs, the former ones with literals for old clients."""
    subject = iri_term(page.url)
    for name in ("PartialCollectionView", "PagedCollection"):
        graph.add(subject, TYPE, iri_term(HYDRA[name]))
    for name in ("first", "previous", "next", "last"):
        address = getattr(page, name)
        if address:
            graph.add(subject, iri_term(HYDRA[name]), iri_term(address))
            graph.add(subject, iri_term(HYDRA[name + "Page"]), literal(address))
    for name, number in (("totalItems", page.total), ("itemsPerPage", page.size)):
        graph.add(subject, iri_term(HYDRA[name]), literal(str(number), "", XSD.integer))
