"""The whole published catalogue as one stream: RDF, JSON lines or CSV.

Entry points: `chosen` (the records), `fitting` (whether one is chosen), `exported` (their bytes), `EXPORT_FORMATS`.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from api.data.documents import record_answer
from api.data.profiles import changed
from api.data.spreadsheets import harmless
from api.text.labels import both
from registry.catalog import Catalog
from registry.model import Catalogue, Record, timing
from registry.rdf import DEFAULT, FORMATS, thing_iri, write
from registry.search.entry import dated_numbers, facets_of
from registry.search.facet_counts import normal_where
from registry.search.facet_values import parents
from registry.search.facets import FACETS
from registry.search.filters import Filters, fits
from registry.search.organization_tree import OrganizationTree
from vocab.concepts import ConceptList

COLUMNS: Final = (
    "id", "kind", "iri", "title", "description", "publisher", "themes", "keywords", "licences", "formats", "issued",
    "modified", "access_urls", "download_urls", "source", "changed",
)  # fmt: skip
_BATCH: Final = 500  # records read at a time


def chosen(
    catalog: Catalog, where: Mapping[str, Iterable[str]], districts: ConceptList | None = None
) -> Iterator[Record]:
    """Every shown record with the given facet values, in order of id; read from the store, so there is no limit."""
    listing = catalog.store.listing()
    fits = fitting(catalog, where, districts)
    for start in range(0, len(listing), _BATCH):
        for record in catalog.store.get_many([row.id for row in listing[start : start + _BATCH]]).values():
            if record.shown and (not where or fits(record)):
                yield record


def fitting(
    catalog: Catalog, where: Mapping[str, Iterable[str]], districts: ConceptList | None = None
) -> Callable[[Record], bool]:
    """A function that says whether a record has the given facet values, as in the search of today."""
    filters = _filters(catalog, normal_where(where, districts))
    return lambda record: _fits(record, filters, districts)


def _filters(catalog: Catalog, where: Mapping[str, tuple[str, ...]]) -> Filters:
    """The filters as the search has them today, with the units of the organizations that are asked for."""
    asked = [id for facet, values in where.items() if FACETS[facet].tree for id in values]
    ids = [row.id for row in catalog.store.listing(["organization"])] if asked else []
    tree = OrganizationTree(pair for record in catalog.store.get_many(ids).values() for pair in parents(record, None))
    return Filters(where, today=timing.today().toordinal(), units={id: tree.units(id) for id in asked})


def _fits(record: Record, filters: Filters, districts: ConceptList | None) -> bool:
    """Whether the record is a hit of these filters, as in the search."""
    return fits(filters, facets_of(record, districts), dated_numbers(record))


def exported(
    records: Iterable[Record], name: str, base: str, catalogue: Catalogue, contributor: str = ""
) -> Iterator[bytes]:
    """The records in a format of EXPORT_FORMATS, piece by piece. RDF ends with the catalogue itself. `contributor`:
    the data provider (dcatde:contributorID) of datasets whose source names none."""
    if name in _NOT_RDF:
        return _NOT_RDF[name](records, base)
    change = changed(DEFAULT, contributor)
    return write(records, name, base_url=base, catalogue=catalogue, change=change)


def _lines(records: Iterable[Record], base: str) -> Iterator[bytes]:
    import msgspec

    encode = msgspec.json.Encoder().encode
    for record in records:
        yield encode(record_answer(record, base)) + b"\n"


def _table(records: Iterable[Record], base: str) -> Iterator[bytes]:
    """CSV (RFC 4180) with a byte order mark, so that spreadsheet programs read it as UTF-8."""
    yield b"\xef\xbb\xbf" + _row(COLUMNS)
    for record in records:
        yield _row([harmless(cell) for cell in cells(record, base)])


def _row(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def cells(record: Record, base: str, separator: str = "|") -> tuple[str, ...]:
    """The columns of a record, in the order of COLUMNS; several values have the separator between them."""
    join = partial(_joined, separator=separator)
    metadata, facets = record.metadata, facets_of(record)
    return (
        record.id,
        record.kind,
        thing_iri(record, base),
        both(metadata.title)["de"],
        both(metadata.abstract or metadata.description)["de"],
        both(metadata.publisher.name)["de"] if metadata.publisher else "",
        join(facets["theme"]),
        join(word for tagged in metadata.keywords.values() for word in tagged),
        join(facets["licence"]),
        join(facets["format"]),
        metadata.issued,
        metadata.modified,
        join(distribution.access_url for distribution in metadata.distributions),
        join(distribution.download_url for distribution in metadata.distributions),
        record.origin.source if record.origin else "",
        record.changed.isoformat() if record.changed else "",
    )


def _joined(values: Iterable[str], separator: str) -> str:
    return separator.join(dict.fromkeys(filter(None, values)))


_NOT_RDF: Final[Mapping[str, Callable[[Iterable[Record], str], Iterator[bytes]]]] = {"ndjson": _lines, "csv": _table}
EXPORT_FORMATS: Final = (*FORMATS, *_NOT_RDF)
