"""`/sparql`: for programs the SPARQL endpoint, for people a page with prefixes and examples, and the result as a table.

Entry point: `sparql_views`.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Request
from starlette.responses import Response

from api.data import sparql
from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import Lang, language, local
from api.web.answers import raw_body
from api.web.negotiate import RDF, not_acceptable, preferred
from registry.errors import LotseError
from registry.model.message import sentence
from registry.sparql.answering import MAX_ROWS
from vocab.namespaces import PREFIXES

MAX_ROWS_SHOWN: Final = 200
SHOWN_PREFIXES: Final = ("dcat", "dct", "dcatap", "dcatde", "foaf", "org", "prov", "schema", "skos", "vcard", "xsd")
_HEAD: Final = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("dcat", "dct", "foaf", "prov", "skos"))


def examples(lang: Lang) -> list[tuple[str, str]]:
    """Title and query of each example."""
    _ = translator(lang)
    tags = ", ".join(dict.fromkeys((f'"{lang}"', '"de"', '""')))
    title = f"?thing dct:title ?title . FILTER(lang(?title) IN ({tags}))"
    return [
        (
            _("Datensätze, die zuletzt geändert wurden"),
            _HEAD
            + "SELECT ?thing ?title ?modified WHERE {\n  ?thing a dcat:Dataset ; dct:modified ?modified .\n"
            + f"  {title}\n}} ORDER BY DESC(?modified) LIMIT 20",
        ),
        (
            _("Wie viele Datensätze jede Stelle veröffentlicht"),
            _HEAD
            + "SELECT ?name (COUNT(DISTINCT ?thing) AS ?number) WHERE {\n"
            + "  ?thing a dcat:Dataset ; dct:publisher/foaf:name ?name .\n} GROUP BY ?name ORDER BY DESC(?number)",
        ),
        (
            _("Formate der Dateien"),
            _HEAD
            + "SELECT ?format (COUNT(?file) AS ?number) WHERE {\n  ?file a dcat:Distribution ; dct:format ?format .\n"
            + "} GROUP BY ?format ORDER BY DESC(?number)",
        ),
        (
            _("Projekte mit den Daten, die sie nutzen"),
            _HEAD
            + "SELECT ?project ?title ?dataset WHERE {\n"
            + "  ?project a foaf:Project ; dct:title ?title ; prov:used ?dataset .\n"
            + f"  FILTER(lang(?title) IN ({tags}))\n}} LIMIT 50",
        ),
    ]


def sparql_views(pages: Pages) -> tuple[Callable[..., Response], Callable[..., Response]]:
    """The views for GET and POST."""
    endpoint = sparql.Sparql(pages.catalog)

    def show(request: Request) -> Response:
        query = sparql.asked(request, b"")
        return _answered(pages, endpoint, request, query)

    def post(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        query = sparql.asked(request, body)
        return _answered(pages, endpoint, request, query)

    return show, post


def _answered(pages: Pages, endpoint: sparql.Sparql, request: Request, query: sparql.Query | None) -> Response:
    accept = request.headers.get("accept", "")
    is_for_people = sparql.wants_page(accept) and not request.query_params.get("format")
    if is_for_people:
        return _page(pages, endpoint, request, query)
    if query is None:
        form = preferred(accept, RDF)
        if form is None:
            raise not_acceptable(f"{pages.settings.base_url}{sparql.PATH}", *RDF)
        return sparql.description(pages.settings.base_url, form)
    table, graph = sparql.formats(request)
    if table is None and graph is None:
        raise not_acceptable(f"{pages.settings.base_url}{sparql.PATH}", *sparql.TABLES, *RDF)
    return sparql.response(endpoint.answer(request, query, table, graph))


def _page(pages: Pages, endpoint: sparql.Sparql, request: Request, query: sparql.Query | None) -> Response:
    lang = language(request)
    status, shown = 200, None
    error = ""
    if query:
        try:
            shown = _shown(endpoint.answer(request, query, sparql.TABLES[0], RDF[0]), pages.settings.base_url)
        except LotseError as failure:
            error, status = sentence(failure.summary, lang), failure.status
    _ = translator(lang)
    return pages.page(
        request,
        "sparql.html",
        lang,
        status,
        query=query.text if query else examples(lang)[0][1],
        asked=query is not None,
        error=error,
        result=shown,
        examples=examples(lang),
        prefixes=[(name, PREFIXES[name]) for name in SHOWN_PREFIXES],
        formats=[(format.label, format.name) for format in sparql.TABLES],
        max_rows=MAX_ROWS,
        seconds=round(sparql.LIMITS.seconds),
        crumbs=[("SPARQL", "")],
    )


def _shown(answer: sparql.Answer, base: str) -> dict[str, Any]:
    """The result as the template shows it: a table, yes or no, or the text of a graph."""
    head = answer.head
    if head is None or head.form == "graph":
        return {"text": answer.body.decode("utf-8", "replace"), "rows": head.rows if head else 0, "cut": False}
    document = msgspec.json.decode(answer.body)
    if head.form == "boolean":
        return {"boolean": document["boolean"], "rows": 1, "cut": False}
    names = document["head"]["vars"]
    bindings = document["results"]["bindings"][:MAX_ROWS_SHOWN]
    table = [[_cell(binding.get(name), base) for name in names] for binding in bindings]
    return {"names": names, "table": table, "rows": head.rows, "cut": head.rows > len(table)}


def _cell(term: dict[str, str] | None, base: str) -> tuple[str, str]:
    """What stands in a cell, and the address that it leads to ("": none): only things of ours."""
    if term is None:
        return "", ""
    id = local(base, term["value"]) if term["type"] == "uri" else None
    return term["value"], f"/id/{id}" if id else ""
