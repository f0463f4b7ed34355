"""A district's key figures: what a prepared table tells of it for certain, with the way to the rows; else nothing.

Covers: api/pages/key_figures.py
"""

import re
from pathlib import Path

from starlette.testclient import TestClient

from registry.model import Column, Distribution, Metadata, TableSchema
from tests.sample_city import HEIDELBERG
from tests.servers.replay import files_server
from tests.town import Town, take
from vocab.concepts import concept_list

RESIDENTS = "Stadtteil;Stichtag;Einwohner\nBahnstadt;31.12.2025;6910\nBergheim;31.12.2025;7200\n"
STOCK = concept_list("aggregates").by_notation["bestand"].iri
SCHEMA = TableSchema(
    columns=(
        Column(number=1, name="Stadtteil"),
        Column(number=2, name="Stichtag"),
        Column(number=3, name="Einwohner", title={"de": "Einwohner"}, unit="Menschen", aggregate=STOCK),
    )
)


def test_a_figure_is_the_answer_of_a_table_with_the_way_to_its_rows(tmp_path: Path) -> None:
    with (
        files_server({"/einwohner.csv": (RESIDENTS.encode(), "text/csv")}) as server,
        Town(tmp_path / "data", city=HEIDELBERG, secret=("s" * 40,)) as town,
    ):
        file = Distribution(id="tabelle", access_url=f"{server.url}/einwohner.csv", table_schema=SCHEMA)
        metadata = Metadata(kind="dataset", title={"de": "Einwohner je Stadtteil"}, distributions=(file,))
        (id,) = take(town.catalog, metadata)
        town.catalog.previews.prepare(town.catalog.store.existing(id), file)
        town.catalog.sync()
        browser = TestClient(town.app, headers={"accept": "text/html"})
        town.catalog.answers.refresh()
        page = browser.get("/en/districts/bahnstadt").text
        figures = page[page.index('class="numbers') :].partition("</ul>")[0]
        assert "6,910" in figures
        assert "people live here" in figures
        address = re.search(r'href="([^"]+)"', figures)
        assert address
        assert browser.get(address[1].replace("&amp;", "&")).status_code == 200
        assert "In Zahlen" not in browser.get("/stadtteile/wieblingen").text, "the table does not know it"
