"""Validates a file against SHACL shapes (SHACL Core, by pyshacl), for `lotse validate --shapes`.

Nothing is fetched and no code of the shapes is run. It is slow (tens of records a second), so the harvest uses
`quality.check`. The results of the shapes are passed on unchanged, also where the official ones are wrong: those of
DCAT-AP 3.0.1 demand `https://spdx.org/…` for a checksum algorithm, although its IRI begins with http, and a publisher
from the EU's own table; and they warn about places of the EU's table, which is not one of our lists.

Entry points: `shacl`; `shapes`, `loaded` and `validate` are its steps.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyshacl
import rdflib
from pyshacl.errors import ReportableRuntimeError
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from registry.errors import LotseError, UsageError
from registry.model import Finding, Findings, Level
from registry.model.message import message
from registry.rdf.parsing import parse
from registry.rdf.references import reference_statements
from registry.rdf.terms import literal_parts, text_of
from registry.rules import finding
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
_COMPARISONS: Final = (
    SH.lessThan, SH.lessThanOrEquals, SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive
)  # fmt: skip
# A shape below these may hold only if something is not so: without one of its conditions, they would report nonsense.
_TURNING: Final = (SH["not"], SH.xone, SH.qualifiedValueShape)
_COUNTS: Final = (SH.qualifiedMinCount, SH.qualifiedMaxCount)
_SUBTRACTION = re.compile(r"\[(?:\\.|[^\[\]\\])++(?<=-)\[")  # [a-z-[aeiou]], which means something else in Python
_PYTHON_FLAGS: Final = "im"  # of sh:flags; pyshacl passes over the others
_IN_SCHEME: Final = SKOS.inScheme.n3()
# A series is not declared a dataset: shapes for datasets would demand distributions.
_RESOURCES: Final = (DCAT.Dataset, DCAT.DataService, DCAT.DatasetSeries)


Triple = tuple[Any, Any, Any]  # of rdflib


def shacl(data: bytes, shapes_dir: Path, name: str = "") -> Findings:
    """The results of the shapes in a folder for a file, as findings: `rule` shacl, `node` the focus node, `field` the
    path, `value` the value and the message of the shape; `rule` shape-unchecked for a condition that pyshacl cannot
    check. Raises UsageError if the shapes cannot be used, SourceError and TooLargeError if the file cannot."""
    shapes_graph = shapes(shapes_dir)
    graph = loaded(data, name)
    graph += known(graph)
    unchecked = _without_foreign_patterns(shapes_graph)
    try:
        try:
            results = validate(graph, shapes_graph)
        except (TypeError, ArithmeticError):  # from rdflib, where it cannot compare two values
            unchecked += _without_conditions(shapes_graph, _COMPARISONS)
            results = validate(graph, shapes_graph)
    except (ReportableRuntimeError, TypeError, ArithmeticError, AssertionError) as error:
        raise UsageError("shapes-do-not-fit", folder=shapes_dir, error=str(error)[:500]) from None
    return (*unchecked, *results)


def _without_foreign_patterns(shapes: rdflib.Graph) -> Findings:
    """Removes the patterns that Python does not understand as SHACL means them, and returns a finding for each. They
    are regular expressions of XPath, which has \\p{Lu}, [a-z-[aeiou]] and the flags s, x and q."""
    foreign = [
        (shape, SH.pattern, pattern)
        for shape, pattern in shapes.subject_objects(SH.pattern)
        if _SUBTRACTION.search(str(pattern))
        or any(set(str(flags).lower()).difference(_PYTHON_FLAGS) for flags in shapes.objects(shape, SH.flags))
        or not _is_python_pattern(str(pattern))
    ]
    return _removed(shapes, foreign)


def _is_python_pattern(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _without_conditions(shapes: rdflib.Graph, conditions: Iterable[rdflib.URIRef]) -> Findings:
    """Removes the statements with these properties, and returns a finding for each."""
    return _removed(shapes, [triple for condition in conditions for triple in shapes.triples((None, condition, None))])


def _removed(shapes: rdflib.Graph, triples: Iterable[Triple]) -> Findings:
    """Removes conditions of shapes, and returns a finding for each."""
    removed = {part for triple in triples for part in _with_turning(shapes, triple)}
    findings = [_unchecked(shapes, *triple) for triple in removed]
    for triple in removed:
        shapes.remove(triple)
    return tuple(sorted(findings, key=repr))


def _unchecked(shapes: rdflib.Graph, shape: Any, condition: Any, value: Any) -> Finding:
    path = next((str(path) for path in shapes.objects(shape, SH.path) if isinstance(path, rdflib.URIRef)), "")
    text = str(condition).replace(str(SH), "sh:") + ("" if isinstance(value, rdflib.BNode) else f" {value}")
    return finding("shape-unchecked", path, message("shape-condition", shape=_name(shapes, shape), condition=text))


def _with_turning(shapes: rdflib.Graph, triple: Triple) -> Iterable[Triple]:
    """The condition, and each of _TURNING that its shape is part of."""
    yield triple
    nodes, seen = [triple[0]], {triple[0]}
    while nodes:
        node = nodes.pop()
        for parent, link in shapes.subject_predicates(node):
            if link in _TURNING:
                yield parent, link, node
            if link == SH.qualifiedValueShape:
                yield from ((parent, count, number) for count in _COUNTS for number in shapes.objects(parent, count))
            if parent not in seen:
                seen.add(parent)
                nodes.append(parent)


def _name(shapes: rdflib.Graph, shape: rdflib.term.Node) -> str:
    """The IRI of a shape, or of the nearest shape that it is part of."""
    seen = set()
    while isinstance(shape, rdflib.BNode) and shape not in seen:
        seen.add(shape)
        shape = next(shapes.subjects(None, shape), shape)
    return str(shape)


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
    blank_nodes: dict[str, rdflib.BNode] = {}
    for subject, about in parsed.graph.items():
        for statement in about:
            predicate, _, value = statement.decode().partition(" ")
            object = _term(value, blank_nodes)
            if object is not None:
                graph.add((_term(subject.decode(), blank_nodes), rdflib.URIRef(text_of(predicate)), object))
    return graph


def _term(term: str, blank_nodes: dict[str, rdflib.BNode]) -> Any:
    """The term for rdflib 7, which knows RDF 1.1: a text without its direction, None for a triple as a value."""
    if term[0] == "_":
        return blank_nodes.setdefault(term, rdflib.BNode())
    if term[0] == '"':
        text, tag, datatype = literal_parts(term)
        return rdflib.Literal(text, tag.partition("--")[0] or None, datatype or None)
    return None if term.startswith("<<") else rdflib.URIRef(text_of(term))


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
