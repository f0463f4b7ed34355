"""The API reference: every operation, in both languages, with examples that a test runs as they are printed.

Covers: api/pages/api_reference.py, api/pages/developers.py, api/pages/problems.py
"""

import html
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.data import dumps
from api.data.examples import DRAFT_ID
from api.data.openapi_german import STATUSES
from api.pages.api_reference import TOKEN, Operation, operations
from api.web.problems import problem_types
from registry.model import Draft
from tests.api.conftest import BROWSER_ACCEPT
from tests.sample_city import sample_city
from tests.town import Town

RECORDS = {"dataset": "rad-zaehlstellen", "project": "kuehle-wege", "file": "rad-stunde-csv"}
SUBMITTED = ("withdraw_draft", "return_draft", "publish_draft", "decline_draft")
BY_REVIEWER = ("return_draft", "publish_draft", "decline_draft", "withdraw_record", "restore_record", "record_history")


@pytest.fixture(scope="module")
def document(browser: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = browser.get("/openapi.json").json()
    return document


@pytest.fixture
def writable(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


def test_the_page_has_every_operation_of_the_document(document: dict[str, Any], browser: TestClient) -> None:
    page = browser.get("/entwickler/api").text
    named = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    left_out = {name for name in named if f'id="{name}"' not in page}
    assert left_out == {f"{kind}_data" for kind in (
        "series", "service", "project", "organization", "event", "publicservice"
    )}  # they differ from those of datasets in the path only  # fmt: skip
    assert "<script" not in page
    for status, kind in problem_types():
        assert f'id="fehler-{kind}"' in page
        assert status in STATUSES
    assert browser.get("/en/developers/api").status_code == 200


def test_on_the_english_page_nothing_is_marked_as_english(browser: TestClient) -> None:
    main = browser.get("/en/developers/api").text.partition("<main")[2].partition("</main>")[0]
    assert 'lang="' not in main
    german = browser.get("/entwickler/api").text.partition("<main")[2].partition("</main>")[0]
    assert "Suche über alles, mit Facetten" in german


def _request(operation: Operation, token: str) -> tuple[str, str, dict[str, str], str]:
    """Method, address, headers and body of a line for a shell, read as a shell reads it."""
    arguments = shlex.split(operation.sample.replace(TOKEN, token))
    assert arguments.pop(0) == "curl"
    method, headers, body, address = "", {}, "", ""
    while arguments:
        argument = arguments.pop(0)
        if argument == "-X":
            method = arguments.pop(0)
        elif argument == "-H":
            name, _, value = arguments.pop(0).partition(": ")
            headers[name] = value
        elif argument == "--data-binary":
            body = arguments.pop(0)
        else:
            address = argument
    return method or ("POST" if body else "GET"), address, headers, body


def _draft(city: Town, operation: str) -> Draft:
    """A complete draft in the state from which the operation is possible, with the number that the example names."""
    inbox, author = city.catalog.inbox, city.catalog.people.get("agentur")
    metadata = city.catalog.store.get(RECORDS["project"]).metadata
    draft = inbox.begin(metadata, author, "digital-agentur")
    while draft.version < 3 - (operation in SUBMITTED):
        draft = inbox.save(draft.id, metadata, author, draft.version)
    return inbox.submit(draft.id, author, draft.version) if operation in SUBMITTED else draft


def test_every_example_runs_as_it_is_printed(document: dict[str, Any], writable: Town) -> None:
    tokens = writable.catalog.people.tokens
    of_author, of_reviewer = tokens.add("agentur")[0], tokens.add("verwaltung")[0]
    dumps.write_dump(writable.catalog, writable.settings)
    client = TestClient(writable.app, follow_redirects=False)
    for _tag, operation in operations(document, RECORDS, "de"):
        if operation.id == "croissant":
            continue  # no table is prepared here: tests/api/data/test_croissant.py
        token = of_reviewer if operation.id in BY_REVIEWER else of_author
        method, address, headers, body = _request(operation, token)
        if DRAFT_ID in address:
            address = address.replace(DRAFT_ID, _draft(writable, operation.id).id)
        answer = client.request(method, address, headers={"accept": "*/*", **headers}, content=body)
        assert answer.status_code in {status for status, *_ in operation.answers}, operation.sample
        assert answer.status_code < 400, (operation.sample, answer.text)
        assert operation.method == method


def test_the_page_prints_the_examples_of_this_catalogue(browser: TestClient) -> None:
    page = html.unescape(re.sub("<[^>]+>", "", browser.get("/entwickler/api").text))
    assert 'curl "' not in page
    (line,) = re.findall(r"curl \S+/api/v1/records/[a-z-]+\n", page)
    assert browser.get(line.split()[1].strip()).status_code == 200


def test_the_first_steps_can_be_copied(browser: TestClient) -> None:
    page = browser.get("/entwickler", headers={"accept": BROWSER_ACCEPT}).text
    for address in re.findall(r"curl &#34;([^&]+(?:&amp;[^&#]+)*)&#34;", page):
        assert browser.get(html.unescape(address)).status_code == 200, address
    assert "jsonlite" in page


@pytest.mark.parametrize("path", ["/status", "/en/status"])
def test_the_status_names_no_secret(city: Town, browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert str(city.settings.data) not in answer.text
    assert "sqlite" not in answer.text.lower()
    assert "Lotse 0." in answer.text
