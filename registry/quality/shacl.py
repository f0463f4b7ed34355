"""Shapes of others against a graph: SHACL Core by pyshacl, for `lotse validate --shapes`; nothing is fetched or run.

Slow (tens of records a second): the harvest uses `quality.check`. What a shape says is passed on as it is, also where
the official shapes err: those of DCAT-AP 3.0.1 want `https://spdx.org/…` of a checksum algorithm, whose IRI begins with
http, and a publisher of the EU's own table; and they warn of places of the EU's table, which is none of our lists.
Whoever asks for a set of shapes asks what that set says.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import pyshacl
import rdflib
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from registry.errors import LotseError, UsageError
from registry.model import Finding, Findings, Level
from registry.rdf.parsing import parse
from registry.rdf.references import described
from vocab.concepts import LISTS, concept_list
from vocab.fields import FIELDS
from vocab.namespaces import DCAT

MAX_BYTES: Final = 20_000_000  # of data; pyshacl checks some ten records a second
MAX_SHAPES: Final = 50_000_000
SUFFIXES: Final = (".ttl", ".rdf", ".jsonld", ".nt")
_LEVELS: Final[dict[str, Level]] = {str(SH.Violation): "must", str(SH.Warning): "should", str(SH.Info): "hint"}
_CODE: Final = (SH.sparql, SH.js, SH.rule, SH.target, SH.jsFunctionName, SH.select, SH.ask, SH.construct)
_SHAPES: Final = tuple((None, RDF.type, kind) for kind in (SH.NodeShape, SH.PropertyShape)) + tuple(
    (None, target, None) for target in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
)
_IN_SCHEME: Final = SKOS.inScheme.n3()
# Not that a series is a dataset: shapes for datasets would ask for its distributions.
_RESOURCES: Final = (DCAT.Dataset, DCAT.DataService, DCAT.DatasetSeries)


def shacl(data: bytes, shapes_dir: Path, name: str = "") -> Findings:
    """What the shapes in a folder say of a file: `rule` shacl, `node` the focus node, `field` the path, `value` the
    value and the shape's message. Raises UsageError for the shapes; SourceError, TooLargeError for the file."""
    shapes_graph = shapes(shapes_dir)
    graph = loaded(data, name)
    try:
        return validate(graph + known(graph), shapes_graph)
    except (ShapeLoadError, ReportableRuntimeError) as error:
        raise UsageError(f"{shapes_dir}: these are no shapes that go together: {str(error)[:500]}") from None


def shapes(folder: Path) -> rdflib.Graph:
    """All shapes of a folder in one graph, without imports, code, and references that lead nowhere."""
    files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES)
    if sum(file.stat().st_size for file in files) > MAX_SHAPES:
        raise UsageError(f"{folder}: more than {MAX_SHAPES} bytes of shapes")
    try:
        together = cleaned(loaded(file.read_bytes(), file.name) for file in files)
    except LotseError as error:
        raise UsageError(f"{folder}: {error.message}") from None
    if not any(one in together for one in _SHAPES):
        raise UsageError(f"{folder}: no shapes there; files end in {', '.join(SUFFIXES)}")
    return together


def known(data: rdflib.Graph) -> rdflib.Graph:
    """What shapes want to see beside the data, as nothing is fetched or inferred: types, labels and schemes of the
    concepts of our lists that the data refers to, that datasets are resources, as DCAT says, and that whatever has an
    IRI is one, as RDF Schema says."""
    terms = [term for term in set(data.objects()) if isinstance(term, rdflib.URIRef)]
    triples = {triple for term in terms for triple in _told(term.n3())}
    graph = rdflib.Graph()
    graph.parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in triples), format="nt")
    for cls in _RESOURCES:
        graph.add((rdflib.URIRef(cls), RDFS.subClassOf, rdflib.URIRef(DCAT.Resource)))
    for term in terms:
        graph.add((term, RDF.type, RDFS.Resource))
    return graph


def _told(term: str) -> Iterable[tuple[str, str, str]]:
    for range in _ranges().get(term, ()):
        for triple in described(term, range):
            yield triple
            if triple[1] == _IN_SCHEME:
                yield from described(triple[2], str(SKOS.ConceptScheme))


@cache
def _ranges() -> dict[str, set[str]]:
    """The term of each concept, and the classes that the rows with its list ask for."""
    asked: dict[str, set[str]] = {name: {str(SKOS.Concept)} for name in LISTS}
    for row in FIELDS:
        if row.values and row.range:
            asked[row.values].add(row.range)
    ranges: dict[str, set[str]] = {}
    for name, classes in asked.items():
        for one in concept_list(name):
            ranges.setdefault(f"<{one.iri}>", set()).update(classes)
    return ranges


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
