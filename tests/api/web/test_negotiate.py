"""Accept header and suffix to a format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.negotiate import (
    DATA,
    FORMATS,
    HTML,
    JSON,
    JSONLD,
    NTRIPLES,
    RDF,
    RDFXML,
    TURTLE,
    Format,
    by_suffix,
    preferred,
)

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", HTML),
        ("*/*", HTML),
        (FIREFOX, HTML),
        (RDFLIB, RDFXML),
        ("text/turtle", TURTLE),
        ("application/n-triples, application/rdf+xml, text/turtle", TURTLE),
        ("application/ld+json;profile=\"http://www.w3.org/ns/json-ld#compacted\"", JSONLD),
        ("application/n-triples;q=0.9, text/turtle;q=0.1", NTRIPLES),
        ("text/html;q=0, */*", TURTLE),
        ("application/*", RDFXML),
        ("application/json", JSON),
        ("text/turtle;q=0.5, */*;q=0.9", HTML),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("text/turtle;q=nonsense", TURTLE),
        (",,;", HTML),
    ],
)  # fmt: skip
def test_the_best_liked_format_is_served(accept: str, expected: Format | None) -> None:
    assert preferred(accept) == expected


def test_where_no_page_exists_the_default_is_turtle() -> None:
    assert preferred("*/*", RDF) == TURTLE
    assert preferred(FIREFOX, RDF) == TURTLE
    assert preferred("text/html", RDF) is None


def test_a_suffix_names_a_format() -> None:
    assert by_suffix("/daten/radwege.ttl") == ("/daten/radwege", TURTLE)
    assert by_suffix("/daten/radwege.v2") == ("/daten/radwege.v2", None)
    assert by_suffix(".ttl") == (".ttl", None)
    assert [by_suffix(f"x.{one.name}")[1] for one in DATA] == list(DATA)


@given(st.text(max_size=200))
def test_no_header_breaks_the_reader(accept: str) -> None:
    assert preferred(accept) in (*FORMATS, None)
