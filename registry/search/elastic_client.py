"""The client of Elasticsearch, and its errors as ours. Entry points: `Server`, `open_client`, `reachable`."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    Elasticsearch,
    NotFoundError,
    SSLError,
    TransportError,
)

from registry.errors import NotReadyError

REQUEST_TIMEOUT: Final = 30  # seconds
RETRIED_STATUSES: Final = (429, 502, 503, 504)  # too busy, or a part of the cluster is away: another node may answer
MIN_RETRIES: Final = 2
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
INDEX_SETTINGS: Final[Mapping[str, Any]] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",  # one copy as soon as there is a second node
    "refresh_interval": "-1",  # who writes it, refreshes it
}
log = logging.getLogger("lotse.search")

_CODES: Final = {
    AuthenticationException: "search-server-denied",
    AuthorizationException: "search-server-denied",
    SSLError: "search-server-certificate",
}


class Server(msgspec.Struct, frozen=True):
    """How a cluster is reached. `addresses`: of its nodes, each may hold a user and password; `ca_file`: its own
    certificate authority; `key`: API key; `replicas`: copies of each index, None: as in INDEX_SETTINGS."""

    addresses: tuple[str, ...]
    ca_file: str | None = None
    key: str = ""
    replicas: int | None = None

    def index_settings(self) -> dict[str, Any]:
        """The settings of each new index."""
        if self.replicas is None:
            return dict(INDEX_SETTINGS)
        return {**INDEX_SETTINGS, "auto_expand_replicas": "false", "number_of_replicas": self.replicas}

    def shards_on(self, nodes: int) -> int:
        """How many shards a new index has on so many nodes, copies included: no two of one part are on one node."""
        copies = 1 if self.replicas is None else self.replicas
        return int(INDEX_SETTINGS["number_of_shards"]) * (1 + min(copies, max(nodes - 1, 0)))


def open_client(server: Server) -> Elasticsearch:
    """A client that asks the next node if one does not answer, every node at least once."""
    more: dict[str, Any] = {"ca_certs": server.ca_file} if server.ca_file else {}
    more |= {"api_key": server.key} if server.key else {}
    return Elasticsearch(
        list(map(_with_port, server.addresses)),
        request_timeout=REQUEST_TIMEOUT,
        max_retries=max(MIN_RETRIES, len(server.addresses)),
        retry_on_timeout=True,
        retry_on_status=RETRIED_STATUSES,
        **more,
    )


def _with_port(address: str) -> str:
    """The address with its port, which the client demands."""
    parts = urlsplit(address)
    netloc = parts.netloc if parts.port else f"{parts.netloc}:{DEFAULT_PORTS[parts.scheme]}"
    return parts._replace(netloc=netloc).geturl()


@contextmanager
def reachable() -> Iterator[None]:
    """Raises NotReadyError for an index that is missing, and for a server that does not answer as it should."""
    try:
        yield
    except NotFoundError as error:
        raise NotReadyError("index-not-built") from error
    except (ApiError, TransportError) as error:
        log.warning("search server: %s", str(error)[:2000])  # only logged: it may name hosts and users
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "search-server-answer")
        raise NotReadyError(code, error=type(error).__name__) from error
