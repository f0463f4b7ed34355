"""The page of our own vocabulary."""

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(("path", "words"), [("/ns", ("Vokabular", "Umsetzung")), ("/en/ns", ("Vocabulary", "Budget"))])
def test_the_page_names_properties_and_lists(browser: TestClient, path: str, words: tuple[str, ...]) -> None:
    page = browser.get(path)
    assert page.status_code == 200
    assert all(word in page.text for word in ("lotse:goal", "/ns/shapes.ttl", "umsetzung", *words))
