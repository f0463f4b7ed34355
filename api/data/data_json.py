"""The catalogue as `data.json` (DCAT-US 1.1, Project Open Data), which many American and some city portals read.

Entry point: `pieces`.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from api.text.labels import both
from registry.model import Catalogue, Distribution, Metadata, Record
from registry.rdf import thing_iri
from vocab.concepts import concept_list

SCHEMA: Final = "https://project-open-data.cio.gov/v1.1/schema"
# Notation of a frequency of the EU -> ISO 8601, as DCAT-US wants it
_FREQUENCIES: Final = {
    "ANNUAL": "R/P1Y", "ANNUAL_2": "R/P6M", "BIENNIAL": "R/P2Y", "BIMONTHLY": "R/P2M", "BIWEEKLY": "R/P2W",
    "CONT": "R/PT1S", "UPDATE_CONT": "R/PT1S", "DAILY": "R/P1D", "HOURLY": "R/PT1H", "IRREG": "irregular",
    "MONTHLY": "R/P1M", "MONTHLY_2": "R/P0.5M", "QUARTERLY": "R/P3M", "WEEKLY": "R/P1W", "WEEKLY_2": "R/P3.5D",
}  # fmt: skip


def pieces(records: Iterable[Record], catalogue: Catalogue, base: str) -> Iterator[bytes]:
    """The document, piece by piece; of the records only the datasets."""
    encode = msgspec.json.Encoder().encode
    head = {"@context": f"{SCHEMA}/catalog.jsonld", "@id": catalogue.iri, "@type": "dcat:Catalog", "conformsTo": SCHEMA,
            "describedBy": f"{SCHEMA}/catalog.json"}  # fmt: skip
    yield encode(head)[:-1] + b',"dataset":['
    comma = b"\n"
    for record in records:
        if record.kind == "dataset":
            yield comma + encode(dataset(record, base))
            comma = b",\n"
    yield b"\n]}\n"


def dataset(record: Record, base: str) -> dict[str, Any]:
    """A dataset of DCAT-US; what is not known is left out."""
    metadata = record.metadata
    iri = thing_iri(record, base)
    frequency = concept_list("frequencies").get(metadata.frequency) if metadata.frequency else None
    licences = list(dict.fromkeys(file.licence for file in metadata.distributions if file.licence))
    values = {
        "@type": "dcat:Dataset",
        "identifier": next(iter(metadata.identifiers), iri),
        "title": both(metadata.title)["de"],
        "description": both(metadata.description)["de"],
        "keyword": [word for listed in metadata.keywords.values() for word in listed],
        "modified": metadata.modified or (record.changed.isoformat() if record.changed else ""),
        "issued": metadata.issued,
        "accessLevel": "public",
        "publisher": _publisher(metadata),
        "contactPoint": _contact(metadata),
        "license": licences[0] if len(licences) == 1 else "",
        "landingPage": metadata.landing_page or iri,
        "language": _labels("languages", metadata.languages, "en"),
        "theme": _labels("themes", metadata.themes, "de"),
        "accrualPeriodicity": _FREQUENCIES.get(frequency.notation, "") if frequency else "",
        "temporal": "/".join(filter(None, (metadata.period.start, metadata.period.end))) if metadata.period else "",
        "spatial": next((text for place in metadata.places if (text := both(place.name)["de"] or place.iri)), ""),
        "distribution": [_distribution(file) for file in metadata.distributions],
    }
    return _filled(values)


def _labels(name: str, iris: Iterable[str], lang: str) -> list[str]:
    return [concept.label(lang) for iri in iris if (concept := concept_list(name).get(iri))]


def _publisher(metadata: Metadata) -> dict[str, Any]:
    publisher = metadata.publisher
    name = both(publisher.name)["de"] if publisher else ""
    return {"@type": "org:Organization", "name": name} if name else {}


def _contact(metadata: Metadata) -> dict[str, Any]:
    contact = next((contact for contact in metadata.contacts if contact.email), None)
    if contact is None:
        return {}
    name = both(contact.name)["de"] or contact.email
    return {"@type": "vcard:Contact", "fn": name, "hasEmail": f"mailto:{contact.email}"}


def _distribution(file: Distribution) -> dict[str, Any]:
    format = concept_list("file-types").get(file.format) if file.format else None
    media = concept_list("media-types").get(file.media_type) if file.media_type else None
    values = {
        "@type": "dcat:Distribution",
        "title": both(file.title)["de"],
        "description": both(file.description)["de"],
        "downloadURL": file.download_url,
        "accessURL": file.access_url if file.access_url != file.download_url else "",
        "mediaType": media.notation if media else "",
        "format": format.notation if format else "",
    }
    return _filled(values)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
