"""Every record of real catalogues has a page that is whole, in both languages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from api.web import addresses
from registry.store.store import Selection
from tests.harvesters.catalogues import served
from tests.sample_city import HEIDELBERG
from tests.servers.replay import files_server
from tests.town import Town

pytestmark = pytest.mark.slow

VOID = {"meta", "link", "input", "br", "path", "circle", "rect", "hr"}


class Marks(HTMLParser):
    """What is wrong with the marks of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            runs = name == "href" and re.match(r"\s*(?!https?:|mailto:|tel:|ftp:|/|#|\?)", value or "")
            if runs or name == "style" or name.startswith("on"):
                self.wrong.append(f"{name}={value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


@pytest.mark.parametrize("name", ["koeln", "brandenburg", "destatis", "mainz"])
def test_every_record_of_a_real_catalogue_has_a_page(name: str, shared: Path, tmp_path: Path) -> None:
    with files_server({}) as server:
        town = Town(tmp_path / "data", server)
        with served(name, shared) as source:
            town.harvest(source=source, wait=False)
        settings = replace(town.settings, secret=("s" * 40,), city=HEIDELBERG if HEIDELBERG.is_dir() else None)
        browser = TestClient(
            create_app(town.catalog, settings), headers={"accept": "text/html"}, follow_redirects=False
        )
        records = list(town.catalog.store.find(Selection(shown=True)))
        assert records
        for number, record in enumerate(records):
            lang = addresses.LANGS[number % 2]
            answer = browser.get(addresses.page(record.kind, record.id, lang))
            assert answer.status_code == 200, record.id
            marks = Marks()
            marks.feed(answer.text)
            assert marks.wrong == [], record.id
            assert marks.open == [], record.id
        town.catalog.close()
