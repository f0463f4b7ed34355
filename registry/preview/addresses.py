"""The address of the file behind a distribution, or of what a service says of itself.

Entry points: `address_of`, `capabilities_address`.
"""

from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from registry.model import Distribution
from vocab.formats import file_type

_SERVICES: Final = {"WMS_SRVC": "WMS", "WFS_SRVC": "WFS"}  # notation of the format -> name of the service in requests


def address_of(distribution: Distribution) -> str:
    """Where the file of a distribution is: its download, else its access; "" if it has no web address.

    Of a map or feature service, where it says which layers it has (GetCapabilities).
    """
    for url in (distribution.download_url, distribution.access_url):
        if url.lower().startswith(("http://", "https://")):
            return _with_request(url, distribution)
    return ""


def _with_request(url: str, distribution: Distribution) -> str:
    kind = file_type(distribution.format, distribution.media_type, url)
    service = _SERVICES.get(kind.concept.notation) if kind else None
    return url if service is None or "request=" in url.lower() else capabilities_address(url, service)


def capabilities_address(url: str, service: str) -> str:
    """Where an OGC service says which layers or tables it has. `service`: its name in requests, such as WMS."""
    parts = urlsplit(url)
    asked = [] if "service=" in url.lower() else [("service", service)]
    query = "&".join(filter(None, (parts.query.rstrip("&"), urlencode([*asked, ("request", "GetCapabilities")]))))
    return urlunsplit(parts._replace(query=query, fragment=""))
