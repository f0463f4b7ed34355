"""Accept header and suffix to a format."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.negotiate import (
    DATA,
    HTML,
    JSON,
    PAGE_FORMATS,
    RDF,
    TURTLE,
    Format,
    by_suffix,
    preferred,
)
from tests.paths import ROOT

_, RDFXML, JSONLD, NTRIPLES = RDF

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
    assert preferred(accept) in (*PAGE_FORMATS, None)


LAST_ROW = '    Serialisation("nt", "application/n-triples", "N-Triples", _n_triples),\n'
NEW_ROW = '    Serialisation("trig", "application/trig", "TriG", _turtle),\n'
ASK_EVERYWHERE = """
from click.testing import CliRunner
from api.commands.main import main
from api.data.linked import links, rendered
from api.data.openapi import suffixes
from api.pages.record import _machine_formats
from api.web.negotiate import by_suffix, preferred
from registry.model import Metadata, Record

record = Record(id="x", said=Metadata(kind="dataset", title={"de": "Radwege"}))
assert preferred("application/trig").name == by_suffix("/daten/x.trig")[1].name == "trig"
assert b"Radwege" in rendered(record, "trig", "https://daten.example")
assert '<https://daten.example/daten/x.trig>; rel="alternate"; type="application/trig"' in links(
    record, "https://daten.example"
)
assert ("TriG", "/daten/x.trig", "application/trig") in _machine_formats(record, "de")
assert "trig" in suffixes()["schema"]["enum"]
for command in (["export", "--help"], ["record", "export", "--help"]):
    assert "|trig" in CliRunner().invoke(main, command).output
"""


def test_a_new_rdf_format_is_one_row_in_one_file(tmp_path: Path) -> None:
    for floor in ("vocab", "registry", "harvesters", "api"):
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    writing = tmp_path / "registry/rdf/writing.py"
    text = writing.read_text(encoding="utf-8")
    assert LAST_ROW in text
    writing.write_text(text.replace(LAST_ROW, LAST_ROW + NEW_ROW), encoding="utf-8")
    command = [sys.executable, "-c", ASK_EVERYWHERE]
    answer = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True)
    assert answer.returncode == 0, answer.stderr.decode()
