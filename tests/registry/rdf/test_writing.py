"""Documents of many records: written piece by piece, with the list of the catalogue in parts.

Covers: registry/rdf/writing.py, registry/rdf/catalogue.py
"""

import pyoxigraph as ox
import pytest

from registry import rdf
from registry.model import Agent, Catalogue, Distribution
from registry.quality.check import check
from registry.rdf import writing
from tests.builders import a_dataset, a_record
from tests.town import BASE

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
}
CATALOGUE = Catalogue(title={"de": "Alles"}, publisher=Agent(name={"de": "Stadt"}))


def graph(format: str) -> ox.Dataset:
    records = [
        a_record(f"satz-{number}", said=a_dataset(landing_page=f"https://x.example/{number}")) for number in range(9)
    ]
    body = b"".join(rdf.write(records, format, base_url=BASE, catalogue=CATALOGUE))
    dataset = ox.Dataset(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in ox.parse(body, FORMATS[format]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.mark.parametrize("format", FORMATS)
def test_a_long_catalogue_is_the_same_graph_with_its_list_in_parts(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = graph(format)
    monkeypatch.setattr(writing, "MAX_LISTED", 2)
    monkeypatch.setattr(writing, "MAX_DESCRIBED", 3)
    assert graph(format) == whole
    listed = ox.NamedNode("http://www.w3.org/ns/dcat#dataset")
    assert len(list(whole.quads_for_predicate(listed))) == 9


ACCESS = "<http://www.w3.org/ns/dcat#accessURL>"
FILE, PAGE, OTHER = "https://x.example/a.csv", "https://x.example/d", "https://x.example/z"


@pytest.mark.parametrize(
    ("fields", "landing_page", "address"),
    [
        ({"access_url": OTHER, "download_url": FILE}, PAGE, OTHER),
        ({"download_url": FILE}, PAGE, FILE),
        ({}, PAGE, PAGE),
        ({}, "", ""),
    ],
)
def test_a_file_without_an_access_url_gets_the_next_best_address(
    fields: dict[str, str], landing_page: str, address: str
) -> None:
    file = Distribution(id="f", **fields)  # type: ignore[arg-type]
    record = a_record(said=a_dataset(landing_page=landing_page, distributions=(file,)))
    lines = b"".join(rdf.write([record], "nt", base_url=BASE)).decode().splitlines()
    assert [line.split(" ")[2] for line in lines if ACCESS in line] == ([f"<{address}>"] if address else [])
    rules = [finding.rule for finding in check(record.said)]
    assert ("access-url-missing" in rules) == ("access_url" not in fields), "the report names it all the same"
