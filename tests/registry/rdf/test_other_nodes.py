"""The nodes of a graph that belong to no thing.

Covers: registry/rdf/other_nodes.py
"""

from registry import rdf

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix x: <https://x.example/> .
"""


def other_nodes(turtle: str, catalogue: bool = True) -> list[rdf.OtherNode]:
    """Those that are left when all things were read."""
    walk = rdf.Walk(rdf.parse((PREFIXES + turtle).encode(), media_type="text/turtle").graph)
    list(walk.things())
    return list(rdf.other_nodes(walk, catalogue))


def test_what_a_thing_or_the_catalogue_holds_is_no_node_of_its_own() -> None:
    agents = "x:a a foaf:Agent ; foaf:name 'A' . x:b a foaf:Agent ; foaf:name 'B' . x:c a foaf:Agent ; foaf:name 'C' ."
    holders = "x:d a dcat:Dataset ; dct:publisher x:a . x:k a dcat:Catalog ; dct:publisher x:b ; dct:title 'K' ."
    nodes = other_nodes(agents + holders)
    assert [(node.cls, node.iri) for node in nodes] == [
        ("catalog", "https://x.example/k"),
        ("Agent", "https://x.example/c"),
    ]
    assert nodes[0].struct.publisher.name == {"und": "B"}


def test_a_catalogue_with_very_many_links_is_read_without_them() -> None:
    links = " , ".join(f"x:d{number}" for number in range(60_000))
    turtle = f'x:c a dcat:Catalog ; dct:title "K"@de ; dcat:dataset {links} .'
    (node,) = other_nodes(turtle)
    assert (node.cls, node.struct.title, node.struct.links) == ("catalog", {"de": "K"}, ())
    assert other_nodes(turtle, catalogue=False) == []
