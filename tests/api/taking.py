"""Takes things into a catalogue as a harvest does."""

from registry.catalog import Catalog
from registry.model import Metadata, Source, Step

BASE = "https://daten.example.org"


def taken(catalog: Catalog, *said: Metadata, source: str = "quelle", rank: int = 100) -> list[str]:
    """Takes things in as a harvest does, brings the index up to date, and gives their ids."""
    steps = [Step(action="add", remote_id=f"r{place}", metadata=one) for place, one in enumerate(said)]
    found = catalog.take(Source(name=source, kind="json", url="https://x.example", rank=rank), steps)
    catalog.sync()
    return [one.id for one in found]
