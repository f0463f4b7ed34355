"""Style sheets, fonts and the logo as files, and the city's own colour as a style sheet.

Entry points: `file` (a file below static/), `theme`. Invariant: text in the city's colour has the contrast that WCAG
1.4.3 asks for, on light and on dark pages.
"""

from collections.abc import Callable
from functools import cache
from mimetypes import guess_type
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.pages.templates import STATIC
from registry.city import City
from registry.errors import NotFoundError, UsageError

FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
FOR_A_DAY: Final = {"Cache-Control": "public, max-age=86400"}
FOR_AN_HOUR: Final = {"Cache-Control": "public, max-age=3600"}
DARK: Final = (19, 21, 37)  # the ground of dark pages
WHITE: Final = (255, 255, 255)
MAX_LOGO_BYTES: Final = 50_000
MIN_CONTRAST: Final = 4.5  # contrast of text (WCAG 1.4.3)

Colour = tuple[int, int, int]


def file(request: Request) -> Response:
    """A file below static/. Browsers keep it for good if its address has its digest or a version."""
    name = request.path_params["path"]
    content = _read(name)
    kept = "v" in request.query_params or name.startswith("vendor/")
    headers = FOR_GOOD if kept else FOR_AN_HOUR
    return Response(content, headers=headers, media_type=_type(name))


@cache
def _names() -> frozenset[str]:
    return frozenset(str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.is_file())


@cache
def _read(name: str) -> bytes:
    if name not in _names():
        raise NotFoundError("page-file-unknown")
    return (STATIC / name).read_bytes()


def _type(name: str) -> str:
    if name.endswith(".woff2"):
        return "font/woff2"
    return guess_type(name)[0] or "text/plain"


def logo(city: City) -> Callable[[Request], Response]:
    """The city's sign as a file; NotFoundError if it has none. It cannot run anything: no script is allowed in it."""

    def answer(_: Request) -> Response:
        if city.logo is None or city.logo.stat().st_size > MAX_LOGO_BYTES:
            raise NotFoundError("page-file-unknown")
        headers = {**FOR_AN_HOUR, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return Response(city.logo.read_bytes(), headers=headers, media_type="image/svg+xml")

    return answer


def theme(accent: str, accent_dark: str = "") -> Callable[[Request], Response]:
    """The city's colours as a style sheet; UsageError if a colour cannot be read on its ground."""
    sheet = _sheet(accent, accent_dark).encode() if accent else b""

    def answer(_: Request) -> Response:
        return Response(sheet, headers=FOR_AN_HOUR, media_type="text/css")

    return answer


def _sheet(accent: str, accent_dark: str = "") -> str:
    """The rules for both colours; the one for dark pages is `accent` lightened, unless the city names its own."""
    colour = _colour("accent", accent)
    _check_contrast(colour, WHITE)
    light = _colour("accent_dark", accent_dark) if accent_dark else lightened(colour)
    _check_contrast(light, DARK)
    return (
        f":root{{--theme-accent:#{bytes(colour).hex()}}}"
        f"@media(prefers-color-scheme:dark){{:root{{--theme-accent:#{bytes(light).hex()}}}}}"
    )


def _check_contrast(colour: Colour, ground: Colour) -> None:
    if (ratio := contrast(colour, ground)) < MIN_CONTRAST:
        code = "accent-contrast" if ground == WHITE else "accent-dark-contrast"
        raise UsageError(code, accent=f"#{bytes(colour).hex()}", contrast=ratio, least=MIN_CONTRAST)


def _colour(key: str, text: str) -> Colour:
    try:
        red, green, blue = bytes.fromhex(text.removeprefix("#"))
    except ValueError:
        raise UsageError("accent-form", key=key, text=text) from None
    return red, green, blue


def lightened(colour: Colour) -> Colour:
    """The colour mixed with white until it reads well on dark ground (7:1, as links are thin)."""
    for part in range(0, 101, 2):
        mixed = tuple(round(channel + (255 - channel) * part / 100) for channel in colour)
        if contrast((mixed[0], mixed[1], mixed[2]), DARK) >= 7:
            return mixed[0], mixed[1], mixed[2]
    return WHITE


def contrast(first: Colour, second: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
