"""The write API: drafts from begin to publication, by programs with tokens of people in each role.

Covers: api/drafts/routes.py, api/drafts/views.py, api/drafts/bodies.py, api/drafts/completeness.py,
api/drafts/bearer.py, api/data/draft_documents.py
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from registry.model import Account, Draft, Period
from registry.people import tokens
from registry.people.sign_in_tries import MAX_TRIES
from tests.sample_city import PASSWORD, places, sample_city
from tests.town import Town
from vocab.concepts import concept_list

DRAFTS = "/api/v1/drafts"
FEDERFUEHRUNG = concept_list("roles").by_notation["federfuehrung"].iri
METADATA: dict[str, Any] = {
    "title": {"de": "Wetter im Quartier"},
    "abstract": {"de": "Zwanzig kleine Messstationen zeigen, wie warm es in den Stadtteilen wirklich ist."},
    "phase": concept_list("phases").by_notation["vorbereitung"].iri,
    "themes": [concept_list("themes").by_notation["ENVI"].iri],
    "participants": [{"agent": {"name": {"de": "Digital-Agentur"}, "id": "digital-agentur"}, "role": FEDERFUEHRUNG}],
    "contacts": [{"email": "wetter@example.org"}],
    "places": msgspec.to_builtins(places("Bahnstadt")),
}
Program = Callable[..., Any]


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        for account in (
            Account(name="kollegin", organizations=("digital-agentur",)),
            Account(name="fremd", organizations=("umweltamt",)),
            Account(name="umweltlotse", role="reviewer", organizations=("umweltamt",)),
            Account(name="leserin", role="reader"),
        ):
            city.catalog.people.add(account, PASSWORD)
        yield city


@pytest.fixture
def as_account(city: Town) -> Callable[..., Program]:
    """A program with a token of an account."""

    def program(name: str, *scopes: str) -> Program:
        token, _ = city.catalog.people.tokens.add(name, scopes or tokens.SCOPES)
        client = TestClient(city.app, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)

        def call(method: str, path: str, json: Any = None, **headers: str) -> Any:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.request(method, path, json=json, headers=sent)

        return call

    return program


def begun(program: Program, **metadata: Any) -> dict[str, Any]:
    answer = program("POST", DRAFTS, {"kind": "project", "metadata": METADATA | metadata})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def at(draft: dict[str, Any], act: str = "") -> str:
    return f"{DRAFTS}/{draft['id']}" + (f"/{act}" if act else "")


def test_a_project_goes_from_draft_to_publication_and_is_withdrawn_and_restored(
    city: Town, as_account: Callable[..., Program]
) -> None:
    author, reviewer = as_account("agentur"), as_account("lotsin")
    answer = author("POST", DRAFTS, {"kind": "project", "metadata": METADATA})
    draft = answer.json()
    assert (answer.status_code, draft["state"], draft["number"]) == (201, "draft", 1)
    assert answer.headers["location"] == at(draft)
    assert answer.headers["etag"] == '"1"'
    assert draft["owner"] == "digital-agentur"

    changed = author("PATCH", at(draft), {"metadata": {"title": {"de": "Wetter"}}}, If_Match='"1"')
    assert (changed.status_code, changed.json()["number"], changed.headers["etag"]) == (200, 2, '"2"')
    assert author("POST", at(draft, "submit"), {"comment": "Bitte prüfen."}).json()["state"] == "submitted"
    assert [one["id"] for one in reviewer("GET", f"{DRAFTS}?state=submitted").json()["drafts"]] == [draft["id"]]
    assert author("PATCH", at(draft), {"metadata": {}}, If_Match="*").status_code == 409

    back = reviewer("POST", at(draft, "return"), {"comment": "Bitte nennen Sie den Zeitraum."}).json()
    assert (back["state"], [comment["text"] for comment in back["comments"]]) == (
        "returned", ["Bitte prüfen.", "Bitte nennen Sie den Zeitraum."]
    )  # fmt: skip
    assert author("POST", at(draft, "submit")).status_code == 200
    assert author("POST", at(draft, "withdraw")).json()["state"] == "draft"
    assert author("POST", at(draft, "submit")).status_code == 200
    assert author("POST", at(draft, "publish")).status_code == 403

    published = reviewer("POST", at(draft, "publish")).json()
    assert published["state"] == "published"
    record = city.catalog.store.existing(published["record"])
    assert record.metadata.title == {"de": "Wetter"}
    assert record.owner == "digital-agentur"
    assert reviewer("POST", at(draft, "publish")).status_code == 409
    assert author("GET", DRAFTS).json() == {"total": 0, "drafts": []}
    assert author("GET", f"{DRAFTS}?state=published").json()["total"] == 1

    path = f"/api/v1/records/{record.id}"
    assert author("POST", f"{path}/withdraw", {}).status_code == 422
    assert author("POST", f"{path}/withdraw", {"why": "Es ist zu Ende."}).json()["state"] == "withdrawn"
    assert author("POST", f"{path}/withdraw", {"why": "Noch einmal."}).status_code == 409
    assert author("GET", path).status_code == 410
    assert author("POST", f"{path}/restore", {"why": "Doch nicht."}).json()["state"] == "published"
    versions = author("GET", f"{path}/history").json()["versions"]
    assert [version["by"] for version in versions] == ["agentur", "agentur", "lotsin"]
    assert versions[0]["changed"] == ["state"]
    assert versions[0]["note"] == "Doch nicht."
    assert {"title", "phase"} <= set(versions[2]["changed"])
    assert versions[0]["number"] > versions[1]["number"] > versions[2]["number"]


def test_a_published_record_is_changed_by_a_patch_of_it(city: Town, as_account: Callable[..., Program]) -> None:
    author, reviewer = as_account("agentur"), as_account("lotsin")
    draft = begun(author)
    author("POST", at(draft, "submit"))
    record = reviewer("POST", at(draft, "publish")).json()["record"]
    change = author("POST", DRAFTS, {"of": record, "metadata": {"title": {"de": "Neu"}}})
    assert (change.status_code, change.json()["of"], change.json()["kind"]) == (201, record, "project")
    assert change.json()["metadata"]["abstract"] == METADATA["abstract"]
    assert author("POST", at(change.json(), "submit")).status_code == 200
    assert city.catalog.store.existing(record).metadata.title == METADATA["title"]
    assert reviewer("POST", at(change.json(), "publish")).json()["record"] == record
    assert city.catalog.store.existing(record).metadata.title == {"de": "Neu"}
    assert author("POST", DRAFTS, {"of": "gibt-es-nicht"}).status_code == 404
    assert author("POST", DRAFTS, {"of": record, "kind": "dataset"}).status_code == 422
    assert author("POST", DRAFTS, {"of": "altkleider"}).status_code == 409


def test_what_is_missing_is_named_by_field_rule_and_message(as_account: Callable[..., Program]) -> None:
    author = as_account("agentur")
    draft = author("POST", DRAFTS, {"kind": "project", "metadata": {"title": {"de": "Nur ein Titel"}}}).json()
    answer = author("POST", at(draft, "submit"))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert {"abstract", "phase", "contacts.email"} <= set(errors)
    assert "title" not in errors
    assert errors["phase"]["rule"] == "value-missing"
    assert all(error["message"]["de"] and error["message"]["en"] for error in errors.values())
    assert author("GET", at(draft)).json()["state"] == "draft"


def test_every_kind_can_be_begun_and_says_what_it_lacks(as_account: Callable[..., Program]) -> None:
    author = as_account("agentur")
    for kind in ("dataset", "series", "service", "project", "event", "publicservice", "organization"):
        draft = author("POST", DRAFTS, {"kind": kind})
        assert draft.status_code == 201, draft.text
        assert author("POST", at(draft.json(), "submit")).status_code == 422, kind


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"metadata": {}}, 422, "kind"),
        ({"kind": "auto"}, 422, "kind"),
        ({"kind": "project", "metadata": []}, 422, "metadata"),
        ({"kind": "project", "metadata": {"titel": "x"}}, 422, "titel"),
        ({"kind": "project", "metadata": {"title": "x"}}, 422, "title"),
        ({"kind": "project", "metadata": {"kind": "dataset"}}, 422, "kind"),
        ({"kind": "project", "wish": 1}, 422, ""),
        ([], 422, ""),
    ],
)  # fmt: skip
def test_wrong_bodies_are_refused_with_the_field(
    as_account: Callable[..., Program], body: Any, status: int, field: str
) -> None:
    answer = as_account("agentur")("POST", DRAFTS, body)
    assert answer.status_code == status, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_what_is_no_json_or_too_large_is_refused(city: Town) -> None:
    token, _ = city.catalog.people.tokens.add("agentur")
    client = TestClient(city.app, headers={"Authorization": f"Bearer {token}"})
    for body in (b"{", b'"\xff"', b"[" * 10_000):
        assert client.post(DRAFTS, content=body).status_code in (400, 422)
    assert client.post(DRAFTS, content=b'"' + b"x" * 1_000_000 + b'"').status_code == 413


def test_merge_patch_removes_by_null_and_needs_the_present_version(as_account: Callable[..., Program]) -> None:
    author = as_account("agentur")
    draft = begun(author)
    assert author("PATCH", at(draft), {"metadata": {"phase": None}}).status_code == 428
    changed = author("PATCH", at(draft), {"metadata": {"phase": None, "title": {"en": "Weather"}}}, If_Match='"1"')
    assert "phase" not in changed.json()["metadata"]
    assert changed.json()["metadata"]["title"] == {"de": "Wetter im Quartier", "en": "Weather"}
    stale = author("PATCH", at(draft), {"metadata": {"phase": None}}, If_Match='"1"')
    assert (stale.status_code, stale.json()["number"]) == (412, 2)
    assert author("POST", at(draft, "submit"), None, If_Match='"1"').status_code == 412
    assert author("DELETE", at(draft), None, If_Match='"1"').status_code == 412
    assert author("DELETE", at(draft), None, If_Match='W/"2", "2"').status_code == 204
    assert author("GET", at(draft)).status_code == 404


def test_of_many_changes_at_once_one_is_taken(as_account: Callable[..., Program]) -> None:
    author = as_account("agentur")
    draft = begun(author)

    def change(number: int) -> int:
        body = {"metadata": {"title": {"de": f"Titel {number}"}}}
        return int(author("PATCH", at(draft), body, If_Match='"1"').status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(change, range(8)))
    assert statuses == [200] + [412] * 7


# -- repeated requests


def test_a_repeated_request_is_answered_alike_and_done_once(city: Town, as_account: Callable[..., Program]) -> None:
    author, reviewer = as_account("agentur"), as_account("lotsin")
    body = {"kind": "project", "metadata": METADATA}
    first = author("POST", DRAFTS, body, Idempotency_Key="k1")
    second = author("POST", DRAFTS, body, Idempotency_Key="k1")
    assert (second.status_code, second.json(), second.headers["etag"], second.headers["location"]) == (
        first.status_code, first.json(), first.headers["etag"], first.headers["location"]
    )  # fmt: skip
    assert author("GET", DRAFTS).json()["total"] == 1
    other = author("POST", DRAFTS, body | {"kind": "event"}, Idempotency_Key="k1")
    assert other.status_code == 422
    draft = first.json()
    for act, program in (("submit", author), ("publish", reviewer)):
        answers = [program("POST", at(draft, act), None, Idempotency_Key="k2") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
    refused = [author("POST", at(draft, "submit"), None, Idempotency_Key="k3") for _ in range(2)]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert refused[0].json() == refused[1].json()
    assert author("POST", DRAFTS, body, Idempotency_Key="x" * 201).status_code == 400
    mine = reviewer("POST", DRAFTS, body, Idempotency_Key="k1")  # the keys of others are not known
    assert mine.json()["id"] != draft["id"]


def test_a_key_sent_many_times_at_once_begins_one_draft(as_account: Callable[..., Program]) -> None:
    author = as_account("agentur")
    body = {"kind": "project", "metadata": METADATA}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: author("POST", DRAFTS, body, Idempotency_Key="k"), range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert author("GET", DRAFTS).json()["total"] == 1


def test_a_failure_of_ours_is_tried_again(
    city: Town, as_account: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    author = as_account("agentur")
    draft = begun(author)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(city.catalog.inbox, "submit", fail)
        with pytest.raises(RuntimeError):
            author("POST", at(draft, "submit"), None, Idempotency_Key="k")
    assert author("POST", at(draft, "submit"), None, Idempotency_Key="k").status_code == 200


# -- who may


def test_without_a_right_token_nothing_is_answered(city: Town) -> None:
    client = TestClient(city.app)
    token, stored = city.catalog.people.tokens.add("agentur")
    for header in (None, "Bearer", "Bearer falsch", "Basic YTpi", f"Bearer {token}x", f"Bearer lotse_{stored.id}_"):
        answer = client.get(DRAFTS, headers={"Authorization": header} if header else {})
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
    client.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD})
    assert client.get(DRAFTS).status_code == 401  # a session is none
    right = {"Authorization": f"Bearer {token}"}
    assert client.get(DRAFTS, headers=right).status_code == 200
    city.catalog.people.tokens.revoke(stored.id)
    assert client.get(DRAFTS, headers=right).status_code == 401


def test_an_expired_token_and_that_of_a_removed_account_are_refused(
    city: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = TestClient(city.app)
    token, _ = city.catalog.people.tokens.add("agentur", days=1)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(days=1, seconds=1)

    headers = {"Authorization": f"Bearer {token}"}
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "datetime", Later)
        assert client.get(DRAFTS, headers=headers).status_code == 401
    assert client.get(DRAFTS, headers=headers).status_code == 200
    city.catalog.people.remove("agentur")
    assert client.get(DRAFTS, headers=headers).status_code == 401


def test_wrong_tokens_are_slowed_down_and_right_ones_are_not(city: Town) -> None:
    client = TestClient(city.app)
    token, stored = city.catalog.people.tokens.add("agentur")
    wrong = {"Authorization": f"Bearer lotse_{stored.id}_falsch"}
    statuses = [client.get(DRAFTS, headers=wrong).status_code for _ in range(MAX_TRIES + 1)]
    assert statuses == [401] * MAX_TRIES + [429]
    assert client.get(DRAFTS, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    signed_in = client.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD}, follow_redirects=False)
    assert signed_in.status_code == 303


def test_a_token_allows_no_more_than_its_scopes(as_account: Callable[..., Program]) -> None:
    draft = begun(as_account("agentur"))
    reader, writer = as_account("agentur", "read"), as_account("agentur", "write")
    assert reader("GET", at(draft)).status_code == 200
    refused = reader("POST", at(draft, "submit"))
    assert (refused.status_code, refused.json()["scope"]) == (403, "write")
    assert writer("GET", at(draft)).status_code == 403
    assert writer("POST", at(draft, "submit")).status_code == 200
    assert as_account("lotsin", "read", "write")("POST", at(draft, "publish")).status_code == 403
    assert as_account("lotsin", "review")("POST", at(draft, "publish")).status_code == 200


def test_nobody_acts_beyond_the_table_of_roles(city: Town, as_account: Callable[..., Program]) -> None:
    """Each role tries each act on a draft of `agentur`; the draft is then put back into its state."""
    inbox = city.catalog.inbox
    writers = {"agentur", "kollegin", "verwaltung"}
    deciders = {"lotsin", "verwaltung"}
    expected = {"submit": writers, "withdraw": writers, "return": deciders, "publish": deciders, "decline": deciders}
    everybody = [*writers, "lotsin", "fremd", "umweltlotse", "leserin"]
    for act, allowed in expected.items():
        for name in everybody:
            draft = begun(as_account("agentur"))
            if act != "submit":
                stored = inbox.get(draft["id"])
                inbox.submit(draft["id"], Account(name="agentur"), stored.version)
            status = as_account(name)("POST", at(draft, act)).status_code
            assert status == (200 if name in allowed else 403), (act, name)
    draft = begun(as_account("agentur"))
    for name in everybody:
        sees = name in writers | deciders
        assert as_account(name)("GET", at(draft)).status_code == (200 if sees else 403), name
        patch = as_account(name)("PATCH", at(draft), {"metadata": {}}, If_Match="*")
        assert patch.status_code == (200 if name in writers else 403), name


def test_a_record_is_withdrawn_by_members_of_its_owner_and_by_those_who_decide_for_all(
    city: Town, as_account: Callable[..., Program]
) -> None:
    record = city.catalog.store.existing("kuehle-wege")
    city.catalog.store.put([replace(record, owner="umweltamt")], "test")
    for name, status in {
        "agentur": 403, "leserin": 403, "fremd": 200, "umweltlotse": 200, "lotsin": 200, "verwaltung": 200
    }.items():  # fmt: skip
        answer = as_account(name)("POST", "/api/v1/records/kuehle-wege/withdraw", {"why": "Probe"})
        assert answer.status_code == status, name
        if status == 200:
            as_account(name)("POST", "/api/v1/records/kuehle-wege/restore", {"why": "Zurück"})
    assert as_account("leserin")("POST", "/api/v1/records/gibt-es-nicht/withdraw", {"why": "x"}).status_code == 404


def test_a_list_has_pages_and_only_known_states(as_account: Callable[..., Program]) -> None:
    author = as_account("agentur")
    ids = [begun(author)["id"] for _ in range(3)]
    page = author("GET", f"{DRAFTS}?size=2&page=2").json()
    assert (page["total"], [draft["id"] for draft in page["drafts"]]) == (3, ids[:1])
    assert author("GET", f"{DRAFTS}?state=lost").status_code == 422
    assert author("GET", f"{DRAFTS}?size=0").status_code == 422
    assert as_account("fremd")("GET", DRAFTS).json()["total"] == 0


# -- what the form would refuse, and asking beforehand


@pytest.mark.parametrize(
    ("wrong", "field", "rule"),
    [
        ({"period": {"start": "morgen"}}, "period", "date-unreadable"),
        ({"period": {"start": "2027-03", "end": "2026"}}, "period", "period-reversed"),
        ({"phase": "https://example.org/irgendwann"}, "phase", "concept-unknown"),
        ({"themes": ["https://example.org/thema"]}, "themes", "theme-unlisted"),
        ({"milestones": [{"title": {"de": "Start"}, "planned": "bald"}]}, "planned", "date-unreadable"),
    ],
)  # fmt: skip
def test_a_submit_refuses_what_no_form_could_hold(
    as_account: Callable[..., Program], wrong: Any, field: str, rule: str
) -> None:
    author = as_account("agentur")
    draft = begun(author, **wrong)
    answer = author("POST", at(draft, "submit"))
    assert answer.status_code == 422
    errors = [(error["field"], error["rule"]) for error in answer.json()["errors"]]
    assert errors == [(field, rule)]
    assert all(error["message"]["de"] and error["message"]["en"] for error in answer.json()["errors"])


def test_an_event_cannot_end_before_it_starts(as_account: Callable[..., Program]) -> None:
    author = as_account("agentur")
    metadata = {"title": {"de": "Fest"}, "starts": "2027-05-02", "ends": "2027-05-01"}
    draft = author("POST", DRAFTS, {"kind": "event", "metadata": metadata}).json()
    errors = author("POST", at(draft, "submit")).json()["errors"]
    assert ("ends", "period-reversed") in [(error["field"], error["rule"]) for error in errors]


def test_faults_that_the_record_has_already_keep_nobody(city: Town, as_account: Callable[..., Program]) -> None:
    author, reviewer = as_account("agentur"), as_account("lotsin")
    draft = begun(author)
    author("POST", at(draft, "submit"))
    id = reviewer("POST", at(draft, "publish")).json()["record"]
    record = city.catalog.store.existing(id)
    odd = replace(record.said, period=Period(start="2027", end="2026"))
    city.catalog.store.put([replace(record, said=odd)], "test")
    change = author("POST", DRAFTS, {"of": id, "metadata": {"title": {"de": "Neuer Titel"}}}).json()
    assert author("POST", at(change, "submit")).status_code == 200


def test_a_dry_run_says_what_would_happen_and_stores_nothing(city: Town, as_account: Callable[..., Program]) -> None:
    author, reviewer = as_account("agentur"), as_account("lotsin")
    new = author("POST", f"{DRAFTS}?dry_run=true", {"kind": "project", "metadata": {"title": {"de": "Kurz"}}})
    assert new.status_code == 200
    assert (new.json()["dry_run"], new.json()["state"]) == (True, "draft")
    assert "abstract" in [error["field"] for error in new.json()["errors"]]
    assert author("GET", DRAFTS).json()["total"] == 0
    assert author("POST", f"{DRAFTS}?dry_run=true", {"kind": "project", "metadata": {"titel": 1}}).status_code == 422

    draft = begun(author)
    change = {"metadata": {"title": {"de": "Anders"}}}
    assert author("PATCH", at(draft) + "?dry_run=true", change, If_Match='"9"').status_code == 412
    patched = author("PATCH", at(draft) + "?dry_run=true", change, If_Match='"1"').json()
    assert (patched["metadata"]["title"], patched["errors"]) == ({"de": "Anders"}, [])
    assert author("GET", at(draft)).json()["metadata"]["title"] == METADATA["title"]

    assert author("POST", at(draft, "publish") + "?dry_run=true").status_code == 403
    key = {"Idempotency_Key": "eins"}
    assert author("POST", at(draft, "submit") + "?dry_run=true", **key).json()["state"] == "submitted"
    assert author("GET", at(draft)).json()["state"] == "draft"
    assert author("POST", at(draft, "submit"), **key).json()["state"] == "submitted", "the key is not used up"
    assert reviewer("POST", at(draft, "publish") + "?dry_run=true").json()["state"] == "published"
    id = reviewer("POST", at(draft, "publish")).json()["record"]

    path = f"/api/v1/records/{id}/withdraw?dry_run=true"
    assert author("POST", path, {}).status_code == 422
    assert author("POST", path, {"why": "Zu Ende."}).json() == {
        "dry_run": True, "state": "withdrawn", "metadata": None, "errors": []
    }  # fmt: skip
    assert city.catalog.store.existing(id).state == "published"
    assert not city.catalog.outbox.newest(9), "nobody has an address here, and a dry run would write to nobody"


def test_a_list_of_many_drafts_reads_only_its_page(
    as_account: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    author, administrator = as_account("agentur"), as_account("verwaltung")
    ids = [begun(author)["id"] for _ in range(12)]
    for id in ids:
        author("POST", f"{DRAFTS}/{id}/submit")
    read: list[str] = []
    original = msgspec.json.decode

    def counted(body: Any, *, type: Any = Any, **more: Any) -> Any:
        if type is Draft:
            read.append(type.__name__)
        return original(body, type=type, **more)

    monkeypatch.setattr(msgspec.json, "decode", counted)
    page = administrator("GET", f"{DRAFTS}?size=2&page=3").json()
    assert (page["total"], [draft["id"] for draft in page["drafts"]]) == (12, ids[::-1][4:6])
    assert len(read) == 2
