"""Tables of the keys of CKAN packages, resources and agents, each with the field that it fills and its reader.

The keys are those of CKAN itself, ckanext-dcat, GovData's extras and OGD 1.1 (2012). The first key of a row with a
readable value fills the field; the others stay in `Unread`. A field may have several rows, of which the first counts:
dates of CKAN itself are UTC, those of extras are as they were written.

Entry point: `fill`.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from registry.ckan.readers import (
    Reader,
    Unread,
    as_address,
    as_concept,
    as_date,
    as_decimal,
    as_duration,
    as_email,
    as_identifier,
    as_iri,
    as_literal,
    as_role,
    as_size,
    as_stamp,
    as_statement,
    as_telephone,
    as_text,
)


class Row(NamedTuple):
    """A field, the keys that may hold it, best first, and how its value is read. `many`: the field is a tuple."""

    field: str
    keys: tuple[str, ...]
    read: Reader
    many: bool = False


class Table(NamedTuple):
    """Rows for one class. `row_of`: key -> number of its row."""

    rows: tuple[Row, ...]
    row_of: Mapping[str, int]  # key -> index of its row


def _rows(*rows: tuple[str, str, Reader]) -> Table:
    """A table from (field, keys, reader), with a star after a field that is a tuple."""
    table = tuple(Row(name.rstrip("*"), tuple(keys.split()), read, name.endswith("*")) for name, keys, read in rows)
    return Table(table, {key: number for number, row in enumerate(table) for key in row.keys})


PACKAGE: Final = _rows(
    ("title", "title_translated title", as_text),
    ("description", "notes_translated notes", as_text),
    ("iri", "uri", as_iri),
    ("identifiers*", "identifier guid id", as_literal),
    ("other_identifiers*", "alternate_identifier", as_identifier),
    ("version", "version dcat_version", as_literal),
    ("version_notes", "version_notes", as_text),
    ("landing_page", "url metadata_original_html", as_address),
    ("documentation*", "documentation", as_address),
    ("types*", "dcat_type", as_concept("dataset-types")),
    ("languages*", "language", as_concept("languages")),
    ("frequency", "frequency", as_concept("frequencies")),
    ("access", "access_rights", as_concept("access-rights")),
    ("availability", "availability plannedAvailability", as_concept("availability")),
    ("conforms_to*", "conforms_to", as_iri),
    ("legislation*", "applicable_legislation", as_iri),
    ("hvd_categories*", "hvd_category", as_concept("hvd-categories")),
    ("provenance*", "provenance", as_statement),
    ("issued", "issued dcat_issued date_released", as_date),
    ("issued", "metadata_created", as_stamp),
    ("modified", "modified dcat_modified date_updated", as_date),
    ("modified", "metadata_modified", as_stamp),
    ("spatial_resolution", "spatial_resolution_in_meters", as_decimal),
    ("temporal_resolution", "temporal_resolution", as_duration),
    ("geocoding_levels*", "politicalGeocodingLevelURI", as_concept("political-geocoding-levels")),
    ("geocoding*", "politicalGeocodingURI", as_iri),
    ("geocoding_description", "geocodingText", as_text),
    ("legal_basis", "legalbasisText", as_text),
    ("quality_process", "qualityProcessURI", as_iri),
    ("contributor_ids*", "contributorID", as_iri),
    ("samples*", "sample", as_iri),
    ("subjects*", "subject", as_iri),
    ("endpoint", "endpoint_url", as_address),
    ("endpoint_description", "endpoint_description", as_address),
)
LINKS: Final = _rows(
    ("source*", "source", as_iri),
    ("has_version*", "has_version", as_iri),
    ("version_of*", "is_version_of", as_iri),
    ("referenced_by*", "is_referenced_by", as_iri),
    ("references*", "references", as_iri),
    ("related*", "related_resource", as_iri),
    ("related*", "used_datasets", as_iri),
    ("in_series*", "in_series", as_iri),
    ("serves*", "serves_dataset", as_iri),
)
RESOURCE: Final = _rows(
    ("iri", "uri", as_iri),
    ("title", "name_translated name", as_text),
    ("description", "description_translated description", as_text),
    ("download_url", "download_url", as_address),
    ("compress_format", "compress_format", as_concept("media-types")),
    ("package_format", "package_format", as_concept("media-types")),
    ("size", "size", as_size),
    ("attribution", "licenseAttributionByText", as_text),
    ("rights*", "rights", as_statement),
    ("availability", "availability plannedAvailability", as_concept("availability")),
    ("status", "status", as_concept("distribution-status")),
    ("languages*", "language", as_concept("languages")),
    ("documentation*", "documentation", as_address),
    ("conforms_to*", "conforms_to", as_iri),
    ("legislation*", "applicable_legislation", as_iri),
    ("issued", "issued", as_date),
    ("issued", "created", as_stamp),
    ("modified", "modified", as_date),
    ("modified", "last_modified", as_stamp),
    ("spatial_resolution", "spatial_resolution_in_meters", as_decimal),
    ("temporal_resolution", "temporal_resolution", as_duration),
)
COLUMN: Final = _rows(
    ("name", "name", as_literal),
    ("title", "title_translated title", as_text),
    ("description", "description_translated description", as_text),
    ("datatype", "type", as_concept("column-types")),
    ("unit", "unit", as_literal),
    ("aggregate", "aggregate", as_concept("aggregates")),
)
AGENT: Final = _rows(
    ("iri", "uri", as_iri),
    ("name", "name_translated name", as_text),
    ("email", "email", as_email),
    ("homepage", "url homepage", as_address),
    ("type", "type", as_concept("publisher-types")),
    ("identifiers*", "identifier", as_literal),
)
PARTICIPATION: Final = _rows(
    ("role", "role", as_role),
    ("description", "description", as_text),
    ("start", "start", as_date),
    ("end", "end", as_date),
)
CONTACT: Final = _rows(
    ("iri", "uri", as_iri),
    ("name", "name_translated name", as_text),
    ("email", "email", as_email),
    ("url", "url", as_address),
    ("telephone", "tel telephone phone", as_telephone),
)


def fill(unread: Unread, table: Table, fields: dict[str, Any]) -> dict[str, Any]:
    """Adds what the rows of the table read to `fields`, and returns them. A field that has a value keeps it."""
    row_of = table.row_of
    for number in sorted({row_of[key] for key in unread.values if key in row_of}):
        field, keys, read, many = table.rows[number]
        if field not in fields:
            value = unread.take_all(field, keys, read) if many else unread.take_first(field, keys, read, lists=True)
            if value or value == 0:
                fields[field] = value
    return fields
