"""The one door: acts of people, the harvest's way in, and what is shown of twins.

Covers: registry/catalog/duplicates.py, registry/catalog/overrides.py, registry/catalog/harvesting.py,
registry/catalog/lookup.py, registry/catalog/parts.py, registry/catalog/writing.py
"""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from registry.catalog.lookup import backlinks, resolve
from registry.errors import ConflictError, NotFoundError, UsageError
from registry.model import Agent, Distribution, Draft, Link, Metadata, Origin, Source, Step, Withdrawal
from registry.projections.projector import Projector
from registry.search.query import Query
from registry.search_index import open_index
from registry.store.store import Selection, open_store
from tests.benchmarks.made_up import made_up_once
from tests.builders import a_dataset, a_metadata, a_project, a_record
from tests.effort import tries
from tests.town import Town

BERLIN = Source(name="berlin", kind="ckan", url="https://berlin.example/", owner="stadt", rank=20)
KOELN = Source(name="koeln", kind="ckan", url="https://koeln.example/", owner="koeln", rank=10)
BUND = Source(name="bund", kind="dcat", url="https://bund.example/", owner="bund", rank=50)
IRI = "https://daten.example.org/1"


@pytest.fixture
def catalog(any_database_url, tmp_path):
    with Town(tmp_path, database=any_database_url, base_url="https://lotse.example") as town:
        for source in (BERLIN, KOELN, BUND):
            town.catalog.sources.add(source)
        yield town.catalog


def add(remote_id, metadata, action="add"):
    return Step(action=action, remote_id=remote_id, metadata=metadata)


def step(catalog, action, id, remote_id=None, metadata=None, why=""):
    """A step on a record as it stands now."""
    record = catalog.store.existing(id)
    remote_id = remote_id or record.origin.remote_id
    return Step(action=action, remote_id=remote_id, id=id, number=record.number, metadata=metadata, why=why)


def a_draft(metadata, **fields):
    return Draft(id="d1", metadata=metadata, owner="agentur", **fields)


# -- harvested


def test_what_is_taken_in_is_a_record_with_owner_and_origin(catalog):
    taken = catalog.take(
        BERLIN, [Step(action="add", remote_id="4711", metadata=a_dataset(), url="https://b.example/4711")]
    )
    assert [(one.remote_id, one.id, one.number) for one in taken] == [("4711", "radwege", 1)]
    record = catalog.store.existing("radwege")
    assert (record.owner, record.origin) == ("stadt", Origin("berlin", "4711", "https://b.example/4711"))
    assert record.said == a_dataset()
    assert next(catalog.store.history("radwege")).by == "source:berlin"


def test_hundreds_are_taken_in_and_every_step_is_answered_in_order(catalog):
    steps = [add(f"r{n}", record.said) for n, record in enumerate(made_up_once(620))]
    taken = catalog.take(BERLIN, steps)
    assert [one.remote_id for one in taken] == [one.remote_id for one in steps]
    assert [one.number for one in taken] == [catalog.store.existing(one.id).number for one in taken]
    assert len({one.id for one in taken}) == 620
    assert all(len(one.id) <= 80 for one in taken)


def test_two_alike_titles_get_ids_that_do_not_depend_on_the_order_of_later_ones(catalog):
    first, second = catalog.take(BERLIN, [add("1", a_dataset()), add("2", a_dataset())])
    assert first.id == "radwege"
    assert second.id.startswith("radwege-")
    assert catalog.store.taken([first.id, second.id]) == {first.id, second.id}


def test_a_change_keeps_id_and_overrides_and_what_a_curator_said_is_shown(catalog):
    catalog.take(BERLIN, [add("1", a_dataset("Radwege"))])
    record = catalog.store.existing("radwege")
    catalog.revise("radwege", replace(record.metadata, title={"de": "Fahrradwege"}), record.number, "lotsin", "klarer")
    catalog.take(BERLIN, [step(catalog, "change", "radwege", metadata=a_dataset("Radwege 2", version="2"))])
    record = catalog.store.existing("radwege")
    assert (record.metadata.title, record.metadata.version) == ({"de": "Fahrradwege"}, "2")
    assert record.said.title == {"de": "Radwege 2"}
    assert record.overrides[0].seen == {"de": "Radwege"}
    assert catalog.store.stored_states("berlin")["1"].digest == a_dataset("Radwege 2", version="2").digest()


def test_a_step_that_changes_nothing_writes_nothing(catalog):
    catalog.take(BERLIN, [add("1", a_dataset())])
    (taken,) = catalog.take(BERLIN, [step(catalog, "change", "radwege", metadata=a_dataset())])
    assert taken.number == catalog.store.last() == 1


def test_a_step_on_a_record_that_was_changed_meanwhile_is_refused_and_nothing_of_its_part_done(catalog):
    catalog.take(BERLIN, [add("1", a_dataset())])
    late = step(catalog, "change", "radwege", metadata=a_dataset("Alt"))
    catalog.take(BERLIN, [step(catalog, "change", "radwege", metadata=a_dataset("Neu"))])
    with pytest.raises(ConflictError, match="radwege") as refused:
        catalog.take(BERLIN, [add("2", a_dataset("Zwei")), late])
    assert refused.value.detail["ids"] == ["radwege"]
    assert catalog.store.existing("radwege").said.title == {"de": "Neu"}
    assert catalog.store.stored_states("berlin").keys() == {"1"}


def test_a_moved_thing_is_the_same_record_under_its_new_remote_id(catalog):
    catalog.take(BERLIN, [add("alt", a_dataset(iri=IRI))])
    catalog.take(BERLIN, [step(catalog, "moved", "radwege", remote_id="neu", metadata=a_dataset(iri=IRI, version="2"))])
    assert catalog.store.stored_states("berlin").keys() == {"neu"}
    assert catalog.store.existing("radwege").origin.remote_id == "neu"
    assert len(list(catalog.store.history("radwege"))) == 2


def test_what_a_source_withdrew_comes_back_with_its_id(catalog):
    catalog.take(BERLIN, [add("1", a_dataset())])
    catalog.take(BERLIN, [step(catalog, "withdraw", "radwege", why="nicht mehr genannt")])
    record = catalog.store.existing("radwege")
    assert (record.state, record.withdrawn.by, record.withdrawn.why) == (
        "withdrawn",
        "source:berlin",
        "nicht mehr genannt",
    )
    catalog.take(BERLIN, [step(catalog, "back", "radwege", metadata=a_dataset("Radwege 2"))])
    record = catalog.store.existing("radwege")
    assert (record.state, record.withdrawn, record.said.title) == ("published", None, {"de": "Radwege 2"})


def test_what_a_person_withdrew_does_not_come_back_by_a_harvest(catalog):
    catalog.take(BERLIN, [add("1", a_dataset())])
    catalog.withdraw("radwege", "lotsin", "falsch")
    catalog.take(BERLIN, [step(catalog, "back", "radwege", metadata=a_dataset("Radwege 2"))])
    record = catalog.store.existing("radwege")
    assert (record.state, record.withdrawn.by) == ("withdrawn", "lotsin")


def test_a_source_that_is_removed_takes_its_records_along_and_brings_them_back(catalog):
    catalog.take(BERLIN, [add("1", a_dataset("Eins")), add("2", a_dataset("Zwei"))])
    catalog.take(KOELN, [add("1", a_dataset("Drei"))])
    assert catalog.withdraw_source("berlin", "Quelle entfernt") == 2
    assert catalog.withdraw_source("berlin") == 0
    assert [record.id for record in catalog.store.find(Selection(shown=True))] == ["drei"]
    catalog.take(BERLIN, [step(catalog, "back", "eins", metadata=a_dataset("Eins"))])
    assert catalog.store.existing("eins").shown


# -- duplicates


def group(catalog, *ids):
    return [catalog.store.existing(id).same_as for id in ids]


def test_the_same_thing_of_a_farther_source_is_kept_under_the_one_that_is_shown(catalog):
    catalog.take(BERLIN, [add("1", a_dataset("Wege", iri=IRI))])
    catalog.take(BUND, [add("x", a_dataset("Bundeswege", iri=IRI), "conflict")])
    assert group(catalog, "wege", "bundeswege") == [None, "wege"]
    assert catalog.store.existing("bundeswege").state == "published"
    assert [change.id for change in catalog.store.changes() if change.record] == ["wege"]
    assert catalog.store.stored_states("bund")["x"].same_as == "wege"


def test_a_nearer_source_takes_over_and_all_others_follow_it(catalog):
    catalog.take(BUND, [add("1", a_dataset("Bundeswege", iri=IRI))])
    catalog.take(BERLIN, [add("1", a_dataset("Berlinwege", iri=IRI), "conflict")])
    assert group(catalog, "bundeswege", "berlinwege") == ["berlinwege", None]
    catalog.take(KOELN, [add("1", a_dataset("Koelnwege", iri=IRI), "conflict")])
    assert group(catalog, "bundeswege", "berlinwege", "koelnwege") == ["koelnwege", "koelnwege", None]


def test_of_equal_rank_who_came_first_is_shown(catalog):
    other = replace(BERLIN, name="zweite")
    catalog.take(BERLIN, [add("1", a_dataset("Erste", iri=IRI))])
    catalog.take(other, [add("1", a_dataset("Zweite", iri=IRI))])
    assert group(catalog, "erste", "zweite") == [None, "erste"]


def test_the_same_identifier_and_title_is_the_same_thing_and_one_of_both_is_not(catalog):
    catalog.take(BERLIN, [add("1", a_dataset("Wege", identifiers=("4711",)))])
    taken = catalog.take(
        BUND, [add("x", a_dataset("WEGE", identifiers=("4711",))), add("y", a_dataset("Bäume", identifiers=("4711",)))]
    )
    assert group(catalog, *(one.id for one in taken)) == ["wege", None]


def test_when_the_shown_one_is_withdrawn_the_next_in_rank_is_shown_at_once(catalog):
    for source in (BERLIN, KOELN, BUND):
        catalog.take(source, [add("1", a_dataset(f"{source.name} wege", iri=IRI))])
    ids = ("koeln-wege", "berlin-wege", "bund-wege")
    assert group(catalog, *ids) == [None, "koeln-wege", "koeln-wege"]
    catalog.withdraw("koeln-wege", "lotsin", "doppelt")
    assert group(catalog, *ids) == [None, None, "berlin-wege"]
    catalog.take(BERLIN, [step(catalog, "withdraw", "berlin-wege")])
    assert group(catalog, *ids) == [None, None, None]
    assert catalog.store.existing("bund-wege").shown
    catalog.publish_again("koeln-wege", "lotsin")
    assert group(catalog, *ids) == [None, None, "koeln-wege"]


def test_when_the_whole_group_goes_in_one_harvest_nothing_points_to_nothing(catalog):
    catalog.take(BERLIN, [add("1", a_dataset("Berlin Wege", iri=IRI))])
    catalog.take(BUND, [add("1", a_dataset("Bund Wege", iri=IRI))])
    catalog.withdraw_source("bund")
    catalog.withdraw_source("berlin")
    assert group(catalog, "berlin-wege", "bund-wege") == [None, None]


def test_a_curators_choice_stands_when_another_source_names_the_thing_too(catalog):
    catalog.take(BERLIN, [add("1", a_dataset("Berlin Wege", iri=IRI))])
    catalog.take(BUND, [add("1", a_dataset("Bund Wege", iri=IRI))])
    catalog.show("bund-wege", "lotsin", "vollständiger")
    assert group(catalog, "berlin-wege", "bund-wege") == ["bund-wege", None]
    with pytest.raises(ConflictError):
        catalog.show("bund-wege", "lotsin", "noch einmal")
    catalog.take(KOELN, [add("1", a_dataset("Koeln Wege", iri=IRI))])
    assert group(catalog, "berlin-wege", "bund-wege", "koeln-wege") == ["bund-wege", None, "bund-wege"]


def test_within_a_source_nothing_is_linked(catalog):
    catalog.take(BUND, [add("1", a_dataset("Bund Wege", iri=IRI))])
    catalog.take(BERLIN, [add("1", a_dataset("Eins", iri=IRI)), add("2", a_dataset("Zwei", iri=IRI))])
    assert group(catalog, "bund-wege", "eins", "zwei") == ["eins", None, None]


def test_what_is_registered_here_is_nearer_than_any_source(catalog):
    catalog.take(KOELN, [add("1", a_dataset("Wege", iri=IRI))])
    registered = catalog.register(a_draft(a_dataset("Unsere Wege", iri=IRI, distributions=())), "lotsin")
    assert (registered.same_as, catalog.store.existing("wege").same_as) == (None, "unsere-wege")


def test_of_eight_sources_that_name_the_same_things_at_once_one_each_is_shown(catalog):
    sources = [Source(name=f"q{n}", kind="ckan", url="https://e.example/", rank=n) for n in range(8)]
    for source in sources:
        catalog.sources.add(source)
    start = threading.Barrier(8)

    def work(source):
        start.wait(30)
        for turn in range(6):
            said = [a_dataset(f"{source.name} {turn} {n}", iri=f"{IRI}/{turn}/{n}") for n in range(5)]
            taken = catalog.take(source, [add(f"{turn}/{n}", one) for n, one in enumerate(said)])
            if source.rank % 2:  # every other source takes all back at once
                for one in taken:
                    catalog.withdraw(one.id, "lotsin", "")

    in_threads(work, sources)
    for turn in range(6):
        for n in range(5):
            group = [one for one in catalog.store.find(Selection(iri=f"{IRI}/{turn}/{n}")) if one.state == "published"]
            assert len(group) == 4
            (shown,) = [one for one in group if one.shown]
            assert {one.same_as for one in group} == {None, shown.id}


class Walk:
    """Acts at random on things that several sources name: what is the same thing changes all the time."""

    def __init__(self, catalog, seed):
        self.catalog, self.random, self.made = catalog, random.Random(seed), 0

    def act(self):
        with suppress(ConflictError):  # such as: it is shown already
            self.random.choice((self.harvest, self.harvest, self.harvest, self.show, self.withdraw, self.publish))()

    def thing(self):
        """StoredState by an IRI or by identifier and title; some have both, so that one record can join two groups."""
        iri = f"https://e.example/{self.random.randint(1, 5)}" if self.random.random() < 0.8 else ""
        number = self.random.randint(1, 5)
        return a_dataset(f"Daten {number}", iri=iri, identifiers=(f"i{number}",) if self.random.random() < 0.6 else ())

    def harvest(self):
        source = self.random.choice((BERLIN, KOELN, BUND))
        known = list(self.catalog.store.stored_states(source.name).items())
        chosen = self.random.sample(known, min(len(known), self.random.randint(0, 4)))
        steps = []
        for remote_id, one in chosen:
            gone = one.state == "published" and self.random.random() < 0.5
            action = "withdraw" if gone else "change" if one.state == "published" else "back"
            metadata = None if gone else self.thing()
            steps.append(Step(action=action, remote_id=remote_id, id=one.id, number=one.number, metadata=metadata))
        for _ in range(self.random.randint(0, 3)):
            self.made += 1
            steps.append(add(f"r{self.made}", self.thing()))
        self.catalog.take(source, steps)

    def any_id(self):
        return self.random.choice([record.id for record in self.catalog.store.find()] or ["nobody"])

    def show(self):
        with suppress(NotFoundError):
            self.catalog.show(self.any_id(), "lotsin", "näher dran")

    def withdraw(self):
        with suppress(NotFoundError):
            self.catalog.withdraw(self.any_id(), self.random.choice(("lotsin", "source:berlin")), "falsch")

    def publish(self):
        with suppress(NotFoundError):
            self.catalog.publish_again(self.any_id(), "lotsin")


@pytest.mark.parametrize("seed", range(tries(3, 12)))
def test_whatever_happens_each_record_is_shown_or_lies_directly_under_one_that_is(tmp_path, seed):
    catalog = Town(tmp_path, database="sqlite://").catalog
    store = catalog.store
    for source in (BERLIN, KOELN, BUND):
        catalog.sources.add(source)
    walk, under = Walk(catalog, seed), 0
    for _ in range(150):
        walk.act()
        records = {record.id: record for record in store.find()}
        for one in records.values():
            if one.same_as is not None:
                head = records[one.same_as]
                assert one.state == head.state == "published"
                assert head.same_as is None
                under += 1
    assert under > 150
    catalog.close()


def in_threads(work, words):
    """`work(word)` for all words at once; the first error is raised here."""
    with ThreadPoolExecutor(len(words)) as pool:
        for _ in pool.map(work, words):
            pass


# -- registered


def test_a_draft_becomes_a_record_with_an_id_that_stays(catalog):
    record = catalog.register(a_draft(a_project("Kühle Wege")), "lotsin")
    assert (record.id, record.owner, record.origin, record.number) == ("kuehle-wege", "agentur", None, 1)
    again = catalog.register(a_draft(a_project("Wärmere Wege"), of=record.id, base=record.number), "lotsin")
    assert (again.id, again.said.title, again.overrides) == ("kuehle-wege", {"de": "Wärmere Wege"}, ())
    assert [version.by for version in catalog.store.history("kuehle-wege")] == ["lotsin", "lotsin"]


def test_twenty_who_register_the_same_title_at_once_get_twenty_records(catalog):
    ids = []

    def register(number):
        draft = Draft(id=f"d{number}", metadata=a_project("Kühle Wege"), owner="agentur")
        ids.append(catalog.register(draft, "lotsin").id)

    threads = [threading.Thread(target=register, args=(number,)) for number in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(set(ids)) == len(ids) == 20 == catalog.store.count()


def test_the_same_draft_registered_twice_is_one_record(catalog):
    other = catalog.register(Draft(id="d0", metadata=a_project("Kühle Wege"), owner="agentur"), "lotsin")
    draft = a_draft(a_project("Kühle Wege"))
    record = catalog.register(draft, "lotsin")
    assert record.id != other.id
    assert catalog.register(draft, "lotsin") == record
    threads = [threading.Thread(target=catalog.register, args=(draft, "lotsin")) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert catalog.store.count() == 2


def test_a_draft_that_many_publish_at_once_is_one_record(catalog):
    draft, ids = a_draft(a_project("Radweg neu")), []
    threads = [threading.Thread(target=lambda: ids.append(catalog.register(draft, "lotsin").id)) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert ids == ["radweg-neu"] * 8
    assert catalog.store.count() == 1


def test_a_revision_of_what_somebody_else_changed_is_refused(catalog):
    record = catalog.register(a_draft(a_project("Eins")), "a")
    catalog.revise(record.id, a_project("Zwei"), record.number, "b")
    with pytest.raises(ConflictError, match="eins"):
        catalog.revise(record.id, a_project("Drei"), record.number, "c")
    with pytest.raises(NotFoundError):
        catalog.revise("nichts", a_metadata(), 0, "c")


def test_a_revision_that_changes_nothing_writes_nothing(catalog):
    record = catalog.register(a_draft(a_project("Eins")), "a")
    assert catalog.revise(record.id, record.metadata, record.number, "b").number == record.number


def test_an_edit_of_a_harvested_record_becomes_overrides_and_going_back_removes_them(catalog):
    said = a_dataset("Radwege", keywords={"de": ("rad",)}, version="1")
    catalog.take(BERLIN, [add("1", said)])
    wish = replace(said, title={"de": "Fahrradwege"}, keywords={}, distributions=())
    record = catalog.revise("radwege", wish, 1, "lotsin", "klarer")
    assert record.said == said
    assert record.metadata == wish
    assert {one.field: one.value for one in record.overrides} == {
        "title": {"de": "Fahrradwege"}, "keywords": {}, "distributions": [],
    }  # fmt: skip
    first = {one.field: one for one in record.overrides}
    assert (first["title"].by, first["title"].why, first["title"].seen) == ("lotsin", "klarer", {"de": "Radwege"})
    record = catalog.revise("radwege", replace(said, title={"de": "Fahrradwege"}), record.number, "zweiter")
    assert record.overrides == (first["title"],)
    record = catalog.revise("radwege", said, record.number, "zweiter")
    assert record.overrides == ()
    assert record.metadata == said


def test_what_only_the_source_says_cannot_be_overridden_and_is_not_lost_by_a_form(catalog):
    said = a_dataset(iri=IRI, statements="<a> <b> <c> .\n", extras={"name": "rad"})
    catalog.take(BERLIN, [add("1", said)])
    with pytest.raises(UsageError, match="iri"):
        catalog.revise("rad", replace(said, iri="https://andere.example/"), 1, "lotsin")
    with pytest.raises(UsageError, match="kind"):
        catalog.revise("rad", Metadata(kind="project", title=said.title), 1, "lotsin")
    record = catalog.revise("rad", replace(said, iri="", statements="", extras={}, version="2"), 1, "lotsin")
    assert record.metadata == replace(said, version="2")


def test_a_withdrawal_says_who_when_and_why_and_can_be_taken_back(catalog):
    record = catalog.register(a_draft(a_project("Eins")), "a")
    with pytest.raises(ConflictError):
        catalog.withdraw(record.id, "b", "alt", expected=99)
    before = datetime.now(UTC)
    withdrawn = catalog.withdraw(record.id, "b", "alt", expected=record.number)
    assert withdrawn.withdrawn == Withdrawal("b", withdrawn.withdrawn.at, "alt")
    assert withdrawn.withdrawn.at >= before
    with pytest.raises(ConflictError):
        catalog.withdraw(record.id, "b", "alt")
    assert catalog.publish_again(record.id, "b").shown
    with pytest.raises(ConflictError):
        catalog.publish_again(record.id, "b")
    with pytest.raises(NotFoundError):
        catalog.withdraw("nichts", "b", "")


# -- looking up


def test_an_iri_means_a_record_by_ours_the_publishers_and_former_ones(catalog):
    catalog.take(BERLIN, [add("1", a_dataset(iri=IRI))])
    catalog.take(BERLIN, [step(catalog, "change", "radwege", metadata=a_dataset(iri="https://neu.example/1"))])
    for iri in ("/id/radwege", "https://lotse.example/id/radwege", IRI, "https://neu.example/1"):
        assert resolve(catalog, iri) == "radwege"
    for iri in ("/id/nichts", "https://lotse.example/id/nichts", "https://fremd.example/", "radwege", ""):
        assert resolve(catalog, iri) is None


def test_backlinks_come_by_every_iri_of_a_record_once(catalog):
    catalog.take(BERLIN, [add("1", a_dataset(iri=IRI))])
    links = tuple(Link("uses", iri) for iri in (IRI, "/id/radwege", "https://lotse.example/id/radwege"))
    catalog.register(a_draft(a_project("Wege", links=(*links, Link("produces", IRI)))), "a")
    found = [(one.id, one.relation) for one in backlinks(catalog, catalog.store.existing("radwege"))]
    assert found == [("wege", "produces"), ("wege", "uses")]


def test_what_was_taken_in_is_found_after_a_sync_and_not_after_a_withdrawal(catalog):
    catalog.take(BERLIN, [add("1", a_dataset("Radwege")), add("2", a_dataset("Bäume"))])
    assert catalog.sync()
    before = catalog.index.position()
    assert [hit.id for hit in catalog.index.search(Query(words="radwege")).hits] == ["radwege"]
    assert [one.text for one in catalog.index.suggest("bä", 5)] == ["Bäume"]
    catalog.withdraw("radwege", "lotsin", "")
    catalog.sync()
    assert catalog.index.search(Query(words="radwege")).total == 0
    assert catalog.index.position() != before


def test_the_index_can_be_built_from_nothing_at_any_time(catalog):
    catalog.take(BERLIN, [add(f"r{n}", record.said) for n, record in enumerate(made_up_once(60))])
    catalog.sync()
    hits = catalog.index.search(Query(size=100)).hits
    catalog.projector.rebuild()
    assert {hit.id for hit in catalog.index.search(Query(size=100)).hits} == {hit.id for hit in hits}
    assert len(hits) == 60


def test_state_says_how_far_the_projections_are(catalog):
    assert catalog.projector.state()["ready"] is False
    catalog.sync()
    catalog.take(BERLIN, [add("1", a_dataset())])
    state = catalog.projector.state()
    assert state["ready"] is True
    assert state["projections"]["search"] == {"number": 0, "behind": 1}


def test_a_rebuild_gets_the_lock_from_a_projector_that_runs(catalog, any_database_url, tmp_path):
    catalog.take(BERLIN, [add("1", a_dataset())])
    runner = Projector(open_store(any_database_url), {"search": open_index(catalog.settings)}, tmp_path)
    stop = threading.Event()
    running = threading.Thread(target=runner.run, args=(stop,))
    running.start()
    assert catalog.projector.wait_for(1, 30)
    catalog.projector.rebuild()
    catalog.take(BERLIN, [add("2", a_dataset("Bäume"))])
    assert catalog.projector.wait_for(2, 30)
    stop.set()
    running.join(30)
    assert {hit.id for hit in catalog.index.search(Query()).hits} == {"radwege", "baeume"}


# -- organizations


def test_agents_are_recognized_by_iri_identifier_and_name(catalog):
    catalog.store.put(
        [a_record("umweltamt", said=a_metadata("Umweltamt", "organization", iri="https://e.example/umwelt",
                                               identifiers=("U-1",), aliases=("Amt 31",)))], by="t",
    )  # fmt: skip
    for number, agent in enumerate(
        [
            Agent(name={"de": "UMWELTAMT "}),
            Agent(name={"und": "amt 31"}),
            Agent(iri="https://e.example/umwelt"),
            Agent(identifiers=("U-1",)),
        ]
    ):
        (taken,) = catalog.take(BERLIN, [add(f"r{number}", a_dataset(f"Nr {number}", publisher=agent))])
        record = catalog.store.existing(taken.id)
        assert record.said.publisher == replace(agent, id="umweltamt")
        assert (
            catalog.store.stored_states("berlin")[f"r{number}"].digest
            == a_dataset(f"Nr {number}", publisher=agent).digest()
        )
    assert len(backlinks(catalog, catalog.store.existing("umweltamt"))) == 4
    (other,) = catalog.take(BERLIN, [add("x", a_dataset("Fremd", publisher=Agent(name={"de": "Umweltbund"})))])
    assert catalog.store.existing(other.id).said.publisher.id == ""


def test_an_organization_that_another_process_adds_is_recognized_from_then_on(catalog, any_database_url):
    agent = Agent(name={"de": "Umweltamt"})
    catalog.take(BERLIN, [add("1", a_dataset("Eins", publisher=agent))])
    open_store(any_database_url).put([a_record("umweltamt", "Umweltamt", "organization")], by="t")
    catalog.take(BERLIN, [add("2", a_dataset("Zwei", publisher=agent))])
    assert catalog.store.existing("eins").said.publisher.id == ""
    assert catalog.store.existing("zwei").said.publisher.id == "umweltamt"
    assert catalog.match_again("t") == 1
    assert catalog.store.existing("eins").said.publisher.id == "umweltamt"
    assert catalog.match_again("t") == 0


def test_a_name_that_two_organizations_bear_is_nobodys(catalog):
    catalog.store.put([a_record(id, "Bürgeramt", "organization") for id in ("amt-1", "amt-2")], by="t")
    (taken,) = catalog.take(BERLIN, [add("1", a_dataset(publisher=Agent(name={"de": "Bürgeramt"})))])
    assert catalog.store.existing(taken.id).said.publisher.id == ""


def test_a_change_of_a_distribution_alone_is_a_change(catalog):
    catalog.take(BERLIN, [add("1", a_dataset())])
    more = (*a_dataset().distributions, Distribution(id="pdf", access_url="https://e.example/rad.pdf"))
    catalog.take(BERLIN, [step(catalog, "change", "radwege", metadata=a_dataset(distributions=more))])
    assert catalog.store.stored_states("berlin")["1"].distributions == 2
