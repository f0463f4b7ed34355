"""Answers one SPARQL query on a checkpoint, in a child process that can open no socket.

Entry point: `answer`, called by `registry.child_pool`; its parts are a head (`Head`, as JSON) and then the body.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import msgspec
import pyoxigraph as ox

from registry.errors import UsageError

MAX_ROWS: Final = 10_000  # of a table, and statements of a graph
RDF_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
}
TABLE_FORMATS: Final = ("srj", "srx", "csv", "tsv")


class Head(msgspec.Struct, frozen=True):
    """What comes before the body. `form`: of the query; `format`: of the body; `cut`: there would be more than
    MAX_ROWS."""

    form: str  # table | boolean | graph
    format: str
    rows: int
    cut: bool


def answer(
    checkpoint: str, query: str, table: str, graph: str, defaults: list[str], named: list[str]
) -> Iterator[bytes]:
    """`table`, `graph`: formats of TABLE_FORMATS and RDF_FORMATS, of which the one that fits the query counts;
    `defaults`, `named`: graphs of the dataset. UsageError for a query with a mistake."""
    store = ox.Store.read_only(checkpoint)
    try:
        results = store.query(
            query,
            use_default_graph_as_union=not defaults and not named,
            default_graph=[ox.NamedNode(iri) for iri in defaults] or None,
            named_graphs=[ox.NamedNode(iri) for iri in named] or None,
        )
        if isinstance(results, ox.QueryBoolean):
            yield from _parts(Head("boolean", table, 1, False), _BOOLEANS[table](bool(results)))
        elif isinstance(results, ox.QueryTriples):
            yield from _graph(results, graph)
        else:
            yield from _table(results, table)
    except (SyntaxError, ValueError) as error:
        raise UsageError("sparql-mistake", what=str(error)[:500]) from None
    except (OSError, RuntimeError) as error:  # what the engine cannot evaluate, such as a function it has not
        raise UsageError("sparql-fails", what=str(error)[:500]) from None


def _parts(head: Head, body: str) -> Iterator[bytes]:
    yield msgspec.json.encode(head)
    yield body.encode()


def _limited(results: Iterable[Any]) -> tuple[list[Any], bool]:
    rows: list[Any] = []
    for row in results:
        if len(rows) == MAX_ROWS:
            return rows, True
        rows.append(row)
    return rows, False


def _graph(results: Any, format: str) -> Iterator[bytes]:
    triples, cut = _limited(results)
    yield msgspec.json.encode(Head("graph", format, len(triples), cut))
    yield ox.serialize(triples, format=RDF_FORMATS[format]) or b""


def _table(results: Any, format: str) -> Iterator[bytes]:
    names = [variable.value for variable in results.variables]
    rows, cut = _limited(results)
    table = [[row[name] for name in names] for row in rows]
    yield from _parts(Head("table", format, len(rows), cut), _TABLES[format](names, table))


# -- formats of tables (SPARQL 1.1 Query Results)

Term = Any  # of pyoxigraph; None: not bound
Rows = list[list[Term]]


def _as_json(names: list[str], rows: Rows) -> str:
    bindings = [
        {name: _json_term(term) for name, term in zip(names, row, strict=True) if term is not None} for row in rows
    ]
    return msgspec.json.encode({"head": {"vars": names}, "results": {"bindings": bindings}}).decode()


def _json_term(term: Term) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    return {"type": "literal", "value": term.value} | _typed(term, "xml:lang")


def _typed(term: Term, lang: str) -> dict[str, str]:
    if term.language:
        return {lang: term.language}
    datatype = term.datatype.value
    return {} if datatype.endswith("XMLSchema#string") else {"datatype": datatype}


def _as_xml(names: list[str], rows: Rows) -> str:
    head = "".join(f"<variable name={quoteattr(name)}/>" for name in names)
    results = "".join(
        "<result>"
        + "".join(
            f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>"
            for name, term in zip(names, row, strict=True)
            if term is not None
        )
        + "</result>"
        for row in rows
    )
    return _XML.format(f"<head>{head}</head><results>{results}</results>")


_XML: Final = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">{}</sparql>'


def _xml_term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{escape(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{escape(term.value)}</bnode>"
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in _typed(term, "xml:lang").items())
    return f"<literal{attributes}>{escape(term.value)}</literal>"


def _as_csv(names: list[str], rows: Rows) -> str:
    lines = [names, *([_csv_cell(term) for term in row] for row in rows)]
    return "".join(",".join(map(_quoted, line)) + "\r\n" for line in lines)


def _csv_cell(term: Term) -> str:
    if term is None:
        return ""
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"\r\n') else cell


def _as_tsv(names: list[str], rows: Rows) -> str:
    lines = ["\t".join(f"?{name}" for name in names)]
    lines += ["\t".join("" if term is None else str(term).replace("\t", "\\t") for term in row) for row in rows]
    return "".join(f"{line}\n" for line in lines)


_TABLES: Final[dict[str, Callable[[list[str], Rows], str]]] = {
    "srj": _as_json, "srx": _as_xml, "csv": _as_csv, "tsv": _as_tsv,
}  # fmt: skip
_BOOLEANS: Final[dict[str, Callable[[bool], str]]] = {
    "srj": lambda value: msgspec.json.encode({"head": {}, "boolean": value}).decode(),
    "srx": lambda value: _XML.format(f"<head/><boolean>{str(value).lower()}</boolean>"),
    "csv": lambda value: str(value).lower(),
    "tsv": lambda value: str(value).lower(),
}
