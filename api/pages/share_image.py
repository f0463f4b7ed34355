"""The picture that other sites show beside a link to a page (Open Graph): our sign, the kind of thing and its title.

Entry points: `share_image` (of the site), `share_image_of_record`. It is drawn on request from our own fonts; nothing
is fetched. Invariant: at most MAX_KEPT pictures are kept, and a title is cut to MAX_LINES lines.
"""

import io
from functools import lru_cache
from typing import Final

from fastapi import Request
from PIL import Image, ImageDraw, ImageFont
from starlette.responses import Response

from api.pages.assets import FOR_A_DAY
from api.pages.site import Pages, View
from api.pages.templates import STATIC
from api.text.formatting import pick_language, without_markup
from api.web.addresses import Lang, language_of
from registry.catalog.lookup import shown
from vocab.kinds import KIND_ROWS

WIDTH, HEIGHT = 1_200, 630  # pixels, what the sites that read it expect
MARGIN: Final = 80
TITLE_PIXELS: Final = 68
LINE_PIXELS: Final = 82
MAX_LINES: Final = 4
MAX_TITLE_CHARACTERS: Final = 200
MAX_KEPT: Final = 64
ACCENT: Final = "#2044aa"
INK, QUIET, GROUND = "#131525", "#51577a", "#ffffff"
_FONTS: Final = STATIC / "vendor" / "fira-sans" / "5.3.0"


def share_image(pages: Pages) -> View:
    """The picture of pages that are no record's."""

    def image(_request: Request) -> Response:
        return _answer(pages, "", pages.site_title)

    return image


def share_image_of_record(pages: Pages) -> View:
    """The picture of a record by its id; what a withdrawn one is answered with is that of its page."""

    def image(request: Request) -> Response:
        record = shown(pages.catalog, request.path_params["id"])
        lang: Lang = language_of(request.query_params.get("lang", ""))
        title = without_markup(pick_language(record.metadata.title, lang).words) or record.id
        return _answer(pages, KIND_ROWS[record.kind].singular[lang], title)

    return image


def _answer(pages: Pages, kind: str, title: str) -> Response:
    place_name = pages.city.name or pages.settings.base_url.partition("://")[2]
    content = _drawn(kind, title[:MAX_TITLE_CHARACTERS], place_name, pages.city.accent or ACCENT)
    return Response(content, headers=FOR_A_DAY, media_type="image/png")


@lru_cache(MAX_KEPT)
def _drawn(kind: str, title: str, place_name: str, accent: str) -> bytes:
    """The picture as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 16), accent)
    _draw_sign(draw, accent)
    draw.text((MARGIN + 96, MARGIN + 12), place_name, QUIET, _font(400, 36))
    below = MARGIN + 150
    if kind:
        draw.text((MARGIN, below), kind, accent, _font(600, 36))
        below += 64
    for line in _lines(draw, title):
        draw.text((MARGIN, below), line, INK, _font(600, TITLE_PIXELS))
        below += LINE_PIXELS
    out = io.BytesIO()
    image.quantize(32, Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def _draw_sign(draw: ImageDraw.ImageDraw, accent: str) -> None:
    """The flag, half white and half accent."""
    left, top, right, bottom = MARGIN, MARGIN, MARGIN + 72, MARGIN + 64
    draw.rounded_rectangle((left, top, right, bottom), 6, GROUND, accent, 4)
    draw.rectangle(((left + right) // 2, top, right - 6, bottom), accent)
    draw.rounded_rectangle(((left + right) // 2 + 10, top, right, bottom), 6, accent)


def _lines(draw: ImageDraw.ImageDraw, title: str) -> list[str]:
    """The title in lines that fit; the last one ends with "…" where something is left out."""
    font, most = _font(600, TITLE_PIXELS), WIDTH - 2 * MARGIN
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font) <= most or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    kept = [_cut(draw, line, font, most) for line in lines[:MAX_LINES]]
    return [*kept[:-1], _cut(draw, f"{kept[-1]} …", font, most)] if len(lines) > MAX_LINES else kept


def _cut(draw: ImageDraw.ImageDraw, line: str, font: ImageFont.FreeTypeFont, most: int) -> str:
    """The line, cut where a single word is wider than the picture."""
    while len(line) > 1 and draw.textlength(line, font) > most:
        line = line.rstrip("…")[:-1] + "…"
    return line


@lru_cache(8)
def _font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    """Fira Sans as the pages have it; Pillow's own font where the styles are not installed."""
    path = _FONTS / f"fira-sans-latin-{weight}-normal.woff2"
    return ImageFont.truetype(str(path), size) if path.is_file() else ImageFont.load_default(size)  # type: ignore[return-value]
