"""Maps one staged item to Metadata, findings and what a plan has to know of it.

Entry points: `map_item`, `map_batch`. Pure. Whatever the mapping of an item raises fails this item alone.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from harvesters.harvester import REMOTE, Harvester, Item
from harvesters.run.ids import Ids as Ids
from registry.isolation import isolated
from registry.model import Findings, Link, Metadata, Source
from registry.model.entities import may_hold_entities, without_entities
from registry.model.harvest import Mapped, Staged
from registry.model.identity import local, title
from registry.model.own_addresses import may_claim, without_own_iris
from registry.model.text import storable
from registry.quality.check import check
from registry.rules import finding


def map_batch(batch: Sequence[Staged], source: Source, harvester: Harvester, ids: Ids) -> list[Mapped]:
    """The results of several items, in their order."""
    return [map_item(staged, source, harvester, ids) for staged in batch]


def map_item(staged: Staged, source: Source, harvester: Harvester, ids: Ids) -> Mapped:
    """The Metadata of an item, its findings and what planning needs of it; or why it failed."""
    if staged.error:
        return _failed(staged, (staged.error,))
    return isolated(
        lambda: _map(staged, source, harvester, ids),
        lambda error: _failed(staged, (finding("unreadable", value=f"{type(error).__name__}: {error}"),)),
    )


def _map(staged: Staged, source: Source, harvester: Harvester, ids: Ids) -> Mapped:
    metadata, findings = harvester.to_metadata(Item(staged.remote_id, staged.payload, staged.url), source)
    metadata, written = without_entities(metadata) if may_hold_entities(staged.payload) else (metadata, {})
    findings += tuple(finding("value-mended", field, text) for field, text in written.items())
    metadata, linked, again = _linked(metadata, ids)
    metadata, shared = _without_shared_iri(metadata, staged.shares)
    metadata, own, body = _without_own_iris(metadata, ids.base_url)
    digest, findings = metadata.digest(), (*findings, *linked, *shared, *own)
    if not any(map(str.strip, metadata.title.values())):
        return _failed(staged, (finding("title-missing", "title"), *findings))
    findings += check(metadata)
    return Mapped(
        remote_id=staged.remote_id,
        digest=digest,
        iri=storable(_iri(metadata) or next((str(duplicate.value) for duplicate in shared), "")),
        shares=staged.shares,
        identifiers=metadata.identifiers,
        title=title(metadata),
        distributions=len(metadata.distributions),
        findings=tuple(dict.fromkeys(findings)),
        metadata=body,
        url=staged.url,
        again=again,
    )


def _iri(metadata: Metadata) -> str:
    """The IRI by which others may know the item; the label of a blank node means nothing outside its file."""
    return "" if metadata.iri.startswith("_:") else metadata.iri


def _failed(staged: Staged, findings: Findings) -> Mapped:
    return Mapped(staged.remote_id, failed=True, findings=tuple(dict.fromkeys(findings)))


def _linked(metadata: Metadata, ids: Ids) -> tuple[Metadata, Findings, bool]:
    """The Metadata with links to records in the place of `remote:` links, findings for links that lead nowhere, and
    whether some of the records are not there yet."""
    if not any(link.iri.startswith(REMOTE) for link in metadata.links):
        return metadata, (), False
    links: list[Link] = []
    unresolved: list[str] = []
    again = False
    for link in metadata.links:
        remote_id = link.iri.removeprefix(REMOTE) if link.iri.startswith(REMOTE) else None
        if remote_id is None:
            links.append(link)
        elif remote_id in ids.stored:
            links.append(Link(link.relation, local(ids.stored[remote_id])))
        else:
            again = True
            if remote_id not in ids.coming:
                unresolved.append(remote_id)
    findings = tuple(finding("link-unresolved", "links", remote_id) for remote_id in unresolved)
    return replace(metadata, links=tuple(links)), findings, again


def _without_own_iris(metadata: Metadata, base_url: str) -> tuple[Metadata, Findings, bytes]:
    """Without IRIs of ours for things that the source describes; findings; the metadata encoded. The IRI of the item
    itself is kept in the extras."""
    body = msgspec.json.encode(metadata)
    if not base_url or not may_claim(body, base_url):
        return metadata, (), body
    cleaned, claims = without_own_iris(metadata, base_url)
    if metadata.iri != cleaned.iri:
        cleaned = replace(cleaned, extras={**cleaned.extras, "iri": metadata.iri})
    findings = tuple(finding("iri-ours", claim.field, claim.iri) for claim in claims)
    return cleaned, findings, msgspec.json.encode(cleaned)


def _without_shared_iri(metadata: Metadata, shares: bool) -> tuple[Metadata, Findings]:
    """Without an IRI that several items of the listing have: it identifies none of them. It is kept in the extras."""
    if not shares or not _iri(metadata):
        return metadata, ()
    extras = {**metadata.extras, "iri": metadata.iri}
    return replace(metadata, iri="", extras=extras), (finding("iri-twice", "iri", metadata.iri),)
