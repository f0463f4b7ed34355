"""What a reviewer looks at beside the findings of the checks: addresses that do not answer, people named in texts.

Entry points: `unreachable`, `people_named`.
"""

import re
from typing import Final

from registry.links.links import Links, addresses_of
from registry.model import Metadata

MAX_NAMED: Final = 5
_PERSON: Final = re.compile(r"\b(?:Herrn?|Frau|Mrs?\.?|Ms\.?)\s+(?:Dr\.\s+|Prof\.\s+)*[A-ZÄÖÜ][\w'-]*\.?")


def unreachable(links: Links, metadata: Metadata) -> list[str]:
    """The addresses of the metadata that the link check knows and that did not answer last time."""
    return [address for address, link in links.of(addresses_of(metadata)).items() if link.state == "broken"]


def people_named(metadata: Metadata) -> list[str]:
    """What looks like the name of a person in title, summary and description."""
    texts = (*metadata.title.values(), *metadata.abstract.values(), *metadata.description.values())
    return list(dict.fromkeys(name for text in texts for name in _PERSON.findall(text)))[:MAX_NAMED]
