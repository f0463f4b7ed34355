"""The whole published catalogue as one stream: RDF, JSON lines or a table."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from api.data.documents import record_answer
from api.text.labels import both
from registry.catalog import Catalog
from registry.model import Catalogue, Record
from registry.rdf import FORMATS, thing_iri, write
from registry.search.entry import entry
from registry.search.facet_counts import normal_where
from vocab.concepts import ConceptList

COLUMNS: Final = (
    "id", "kind", "iri", "title", "description", "publisher", "themes", "keywords", "licences", "formats", "issued",
    "modified", "access_urls", "download_urls", "source", "changed",
)  # fmt: skip
_BATCH: Final = 500  # records read at a time


def chosen(
    catalog: Catalog, where: Mapping[str, Iterable[str]], districts: ConceptList | None = None
) -> Iterator[Record]:
    """Every shown record that has the facet values asked for, in order of id; needs no index, has no limit of hits."""
    wanted = normal_where(where, districts)
    listing = catalog.store.listing()
    for start in range(0, len(listing), _BATCH):
        for record in catalog.store.get_many([one.id for one in listing[start : start + _BATCH]]).values():
            if record.shown and (not wanted or _fits(record, wanted, districts)):
                yield record


def _fits(record: Record, wanted: Mapping[str, tuple[str, ...]], districts: ConceptList | None) -> bool:
    """Or within a facet, and between facets, as the search does it."""
    facets = entry(record, districts).facets
    return all(set(values) & set(facets.get(facet, ())) for facet, values in wanted.items())


def exported(records: Iterable[Record], name: str, base: str, catalogue: Catalogue) -> Iterator[bytes]:
    """The records in a format of EXPORT_FORMATS, piece by piece. RDF ends with the catalogue itself."""
    if name in _NOT_RDF:
        return _NOT_RDF[name](records, base)
    return write(records, name, base_url=base, catalogue=catalogue)


def _lines(records: Iterable[Record], base: str) -> Iterator[bytes]:
    import msgspec

    encode = msgspec.json.Encoder().encode
    for record in records:
        yield encode(record_answer(record, base)) + b"\n"


def _table(records: Iterable[Record], base: str) -> Iterator[bytes]:
    """CSV (RFC 4180) with a byte order mark, so that spreadsheet programs read it as UTF-8."""
    yield b"\xef\xbb\xbf" + _row(COLUMNS)
    for record in records:
        yield _row([_harmless(cell) for cell in _cells(record, base)])


def _row(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _cells(record: Record, base: str) -> tuple[str, ...]:
    said, facets = record.metadata, entry(record).facets
    return (
        record.id,
        record.kind,
        thing_iri(record, base),
        both(said.title)["de"],
        both(said.abstract or said.description)["de"],
        both(said.publisher.name)["de"] if said.publisher else "",
        _several(facets["theme"]),
        _several(word for words in said.keywords.values() for word in words),
        _several(facets["licence"]),
        _several(facets["format"]),
        said.issued,
        said.modified,
        _several(one.access_url for one in said.distributions),
        _several(one.download_url for one in said.distributions),
        record.origin.source if record.origin else "",
        record.changed.isoformat() if record.changed else "",
    )


def _several(values: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(filter(None, values)))


_NOT_RDF: Final[Mapping[str, Callable[[Iterable[Record], str], Iterator[bytes]]]] = {"ndjson": _lines, "csv": _table}
EXPORT_FORMATS: Final = (*FORMATS, *_NOT_RDF)
