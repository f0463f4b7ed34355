"""References between the entries of one file: each becomes a link as soon as both entries are published.

Entry points: `mark_of` (what a draft or record keeps of the file that it was taken from), `settle`. Invariant: a
reference leads only to an entry of the same organization that came from a file under that id.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from registry.catalog.catalog import Catalog
from registry.model import Link, Metadata, Record
from registry.model.identity import local
from registry.model.message import message
from registry.store.store import Selection

IMPORTED: Final = "imported"  # key of extras
# Keys of the mark: what the file calls the entry; the digest of what was taken over, and of what the file said itself;
# its references to other entries of the file ([field, id of the other]), and whether other entries refer to it
ID, DIGEST, OWN_DIGEST, REFERENCES, REFERRED_TO = "id", "digest", "own_digest", "references", "referred_to"


def mark_of(metadata: Metadata) -> Mapping[str, Any]:
    """What is kept of the file that the metadata were taken from; empty if they were not."""
    mark = metadata.extras.get(IMPORTED)
    return mark if isinstance(mark, Mapping) else {}


def settle(catalog: Catalog, record: Record, by: str) -> None:
    """Links a record that was published just now with the others of its file, in both directions."""
    mark = mark_of(record.said)
    if not record.owner or not (mark.get(REFERENCES) or mark.get(REFERRED_TO)):
        return
    others = {
        str(mark_of(other.said)[ID]): other
        for other in catalog.store.find(Selection(owner=record.owner, shown=True))
        if ID in mark_of(other.said)
    }
    referring = [other for other in others.values() if _refers_to(other, str(mark.get(ID)))]
    for source in {other.id: other for other in (*referring, record)}.values():
        metadata = _linked(source.said, {id: local(other.id) for id, other in others.items()})
        if metadata != source.said and source.origin is None:
            catalog.revise(source.id, metadata, source.number, by, message("references-of-file"))


def _refers_to(record: Record, id: str) -> bool:
    return any(target == id for _relation, target in mark_of(record.said).get(REFERENCES, ()))


def _linked(metadata: Metadata, iris: Mapping[str, str]) -> Metadata:
    """The metadata with links in place of the references whose entries are published. `iris`: by their ids."""
    mark = mark_of(metadata)
    references = mark.get(REFERENCES, ())
    links = [Link(relation, iris[target]) for relation, target in references if target in iris]
    rest = [[relation, target] for relation, target in references if target not in iris]
    if not links:
        return metadata
    changed = {key: value for key, value in mark.items() if key != REFERENCES} | ({REFERENCES: rest} if rest else {})
    all_links = tuple(dict.fromkeys((*metadata.links, *links)))
    return replace(metadata, links=all_links, extras={**metadata.extras, IMPORTED: changed})
