"""The OpenAPI document is true: what it names is there, and whatever is answered stands in it.

Covers: api/data/examples.py, api/data/draft_documents.py
"""

import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from starlette.testclient import TestClient

from api.data import dumps
from api.data.documents import ChangesAnswer, IdsAnswer, RecordAnswer, SearchAnswer
from api.data.draft_documents import (
    DraftAct,
    DraftAnswer,
    DraftChange,
    DraftsAnswer,
    HistoryAnswer,
    NewDraft,
    RecordAct,
)
from api.data.examples import DRAFT_ID
from api.data.preview_documents import PreviewAnswer
from api.data.suggestions import SuggestAnswer
from api.data.validation import CheckAnswer
from api.web.problems import PROBLEM_TYPE, ProblemOut
from api.web.query import SINGLE_PARAMETERS
from registry.model import Account
from registry.search.facets import FACETS
from tests.builders import a_metadata
from tests.town import Town

SHAPES: dict[str, type] = {
    type_.__name__: type_
    for type_ in (
        SearchAnswer, IdsAnswer, SuggestAnswer, RecordAnswer, ChangesAnswer, CheckAnswer, ProblemOut, DraftAnswer,
        DraftsAnswer, HistoryAnswer, NewDraft, DraftChange, DraftAct, RecordAct, PreviewAnswer,
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def document(browser: TestClient) -> dict[str, Any]:
    made: dict[str, Any] = browser.get("/openapi.json").json()
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def responses(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """By status; those that stand elsewhere in the document are put in."""
    return {status: followed(document, one) for status, one in operation["responses"].items()}


def followed(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    found: Any = value
    if "$ref" in value:
        found = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return dict(found)


def references(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value
        value = list(value.values())
    for one in value if isinstance(value, list) else ():
        yield from references(one)


def test_the_document_is_whole(document: dict[str, Any]) -> None:
    """What OpenAPI 3.1 asks for, as far as it can be got wrong here."""
    assert document["openapi"].startswith("3.1.")
    assert all(followed(document, one) for one in references(document))
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, _, operation in operations(document):
        named = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert named == {part.partition("}")[0] for part in path.split("{")[1:]}, path
        assert len({(one["name"], one["in"]) for one in operation.get("parameters", [])}) == len(
            operation.get("parameters", [])
        )
        assert operation["summary"]
        assert all(one["description"] for one in responses(document, operation).values())


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    problem = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    for path, _, operation in operations(document):
        said = responses(document, operation)
        assert "default" in said, path
        for status, one in said.items():
            if (status == "default" or status >= "4") and (path, status) != ("/readyz", "503"):
                pages = {"text/html": {"schema": {"type": "string"}}} if path == "/id/{id}" else {}  # for browsers
                envelope = {"application/json": {"schema": {}}} if path.startswith("/api/3/") else {}  # that of CKAN
                assert one["content"] == problem | pages | envelope, (path, status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_what_a_developer_looks_for_is_named(document: dict[str, Any]) -> None:
    assert document["paths"].keys() >= {
        "/api/v1/search", "/api/v1/records/{id}", "/api/v1/changes", "/api/v1/validate", "/id/{id}", "/catalog",
        "/catalog.{suffix}", "/daten/{id}.{suffix}", "/projekte/{id}.{suffix}", "/feed.atom", "/sitemap.xml",
        "/healthz", "/readyz",
    }  # fmt: skip
    (record,) = references(document["paths"]["/daten/{id}.{suffix}"]["get"]["responses"]["200"])
    assert followed(document, record)["content"].keys() == {
        "text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples", "application/json",
    }  # fmt: skip


def test_the_search_declares_each_parameter_that_it_reads(document: dict[str, Any]) -> None:
    declared = [parameter["name"] for parameter in document["paths"]["/api/v1/search"]["get"]["parameters"]]
    assert sorted(declared) == sorted((*SINGLE_PARAMETERS, *FACETS))


def test_the_examples_have_the_shapes_that_they_stand_with(document: dict[str, Any]) -> None:
    for name, type_ in SHAPES.items():
        shape = document["components"]["schemas"][name]
        (example,) = shape["examples"]
        assert msgspec.convert(example, type_)
        assert set(shape.get("required", ())) <= set(example) <= set(shape["properties"])


def example(parameter: dict[str, Any]) -> Any:
    return parameter.get("example") or next(iter(parameter["schema"].get("examples", [])), None)


def asked(path: str, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The example of an operation in each of its formats, and once with each of its parameters."""
    parameters = operation.get("parameters", [])
    paths = [path]
    for one in parameters:
        if one["in"] == "path":
            values = one["schema"].get("enum", [example(one)])
            paths = [each.replace(f"{{{one['name']}}}", str(value)) for each in paths for value in values]
    yield from ((each, {}) for each in paths)
    for one in parameters:
        if one["in"] == "query" and example(one) is not None:
            yield paths[0], {one["name"]: example(one)}


def test_whatever_is_asked_by_its_example_is_answered_as_declared(
    document: dict[str, Any], browser: TestClient, city: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, set[int]] = {}
    token, _ = city.catalog.people.tokens.add("verwaltung")
    dumps.write_dump(city.catalog, city.settings)
    monkeypatch.setattr(secrets, "token_hex", lambda size: DRAFT_ID)
    city.catalog.inbox.begin(a_metadata("Kühle Wege", "project"), Account(name="verwaltung"), "")
    for path, method, operation in operations(document):
        signed = {"authorization": f"Bearer {token}"} if "security" in operation else {}
        for address, params in asked(path, operation) if method == "get" else ():
            answer = browser.get(address, params=params, headers={"accept": "*/*", **signed})
            said = responses(document, operation).get(str(answer.status_code))
            assert said is not None, (address, params, answer.status_code)
            type_ = answer.headers.get("content-type", "").partition(";")[0]
            assert type_ in said["content"] if answer.content else "content" not in said, (address, type_)
            if type_ == "application/json" and "$ref" in (shape := said["content"][type_]["schema"]):
                type_of = SHAPES[shape["$ref"].rpartition("/")[2]]
                assert msgspec.json.decode(answer.content, type=type_of)
                assert answer.json().keys() <= set(type_of.__struct_fields__)
            found.setdefault(path, set()).add(answer.status_code)
    assert {path for path, statuses in found.items() if not statuses & {200, 303}} <= {
        f"/{word}/{{id}}.{{suffix}}" for word in (
            "datenserien", "datendienste", "projekte", "organisationen", "veranstaltungen", "leistungen"
        )
    } | {"/api/v1/records/{id}/croissant"}  # fmt: skip
    # The example is a dataset: as another kind, it is elsewhere. No file of it is prepared here: test_croissant.py


def test_what_goes_wrong_is_a_declared_problem(document: dict[str, Any], browser: TestClient) -> None:
    for path, address, status in (
        ("/api/v1/search", "/api/v1/search?page=9999", 400),
        ("/api/v1/records/{id}", "/api/v1/records/gibtsnicht", 404),
        ("/api/v1/records/{id}", "/api/v1/records/altkleider", 410),
        ("/api/v1/changes", "/api/v1/changes?size=x", 422),
        ("/api/v1/changes", "/api/v1/changes?since=x", 400),
        ("/api/v1/changes", "/api/v1/changes?since=x.1", 410),
        ("/catalog", "/catalog?kind=auto", 400),
        ("/catalog.{suffix}", "/catalog.xlsx", 404),
        ("/daten/{id}.{suffix}", "/daten/altkleider.ttl", 410),
        ("/id/{id}", "/id/gibtsnicht", 404),
        ("/feed.atom", "/feed.atom?page=9999", 400),
        ("/sitemap-{number}.xml", "/sitemap-7.xml", 404),
    ):
        answer = browser.get(address, headers={"accept": "*/*"})
        assert (answer.status_code, str(status) in document["paths"][path]["get"]["responses"]) == (status, True)
        assert answer.headers["content-type"] == PROBLEM_TYPE
        assert msgspec.json.decode(answer.content, type=ProblemOut).status == status


def test_the_file_to_check_may_be_what_the_document_shows(document: dict[str, Any], browser: TestClient) -> None:
    body = document["paths"]["/api/v1/validate"]["post"]["requestBody"]
    assert body["required"]
    for type_ in ("text/turtle", "application/json"):
        shown = body["content"][type_]["example"]
        content = shown.encode() if isinstance(shown, str) else msgspec.json.encode(shown)
        answer = browser.post("/api/v1/validate", content=content, headers={"content-type": type_})
        assert msgspec.json.decode(answer.content, type=CheckAnswer).records == 1


def test_the_document_is_not_sent_again(browser: TestClient) -> None:
    first = browser.get("/openapi.json")
    assert browser.get("/openapi.json", headers={"if-none-match": first.headers["etag"]}).status_code == 304


NO_IDS = ("Radwege", "rad wege", "rad_wege", "-radwege", "radwege-", "rad--wege", "ä", "%00", "a.b")


def test_ids_match_the_pattern_that_is_declared_and_no_other_is_answered(
    document: dict[str, Any], browser: TestClient
) -> None:
    changes = browser.get("/api/v1/changes", params={"size": 500}).json()["changes"]
    ids = [change["id"] for change in changes]
    for path, suffix in (
        ("/api/v1/records/{id}", ""),
        ("/id/{id}", ""),
        ("/id/{id}", ".ttl"),
        ("/daten/{id}.{suffix}", ""),
    ):
        (parameter,) = [each for each in document["paths"][path]["get"]["parameters"] if each["name"] == "id"]
        pattern = re.compile(parameter["schema"]["pattern"])
        assert all(pattern.search(id + suffix) for id in ids), path
        for id in NO_IDS:
            assert not pattern.search(id), (path, id)
            address = path.replace("{id}", quote(id, safe="")).replace("{suffix}", "ttl")
            assert browser.get(address, headers={"accept": "*/*"}).status_code == 404, (path, id)


IN_BOUNDS = {
    "/api/v1/search": [
        {"q": "x" * 500}, {"size": "1"}, {"size": "100"}, {"page": "1"}, {"page": "10000", "size": "1"}, {"lang": "en"},
        {"sort": "title"}, {"theme": "x" * 300},
    ],
    "/feed.atom": [{"size": "100"}, {"page": "10000", "size": "1"}, {"sort": "relevance"}],
    "/api/v1/changes": [{"size": "-5"}, {"size": "99999"}, {"since": ""}, {"since": "x.1"}, {"since": ".0"}],
    "/catalog": [
        {"kind": "dataset"}, {"page": "1"}, {"page": "999999999999"}, {"after": "Ä"}, {"snapshot": "x"},
        *({"modified_since": moment} for moment in (
            "2026-01-31", "2026-01-31T12:00:00Z", "2026-01-31t12:00:00z", "2026-01-31T12:00:00.123456789+01:00"
        )),
    ],
}  # fmt: skip
OUT_OF_BOUNDS = {
    "/api/v1/search": [
        {"q": "x" * 501}, {"size": "0"}, {"size": "101"}, {"size": "x"}, {"page": "0"}, {"page": "10001"},
        {"lang": "fr"}, {"sort": "x"}, {"theme": "x" * 301}, {"theme": [f"t{number}" for number in range(51)]},
    ],
    "/feed.atom": [{"page": "10001"}],
    "/api/v1/changes": [
        {"size": "x"}, {"since": "x"}, {"since": "x.-1"}, {"since": "x.1.1"}, {"since": "x." + "1" * 19},
    ],
    "/catalog": [{"kind": "auto"}, {"page": "0"}, {"page": "x"}, {"modified_since": "gestern"}],
}  # fmt: skip


def schema_of(document: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    (parameter,) = [each for each in document["paths"][path]["get"]["parameters"] if each["name"] == name]
    return dict(parameter["schema"])


def is_in_bounds(schema: dict[str, Any], value: Any) -> bool:
    """Whether a value of a parameter, as it stands in an address, is what its schema allows."""
    if schema.get("type") == "array":
        values = value if isinstance(value, list) else [value]
        return len(values) <= schema.get("maxItems", 99) and all(is_in_bounds(schema["items"], each) for each in values)
    if schema.get("type") == "integer":
        is_number = re.fullmatch("-?[0-9]+", value) is not None
        return is_number and schema.get("minimum", -99) <= int(value) <= schema.get("maximum", 10**12)
    is_date = "anyOf" not in schema or value[:1].isdigit()
    fits = re.search(schema.get("pattern", ""), value) is not None and len(value) <= schema.get("maxLength", 999)
    return is_date and fits and value in schema.get("enum", [value])


@pytest.mark.parametrize("path", IN_BOUNDS)
def test_what_is_in_the_declared_bounds_is_taken_and_what_is_not_is_refused_or_noted(
    document: dict[str, Any], browser: TestClient, path: str
) -> None:
    for asked_for in IN_BOUNDS[path]:
        assert all(is_in_bounds(schema_of(document, path, name), value) for name, value in asked_for.items()), asked_for
        answer = browser.get(path, params=asked_for, headers={"accept": "*/*"})
        assert answer.status_code in (200, 410), asked_for  # 410: a token of another catalogue
        unknown = (
            "theme" in asked_for and '"notes":[{"de":"Den Filter theme=xxx' in answer.text
        )  # in bounds, in no list
        assert '"notes":[]' in answer.text or unknown or path != "/api/v1/search", asked_for
    for asked_for in OUT_OF_BOUNDS[path]:
        ((name, value),) = asked_for.items()
        assert not is_in_bounds(schema_of(document, path, name), value), asked_for
        answer = browser.get(path, params=asked_for, headers={"accept": "*/*"})
        declared = document["paths"][path]["get"]["responses"]
        assert (answer.status_code >= 400 and str(answer.status_code) in declared) or answer.json()["notes"], asked_for
