"""Uploaded pictures are written again: upright, not larger than needed, and without what the camera wrote into them."""

import io
from typing import Any

import pytest
from PIL import Image

from registry.errors import UsageError
from registry.pictures.rewriting import MAX_PICTURE_BYTES, MAX_SIDE_PIXELS, rewritten

SECRET = "Kamera von Erika"
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(mode: str = "RGB", size: tuple[int, int] = (80, 40), format: str = "JPEG", **more: Any) -> bytes:
    image = Image.new(mode, size, "teal" if mode == "RGB" else 0)
    if mode == "RGB":
        image.paste("white", (0, 0, size[0] // 2, size[1]))  # the left half
    target = io.BytesIO()
    image.save(target, format, **more)
    return target.getvalue()


def with_exif(rotation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = rotation, SECRET
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif, comment=SECRET.encode())


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_what_the_camera_wrote_is_gone_and_the_picture_is_upright() -> None:
    original = with_exif(rotation=6)  # taken with the phone on its side
    assert SECRET.encode() in original
    kept = rewritten(original)
    assert SECRET.encode() not in kept.content
    image = opened(kept.content)
    assert dict(image.getexif()) == {}
    assert "comment" not in image.info
    assert (image.format, image.size, (kept.width, kept.height)) == ("JPEG", (40, 80), (40, 80))
    assert image.getpixel((20, 5)) > (200, 200, 200), "the white half is on top now"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_large_one_is_made_smaller_and_keeps_its_shape(format: str) -> None:
    kept = rewritten(picture(size=(3200, 1600), format=format))
    assert (kept.suffix, kept.width, kept.height) == ("jpg", MAX_SIDE_PIXELS, MAX_SIDE_PIXELS // 2)


def test_transparent_parts_stay() -> None:
    kept = rewritten(picture("RGBA", format="PNG"))
    assert kept.suffix == "png"
    assert opened(kept.content).getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture-unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture-unreadable"),
        (b"GIF89a", "picture-unreadable"),
        (picture()[:200], "picture-unreadable"),
        (picture("1", (7_100, 7_100), "PNG"), "picture-too-many-pixels"),
        (b"\xff\xd8" + bytes(MAX_PICTURE_BYTES), "picture-too-large"),
    ],
    ids=["nothing", "svg", "gif", "cut", "pixels", "bytes"],
)
def test_what_is_no_picture_or_too_large_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        rewritten(content)
    assert refused.value.summary.code == code
