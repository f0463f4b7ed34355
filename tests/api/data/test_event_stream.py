"""The changes as a Linked Data Event Stream.

Covers: api/data/event_stream.py
"""

from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from registry.catalog import Catalog
from tests.builders import a_dataset
from tests.town import BASE, take

TYPES = {"trig": ox.RdfFormat.TRIG, "nq": ox.RdfFormat.N_QUADS}
AS = "https://www.w3.org/ns/activitystreams#"
TREE = "https://w3id.org/tree#"


def pages(client: TestClient, suffix: str = "trig") -> Iterator[ox.Store]:
    """The pages, along the relations."""
    path = f"{BASE}/ldes.{suffix}"
    while path:
        answer = client.get(path.removeprefix(BASE))
        assert answer.status_code == 200
        store = ox.Store()
        store.load(answer.content, format=TYPES[suffix])
        yield store
        following = [quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode(TREE + "node"), None)]
        assert len(following) <= 1
        path = following[0] if following else ""


def members(stores: Iterator[ox.Store]) -> dict[str, str]:
    """Thing -> what happened to it."""
    query = f"SELECT ?thing ?act WHERE {{ ?s <{TREE}member> ?m . ?m a ?act ; <{AS}object> ?thing }}"
    rows = [row for store in stores for row in store.query(query)]
    events = {row["thing"].value.rpartition("/")[2]: row["act"].value.removeprefix(AS) for row in rows}
    assert len(events) == len(rows)  # of each thing only the newest state
    return events


@pytest.mark.parametrize("suffix", TYPES)
def test_each_member_has_its_own_graph(client: TestClient, filled: Catalog, suffix: str) -> None:
    (store,) = pages(client, suffix)
    names = {quad.object for quad in store.quads_for_pattern(None, ox.NamedNode(TREE + "member"), None)}
    assert set(store.named_graphs()) == names
    assert len(names) == 3  # the project is no member: DCAT-AP has none
    for name in names:
        kinds = [quad.object.value.rpartition("#")[2] for quad in store.quads_for_pattern(None, None, None, name)]
        assert "Dataset" in kinds
        assert "Distribution" in kinds
        assert list(store.quads_for_pattern(None, ox.NamedNode("http://purl.org/dc/terms/publisher"), None, name))


def test_what_happened_to_a_thing_is_told(client: TestClient, filled: Catalog) -> None:
    assert members(pages(client)) == {"radwege": "Create", "parkplaetze": "Create", "luftqualitaet": "Create"}
    record = filled.store.existing("radwege")
    filled.revise("radwege", a_dataset("Radwege neu"), record.number, "anna")
    filled.withdraw("parkplaetze", "anna", "doppelt")
    assert members(pages(client)) == {"luftqualitaet": "Create", "radwege": "Update", "parkplaetze": "Delete"}


def test_pages_hold_every_member_once(client: TestClient, filled: Catalog) -> None:
    take(filled, *(a_dataset(f"Satz {number:03}") for number in range(230)), source="andere")
    stores = list(pages(client))
    assert len(stores) == 3
    assert len(members(iter(stores))) == 233


def test_the_stream_says_what_it_is(client: TestClient, filled: Catalog) -> None:
    body = client.get("/ldes", headers={"accept": "application/n-quads"})
    assert body.headers["content-type"] == "application/n-quads"
    assert "<https://w3id.org/ldes#EventStream>" in body.text
    assert f"<https://w3id.org/ldes#timestampPath> <{AS}published>" in body.text
    assert client.get("/ldes").headers["content-type"] == "application/trig"
    assert client.get("/ldes", headers={"accept": "text/csv"}).status_code == 406
    assert client.get("/ldes", headers={"If-None-Match": client.get("/ldes").headers["etag"]}).status_code == 304
    assert client.get("/ldes?since=other.7").status_code == 410
    assert client.get("/ldes?since=x").status_code == 400
