"""schema.org as JSON-LD for search engines, in a `<script>` of a type that browsers do not run.

Entry point: `script`.
"""

import json
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from api.text import sentences
from api.text.formatting import link, pick_language
from api.web import addresses
from api.web.addresses import Lang
from registry.model import Agent, Catalogue, Metadata, Place, Record
from registry.model.text import tags
from registry.rdf import thing_iri
from vocab.geometry import bounds
from vocab.kinds import KIND_ROWS


def script(record: Record, base: str, lang: Lang) -> Markup:
    """The `<script>` element for the head of the page; `<`, `>` and `&` are escaped so that no value can close it."""
    properties = described(record, base, lang)
    if KIND_ROWS[record.kind].has_files:
        home = addresses.absolute(base, "/")
        properties["includedInDataCatalog"] = {"@type": "DataCatalog", "@id": f"{home}catalog", "url": home}
    text = json.dumps(properties, ensure_ascii=False)
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup('<script type="application/ld+json">') + Markup(safe) + Markup("</script>")  # noqa: S704 - escaped above


def described(record: Record, base: str, lang: Lang) -> dict[str, Any]:
    """The JSON-LD object of a record. What is not known is left out: no empty value, and nothing that only a type is
    known of."""
    metadata = record.metadata
    properties: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": KIND_ROWS[record.kind].schema_org,
        "@id": thing_iri(record, base),
        "url": addresses.absolute(base, addresses.page(record.kind, record.id, lang)),
        "name": pick_language(metadata.title, lang).words[:500],
        "description": pick_language(metadata.description or metadata.abstract, lang).words[:5000],
    }
    if KIND_ROWS[record.kind].has_files:
        properties |= _dataset(metadata, lang) | _coverage(metadata, base, lang)
    if record.kind == "event":
        properties |= {
            "startDate": metadata.starts,
            "endDate": metadata.ends,
            "organizer": _agent(metadata.organizer, lang),
        }
    filled: dict[str, Any] = _known(properties)
    return filled


def catalogue_described(catalogue: Catalogue, records: Iterable[Record], base: str) -> dict[str, Any]:
    """The catalogue as a schema:DataCatalog with these of its records that are data."""
    publisher = catalogue.publisher
    properties = {
        "@type": "DataCatalog",
        "@id": catalogue.iri,
        "url": catalogue.homepage,
        "name": pick_language(catalogue.title, "de").words,
        "description": pick_language(catalogue.description, "de").words,
        "publisher": _agent(publisher, "de"),
        "license": catalogue.licence,
        "dataset": [{"@id": thing_iri(record, base)} for record in records if KIND_ROWS[record.kind].has_files],
    }
    filled: dict[str, Any] = _known(properties)
    return filled


def _dataset(metadata: Metadata, lang: Lang) -> dict[str, Any]:
    licences = [sentences.licence(iri, lang) for iri in dict.fromkeys(file.licence for file in metadata.distributions)]
    dated = [period for period in metadata.periods if period.start or period.end]
    return {
        "license": _one_or_all([licence.url for licence in licences if licence.url]),
        "publisher": _agent(metadata.publisher, lang),
        "creator": _one_or_all([_agent(creator, lang) for creator in metadata.creators]),
        "dateModified": metadata.modified,
        "datePublished": metadata.issued,
        "keywords": [
            keyword[:100]
            for keyword in next((metadata.keywords[tag] for tag in tags(metadata.keywords, lang)), ())[:50]
        ],
        "temporalCoverage": _one_or_all([f"{period.start or '..'}/{period.end or '..'}" for period in dated]),
        "isAccessibleForFree": True if licences and all(licence.open for licence in licences) else None,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": link(file.download_url or file.access_url),
                "encodingFormat": sentences.concept("file-types", file.format, lang),
            }
            for file in metadata.distributions[:50]
        ],
    }


def _coverage(metadata: Metadata, base: str, lang: Lang) -> dict[str, Any]:
    """What Google recommends beside names, licences and files: identity, place, and what is measured."""
    columns = [column for file in metadata.distributions if file.table_schema for column in file.table_schema.columns]
    names = (pick_language(column.title, lang).words or column.name for column in columns)
    series = [target.iri for target in metadata.links if target.relation == "in_series"]
    return {
        "identifier": _one_or_all(list(metadata.identifiers)),
        "version": metadata.version,
        "sameAs": link(metadata.landing_page),
        "isPartOf": _one_or_all([iri if ":" in iri else addresses.absolute(base, iri) for iri in series]),
        "spatialCoverage": _one_or_all([_place(place, lang) for place in metadata.places]),
        "variableMeasured": list(dict.fromkeys(names)),
    }


def _place(location: Place, lang: Lang) -> dict[str, Any]:
    """A place with its box, which schema.org writes as south, west, north, east."""
    box = bounds(location.geometry or location.bbox or location.centroid)
    sides = f"{box[1]:g} {box[0]:g} {box[3]:g} {box[2]:g}" if box else ""
    shape = {"@type": "GeoShape", "box": sides}
    return {"@type": "Place", "name": pick_language(location.name, lang).words, "geo": shape}


def _agent(agent: Agent | None, lang: Lang) -> dict[str, str] | None:
    return {"@type": "Organization", "name": pick_language(agent.name, lang).words} if agent else None


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _known(value: Any) -> Any:
    """The value without what is empty in it; None for an object of which only its type is left."""
    if isinstance(value, dict):
        filled = {key: inner for key, item in value.items() if (inner := _known(item))}
        return filled if filled.keys() - {"@type"} else None
    if isinstance(value, list):
        return [inner for item in value if (inner := _known(item))]
    return value.strip() if isinstance(value, str) else value
