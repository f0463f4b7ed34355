"""Small words for making things in tests."""

import subprocess
import sys
from typing import Any

from registry.model import Agent, Contact, Distribution, Kind, Metadata, Participation, Record
from vocab.concepts import concept_list

LICENCE = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
CSV = "http://publications.europa.eu/resource/authority/file-type/CSV"
TRAN = "http://publications.europa.eu/resource/authority/data-theme/TRAN"


def a_metadata(title: str = "Radwege", kind: Kind = "dataset", **fields: Any) -> Metadata:
    return Metadata(kind=kind, title={"de": title}, **fields)


def a_dataset(title: str = "Radwege", **fields: Any) -> Metadata:
    """A dataset with everything that must be there."""
    defaults: dict[str, Any] = {
        "description": {"de": f"{title} im Stadtgebiet, als Linien mit Belag und Breite."},
        "publisher": Agent(name={"de": "Amt für Mobilität"}),
        "themes": (TRAN,),
        "distributions": (a_distribution(),),
    }
    return a_metadata(title, **(defaults | fields))


def a_project(title: str = "Kühle Wege", **fields: Any) -> Metadata:
    """A project with everything that must be there."""
    lead = Participation(
        agent=Agent(name={"de": "Umweltamt"}), role=concept_list("roles").by_notation["federfuehrung"].iri
    )
    defaults: dict[str, Any] = {
        "abstract": {"de": f"{title}: was sich ändert, und für wen."},
        "phase": concept_list("phases").by_notation["umsetzung"].iri,
        "themes": (TRAN,),
        "participants": (lead,),
        "contacts": (Contact(email="projekt@example.org"),),
    }
    return a_metadata(title, "project", **(defaults | fields))


def a_distribution(url: str = "https://daten.example.org/rad.csv", **fields: Any) -> Distribution:
    return Distribution(**({"id": "csv", "access_url": url, "format": CSV, "licence": LICENCE} | fields))


def a_record(id: str = "radwege", title: str = "Radwege", kind: Kind = "dataset", **fields: Any) -> Record:
    metadata = fields.pop("said", None) or (a_dataset(title) if kind == "dataset" else a_metadata(title, kind))
    return Record(id=id, said=metadata, **fields)


def ended(code: str) -> str:
    """What a program prints; TimeoutExpired where it does not come to an end (a pattern that tries everything holds
    the interpreter, nothing but the end of its process stops it)."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=90, check=True)
    return done.stdout.strip()
