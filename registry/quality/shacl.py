"""Validates a file against SHACL shapes (SHACL Core, by pyshacl), for `lotse validate --shapes`.

Nothing is fetched and no code of the shapes is run. It is slow (tens of records a second), so the harvest uses
`quality.check`. The results of the shapes are passed on unchanged, also where the official ones are wrong: those of
DCAT-AP 3.0.1 demand `https://spdx.org/…` for a checksum algorithm, although its IRI begins with http, and a publisher
from the EU's own table; and they warn about places of the EU's table, which is not one of our lists.

Entry points: `shacl`; `shapes`, `loaded` and `validate` are its steps.
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
from registry.rdf.references import reference_statements
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
# A series is not declared a dataset: shapes for datasets would demand distributions.
_RESOURCES: Final = (DCAT.Dataset, DCAT.DataService, DCAT.DatasetSeries)


def shacl(data: bytes, shapes_dir: Path, name: str = "") -> Findings:
    """The results of the shapes in a folder for a file, as findings: `rule` shacl, `node` the focus node, `field` the
    path, `value` the value and the message of the shape. Raises UsageError if the shapes cannot be used, SourceError
    and TooLargeError if the file cannot."""
    shapes_graph = shapes(shapes_dir)
    graph = loaded(data, name)
    try:
        return validate(graph + known(graph), shapes_graph)
    except (ShapeLoadError, ReportableRuntimeError) as error:
        raise UsageError("shapes-do-not-fit", folder=shapes_dir, error=str(error)[:500]) from None


def shapes(folder: Path) -> rdflib.Graph:
    """All shapes of a folder in one graph, without imports, code, and references to shapes that are not there. Raises
    UsageError."""
    files = sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES)
    if sum(file.stat().st_size for file in files) > MAX_SHAPES:
        raise UsageError("shapes-too-large", folder=folder, limit=MAX_SHAPES)
    try:
        together = cleaned(loaded(file.read_bytes(), file.name) for file in files)
    except LotseError as error:
        raise UsageError("file-invalid", path=folder, error=error.summary) from None
    if not any(pattern in together for pattern in _SHAPES):
        raise UsageError("shapes-missing", folder=folder, suffixes=", ".join(SUFFIXES))
    return together


def known(data: rdflib.Graph) -> rdflib.Graph:
    """Statements that the shapes need beside the data, because nothing is fetched or inferred: types, labels and
    schemes of the concepts of our lists that the data refers to; that datasets are resources (DCAT); that everything
    with an IRI is a resource (RDF Schema)."""
    terms = [term for term in set(data.objects()) if isinstance(term, rdflib.URIRef)]
    triples = {triple for term in terms for triple in _about(term.n3())}
    graph = rdflib.Graph()
    graph.parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in triples), format="nt")
    for cls in _RESOURCES:
        graph.add((rdflib.URIRef(cls), RDFS.subClassOf, rdflib.URIRef(DCAT.Resource)))
    for term in terms:
        graph.add((term, RDF.type, RDFS.Resource))
    return graph


def _about(term: str) -> Iterable[tuple[str, str, str]]:
    for range in _ranges().get(term, ()):
        for triple in reference_statements(term, range):
            yield triple
            if triple[1] == _IN_SCHEME:
                yield from reference_statements(triple[2], str(SKOS.ConceptScheme))


@cache
def _ranges() -> dict[str, set[str]]:
    """The term of each concept -> the classes that the rows with its list expect."""
    expected: dict[str, set[str]] = {name: {str(SKOS.Concept)} for name in LISTS}
    for row in FIELDS:
        if row.values and row.range:
            expected[row.values].add(row.range)
    ranges: dict[str, set[str]] = {}
    for name, classes in expected.items():
        for concept in concept_list(name):
            ranges.setdefault(f"<{concept.iri}>", set()).update(classes)
    return ranges


def cleaned(graphs: Iterable[rdflib.Graph]) -> rdflib.Graph:
    """Shape graphs as one that pyshacl accepts."""
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
    """A file as an rdflib graph, read by our own parser: bounded, no entities, nothing fetched. Raises SourceError and
    TooLargeError."""
    parsed = parse(data, name=name, base="urn:x-file:", limit=MAX_BYTES)
    graph = rdflib.Graph()
    lines = b"".join(
        b"%b %b .\n" % (subject, statement) for subject, about in parsed.graph.items() for statement in about
    )
    graph.parse(data=lines, format="nt")
    return graph


def validate(data: rdflib.Graph, shapes: rdflib.Graph) -> Findings:
    """The results of the validation report, sorted; without their sh:detail."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, js=False,
                                    do_owl_imports=False, meta_shacl=False, allow_warnings=True)  # fmt: skip
    assert isinstance(report, rdflib.Graph), report
    root = next(report.subjects(RDF.type, SH.ValidationReport))
    return tuple(sorted((_finding(report, result) for result in report.objects(root, SH.result)), key=repr))


def _finding(report: rdflib.Graph, result: rdflib.term.Node) -> Finding:
    def text(property: rdflib.URIRef) -> str:
        return min(map(str, report.objects(result, property)), default="")

    value, message = text(SH.value), text(SH.resultMessage)
    return Finding(
        "shacl",
        _LEVELS.get(text(SH.resultSeverity), "must"),
        text(SH.resultPath),
        text(SH.focusNode),
        f"{value}: {message}" if value else message,
    )
