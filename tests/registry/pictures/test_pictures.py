"""Pictures in the database: a name means one picture for good."""

import pytest

from registry.errors import NotFoundError
from registry.pictures.pictures import Shown, name_of, open_pictures, picture_at
from registry.pictures.rewriting import Picture

JPEG = Picture(b"bytes", "jpg", 40, 80)


def test_the_same_picture_has_the_same_name_and_is_stored_once() -> None:
    pictures = open_pictures("sqlite://")
    name = pictures.add(JPEG)
    assert pictures.add(JPEG) == name
    assert name.endswith("-40x80.jpg")
    assert pictures.add(JPEG._replace(content=b"other")) != name
    assert pictures.get(name) == (b"bytes", "image/jpeg")
    pictures.remove(name)
    for gone in (name, "", "../lotse.sqlite", "x" * 24 + "-1x1.jpg"):
        with pytest.raises(NotFoundError):
            pictures.get(gone)


def test_an_address_of_ours_is_known_whatever_the_host() -> None:
    name = open_pictures("sqlite://").add(JPEG)
    for host in ("https://daten.example.org", "http://127.0.0.1:8080/stadt", ""):
        assert name_of(f"{host}/bilder/{name}") == name
    assert picture_at(f"https://x.example/bilder/{name}") == Shown(f"/bilder/{name}", 40, 80)
    for other in ("", "https://x.example/bilder/foto.jpg", f"https://x.example/{name}"):
        assert picture_at(other) is None
