"""schemathesis over the whole API: whatever its description allows is answered without a fault of ours, signed out and
signed in as each role."""

import itertools
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from fastapi.testclient import TestClient

from registry.model import Account
from tests.builders import a_metadata
from tests.effort import tries
from tests.sample_city import PASSWORD
from tests.town import Town

ROLES = {
    "": None,
    "member": Account(name="m", organizations=("digital-agentur",)),
    "steward": Account(name="s", organizations=("digital-agentur",), roles={"digital-agentur": ("steward",)}),
    "reviewer": Account(name="r", role="reviewer"),
    "reader": Account(name="l", role="reader"),
    "administrator": Account(name="v", role="administrator"),
}
EXAMPLES = tries(3, 50)  # of each operation and role
HOW = hypothesis.settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
)  # fmt: skip
CHECKED_ELSEWHERE = ("/api/v1/validate",)  # starts child processes: tests/hostile/test_reading.py


@pytest.fixture
def signed_in(city: Town) -> dict[str, dict[str, str]]:
    """Role -> the headers of a request."""
    headers: dict[str, dict[str, str]] = {"": {}}
    for role, account in ROLES.items():
        if account:
            city.catalog.people.add(account, PASSWORD)
            token, _ = city.catalog.people.tokens.add(account.name)
            headers[role] = {"Authorization": f"Bearer {token}"}
    return headers


@pytest.fixture
def ids(city: Town) -> dict[str, Iterator[str]]:
    """Beginning of a path -> ids that exist, again and again: drafts in each state, records of each kind."""
    inbox, author, reviewer = city.catalog.inbox, Account(name="m"), Account(name="lotsin", role="reviewer")
    drafts = []
    for end in ("", "submit", "return", "decline"):
        draft = inbox.begin(a_metadata("Kühle Wege", "project"), author, "digital-agentur")
        drafts.append(draft.id)
        if end:
            draft = inbox.submit(draft.id, author, draft.version)
        if end == "return":
            inbox.hand_back(draft.id, reviewer, draft.version, "Bitte kürzer.")
        if end == "decline":
            inbox.close(draft.id, reviewer, draft.version, "decline")
    return {
        "/api/v1/drafts/": itertools.cycle(drafts),
        "/api/v1/records/": itertools.cycle(("kuehle-wege", "baumkataster", "altkleider", "fernwaerme-netzplan")),
    }


def test_no_request_that_is_described_makes_a_fault(
    city: Town, signed_in: dict[str, dict[str, str]], ids: dict[str, Iterator[str]]
) -> None:
    client = TestClient(city.app, follow_redirects=False, raise_server_exceptions=False)
    schema = schemathesis.openapi.from_asgi("/openapi.json", city.app)
    faults: list[tuple[str, ...]] = []
    statuses: dict[str, set[int]] = {}

    def send(case: Any) -> None:
        """Sends a case as each role: as it is, and about a thing that exists."""
        sent = case.as_transport_kwargs(base_url="http://testserver")
        sent.pop("cookies", None)
        given = dict(sent.pop("headers", None) or {})
        beginning = next((known for known in ids if case.path.startswith(known)), "")
        urls = [sent.pop("url")]
        if beginning:
            urls.append("http://testserver" + case.path.replace("{id}", next(ids[beginning])))
            given |= {"If-Match": "*"} if case.method == "PATCH" else {}
        for (role, headers), url in itertools.product(signed_in.items(), urls):
            answer = client.request(url=url, headers=given | headers, **sent)
            statuses.setdefault(f"{case.method} {case.path}", set()).add(answer.status_code)
            if answer.status_code >= 500:
                faults.append((role, case.method, url, str(answer.status_code), repr(sent)[:400]))

    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in CHECKED_ELSEWHERE:
            HOW(hypothesis.given(case=operation.as_strategy())(send))()
    for headers in signed_in.values():  # the example of the description, which chance need not hit
        answer = client.post("/api/v1/drafts", json={"kind": "project", "metadata": {}}, headers=headers)
        statuses["POST /api/v1/drafts"].add(answer.status_code)
    assert not faults, faults[:5]
    assert {401, 200, 403} <= statuses["GET /api/v1/drafts/{id}"] | statuses["PATCH /api/v1/drafts/{id}"]
    assert 201 in statuses["POST /api/v1/drafts"]
