"""The picture beside a shared link is ours, small, bounded, and named by every page that may be indexed."""

import io
import re

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from registry.catalog import Catalog
from tests.builders import a_dataset
from tests.town import BASE, take

MAX_BYTES = 60_000


def picture(client: TestClient, path: str) -> Image.Image:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert len(answer.content) <= MAX_BYTES
    assert "max-age=86400" in answer.headers["cache-control"]
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize("path", ["/", "/daten/radwege", "/en/datasets/radwege", "/projekte", "/entwickler"])
def test_a_page_names_a_picture_of_this_site(client: TestClient, filled: Catalog, path: str) -> None:
    page = client.get(path).text
    named = re.search(r'property="og:image" content="([^"]+)"', page)
    assert named is not None
    assert named[1].startswith(f"{BASE}/og")
    assert picture(client, named[1].removeprefix(BASE)).size == (1200, 630)


def test_titles_of_any_length_and_script_fit(client: TestClient, filled: Catalog) -> None:
    titles = ("Wort " * 300, "Donaudampfschifffahrt" * 20, "数据 ДАННЫЕ <b>&", "x")
    drawn = set()
    for id in take(filled, *map(a_dataset, titles), source="x"):
        image = picture(client, f"/og/{id}.png")
        assert image.size == (1200, 630)
        inside = image.convert("RGB").crop((0, 20, 1200, 630))  # below the stripe at the top
        box = inside.convert("L").point(lambda shade: 255 if shade < 230 else 0).getbbox()
        assert box is not None
        assert box[2] <= 1200 - 60, "a margin is left at the right"
        assert box[3] < 610, "and at the bottom"
        drawn.add(image.convert("RGB").tobytes())
    assert len(drawn) == len(titles)


def test_what_is_not_there_has_none(client: TestClient, filled: Catalog) -> None:
    assert client.get("/og/gibt-es-nicht.png").status_code == 404
    filled.withdraw("radwege", "anna", "Doppelt gemeldet.")
    assert client.get("/og/radwege.png").status_code == 410
