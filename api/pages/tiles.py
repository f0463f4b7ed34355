"""Serves the tiles of the background of maps that the worker has fetched. Entry point: `tile`.

Nothing is fetched here: a tile that is not there is 404.
"""

from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from api.pages.assets import FOR_A_DAY
from api.pages.site import Pages
from registry.errors import NotFoundError
from registry.pictures.pictures import MEDIA_TYPES
from registry.preview.tiles import Tile

TILE_ADDRESS: Final = "/kacheln/{z}/{x}/{y}"  # as the router, the drawing and Leaflet fill it in
MAX_DIGITS: Final = 8


def tile(pages: Pages) -> Callable[[str, str, str], Response]:
    def view(z: str, x: str, y: str) -> Response:
        numbers = [int(part) for part in (z, x, y) if part.isascii() and part.isdigit() and len(part) <= MAX_DIGITS]
        found_tile = pages.catalog.previews.tiles.get(Tile(*numbers)) if len(numbers) == 3 else None
        if found_tile is None:
            raise NotFoundError("nothing-here")
        content, suffix = found_tile
        return Response(content, headers=FOR_A_DAY, media_type=MEDIA_TYPES[suffix])

    return view
