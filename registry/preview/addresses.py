"""The address of the file behind a distribution. Entry point: `address_of`."""

from registry.model import Distribution


def address_of(distribution: Distribution) -> str:
    """Where the file of a distribution is: its download, else its access; "" if it has no web address."""
    for url in (distribution.download_url, distribution.access_url):
        if url.lower().startswith(("http://", "https://")):
            return url
    return ""
