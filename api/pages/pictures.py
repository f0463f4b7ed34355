"""Serves the pictures that people have uploaded for their entries.

Entry point: `picture`. The bytes are those of `registry.pictures.rewriting`, and the name holds their digest, so
browsers may keep them for good.
"""

from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from api.pages.assets import FOR_GOOD
from api.pages.site import Pages

HEADERS: Final = {
    **FOR_GOOD,
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "cross-origin",  # other portals show the pictures of what they read here
}


def picture(pages: Pages) -> Callable[[str], Response]:
    def view(name: str) -> Response:
        content, media_type = pages.catalog.pictures.get(name)
        return Response(content, headers=HEADERS, media_type=media_type)

    return view
