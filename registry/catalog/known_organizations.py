"""Keeps the names of the catalogue's organizations in memory, for matching the agents of records with them."""

import threading
from collections.abc import Mapping

from registry.model.agents import organizations_by_name
from registry.store.store import Selection, Store

_ORGANIZATIONS = Selection(kind="organization")


class KnownOrganizations:
    """Read again when any process has changed an organization. May be used from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mutex = threading.Lock()
        self._number = -1  # the store's last change when `_ids` was last checked
        self._ids: Mapping[str, str] = {}

    def ids(self) -> Mapping[str, str]:
        """Name, alias, IRI or identifier -> id of the organization's record."""
        with self._mutex:
            last = self._store.last()
            if self._number < 0 or (last != self._number and self._store.count(_ORGANIZATIONS, since=self._number)):
                self._ids = organizations_by_name(self._store.find(Selection(kind="organization", shown=True)))
            self._number = last
            return self._ids
