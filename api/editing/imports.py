"""Takes the entries of a file over as drafts: first a plan, then the drafts; the same file again changes nothing.

Entry points: `plan`, `carry_out`, `hand_in`, `with_defaults`, and `packed` and `unpacked` for a page that shows a plan.
Invariants: a draft that somebody has worked on since is not overwritten; what is published stays as it is.
"""

import base64
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from api.editing import form
from api.editing.drafting import faults_of
from api.editing.form_context import FormContext
from api.pages.site import Pages
from harvesters.entries import Entry
from registry.catalog import Catalog
from registry.errors import UsageError
from registry.model import Account, Draft, Finding, Kind, Metadata
from registry.model.agents import agents
from registry.model.people import publishable
from registry.people.permissions import acts_for
from registry.store.store import Selection

IMPORTED: Final = "imported"  # key of extras: what the file calls the entry, and the digest of what it said
MAX_UNPACKED_BYTES: Final = 20_000_000
Outcome = Literal["new", "changed", "same", "edited", "published", "twice", "failed"]


class Planned(NamedTuple):
    """What becomes of an entry: a `new` draft, a `changed` one, or nothing, because the draft is the `same`, somebody
    has `edited` it since, it is `published`, it is in the file `twice`, or it cannot be read (`failed`)."""

    remote_id: str
    metadata: Metadata
    outcome: Outcome
    draft: Draft | None = None


def plan(catalog: Catalog, account: Account, entries: Iterable[Entry], kind: Kind) -> list[Planned]:
    """What becomes of each entry of a file."""
    drafts = {_imported_as(draft.metadata): draft for draft in catalog.inbox.of_account(account)}
    published = _published(catalog, account, kind)
    planned: list[Planned] = []
    seen: set[str] = set()
    for entry in entries:
        draft = drafts.get(entry.remote_id)
        outcome: Outcome
        if entry.problem:
            outcome = "failed"
        elif entry.remote_id in seen:
            outcome = "twice"
        elif entry.remote_id in published:
            outcome = "published"
        else:
            outcome = _against(draft, entry.metadata)
        seen.add(entry.remote_id)
        planned.append(Planned(entry.remote_id, entry.metadata, outcome, draft))
    return planned


def _published(catalog: Catalog, account: Account, kind: Kind) -> set[str]:
    """What files called the records of the account's organizations."""
    return {
        _imported_as(record.said)
        for owner in account.organizations
        for record in catalog.store.find(Selection(owner=owner, kind=kind))
    }


def _against(draft: Draft | None, metadata: Metadata) -> Outcome:
    if draft is None:
        return "new"
    if _mark(draft.metadata).get("digest") == metadata.digest():
        return "same"
    untouched = _without_mark(publishable(draft.metadata)).digest() == _mark(draft.metadata).get("digest")
    return "changed" if untouched and draft.state == "draft" else "edited"


def carry_out(
    catalog: Catalog, account: Account, planned: Iterable[Planned], offices_are_new: bool = False
) -> list[Draft]:
    """Begins the new drafts and saves the changed ones; returns them. `offices_are_new`: organizations that the
    register does not know are confirmed as new ones."""
    drafts = []
    for entry in planned:
        extras = {**entry.metadata.extras, IMPORTED: {"id": entry.remote_id, "digest": entry.metadata.digest()}}
        if offices_are_new:
            names = (name for _field, agent in agents(entry.metadata) for name in agent.name.values())
            extras[form.NEW_OFFICES] = list(dict.fromkeys(names))
        metadata = replace(entry.metadata, extras=extras)
        if entry.outcome == "new":
            drafts.append(catalog.inbox.begin(metadata, account, acts_for(account)))
        elif entry.outcome == "changed" and entry.draft:
            drafts.append(catalog.inbox.save(entry.draft.id, metadata, account, entry.draft.version))
    return drafts


def hand_in(pages: Pages, account: Account, drafts: Iterable[Draft]) -> list[Draft]:
    """Hands in the drafts that lack nothing, and returns them."""
    complete = [draft for draft in drafts if draft.state == "draft" and not faults_of(pages, draft, "de")]
    return [pages.inbox.submit(draft.id, account, draft.version) for draft in complete]


def _mark(metadata: Metadata) -> Mapping[str, Any]:
    mark = metadata.extras.get(IMPORTED)
    return mark if isinstance(mark, Mapping) else {}


def _imported_as(metadata: Metadata) -> str:
    return str(_mark(metadata).get("id", ""))


def _without_mark(metadata: Metadata) -> Metadata:
    return replace(metadata, extras={key: value for key, value in metadata.extras.items() if key != IMPORTED})


def with_defaults(entries: Iterable[Entry], defaults: Mapping[str, Any], context: FormContext) -> list[Entry]:
    """The entries with what holds for all of them, by name of a form field, where they say nothing themselves."""
    filled = []
    for entry in entries:
        shown = form.shown(entry.metadata, context)
        missing = {name: value for name, value in defaults.items() if value and not shown.get(name)}
        metadata, _errors = form.read(shown | missing, entry.metadata, context) if missing else (entry.metadata, [])
        filled.append(entry._replace(metadata=metadata))
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
