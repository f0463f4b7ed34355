"""The contract of the store, on SQLite and on PostgreSQL.

Covers: registry/store/locks.py, registry/store/version_days.py
"""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from registry.errors import ConflictError
from registry.model import Agent, Backlink, Link, Metadata, Origin, Override, Withdrawal
from registry.model.record import SOURCE_PREFIX
from registry.store.store import Selection, open_store
from registry.store.version_days import version_days
from tests.benchmarks.made_up import made_up_once
from tests.builders import a_dataset, a_metadata, a_record


@pytest.fixture
def store(any_database_url):
    store = open_store(any_database_url)
    yield store
    store.close()


def in_threads(count, work):
    """What `work(0)`, `work(1)`, … answer, all started at once; the first error is raised here."""
    start = threading.Barrier(count)

    def begin(number):
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def withdrawn(record, by="lotsin"):
    return replace(record, state="withdrawn", withdrawn=Withdrawal(by, datetime.now(UTC), "veraltet"))


# -- what is put can be got


def test_a_record_comes_back_as_it_was_put_with_number_and_dates(store):
    before = datetime.now(UTC)
    whole = a_record(
        said=a_dataset(keywords={"de": ("rad", "weg")}, extras={"name": "radwege", "tiefe": {"a": [1, None]}}),
        overrides=(Override("title", {"de": "Fahrradwege"}, {"de": "Radwege"}, "lotsin", before, "klarer"),),
        owner="stadt",
        origin=Origin("berlin", "4711", "https://daten.example.org/4711"),
    )
    number = store.put([whole], by="lotsin")
    found = store.get("radwege")
    assert replace(found, number=0, created=None, changed=None) == whole
    assert found.number == number == store.last() == 1
    assert before <= found.created == found.changed <= datetime.now(UTC)
    assert found.metadata.title == {"de": "Fahrradwege"}


def test_what_is_not_there_is_none(store):
    assert store.get("nichts") is None
    assert store.get_many(["nichts", "niemand"]) == {}
    assert (
        list(store.changes()) == list(store.history("nichts")) == list(store.find(Selection(state="published"))) == []
    )
    assert store.stored_states("nirgends") == {}
    assert store.last() == 0


def test_many_records_come_in_the_order_asked_for_however_many(store):
    records = made_up_once(1200)
    for start in range(0, 1200, 500):
        store.put(records[start : start + 500], by="t")
    ids = [record.id for record in records]
    random.Random(1).shuffle(ids)
    assert list(store.get_many([*ids, "nichts"])) == ids
    assert store.taken([*ids, "nichts"]) == set(ids)


def test_days_are_those_on_which_a_source_brought_something_new(store):
    day = datetime.now(UTC).date()
    store.put([a_record()], by="lotsin")
    assert version_days(store.engine, "radwege", day) == []
    for owner in ("stadt", "amt"):
        store.put([replace(store.get("radwege"), owner=owner)], by=f"{SOURCE_PREFIX}quelle")
    assert len(version_days(store.engine, "radwege", day)) == 1
    assert version_days(store.engine, "radwege", day + timedelta(days=2)) == []


def test_created_stays_and_changed_goes_on(store):
    store.put([a_record()], by="a")
    first = store.get("radwege")
    store.put([replace(first, said=a_dataset("Radwege 2"), created=None)], by="b")
    second = store.get("radwege")
    assert second.created == first.created
    assert second.changed > first.changed
    assert second.number == 2


def test_signs_that_a_database_dislikes_are_kept_in_the_body(store):
    record = a_record(said=a_dataset("Nul\0l", iri="https://e.example/\0", identifiers=("\0",)), owner="\0")
    store.put([replace(record, origin=Origin("b", "\0"))], by="t\0", note="n\0")
    assert store.get("radwege").said == record.said


def test_addresses_of_any_length_can_be_stored_and_asked_for(store):
    long = "https://e.example/" + "".join(random.Random(1).choices("abcdefghij0123456789", k=20_000))
    record = a_record(said=a_dataset(iri=long, identifiers=(long,), links=(Link("related", long + "/x"),)))
    store.put([replace(record, origin=Origin("b", long))], by="t")
    assert [found.id for found in store.find(Selection(iri=long))] == ["radwege"]
    assert [found.id for found in store.find(Selection(source="b", remote_id=long))] == ["radwege"]
    assert list(store.linking(long + "/x")) == [Backlink("radwege", "related", long + "/x")]


# -- compare and set, all or nothing


def test_a_record_that_somebody_else_changed_is_refused_by_name(store):
    store.put([a_record()], by="a")
    mine = store.get("radwege")
    store.put([replace(mine, owner="stadt")], by="b")
    with pytest.raises(ConflictError, match="radwege"):
        store.put([replace(mine, owner="stadtwerke")], by="a")
    assert store.get("radwege").owner == "stadt"


def test_a_new_record_does_not_take_an_id_that_is_taken(store):
    store.put([a_record()], by="a")
    with pytest.raises(ConflictError, match="radwege"):
        store.put([a_record(title="Andere Radwege")], by="b")


def test_a_record_that_is_gone_from_the_store_is_refused_too(store):
    with pytest.raises(ConflictError, match="radwege"):
        store.put([a_record(number=7)], by="a")


def test_of_a_batch_with_one_conflict_nothing_is_written(store):
    store.put([a_record("alt")], by="a")
    number = store.last()
    with pytest.raises(ConflictError, match="alt") as refused:
        store.put([a_record("neu", said=a_dataset(iri="https://e.example/neu")), a_record("alt")], by="b")
    assert refused.value.detail["ids"] == ["alt"]
    assert store.get("neu") is None
    assert store.last() == number
    assert store.taken(["neu"]) == set()
    assert list(store.find(Selection(iri="https://e.example/neu"))) == []


def test_at_most_500_records_and_none_twice(store):
    with pytest.raises(ValueError, match="500"):
        store.put(made_up_once(501), by="a")
    with pytest.raises(ValueError, match="twice"):
        store.put([a_record(), a_record()], by="a")
    assert store.last() == 0
    assert store.put(made_up_once(500), by="a") == 500
    assert store.put([], by="a") == 500


# -- numbers


def test_changes_give_the_newest_state_of_each_record_once_in_order(store):
    store.put([a_record("a"), a_record("b"), a_record("c")], by="t")
    store.put([replace(store.get("a"), owner="neu")], by="t")
    store.put([withdrawn(store.get("b"))], by="t")
    store.put([replace(store.get("c"), same_as="a")], by="t")
    changes = list(store.changes())
    assert [(change.number, change.id) for change in changes] == [(4, "a"), (5, "b"), (6, "c")]
    assert changes[0].record == store.get("a")
    assert changes[1].record is changes[2].record is None
    assert [change.id for change in store.changes(4)] == ["b", "c"]
    assert [change.id for change in store.changes(3, upto=5)] == ["a", "b"]
    assert list(store.changes(6)) == []


def test_changes_page_over_more_than_one_transaction(store):
    records = made_up_once(1300)
    for start in range(0, 1300, 500):
        store.put(records[start : start + 500], by="t")
    assert [change.number for change in store.changes(10)] == list(range(11, 1301))


def test_numbers_come_in_the_order_of_commits_and_a_reader_misses_none(store):
    """Eight writers of new and changed records, and a reader that goes on from the last number it has seen."""
    seen, done = {}, threading.Event()

    def write(writer):
        for turn in range(12):
            records = [a_record(f"r-{writer}-{turn}-{item}") for item in range(1 + (writer + turn) % 4)]
            store.put(records, by=str(writer))
            store.put([replace(store.get(records[0].id), owner=f"w{writer}")], by=str(writer))

    def read():
        position, rounds_after = 0, 0
        while rounds_after < 2:
            rounds_after += done.is_set()
            for change in store.changes(position):
                assert change.number > position
                position = change.number
                seen[change.id] = change

    reader = ThreadPoolExecutor(1)
    reading = reader.submit(read)
    in_threads(8, write)
    done.set()
    reading.result(60)
    reader.shutdown()
    assert seen == {change.id: change for change in store.changes()}
    assert sorted(version.number for id in seen for version in store.history(id)) == list(range(1, store.last() + 1))


def test_fifty_threads_that_read_then_write_one_record_lose_nothing(store):
    store.put([a_record()], by="t")

    def raise_by_one(_):
        while True:
            record = store.get("radwege")
            count = int(record.owner or 0) + 1
            try:
                return store.put([replace(record, owner=str(count))], by="t")
            except ConflictError:
                continue

    numbers = in_threads(50, raise_by_one)
    assert store.get("radwege").owner == "50"
    assert sorted(numbers) == list(range(2, 52))


def test_a_restored_store_has_another_epoch(store, any_database_url):
    epoch = store.epoch
    assert open_store(any_database_url).epoch == epoch
    assert store.new_epoch() != epoch
    assert store.position().epoch == store.epoch != epoch


def test_who_waits_is_woken_by_the_next_change_of_another(store, any_database_url):
    assert store.wait_for_change(0, 0.05) == 0
    woken = []
    waiting = threading.Thread(target=lambda: woken.append(store.wait_for_change(0, 60)))
    waiting.start()
    other = open_store(any_database_url)
    other.put([a_record()], by="t")
    waiting.join(30)
    assert woken == [1]
    assert store.wait_for_change(0, 60) == 1


# -- history


def test_history_has_every_version_newest_first_with_who_and_why(store):
    store.put([a_record()], by="berlin", note="erste Ernte")
    for turn in range(45):
        store.put([replace(store.get("radwege"), owner=str(turn))], by="lotsin", note=f"Nr. {turn}")
    versions = list(store.history("radwege"))
    assert [version.number for version in versions] == list(range(46, 0, -1))
    assert (versions[0].by, versions[0].note, versions[0].record) == ("lotsin", "Nr. 44", store.get("radwege"))
    assert (versions[-1].by, versions[-1].note, versions[-1].record.owner) == ("berlin", "erste Ernte", "")
    assert versions[-1].at == store.get("radwege").created
    assert [store.version("radwege", version.number) for version in versions] == versions
    assert [store.version("radwege", number) for number in (0, -1, 47, 2**63)] == [None] * 4
    assert store.version("other", 46) is None


# -- what a harvest plans with


def test_known_has_every_remote_id_of_a_source_withdrawn_ones_too(store):
    said = a_dataset(iri="https://daten.example.org/1", identifiers=("1", "eins"))
    store.put(
        [
            a_record("eins", said=said, origin=Origin("berlin", "r1")),
            withdrawn(a_record("zwei", origin=Origin("berlin", "r2")), by="source:berlin"),
            a_record("drei", origin=Origin("koeln", "r1"), same_as="eins"),
            a_record("vier"),
        ],
        by="t",
    )
    known = store.stored_states("berlin")
    assert set(known) == {"r1", "r2"}
    one = known["r1"]
    assert (one.id, one.number, one.digest) == ("eins", 1, said.digest())
    assert (one.iri, one.identifiers, one.state, one.distributions) == (said.iri, said.identifiers, "published", 1)
    assert (known["r2"].state, known["r2"].withdrawn_by) == ("withdrawn", "source:berlin")
    assert store.stored_states("koeln")["r1"].same_as == "eins"


def test_known_has_the_digest_of_what_the_source_said_before_we_added_to_it(store):
    said = a_dataset(publisher=Agent(name={"de": "Umweltamt"}))
    matched = a_dataset(publisher=Agent(name={"de": "Umweltamt"}, id="umweltamt"))
    store.put([a_record(said=matched, origin=Origin("berlin", "1"), digest=said.digest())], by="t")
    assert store.stored_states("berlin")["1"].digest == said.digest() != matched.digest()


def test_twins_are_the_same_iri_or_identifier_and_title_in_another_source(store):
    iri = "https://daten.example.org/1"
    store.put(
        [
            a_record("iri", said=a_metadata("Eins", iri=iri), origin=Origin("berlin", "1")),
            a_record("name", said=a_metadata("Zwei  Dinge", identifiers=("4711",)), origin=Origin("koeln", "1")),
            a_record("registered", said=a_metadata("Drei", identifiers=("9",))),
            withdrawn(a_record("gone", said=a_metadata("Weg", iri="https://e.example/weg"))),
        ],
        by="t",
    )
    asked = [
        a_metadata("Ganz anders", iri=iri),
        a_metadata("zwei dinge", identifiers=("x", "4711")),
        a_metadata("Zwei andere Dinge", identifiers=("4711",)),
        a_metadata("Drei", identifiers=("9",)),
        a_metadata("Weg", iri="https://e.example/weg"),
        a_metadata("Ohne alles"),
    ]
    assert store.duplicates("bonn", asked) == [("iri",), ("name",), (), ("registered",), (), ()]
    assert store.duplicates("berlin", asked)[0] == ()


def test_a_former_iri_finds_the_record_but_is_no_twin(store):
    store.put([a_record(said=a_dataset(iri="https://alt.example/1"))], by="t")
    store.put([replace(store.get("radwege"), said=a_dataset(iri="https://neu.example/1"))], by="t")
    assert [record.id for record in store.find(Selection(iri="https://alt.example/1"))] == ["radwege"]
    assert store.names("radwege") == {"https://alt.example/1", "https://neu.example/1"}
    assert store.duplicates("x", [a_metadata("?", iri="https://alt.example/1")]) == [()]
    assert store.duplicates("x", [a_metadata("?", iri="https://neu.example/1")]) == [("radwege",)]


# -- looking up


def test_find_and_count_by_everything_that_needs_no_index(store):
    store.put(
        [
            a_record("a", owner="stadt", origin=Origin("berlin", "1")),
            withdrawn(a_record("b", owner="stadt", origin=Origin("berlin", "2"))),
            a_record("c", kind="project", owner="agentur", same_as="a"),
        ],
        by="t",
    )

    def ids(**asked):
        return [record.id for record in store.find(Selection(**asked))]

    assert ids() == ["a", "b", "c"]
    assert ids(owner="stadt") == ["a", "b"]
    assert ids(owner="stadt", state="published") == ids(shown=True) == ["a"]
    assert ids(shown=False) == ["b", "c"]
    assert ids(kind="project") == ids(same_as="a") == ["c"]
    assert ids(source="berlin", remote_id="2") == ["b"]
    assert ids(iri="https://unbekannt.example/") == []
    assert (store.count(), store.count(Selection(shown=True)), store.count(Selection(owner="stadt"))) == (3, 1, 2)
    assert (
        store.count(Selection(state="withdrawn")),
        store.count(Selection(source="berlin")),
        store.count(Selection(kind="project")),
    ) == (1, 2, 1)


def test_find_pages_over_many_records_by_id(store):
    for start in range(0, 1200, 400):
        store.put(made_up_once(1200)[start : start + 400], by="t")
    ids = [record.id for record in store.find(Selection(source="stadt"))]
    assert len(ids) == 1200
    assert len(set(ids)) == 1200


# -- links


def test_links_tell_who_points_to_a_thing_and_follow_every_change(store):
    project = a_metadata("Kühle Wege", "project", links=(Link("produces", "/id/baeume"), Link("uses", "/id/klima")))
    store.put([a_record("wege", said=project), a_record("baeume")], by="t")
    assert list(store.linking("/id/baeume")) == [Backlink("wege", "produces", "/id/baeume")]
    changed = replace(project, links=(Link("uses", "/id/klima"), Link("uses", "https://e.example/k")))
    store.put([replace(store.get("wege"), said=changed)], by="t")
    assert list(store.linking("/id/baeume")) == []
    assert [link.relation for link in store.linking(["/id/klima", "https://e.example/k"])] == ["uses", "uses"]


def test_a_link_to_a_withdrawn_record_stays_and_one_from_it_is_not_shown(store):
    said = a_metadata("Wege", "project", links=(Link("produces", "/id/baeume"),))
    store.put([a_record("wege", said=said), a_record("baeume")], by="t")
    store.put([withdrawn(store.get("baeume"))], by="t")
    assert [link.id for link in store.linking("/id/baeume")] == ["wege"]
    store.put([withdrawn(store.get("wege"))], by="t")
    assert list(store.linking("/id/baeume")) == []
    store.put([replace(store.get("wege"), state="published", withdrawn=None)], by="t")
    assert [link.id for link in store.linking("/id/baeume")] == ["wege"]


def test_a_record_links_to_its_organizations_and_by_the_words_that_are_shown(store):
    said = a_dataset(publisher=Agent(iri="https://e.example/amt", id="umweltamt"))
    shown = [{"relation": "in_series", "iri": "/id/reihe"}]
    override = Override("links", shown, [], "lotsin", datetime.now(UTC))
    store.put([a_record(said=said, overrides=(override,))], by="t")
    assert list(store.linking("/id/umweltamt")) == [Backlink("radwege", "publisher", "/id/umweltamt")]
    assert list(store.linking("https://e.example/amt")) == [Backlink("radwege", "publisher", "https://e.example/amt")]
    assert list(store.linking("/id/reihe")) == [Backlink("radwege", "in_series", "/id/reihe")]


# -- versions of tables


def test_two_processes_that_begin_at_once_make_one_store(any_database_url):
    stores = in_threads(8, lambda _: open_store(any_database_url))
    assert len({store.epoch for store in stores}) == 1


def test_a_store_in_memory_works():
    store = open_store("sqlite://")
    store.put([a_record(said=Metadata(kind="event", title={"de": "Fest"}))], by="t")
    assert store.get("radwege").kind == "event"
    assert store.wait_for_change(0, 1) == 1
    store.close()
    assert open_store("sqlite://").last() == 0
