"""Writes an uploaded picture again: upright, not larger than needed, and without anything but its pixels.

Entry points: `rewritten`; `rewrite` runs in a child process. Invariant: nothing of the file that was sent is passed on
as it was, so neither EXIF (place, time, camera, name) nor anything that is hidden in it is ever served.
"""

import io
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from registry.child_pool import Limits, call
from registry.errors import UsageError
from registry.model.message import message

MAX_PICTURE_BYTES: Final = 10_000_000  # of the file that is sent
MAX_PIXELS: Final = 50_000_000
MAX_SIDE_PIXELS: Final = 1_600  # of what is kept
READ_FORMATS: Final = ("JPEG", "PNG", "WEBP")  # no other decoder is tried
JPEG_QUALITY: Final = 82
LIMITS: Final = Limits(memory=800_000_000, seconds=20.0, max_bytes=20_000_000)


class Picture(NamedTuple):
    """A picture as it is kept. `suffix`: `jpg`, or `png` if it has transparent parts; sizes in pixels."""

    content: bytes
    suffix: str
    width: int
    height: int


def rewritten(content: bytes) -> Picture:
    """The picture of a file; UsageError for what is none, is too large or has too many pixels."""
    if len(content) > MAX_PICTURE_BYTES:
        raise UsageError("picture-too-large", limit=MAX_PICTURE_BYTES // 1_000_000)
    answer = b"".join(call("picture", LIMITS, "registry.pictures.rewriting:rewrite", content))
    return msgspec.msgpack.decode(answer, type=Picture)


def rewrite(content: bytes) -> Iterator[bytes]:
    """Yields the picture, in the child."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=READ_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UsageError("picture-too-many-pixels", limit=MAX_PIXELS // 1_000_000)
            image.draft("RGB", (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))  # JPEG: decodes no more than is needed
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
            yield msgspec.msgpack.encode(_written(upright))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # of Pillow, for what it cannot read
        raise UsageError(message("picture-unreadable")) from None


def _written(image: "Image.Image") -> Picture:  # type: ignore[name-defined]  # noqa: F821 - Pillow is loaded in the child
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    pixels = image.convert("RGBA" if has_alpha else "RGB")
    pixels.info.clear()  # comments, profiles, EXIF and XMP of the original
    target = io.BytesIO()
    if has_alpha:
        pixels.save(target, "PNG", optimize=True)
    else:
        pixels.save(target, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return Picture(target.getvalue(), "png" if has_alpha else "jpg", pixels.width, pixels.height)
