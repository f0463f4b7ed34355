"""All packages of the catalogue in memory, each without its texts: what lists, filters and counts need.

Built at the first request (some 0.1 ms a package), then brought up to date from the store's changes.

Entry points: `Packages` (of a process), `View` (as of one position of the store).
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property, partial

from registry.ckan.entries import PACKAGE_KINDS, Entry, OrganizationEntry, ResourceEntry, entry
from registry.ckan.written_values import uuid
from registry.isolation import isolated
from registry.model import Change, Position, Record
from registry.model.text import in_language
from registry.store.store import Store

log = logging.getLogger("lotse.ckan")


class View:
    """The packages and organizations at a position of the store. Lookups are built when they are first asked for."""

    def __init__(
        self, position: Position, entries: Mapping[str, Entry], registered: Mapping[str, OrganizationEntry]
    ) -> None:
        self.position = position
        self.entries = entries  # id of the record -> package, in order of id
        self._registered = registered

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """Every id by which a client may name a package -> id of the record. Our names win over those of sources."""
        ids = {other: id for id, package in self.entries.items() for other in package.others}
        ids |= {package.uuid: id for id, package in self.entries.items()}
        return ids | {id: id for id in self.entries}

    @cached_property
    def resources(self) -> Mapping[str, tuple[str, ResourceEntry]]:
        """UUID of a file -> id of the record, and the file."""
        return {resource.uuid: (id, resource) for id, package in self.entries.items() for resource in package.resources}

    @cached_property
    def organizations(self) -> Mapping[str, OrganizationEntry]:
        """Name -> organization, in order of name: those of the catalogue, and the publishers of packages."""
        named = {
            package.organization.name: package.organization for package in self.entries.values() if package.organization
        }
        return dict(sorted((named | {owner.name: owner for owner in self._registered.values()}).items()))

    @cached_property
    def counts(self) -> Mapping[str, Counter[str]]:
        """Packages by the name of their organization, group and tag."""
        counts: dict[str, Counter[str]] = {"organization": Counter(), "group": Counter(), "tag": Counter()}
        for package in self.entries.values():
            counts["organization"].update([package.organization.name] if package.organization else [])
            counts["group"].update(package.groups)
            counts["tag"].update(package.tags)
        return counts

    def organization(self, key: str) -> OrganizationEntry | None:
        """By name, UUID or title."""
        if owner := self.organizations.get(key):
            return owner
        return next((owner for owner in self.organizations.values() if key in (owner.uuid, owner.title)), None)


class Packages:
    """The packages of a process; may be used by any number of threads."""

    def __init__(self, store: Store, base_url: str) -> None:
        self._store = store
        self._base_url = base_url
        self._lock = threading.Lock()
        self._view: View | None = None

    def view(self) -> View:
        """The packages as they are now; waits while another thread brings them up to date."""
        now = self._store.position()
        with self._lock:
            if self._view is None or self._view.position != now:
                self._view = self._updated(self._view, now)
            return self._view

    def _updated(self, old: View | None, now: Position) -> View:
        goes_on = old is not None and old.position.epoch == now.epoch and old.position.number <= now.number
        entries = dict(old.entries) if old and goes_on else {}
        registered = dict(old._registered) if old and goes_on else {}
        for change in self._store.changes(old.position.number if old and goes_on else 0, now.number):
            entries.pop(change.id, None)
            registered.pop(change.id, None)
            isolated(partial(self._take, change, entries, registered), _left_out(change))
        return View(now, dict(sorted(entries.items())), registered)

    def _take(self, change: Change, entries: dict[str, Entry], registered: dict[str, OrganizationEntry]) -> None:
        record = change.record
        if record is None:
            return
        if record.kind in PACKAGE_KINDS:
            entries[record.id] = entry(record, self._base_url)
        elif record.kind == "organization":
            registered[record.id] = self._organization(record)

    def _organization(self, record: Record) -> OrganizationEntry:
        title = in_language(record.metadata.title, "de")
        return OrganizationEntry(uuid(self._base_url, f"id/{record.id}"), record.id, title, record.id)


def _left_out(change: Change) -> Callable[[Exception], None]:
    """Logs a record that cannot be written as a package; the list goes on without it."""
    return lambda error: log.error("%s is no package: %s: %s", change.id, type(error).__name__, error)
