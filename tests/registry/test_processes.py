"""Six processes on one data folder that write, harvest, serve, sync and read at random.

`LOTSE_TEST_ACTS=300 pytest tests/registry/test_processes.py`: each process acts so often.

Covers: registry/build.py, registry/search_index.py, registry/projector_process.py
"""

import os
import queue
import random
import threading
import time
import traceback
from pathlib import Path

import pytest

from registry.build import open_catalog
from registry.errors import ConflictError, NotReadyError
from registry.model import Draft, Source, Step
from registry.search.query import Query
from registry.settings import Settings
from registry.store.store import Selection
from tests.builders import a_dataset, a_project
from tests.effort import tries
from tests.forking import CONTEXT

pytestmark = pytest.mark.slow

PROCESSES = 6
ACTS = int(os.environ.get("LOTSE_TEST_ACTS") or tries(25, 150))  # of each process
TIMEOUT_SECONDS = 120 + 2 * ACTS


class Person:
    """One process: acts at random on the shared folder."""

    def __init__(self, number, database, folder):
        self.catalog = open_catalog(Settings(data=Path(folder), database=database))
        self.random = random.Random(number)
        self.source = Source(name=f"quelle-{number}", kind="ckan", url="https://e.example/", rank=number)
        self.number, self.acts, self.done = number, 0, {}

    def act(self):
        name = self.random.choice(["register", "revise", "harvest", "harvest", "sync", "read", "read", "serve"])
        built = self.catalog.index.position()
        try:
            getattr(self, name)()
        except ConflictError:  # somebody else was faster; what a person or a harvest would try again
            name += ", too late"
        except NotReadyError:  # nobody had built the index yet
            assert built is None or name == "sync"
        self.done[name] = self.done.get(name, 0) + 1

    def word(self):
        self.acts += 1
        return f"wort{self.number}x{self.acts}x"

    def register(self):
        word = self.word()
        draft = Draft(id=word, metadata=a_project(f"Projekt {word}"), owner="agentur")
        assert self.catalog.register(draft, "person").said.title["de"].endswith(word)

    def revise(self):
        if id := self.any_id():
            record = self.catalog.store.existing(id)
            words = a_dataset(f"Neu {self.word()}", iri=record.said.iri)
            if record.kind == "dataset":
                self.catalog.revise(id, words, record.number, "person")

    def harvest(self):
        known = list(self.catalog.store.stored_states(self.source.name).items())
        steps = [self.new() for _ in range(self.random.randint(1, 40))]
        for remote_id, one in self.random.sample(known, min(len(known), self.random.randint(0, 20))):
            gone = one.state == "published" and self.random.random() < 0.3
            metadata = None if gone else self.dataset()
            action = "withdraw" if gone else "change" if one.state == "published" else "back"
            steps.append(Step(action=action, remote_id=remote_id, id=one.id, number=one.number, metadata=metadata))
        taken = self.catalog.take(self.source, steps)
        assert [one.remote_id for one in taken] == [one.remote_id for one in steps]

    def new(self):
        return Step(action="add", remote_id=self.word(), metadata=self.dataset())

    def dataset(self):
        """Some have an IRI that other sources name as well."""
        shared = self.random.random() < 0.3
        iri = f"https://e.example/{self.random.randint(1, 60)}" if shared else ""
        return a_dataset(f"Daten {self.word()}", iri=iri)

    def sync(self):
        word = self.word()
        draft = Draft(id=word, metadata=a_project(f"Projekt {word}"), owner="agentur")
        id = self.catalog.register(draft, "person").id
        assert self.catalog.sync()
        assert id in [hit.id for hit in self.catalog.index.search(Query(words=word)).hits]

    def read(self):
        page = self.catalog.index.search(Query(words=self.random.choice(["Daten", "Projekt", "Neu", ""]), size=20))
        found = self.catalog.store.get_many([hit.id for hit in page.hits])
        assert len(found) == len(page.hits)
        for id in list(found)[:3]:
            newest = next(self.catalog.store.history(id))
            assert newest.number >= found[id].number
        position = 0
        for change in self.catalog.store.changes(max(0, self.catalog.store.last() - 200)):
            assert change.number > position
            position = change.number

    def serve(self):
        stop = threading.Event()
        running = threading.Thread(target=self.catalog.projector.run, args=(stop,))
        running.start()
        time.sleep(self.random.random())
        stop.set()
        running.join(60)
        assert not running.is_alive()

    def any_id(self):
        number = self.random.randint(0, self.catalog.store.last())
        return next((change.id for change in self.catalog.store.changes(number) if change.record), None)


def live(number, database, folder, together, told):
    """What one process does; tells how often it did what, or how it failed. All begin when the last is ready."""
    try:
        person = Person(number, database, folder)
        together.wait(TIMEOUT_SECONDS)
        for _ in range(ACTS):
            person.act()
        person.catalog.close()
        told.put((number, person.done))
    except BaseException:
        told.put((number, traceback.format_exc()))


@pytest.fixture
def told(any_database_url, tmp_path):
    """What six processes tell of their acts on one folder."""
    told = CONTEXT.Queue()
    arguments = (any_database_url, str(tmp_path), CONTEXT.Barrier(PROCESSES), told)
    people = [CONTEXT.Process(target=live, args=(number, *arguments)) for number in range(PROCESSES)]
    [person.start() for person in people]
    try:
        return [told.get(timeout=TIMEOUT_SECONDS) for _ in people]
    except queue.Empty:
        return [(-1, "a process did not come back")]
    finally:
        for person in people:
            person.join(30)
            if person.is_alive():
                person.kill()


def test_six_processes_at_random_meet_no_error_and_leave_an_index_that_equals_the_store(
    told, any_database_url, tmp_path
):
    failures = [words for _, words in told if isinstance(words, str)]
    assert not failures, "\n".join(failures)
    done = {act for _, acts in told for act in acts}
    assert done >= {"register", "harvest", "sync", "read", "serve"}
    catalog = open_catalog(Settings(data=tmp_path, database=any_database_url))
    store = catalog.store
    assert catalog.sync()
    shown = {record.id: record for record in store.find(Selection(shown=True))}
    assert found_by_title(catalog) == sorted(shown)
    numbers = sorted(version.number for record in store.find() for version in store.history(record.id))
    assert numbers == list(range(1, store.last() + 1))
    for record in store.find(Selection(shown=False)):  # whatever is not shown says why
        assert record.state == "withdrawn" or shown_or_followed(store, record)
    catalog.close()


def found_by_title(catalog):
    """All ids, a part at a time: only the first hits of a query can be paged through."""
    parts = [{"source": (f"quelle-{number}",)} for number in range(PROCESSES)] + [{"kind": ("project",)}]
    ids = []
    for where in parts:
        page = 1
        while hits := catalog.index.search(Query(where=where, size=100, page=page, sort="title", facets=())).hits:
            ids += [hit.id for hit in hits]
            page += 1
    return sorted(ids)


def shown_or_followed(store, record):
    head = store.get(record.same_as)
    return head is not None and head.state == "published" and head.same_as is None
