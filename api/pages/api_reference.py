"""The API reference as a page: every operation of the OpenAPI document with parameters, answers and an example.

Entry points: `api_reference_page`; `operations`.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from fastapi import Request
from starlette.responses import Response

from api.ckan import routes as ckan
from api.data import sparql, validation
from api.data.draft_documents import MAX_DRAFT_BYTES
from api.data.dumps import CHECKSUMS, current_dump
from api.data.openapi import DESCRIPTIONS, kept_document
from api.data.openapi_german import OPERATIONS, PARAMETERS, STATUSES
from api.pages.problems import explained
from api.pages.site import Pages, View
from api.text.formatting import number, size
from api.text.i18n import translator
from api.web import query
from api.web.addresses import Lang, language, path
from api.web.negotiate import JSON, TURTLE
from api.web.problems import PROBLEMS, problem_types
from registry.sparql.answering import MAX_ROWS
from registry.store.store import Selection

TOKEN: Final = "$LOTSE_TOKEN"  # noqa: S105 - stands for an API token in the examples
FIRST_GROUPS: Final = ("records", "linked data", "feeds", "CKAN", "drafts")  # tags; the others follow
_BOUNDS: Final = ("minimum", "maximum", "maxLength", "maxItems", "default")
_UNDESCRIBED: Final = {"id": "The id", "name": "The name", "number": "The number"}  # of parameters in a path
_SHOWN_BODIES: Final = (TURTLE.type, JSON.type)  # of a request that takes several types, the first with an example


class Parameter(NamedTuple):
    """`lang`: of the meaning; `bounds`: name and value of each bound; `values`: the only possible ones."""

    name: str
    location: str
    required: bool
    meaning: str
    lang: Lang
    values: tuple[str, ...]
    bounds: tuple[tuple[str, Any], ...]
    example: str


class Operation(NamedTuple):
    """An operation as the page shows it. `lang`: of the title; `body`: the types that it takes; `answers`: status,
    meaning and types; `sample`: a command line that runs; `try_at`: an address for a browser, "" for what is no GET."""

    id: str
    method: str
    path: str
    title: str
    lang: Lang
    detail: str
    needs_token: bool
    parameters: tuple[Parameter, ...]
    body: tuple[str, ...]
    answers: tuple[tuple[int, str, tuple[str, ...]], ...]
    sample: str
    try_at: str


def api_reference_page(pages: Pages) -> View:
    """The view of the page. Its examples name records that this catalogue has."""

    def show(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        document = kept_document(request.app, pages.settings.base_url)
        groups: dict[str, list[Operation]] = {tag: [] for tag in FIRST_GROUPS}
        for tag, operation in operations(document, _examples(pages), lang):
            groups.setdefault(tag, []).append(operation)
        return pages.page(
            request,
            "api_reference.html",
            lang,
            area="developers",
            groups=[(tag, _group_title(tag, lang), listed) for tag, listed in groups.items() if listed],
            problems=[(status, kind, explained(kind, lang)[0]) for status, kind in problem_types()],
            problem_prefix=PROBLEMS,
            limits=limits(lang),
            token=TOKEN,
            crumbs=[(_("Für Entwickler"), path("developers", lang)), (_("API-Referenz"), "")],
        )

    return show


def limits(lang: Lang) -> list[tuple[str, str]]:
    """What a client may ask for, and how much of it, each with its bound in words."""
    _ = translator(lang)
    at_once = _("%(number)s Anfragen gleichzeitig je Adresse")
    return [
        (_("Treffer je Seite"), number(query.MAX_PAGE_SIZE, lang)),
        (_("Treffer über Seitennummern; danach mit `cursor`"), number(query.MAX_DEPTH, lang)),
        (_("Suchwörter"), _("%(number)s Zeichen") % {"number": number(query.MAX_QUERY_CHARACTERS, lang)}),
        (_("Datei zum Prüfen"), size(validation.MAX_ANONYMOUS_BYTES, lang)),
        (_("Entwurf"), size(MAX_DRAFT_BYTES, lang)),
        ("CKAN", at_once % {"number": ckan.MAX_AT_ONCE}),
        ("SPARQL", at_once % {"number": sparql.MAX_AT_ONCE}),
        (_("SPARQL: Zeilen einer Antwort"), number(MAX_ROWS, lang)),
        (_("SPARQL: Zeit einer Abfrage"), _("%(number)s Sekunden") % {"number": round(sparql.LIMITS.seconds)}),
    ]


def meaning(status: int, lang: Lang) -> str:
    """What a status means, in words."""
    return (STATUSES if lang == "de" else DESCRIPTIONS).get(status) or HTTPStatus(status).phrase


def _group_title(tag: str, lang: Lang) -> str:
    _ = translator(lang)
    return {
        "records": _("Suchen und lesen"),
        "linked data": _("Katalog als verknüpfte Daten"),
        "feeds": _("Neues und Änderungen"),
        "drafts": _("Einträge schreiben"),
        "CKAN": "CKAN",
        "for machines": _("Für Maschinen"),
        "health": _("Betrieb"),
    }.get(tag, tag)


def _examples(pages: Pages) -> Mapping[str, str]:
    """Kind -> the id of its first record, for the examples, "file" -> that of the first file of its first dataset,
    "table" -> the id of that dataset if it has a prepared table, "dump" -> the name of a file; what there is none of
    is missing."""
    first = {
        kind: next(pages.catalog.store.find(Selection(kind=kind, shown=True)), None) for kind in ("dataset", "project")
    }
    ids = {kind: record.id for kind, record in first.items() if record}
    if first["dataset"] and first["dataset"].metadata.distributions:
        ids["file"] = first["dataset"].metadata.distributions[0].id
    if first["dataset"] and any(
        preview.state == "ready" for preview in pages.catalog.previews.of_record(first["dataset"]).values()
    ):
        ids["table"] = ids["dataset"]
    if current_dump(pages.settings):
        ids["dump"] = CHECKSUMS
    return ids


def operations(document: Mapping[str, Any], examples: Mapping[str, str], lang: Lang) -> Iterator[tuple[str, Operation]]:
    """Each operation with its tag, as the document lists them. Of those that give the data of a kind of record only
    that of datasets: the others differ in the first word of their path."""
    for template, item in document["paths"].items():
        for method, operation in item.items():
            name = operation["operationId"]
            if name.endswith("_data") and name not in OPERATIONS:
                continue
            yield operation["tags"][0], _operation(document, template, method, examples, lang)


def _operation(
    document: Mapping[str, Any], template: str, method: str, examples: Mapping[str, str], lang: Lang
) -> Operation:
    described = document["paths"][template][method]
    name = described["operationId"]
    german = OPERATIONS.get(name) if lang == "de" else None
    title = german or described["summary"].partition(": current_package")[0]
    parameters = tuple(_parameter(given, lang) for given in described.get("parameters", ()))
    shown = {"id": examples.get("project" if name == "oc4ids" else "dataset"), "distribution": examples.get("file")}
    address = _address(document, template, parameters, {} if "/drafts/" in template else shown)
    needed = "table" if name == "croissant" else "dump" if template.startswith("/dumps/") else None
    is_there = needed is None or needed in examples
    is_get = method == "get" and "security" not in described and is_there
    return Operation(
        id=name,
        method=method.upper(),
        path=template,
        title=title,
        lang="de" if german else "en",
        detail=described.get("description", ""),
        needs_token="security" in described,
        parameters=parameters,
        body=tuple(described.get("requestBody", {}).get("content", ())),
        answers=tuple(_answers(document, described, lang)),
        sample=_sample(document, described, method, address, parameters),
        try_at=address.removeprefix(document["servers"][0]["url"]) if is_get else "",
    )


def _parameter(given: Mapping[str, Any], lang: Lang) -> Parameter:
    schema = given["schema"]
    text = given.get("description") or _UNDESCRIBED.get(given["name"], "")
    german = _german(text, given["name"]) if lang == "de" else ""
    inner = schema.get("items", {})
    value = given.get("example", next(iter(schema.get("examples", ())), ""))
    return Parameter(
        name=given["name"],
        location=given["in"],
        required=given.get("required", False),
        meaning=german or text,
        lang="de" if german else "en",
        values=tuple(map(str, schema.get("enum", inner.get("enum", ())))),
        bounds=tuple((bound, (schema | inner)[bound]) for bound in _BOUNDS if bound in schema | inner),
        example=str(value[0] if isinstance(value, list) else value),
    )


def _german(text: str, name: str) -> str:
    if text.startswith("Only these values of the facet"):
        return f"Nur diese Werte der Facette „{name}“; mehrmals möglich (oder)"
    return PARAMETERS.get(text, "")


def _answers(
    document: Mapping[str, Any], described: Mapping[str, Any], lang: Lang
) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for status, answer in described["responses"].items():
        if status != "default":
            target = document["components"]["responses"]["Record"] if "$ref" in answer else answer
            yield int(status), meaning(int(status), lang), tuple(target.get("content", ()))


# -- examples


def _address(
    document: Mapping[str, Any], template: str, parameters: Iterable[Parameter], shown: Mapping[str, str | None]
) -> str:
    """The address of an example: path parameters with their values, `shown` first, and one parameter of the query."""
    address = template
    asked: dict[str, str] = {}
    for parameter in parameters:
        if parameter.location == "path":
            value = shown.get(parameter.name) or parameter.example or parameter.values[0]
            address = address.replace(f"{{{parameter.name}}}", quote(value))
        elif parameter.location == "query" and parameter.example and not asked:
            asked[parameter.name] = parameter.example
    return f"{document['servers'][0]['url']}{address}" + (f"?{urlencode(asked)}" if asked else "")


def _sample(
    document: Mapping[str, Any],
    described: Mapping[str, Any],
    method: str,
    address: str,
    parameters: Iterable[Parameter],
) -> str:
    """The example as a line for a shell with curl."""
    type_, body = _body(document, described)
    line = "curl" if method in ("get", "post") else f"curl -X {method.upper()}"
    if "security" in described:
        line += f' -H "Authorization: Bearer {TOKEN}"'
    needed = [given for given in parameters if given.location == "header" and given.required]
    headers = [f"{given.name}: {given.example}" for given in needed] + ([f"Content-Type: {type_}"] if type_ else [])
    line += "".join(f" -H {shlex.quote(header)}" for header in headers)
    if body:
        line += f" --data-binary {shlex.quote(body)}"
    elif method == "post":
        line += " -X POST"
    return f"{line} {shlex.quote(address)}"


def _body(document: Mapping[str, Any], described: Mapping[str, Any]) -> tuple[str, str]:
    """Media type and text of the example of a request's body; empty if it has none."""
    content = described.get("requestBody", {}).get("content", {})
    type_ = next((name for name in _SHOWN_BODIES if name in content), "")
    if not type_:
        return "", ""
    shown = content[type_].get("example")
    if shown is None and "$ref" in content[type_].get("schema", {}):
        shape = content[type_]["schema"]["$ref"].rpartition("/")[2]
        shown = next(iter(document["components"]["schemas"][shape].get("examples", ())), None)
    return type_, shown if isinstance(shown, str) else msgspec.json.encode(shown).decode() if shown else ""
