"""Where a new draft can come from: a template, an earlier entry, a web address.

Entry points: `templates`, `from_template`, `copied`, `begin_fetch`. Invariant: a draft that somebody has written in is
not overwritten; what an address says only fills what is empty.
"""

import logging
import threading
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from api.editing.form import FETCHING
from api.web.addresses import Lang
from api.web.own_threads import RETRY_SECONDS
from api.web.session import TooManyError
from harvesters.entries import MAX_FILE_BYTES, entries_of, entry_of, single
from registry.catalog import Catalog
from registry.errors import ConflictError, LotseError, NotFoundError
from registry.fetch.session import body, session
from registry.isolation import isolated
from registry.masking import shown
from registry.model import Account, Draft, Kind, Metadata
from registry.people.channels import channels_of
from registry.people.permissions import acts_for
from registry.settings import Settings

log = logging.getLogger(__name__)
MAX_FETCHES_AT_ONCE: Final = 2
MAX_WAITING_FETCHES: Final = 20
MAX_WAIT: Final = timedelta(minutes=2)  # after which a fetch counts as lost, as when the server was restarted
_PLACES: Final = threading.BoundedSemaphore(MAX_FETCHES_AT_ONCE + MAX_WAITING_FETCHES)
_FETCHES: Final = ThreadPoolExecutor(MAX_FETCHES_AT_ONCE, thread_name_prefix="fetch-entry")
# Fields that hold for one thing only, and are not taken over from an earlier entry.
_OF_ONE_THING: Final = (
    "iri", "identifiers", "other_identifiers", "issued", "modified", "period", "periods", "starts", "ends", "decisions",
    "opportunities", "statements", "extras", "phase",
)  # fmt: skip


@cache
def _templates() -> Mapping[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).with_name("entry_templates.toml")).read_text("utf-8"))


def templates(lang: Lang) -> list[tuple[str, str]]:
    """Name and label of each template."""
    return [(name, template["label"][lang]) for name, template in _templates().items()]


def from_template(name: str) -> Metadata:
    """What a template says; NotFoundError for one that is not there."""
    if name not in _templates():
        raise NotFoundError("template-unknown", name=name)
    fields = {key: value for key, value in _templates()[name].items() if key != "label"}
    return single(entry_of(fields, "project", "de"))


def copied(metadata: Metadata) -> Metadata:
    """An earlier entry as the start of a new one: without what holds for that one only."""
    empty = Metadata(kind=metadata.kind)
    return replace(
        metadata,
        **{name: getattr(empty, name) for name in _OF_ONE_THING},
        milestones=tuple(replace(step, planned="", reached="", reason={}) for step in metadata.milestones),
        phase_steps=(),
        cost_steps=(),
        indicators=tuple(replace(item, observations=()) for item in metadata.indicators),
    )


# -- a web address


def begin_fetch(catalog: Catalog, settings: Settings, account: Account, kind: Kind, url: str) -> Draft:
    """A new draft that is filled from a web address in the background; its extras say how far that is. TooManyError
    while too many others wait."""
    if not _PLACES.acquire(blocking=False):
        raise TooManyError("too-many-at-once", {"seconds": RETRY_SECONDS})
    with ExitStack() as unfinished:  # gives the place back if no fetch begins
        unfinished.callback(_PLACES.release)
        draft = _begun(catalog, account, kind, url)
        fetch = _FETCHES.submit(fetch_into, catalog, settings, account, draft)
        unfinished.pop_all()
    fetch.add_done_callback(lambda _: _PLACES.release())
    return draft


def _begun(catalog: Catalog, account: Account, kind: Kind, url: str) -> Draft:
    note = {"url": url, "since": datetime.now(UTC).isoformat()}
    metadata = Metadata(kind=kind, landing_page=url, extras={FETCHING: note})
    return catalog.inbox.begin(metadata, account, acts_for(account), channels=channels_of(metadata, "address"))


def fetch_into(catalog: Catalog, settings: Settings, account: Account, draft: Draft) -> None:
    """Fills a draft with what its address says. Whatever goes wrong is noted in the draft."""
    kind, url = draft.metadata.kind, draft.metadata.landing_page

    def failed(error: Exception) -> Metadata:
        log.warning("an entry cannot be read from %s: %r", shown(url), error)
        extras = {**draft.metadata.extras, FETCHING: {"url": url, "failed": type(error).__name__}}
        return replace(draft.metadata, extras=extras)

    metadata = isolated(lambda: _filled(draft.metadata, _fetched(settings, kind, url)), failed)
    try:
        catalog.inbox.save(draft.id, metadata, account, draft.version, "address")
    except (ConflictError, NotFoundError) as error:  # somebody has written in it meanwhile, or thrown it away
        log.info("draft %s was changed before %s was read: %s", draft.id, shown(url), error)
    except LotseError as error:
        log.warning("draft %s cannot be saved: %s", draft.id, error)


def _fetched(settings: Settings, kind: Kind, url: str) -> Metadata:
    with session(settings, seconds=MAX_WAIT.total_seconds(), max_bytes=MAX_FILE_BYTES) as http:
        content = body(http.get(url, stream=True), MAX_FILE_BYTES)
    return single(entries_of(content, url, kind, "de")[0])


def _filled(metadata: Metadata, fetched: Metadata) -> Metadata:
    """The metadata with what was fetched where it says nothing."""
    empty = msgspec.structs.asdict(Metadata(kind=metadata.kind))
    fields = {
        name: value
        for name, value in msgspec.structs.asdict(fetched).items()
        if value and not msgspec.structs.asdict(metadata)[name] and name in empty
    }
    extras = {key: value for key, value in metadata.extras.items() if key != FETCHING}
    return replace(metadata, **{**fields, "kind": metadata.kind, "extras": extras})


def fetch_state(metadata: Metadata) -> str:
    """How far the fetch of a draft's address is: "" for none, `waiting` or `failed`."""
    note = metadata.extras.get(FETCHING)
    if not isinstance(note, Mapping):
        return ""
    try:
        since = datetime.fromisoformat(str(note.get("since", "")))
    except ValueError:
        return "failed"
    return "failed" if datetime.now(UTC) - since > MAX_WAIT else "waiting"
