"""The triple store as a projection, and how queries are read and answered.

Covers: registry/sparql/answering.py, registry/sparql/queries.py, registry/sparql/triple_store.py
"""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.data.sparql import LIMITS
from registry import child_pool
from registry.errors import TooLargeError, UsageError
from registry.model import Change, Position, Record
from registry.sparql import answering
from registry.sparql.queries import MAX_QUERY_CHARACTERS, checked
from registry.sparql.triple_store import KEPT_CHECKPOINTS, TripleStore, newest_checkpoint
from tests.builders import a_dataset, a_record
from tests.servers.answering import a_server

BASE = "https://k.example"


def changes(*records: Record, gone: tuple[str, ...] = ()) -> list[Change]:
    present = [Change(number, record.id, record) for number, record in enumerate(records, 1)]
    return [*present, *(Change(90, id, None) for id in gone)]


@pytest.fixture
def store(tmp_path: Path) -> TripleStore:
    store = TripleStore(tmp_path / "sparql", BASE)
    store.rebuild(changes(a_record("radwege"), a_record("luft", "Luft")), Position("e", 2))
    return store


def ask(store: TripleStore, query: str, format: str = "srj", graph: str = "nt", **dataset: list[str]) -> Any:
    checkpoint = newest_checkpoint(store.folder)
    assert checkpoint
    parts = answering.answer(
        str(checkpoint), query, format, graph, dataset.get("defaults", []), dataset.get("named", [])
    )
    head, body = list(parts)
    return json.loads(head), body.decode()


def titles(store: TripleStore) -> set[str]:
    _, body = ask(store, "SELECT ?t { ?d a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> ?t }")
    return {row["t"]["value"] for row in json.loads(body)["results"]["bindings"]}


# -- the projection


def test_a_record_has_its_graph_and_all_count_together(store: TripleStore) -> None:
    assert titles(store) == {"Radwege", "Luft"}
    _, body = ask(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", "csv")
    assert body.split() == ["g", f"{BASE}/id/luft", f"{BASE}/id/radwege"]
    _, body = ask(store, f"SELECT ?d {{ <{BASE}/catalog> <http://www.w3.org/ns/dcat#dataset> ?d }}", "csv")
    assert len(body.split()) == 3


def test_changes_take_the_place_of_what_was_there(store: TripleStore) -> None:
    newer = a_record("luft", said=a_dataset("Luftqualität"))
    for _ in range(2):  # after a crash the same changes come again
        store.apply(changes(newer, gone=("radwege",)), Position("e", 90))
        assert titles(store) == {"Luftqualität"}
    assert store.position() == Position("e", 90)
    assert TripleStore(store.folder, BASE).position() == Position("e", 90)


def test_a_query_reads_on_while_the_store_is_written(store: TripleStore) -> None:
    before = newest_checkpoint(store.folder)
    assert before
    store.apply(changes(gone=("luft",)), Position("e", 91))
    _, body = list(answering.answer(str(before), "ASK { ?s ?p 'Luft'@de }", "srj", "nt", [], []))
    assert json.loads(body)["boolean"] is True
    assert titles(store) == {"Radwege"}


def test_old_checkpoints_and_stores_are_removed(store: TripleStore) -> None:
    for number in range(100, 106):
        store.apply(changes(a_record("luft")), Position("e", number))
    assert len(list(store.folder.glob("checkpoint-*"))) == KEPT_CHECKPOINTS
    store.rebuild(changes(a_record("neu", "Neu")), Position("f", 1))
    assert titles(store) == {"Neu"}
    assert [path.name for path in store.folder.glob("store-*")] == ["store-2"]
    assert store.damage() == ""


def test_with_another_public_address_it_is_built_anew(store: TripleStore) -> None:
    moved = TripleStore(store.folder, "https://new.example")
    assert store.position() == Position("e", 2)
    assert moved.position() is None
    moved.rebuild(changes(a_record("luft", "Luft")), Position("e", 2))
    _, body = ask(moved, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", "csv")
    assert body.split() == ["g", "https://new.example/id/luft"]


def test_a_lost_checkpoint_is_noticed(store: TripleStore) -> None:
    checkpoint = newest_checkpoint(store.folder)
    assert checkpoint
    (checkpoint / "CURRENT").unlink()
    assert store.damage()


def test_before_the_first_change_there_is_nothing(tmp_path: Path) -> None:
    store = TripleStore(tmp_path / "none", BASE)
    assert store.position() is None
    assert newest_checkpoint(store.folder) is None
    store.apply(changes(a_record("luft", "Luft")), Position("e", 1))
    assert titles(store) == {"Luft"}


def test_a_record_that_cannot_be_written_is_left_out_and_named(
    store: TripleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.sparql import triple_store

    original = triple_store.quads

    def broken(record: Record, base: str) -> str:
        if record.id == "luft":
            raise ValueError("no")
        return original(record, base)

    monkeypatch.setattr(triple_store, "quads", broken)
    store.apply(changes(a_record("luft"), a_record("neu", "Neu")), Position("e", 4))
    assert titles(store) == {"Radwege", "Neu"}
    assert store.faults == {"luft": "ValueError: no"}


# -- formats


def test_a_table_says_the_same_in_every_format(store: TripleStore) -> None:
    query = 'SELECT * { VALUES (?a ?b ?c) { ("x,\\"y\\"\\n<z>"@de <https://k.example/i> 7) (UNDEF "t" true) } }'
    head, body = ask(store, query)
    assert (head["form"], head["rows"], head["cut"]) == ("table", 2, False)
    first, second = json.loads(body)["results"]["bindings"]
    assert first["a"] == {"type": "literal", "value": 'x,"y"\n<z>', "xml:lang": "de"}
    assert first["b"] == {"type": "uri", "value": "https://k.example/i"}
    assert first["c"]["datatype"].endswith("#integer")
    assert "a" not in second
    rows = list(csv.reader(io.StringIO(ask(store, query, "csv")[1], newline="")))
    assert rows[1:] == [['x,"y"\n<z>', "https://k.example/i", "7"], ["", "t", "true"]]
    tree = ElementTree.fromstring(ask(store, query, "srx")[1])
    assert next(node.text for node in tree.iter("{http://www.w3.org/2005/sparql-results#}literal")) == 'x,"y"\n<z>'
    lines = ask(store, query, "tsv")[1].splitlines()
    assert lines[0] == "?a\t?b\t?c"
    assert lines[1].split("\t")[1] == "<https://k.example/i>"


@pytest.mark.parametrize(("format", "yes"), [("srj", '"boolean":true'), ("srx", "<boolean>true<"), ("csv", "true")])
def test_yes_or_no(store: TripleStore, format: str, yes: str) -> None:
    head, body = ask(store, "ASK { ?s ?p ?o }", format)
    assert head["form"] == "boolean"
    assert yes in body


@pytest.mark.parametrize("format", answering.RDF_FORMATS)
def test_a_graph(store: TripleStore, format: str) -> None:
    head, body = ask(store, f"DESCRIBE <{BASE}/id/luft>", graph=format)
    assert (head["form"], head["format"]) == ("graph", format)
    assert "Luft" in body


def test_long_answers_are_cut_and_say_so(store: TripleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MAX_ROWS", 3)
    for query in ("SELECT * { ?s ?p ?o }", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"):
        head, _ = ask(store, query)
        assert (head["rows"], head["cut"]) == (3, True)


def test_a_query_may_choose_its_graphs(store: TripleStore) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s a <http://www.w3.org/ns/dcat#Dataset> }"
    _, body = ask(store, query, "csv", defaults=[f"{BASE}/id/luft"])
    assert body.split() == ["n", "1"]
    _, body = ask(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", "csv", named=[f"{BASE}/id/luft"])
    assert body.split() == ["g", f"{BASE}/id/luft"]


@pytest.mark.parametrize(
    "query", ["SELECT * {", "INSERT DATA { <a> <b> <c> }", "", "SELECT (<https://x/f>(1) AS ?x) {}"]
)
def test_a_query_with_a_mistake_is_told_what(store: TripleStore, query: str) -> None:
    with pytest.raises(UsageError, match="query"):
        ask(store, query)


# -- nothing is fetched


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <https://x.example/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { # it's\n SERVICE <https://x.example/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'a\\'b' . SERVICE <https://x.example/> { ?s ?p ?o } }",
        "SELECT * { ?s ex:a\\'b ?o . SERVICE <https://x.example/> { ?s ex:c\\'d ?o } }",
        "SELECT * { FILTER(1<2)SERVICE<https://x.example/>{?s ?p ?o}FILTER(3>2) }",
        "SELECT * { \\u0053ERVICE <https://x.example/> { ?s ?p ?o } }",
        "SELECT * { \\U00000053ERVICE <https://x.example/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p '''a'b''' . SERVICE <https://x.example/> { ?s ?p ?o } }",
        "SELECT * { \\u005cu0053ERVICE <https://x.example/> { ?s ?p ?o } }",
    ],
)
def test_a_query_that_asks_others_is_refused(query: str) -> None:
    with pytest.raises(UsageError):
        checked(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service a <https://x.example/SERVICE> }",
        "SELECT * { ?s <https://x.example/p> 'SERVICE <x>' }",
        'SELECT * { ?s ?p """it\'s a SERVICE """ } # SERVICE',
        "PREFIX service: <https://x.example/> SELECT * { ?s service:service dcat:DataService }",
    ],
)
def test_the_word_alone_is_no_fault(query: str) -> None:
    assert checked(query) == query


def test_a_query_that_is_too_long_is_refused() -> None:
    with pytest.raises(TooLargeError):
        checked("#" * (MAX_QUERY_CHARACTERS + 1))
    assert checked("SELECT * { ?s ?p '\\u00e4' }") == "SELECT * { ?s ?p 'ä' }"


@given(st.text(alphabet="'\"\\<>#{}?aS \n:", max_size=80))
def test_every_text_is_read_in_time(text: str) -> None:
    checked(text)


def served(store: TripleStore, query: str) -> Any:
    """The answer of a child process, as a server asks for it."""
    checkpoint = newest_checkpoint(store.folder)
    function = "registry.sparql.answering:answer"
    _, *body = child_pool.call("test", LIMITS, function, str(checkpoint), query, "srj", "nt", [], [])
    return json.loads(b"".join(body))


@pytest.mark.skipif(sys.platform != "linux", reason="needs seccomp, which Linux alone has")
def test_even_a_query_that_is_not_recognised_reaches_nobody(store: TripleStore) -> None:
    asked: list[str] = []

    def answer(handler: Any) -> None:
        asked.append(handler.path)
        handler.send_response(500)
        handler.end_headers()

    with a_server(answer) as url, pytest.raises(UsageError, match="denied"):
        served(store, f"SELECT * {{ SERVICE <{url}/> {{ ?s ?p ?o }} }}")
    assert asked == []


def test_a_store_of_many_files_is_read_whole(store: TripleStore) -> None:
    """The engine opens some of its files at once, and the others when a query comes to them."""
    for number in range(100):  # the engine joins its files when it has time
        store.apply(changes(a_record(f"r{number}")), Position("e", 3 + number))
        checkpoint = newest_checkpoint(store.folder)
        assert checkpoint
        if len(list(checkpoint.glob("*.sst"))) > 40:
            break
    else:
        pytest.fail("the store never has many files")
    rows = served(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")["results"]["bindings"]
    assert int(rows[0]["n"]["value"]) == len(ox.Store.read_only(str(checkpoint))) > 0


def test_the_newest_state_of_a_record_counts(store: TripleStore) -> None:
    record = replace(a_record("luft"), said=a_dataset("Neu"))
    store.apply(changes(record), Position("e", 5))
    assert titles(store) == {"Radwege", "Neu"}
