"""The client of Elasticsearch, and its errors as ours. Entry points: `open_client`, `reachable`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from registry.errors import NotReadyError

REQUEST_TIMEOUT: Final = 30  # seconds
log = logging.getLogger("lotse.search")


def open_client(url: str, ca_file: str | None = None) -> Elasticsearch:
    """A client. `url` may hold a user and password; `ca_file`: the server's own certificate authority."""
    more: dict[str, Any] = {"ca_certs": ca_file} if ca_file else {}
    return Elasticsearch(url, request_timeout=REQUEST_TIMEOUT, max_retries=2, retry_on_timeout=True, **more)


@contextmanager
def reachable() -> Iterator[None]:
    """Raises NotReadyError for an index that is missing, and for a server that does not answer as it should."""
    try:
        yield
    except NotFoundError as error:
        raise NotReadyError("index-not-built") from error
    except (ApiError, TransportError) as error:
        log.warning("search server: %s", str(error)[:2000])  # only logged: it may name hosts and users
        raise NotReadyError("search-server-answer", error=type(error).__name__) from error
