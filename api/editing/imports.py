"""Takes the entries of a file over as drafts: first a plan, then the drafts; the same file again changes nothing.

Entry points: `plan`, `carry_out`, `hand_in`, `with_defaults`, and `packed` and `unpacked` for a page that shows a plan.
Invariants: a draft that somebody has worked on since is not overwritten; what is published stays as it is.
"""

import base64
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from api.editing import form
from api.editing.drafting import faults_of
from api.editing.form_context import FormContext
from api.pages.site import Pages
from harvesters.entries import Entry
from harvesters.harvester import REMOTE
from registry.catalog import Catalog
from registry.catalog.file_references import DIGEST, ID, IMPORTED, OWN_DIGEST, REFERENCES, REFERRED_TO, mark_of
from registry.errors import UsageError
from registry.model import Account, Draft, Finding, Kind, Metadata
from registry.model.agents import agents
from registry.model.people import publishable
from registry.model.text import normal_name
from registry.people.channels import channels_of
from registry.people.permissions import acts_for
from registry.store.store import Selection

MAX_UNPACKED_BYTES: Final = 20_000_000
Outcome = Literal["new", "changed", "same", "edited", "published", "twice", "failed"]


class Planned(NamedTuple):
    """What becomes of an entry, and its `references` to others of the file (field and their id): a `new` draft, a
    `changed` one, or nothing, because the draft is the `same`, somebody has `edited` it since, it is `published`, it is
    in the file `twice`, or it cannot be read (`failed`)."""

    remote_id: str
    metadata: Metadata
    outcome: Outcome
    draft: Draft | None = None
    references: tuple[tuple[str, str], ...] = ()
    own_digest: str = ""  # of what the file says itself


Fill = Callable[[Metadata], Metadata]


def plan(
    catalog: Catalog, account: Account, entries: Iterable[Entry], kind: Kind, filled: Fill = lambda metadata: metadata
) -> list[Planned]:
    """What becomes of each entry of a file. `filled`: gives its metadata what holds for all entries."""
    drafts = {_imported_as(draft.metadata): draft for draft in catalog.inbox.of_account(account)}
    published = _published(catalog, account, kind)
    planned: list[Planned] = []
    seen: set[str] = set()
    entries = list(entries)
    names = _names_in_file(entries)
    for entry in entries:
        own, references = _parted(entry, names)
        metadata = filled(own)
        draft = drafts.get(entry.remote_id)
        outcome: Outcome
        if entry.problem:
            outcome = "failed"
        elif entry.remote_id in seen:
            outcome = "twice"
        elif entry.remote_id in published:
            outcome = "published"
        else:
            outcome = _against(draft, metadata, own.digest(), references)
        seen.add(entry.remote_id)
        planned.append(Planned(entry.remote_id, metadata, outcome, draft, references, own.digest()))
    return planned


def _names_in_file(entries: Iterable[Entry]) -> dict[str, str]:
    """Id or title of each entry, as other entries may name it -> its id."""
    names: dict[str, str] = {}
    for entry in entries:
        names |= {normal_name(title): entry.remote_id for title in entry.metadata.title.values() if title}
    return names | {entry.remote_id: entry.remote_id for entry in entries}


def _parted(entry: Entry, names: Mapping[str, str]) -> tuple[Metadata, tuple[tuple[str, str], ...]]:
    """The metadata without links to other entries of the file, and these links; one that leads to no entry is left
    out."""
    links, references = [], []
    for link in entry.metadata.links:
        if not link.iri.startswith(REMOTE):
            links.append(link)
            continue
        name = link.iri.removeprefix(REMOTE)
        target = names.get(name) or names.get(normal_name(name), entry.remote_id)
        if target != entry.remote_id:
            references.append((link.relation, target))
    return replace(entry.metadata, links=tuple(links)), tuple(references)


def _published(catalog: Catalog, account: Account, kind: Kind) -> set[str]:
    """What files called the records of the account's organizations."""
    return {
        _imported_as(record.said)
        for owner in account.organizations
        for record in catalog.store.find(Selection(owner=owner, kind=kind))
    }


def _against(
    draft: Draft | None, metadata: Metadata, own_digest: str, references: tuple[tuple[str, str], ...]
) -> Outcome:
    """What becomes of an entry that is no record. It is the same if the file says what it said, and nothing else is to
    hold for all entries than before."""
    if draft is None:
        return "new"
    mark = mark_of(draft.metadata)
    same_file = [tuple(pair) for pair in mark.get(REFERENCES, ())] == [*references] and own_digest in (
        mark.get(OWN_DIGEST), mark.get(DIGEST)
    )  # fmt: skip
    if same_file and metadata.digest() in (own_digest, mark.get(DIGEST)):
        return "same"
    untouched = _without_mark(publishable(draft.metadata)).digest() == mark.get(DIGEST)
    return "changed" if untouched and draft.state == "draft" else "edited"


def carry_out(
    catalog: Catalog, account: Account, planned: Iterable[Planned], offices_are_new: bool = False
) -> list[Draft]:
    """Begins the new drafts and saves the changed ones; returns them. `offices_are_new`: organizations that the
    register does not know are confirmed as new ones."""
    drafts = []
    planned = list(planned)
    targets = {target for entry in planned for _relation, target in entry.references}
    for entry in planned:
        extras = {**entry.metadata.extras, IMPORTED: _mark(entry, entry.remote_id in targets)}
        if offices_are_new:
            names = (name for _field, agent in agents(entry.metadata) for name in agent.name.values())
            extras[form.NEW_OFFICES] = list(dict.fromkeys(names))
        metadata = replace(entry.metadata, extras=extras)
        if entry.outcome == "new":
            drafts.append(
                catalog.inbox.begin(metadata, account, acts_for(account), channels=channels_of(metadata, "file"))
            )
        elif entry.outcome == "changed" and entry.draft:
            drafts.append(catalog.inbox.save(entry.draft.id, metadata, account, entry.draft.version, "file"))
    return drafts


def hand_in(pages: Pages, account: Account, drafts: Iterable[Draft]) -> list[Draft]:
    """Hands in the drafts that lack nothing, and returns them."""
    complete = [draft for draft in drafts if draft.state == "draft" and not faults_of(pages, draft, "de")]
    return [pages.inbox.submit(draft.id, account, draft.version) for draft in complete]


def _mark(entry: Planned, is_referred_to: bool) -> dict[str, Any]:
    """What the draft of an entry keeps of the file."""
    mark: dict[str, Any] = {ID: entry.remote_id, DIGEST: entry.metadata.digest(), OWN_DIGEST: entry.own_digest}
    if entry.references:
        mark[REFERENCES] = [list(reference) for reference in entry.references]
    return mark | ({REFERRED_TO: True} if is_referred_to else {})


def _imported_as(metadata: Metadata) -> str:
    return str(mark_of(metadata).get(ID, ""))


def _without_mark(metadata: Metadata) -> Metadata:
    return replace(metadata, extras={key: value for key, value in metadata.extras.items() if key != IMPORTED})


def with_defaults(defaults: Mapping[str, Any], context: FormContext) -> Fill:
    """Gives metadata what holds for all entries, by name of a form field, where they say nothing themselves."""

    def filled(metadata: Metadata) -> Metadata:
        shown = form.shown(metadata, context)
        missing = {name: value for name, value in defaults.items() if value and not shown.get(name)}
        return form.read(shown | missing, metadata, context)[0] if missing else metadata

    return filled


def packed(entries: Iterable[Entry]) -> str:
    """The entries as a text for a hidden field."""
    return base64.b64encode(zlib.compress(msgspec.json.encode([tuple(entry) for entry in entries]))).decode()


def unpacked(text: str) -> list[Entry]:
    """The entries that `packed` wrote; UsageError for any other text."""
    try:
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(base64.b64decode(text, validate=True), MAX_UNPACKED_BYTES)
        if unpacking.unconsumed_tail:
            raise UsageError("form-too-large", limit=MAX_UNPACKED_BYTES)
        rows = msgspec.json.decode(plain, type=list[tuple[str, Metadata, Finding | None]])
    except (ValueError, zlib.error, msgspec.MsgspecError):
        raise UsageError("form-unreadable") from None
    return [Entry(*row) for row in rows]
