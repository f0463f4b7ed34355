"""Legal bases (`dcatap:applicableLegislation`), and which of them say that data are high-value: lists/legal-bases.csv.

A row with the duty `hvd` marks high-value data: a regulation that follows the present one is a row more, and no code.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from vocab.concepts import concept_list

HIGH_VALUE: Final = tuple(concept.iri for concept in concept_list("legal-bases") if concept.extra["duty"] == "hvd")
HVD_ACT: Final = HIGH_VALUE[0]  # the regulation that is in force
_ENDS: Final = tuple(urlsplit(iri).path.strip("/").removesuffix("/oj") for iri in HIGH_VALUE)


def marks_high_value(legislation: Iterable[str]) -> bool:
    """Whether one of these legal bases says that data are high-value."""
    return any(iri in HIGH_VALUE for iri in legislation)


def almost_marks(legislation: Iterable[str]) -> str:
    """The first of these that means a legal basis of high-value data but is written otherwise; "" if there is none."""
    return next((iri for iri in legislation if iri not in HIGH_VALUE and any(end in iri for end in _ENDS)), "")
