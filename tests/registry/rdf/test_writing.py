"""Documents of many records: written piece by piece, with the list of the catalogue in parts.

Covers: registry/rdf/writing.py, registry/rdf/catalogue.py
"""

import pyoxigraph as ox
import pytest

from registry import rdf
from registry.model import Agent, Catalogue
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
