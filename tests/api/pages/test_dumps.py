"""The page of the whole catalogue as files."""

import pytest
from starlette.testclient import TestClient

from api.data import dumps
from tests.town import Town


def test_before_the_first_dump_the_page_says_so(client: TestClient) -> None:
    assert "noch keine Dateien" in client.get("/dumps", headers={"accept": "text/html"}).text


@pytest.mark.parametrize("path", ["/dumps", "/en/dumps"])
def test_the_page_lists_the_files(town: Town, client: TestClient, path: str) -> None:
    dump = dumps.write_dump(town.catalog, town.settings)
    page = client.get(path, headers={"accept": "text/html"}).text
    assert all(file.name in page and file.sha256 in page for file in dump.files)
    assert ("Whole catalogue" in page) == path.startswith("/en")
