"""Serving pictures: for good, with the type that they have, and nothing else under these addresses."""

from registry.pictures.rewriting import Picture
from tests.signed_in import browser
from tests.town import Town


def test_a_picture_is_served_for_good_and_other_names_are_not_there(city: Town) -> None:
    name = city.catalog.pictures.add(Picture(b"\x89PNG", "png", 2, 1))
    visitor = browser(city)
    answer = visitor.get(f"/bilder/{name}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"\x89PNG", "image/png")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for other in (name.replace("png", "jpg"), "x.png", "%2e%2e%2flotse.sqlite"):
        assert visitor.get(f"/bilder/{other}").status_code == 404, other
