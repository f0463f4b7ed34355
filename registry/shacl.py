"""Shapes of others against a graph: SHACL Core by pyshacl, for `lotse validate --shapes`; nothing is fetched or run.

Slow (tens of records a second): the harvest uses `quality.check`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyshacl
import rdflib
from rdflib.namespace import OWL, RDF, SH

from registry.errors import SourceError, TooLargeError
from registry.model import Finding, Findings, Level
from registry.rdf_parsing import parse

MAX_BYTES: Final = 20_000_000  # of data; pyshacl checks some ten records a second
MAX_SHAPES: Final = 50_000_000
SUFFIXES: Final = (".ttl", ".rdf", ".jsonld", ".nt")
_LEVELS: Final[dict[str, Level]] = {str(SH.Violation): "must", str(SH.Warning): "should", str(SH.Info): "hint"}
_CODE: Final = (SH.sparql, SH.js, SH.rule, SH.target, SH.jsFunctionName, SH.select, SH.ask, SH.construct)


def shacl(data: bytes, shapes_dir: Path, name: str = "") -> Findings:
    """What the shapes in a folder say of a file: `rule` shacl, `node` the focus node, `field` the path, `value` the
    value and the shape's message. Raises SourceError, TooLargeError."""
    return validate(loaded(data, name), shapes(shapes_dir))


def shapes(folder: Path) -> rdflib.Graph:
    """All shapes of a folder in one graph, without imports, code, and references that lead nowhere."""
    files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES)
    if not files:
        raise SourceError(f"{folder}: no shapes there; files end in {', '.join(SUFFIXES)}")
    if sum(file.stat().st_size for file in files) > MAX_SHAPES:
        raise TooLargeError(f"{folder}: more than {MAX_SHAPES} bytes of shapes", limit=MAX_SHAPES)
    return cleaned(loaded(file.read_bytes(), file.name) for file in files)


def cleaned(graphs: Iterable[rdflib.Graph]) -> rdflib.Graph:
    """Shape graphs as one that pyshacl takes."""
    together = rdflib.Graph()
    for graph in graphs:
        together += graph
    together.remove((None, OWL.imports, None))
    for code in _CODE:
        together.remove((None, code, None))
    for triple in list(together.triples((None, SH.property, None))):
        if (triple[2], SH.path, None) not in together:
            together.remove(triple)
    return together


def loaded(data: bytes, name: str = "") -> rdflib.Graph:
    """A file as an rdflib graph, by way of our own parser: bounded, no entities, no fetching."""
    parsed = parse(data, name=name, base="urn:x-file:", limit=MAX_BYTES)
    graph = rdflib.Graph()
    lines = b"".join(b"%b %b .\n" % (subject, one) for subject, about in parsed.graph.items() for one in about)
    graph.parse(data=lines, format="nt")
    return graph


def validate(data: rdflib.Graph, shapes: rdflib.Graph) -> Findings:
    """The report's own results, in order; their details are not counted again."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, js=False,
                                    do_owl_imports=False, meta_shacl=False, allow_warnings=True)  # fmt: skip
    assert isinstance(report, rdflib.Graph), report
    root = next(report.subjects(RDF.type, SH.ValidationReport))
    return tuple(sorted((_finding(report, one) for one in report.objects(root, SH.result)), key=repr))


def _finding(report: rdflib.Graph, result: rdflib.term.Node) -> Finding:
    def said(property: rdflib.URIRef) -> str:
        return min(map(str, report.objects(result, property)), default="")

    value, message = said(SH.value), said(SH.resultMessage)
    return Finding(
        "shacl",
        _LEVELS.get(said(SH.resultSeverity), "must"),
        said(SH.resultPath),
        said(SH.focusNode),
        f"{value}: {message}" if value else message,
    )
