"""What search engines read of a record's page: schema.org as JSON-LD, in a block that no browser runs."""

import json
from itertools import islice
from typing import Any

from markupsafe import Markup

from api.text import sentences
from api.text.formatting import link, pick_language
from api.web import addresses
from api.web.addresses import Lang
from registry.model import Agent, Metadata, Record
from registry.model.text import tags
from registry.rdf import thing_iri
from vocab.kinds import KIND_ROWS


def script(record: Record, base: str, lang: Lang) -> Markup:
    """The element for the head of the page; nothing in it can end it early."""
    text = json.dumps(described(record, base, lang), ensure_ascii=False)
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup('<script type="application/ld+json">') + Markup(safe) + Markup("</script>")  # noqa: S704 - escaped above


def described(record: Record, base: str, lang: Lang) -> dict[str, Any]:
    words = record.metadata
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": KIND_ROWS[record.kind].schema_org,
        "@id": thing_iri(record, base),
        "url": addresses.absolute(base, addresses.page(record.kind, record.id, lang)),
        "name": pick_language(words.title, lang).words[:500],
        "description": pick_language(words.description or words.abstract, lang).words[:5000],
    }
    if KIND_ROWS[record.kind].has_files:
        found |= _dataset(words, lang)
    if record.kind == "event":
        found |= {"startDate": words.starts, "endDate": words.ends, "organizer": _agent(words.organizer, lang)}
    return {key: value for key, value in found.items() if value}


def _dataset(words: Metadata, lang: Lang) -> dict[str, Any]:
    licences = dict.fromkeys(sentences.licence(one.licence, lang).url for one in words.distributions if one.licence)
    period = words.period
    return {
        "license": next((one for one in licences if one), ""),
        "creator": _agent(words.publisher, lang),
        "dateModified": words.modified,
        "datePublished": words.issued,
        "keywords": [one[:100] for tag in islice(tags(words.keywords, lang), 1) for one in words.keywords[tag]][:50],
        "temporalCoverage": f"{period.start or '..'}/{period.end or '..'}" if period else "",
        "isAccessibleForFree": True if licences else None,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": link(one.download_url or one.access_url),
                "encodingFormat": sentences.concept("file-types", one.format, lang),
            }
            for one in words.distributions[:50]
        ],
    }


def _agent(agent: Agent | None, lang: Lang) -> dict[str, str] | None:
    return {"@type": "Organization", "name": pick_language(agent.name, lang).words} if agent else None
