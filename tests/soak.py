"""A catalogue in use while its processes are killed and started again at random: nothing may be lost, doubled or grow.

`python -m tests.soak SECONDS` prints what was done and what was wrong. Portal (two processes) and worker run for real;
people register and publish over the write API, a source changes and is harvested, others search, read and follow the
changes. At the end the store is compared with everything that was answered with success, and each projection and the
follower with the store.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import requests

from registry.build import open_catalog
from registry.model import Account, Role, Source
from registry.search.query import Query
from registry.settings import Settings
from registry.sparql.triple_store import newest_checkpoint
from registry.store.store import SHOWN, Selection
from tests.api.commands.calling import LOTSE
from tests.paths import ROOT
from tests.sample_city import PASSWORD
from tests.servers.mail import free_port
from tests.servers.replay import Files, files_server
from tests.waiting import wait_for
from vocab.concepts import concept_list

START_SECONDS: Final = 120
KILL_EVERY: Final = (2.0, 8.0)  # seconds between two kills
GROWTH: Final = 1.5  # of the memory of a process between the middle and the end of its life
MIN_LIFE_SECONDS: Final = 60.0  # of a process whose memory is judged
PEOPLE: Final = ("anna", "berta")  # they write; "rita" decides
PROJECT: Final[dict[str, Any]] = {
    "abstract": {"de": "Zwanzig kleine Messstationen zeigen, wie warm es in den Stadtteilen wirklich ist."},
    "phase": concept_list("phases").by_notation["vorbereitung"].iri,
    "themes": [concept_list("themes").by_notation["ENVI"].iri],
    "contacts": [{"email": "wetter@example.org"}],
    "participants": [
        {"agent": {"name": {"de": "Digital-Agentur"}}, "role": concept_list("roles").by_notation["federfuehrung"].iri}
    ],
    "places": [{"name": {"de": "ganze Stadt"}}],
}


class Soak:
    """The catalogue in `data`, its processes, and what those who use it know. `database`: as LOTSE_DATABASE."""

    def __init__(self, data: Path, sources: Files, database: str = "", seed: int = 1) -> None:
        self.settings = Settings(data=data, database=database, allow_hosts=("127.0.0.1",), secret=("s" * 40,))
        self.sources, self.random = sources, random.Random(seed)
        self.address = f"http://127.0.0.1:{free_port()}"
        self.stop = threading.Event()
        self.done: Counter[str] = Counter()
        self.faults: list[str] = []
        self.published: dict[str, str] = {}  # record -> title, as answered
        self.seen: dict[str, str] = {}  # record -> state, as the follower knows it
        self.since = ""
        self.tokens: dict[str, str] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._memory: dict[int, list[tuple[float, int]]] = {}
        self._prepare()

    def _prepare(self) -> None:
        catalog = open_catalog(self.settings)
        assert catalog.people is not None
        for name in (*PEOPLE, "rita"):
            role: Role = "reviewer" if name == "rita" else "member"
            catalog.people.add(Account(name=name, role=role, organizations=("digital-agentur",)), PASSWORD)
            self.tokens[name] = catalog.people.tokens.add(name)[0]
        self.publish_source()
        url = f"{self.sources.url}/amt.json"
        catalog.sources.add(Source(name="amt", kind="json", url=url, language="de", settings={"id": "id"}))
        catalog.close()

    # -- processes

    def start(self, name: str) -> None:
        words = ["serve", "--port", self.address.rpartition(":")[2], "--workers", "2"] if name == "web" else ["worker"]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")} | {
            "LOTSE_DATA": str(self.settings.data), "LOTSE_DATABASE": self.settings.database, "LOTSE_MEANING": "off",
            "LOTSE_ALLOW_HOSTS": "127.0.0.1", "LOTSE_SECRET": "s" * 40, "LOTSE_BASE_URL": self.address,
        }  # fmt: skip
        self.processes[name] = subprocess.Popen(
            [*LOTSE, *words], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        if name == "web":
            wait_for(self._is_ready, seconds=START_SECONDS)

    def _is_ready(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.address}/readyz", timeout=5).ok
        return False

    def end(self, name: str, how: int) -> None:
        """Ends a process and those that it started: SIGKILL at once, SIGTERM as an operator would."""
        process = self.processes[name]
        with contextlib.suppress(ProcessLookupError):
            if how == signal.SIGKILL:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
        if process.wait(60) not in (0, -signal.SIGKILL, 143):
            self.faults.append(f"{name} ended with {process.returncode}")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what a killed parent left

    def kill_at_random(self) -> None:
        self.stop.wait(self.random.uniform(*KILL_EVERY))
        if not self.stop.is_set():
            name, how = self.random.choice(("web", "worker")), self.random.choice((signal.SIGKILL, signal.SIGTERM))
            self.end(name, how)
            self.start(name)
            self.done[f"{name} {signal.Signals(how).name}"] += 1

    def watch_memory(self) -> None:
        for name in list(self.processes):
            process = self.processes[name]
            with contextlib.suppress(OSError, ValueError):
                pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
                self._memory.setdefault(process.pid, []).append((time.monotonic(), pages))
        self.stop.wait(1)

    # -- people and programs

    def ask(self, method: str, path: str, account: str = "", **more: Any) -> requests.Response | None:
        """The answer; None where the portal was away. An answer from 500 on, but for 503, is a fault."""
        headers = {"Authorization": f"Bearer {self.tokens[account]}"} if account else {}
        headers |= more.pop("headers", {})
        try:
            answer = requests.request(method, self.address + path, headers=headers, timeout=60, **more)
        except requests.RequestException:
            self.done["away"] += 1
            time.sleep(0.2)
            return None
        if answer.status_code >= 500 and answer.status_code != 503:
            self.faults.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer

    def insist(self, method: str, path: str, account: str, **more: Any) -> requests.Response:
        """The answer to a POST, which is sent with one key until it is there: also when the portal died meanwhile.

        409 is the answer where the portal died while it carried the request out: then nobody knows yet what became of
        it, and the portal says so for two minutes.
        """
        key = {"Idempotency-Key": f"{account}-{self.random.random()}"}
        while (answer := self.ask(method, path, account, headers=key, **more)) is None or answer.status_code == 503:
            time.sleep(0.1)
        return answer

    def register(self) -> None:
        """A person writes a project, another publishes it."""
        author, title = self.random.choice(PEOPLE), f"Vorhaben {self.random.getrandbits(60):x}"
        body = {"kind": "project", "metadata": PROJECT | {"title": {"de": title}}}
        begun = self.insist("POST", "/api/v1/drafts", author, json=body)
        if begun.status_code != 201:
            self._unsure("a draft", begun)
            return
        path = f"/api/v1/drafts/{begun.json()['id']}"
        sent = self.insist("POST", f"{path}/submit", author)
        answer = self.insist("POST", f"{path}/publish", "rita") if sent.ok else sent
        if answer.ok:
            self.published[answer.json()["record"]] = title
            self.done["published"] += 1
        else:
            self._unsure("publish", answer)

    def _unsure(self, what: str, answer: requests.Response) -> None:
        """Counts what nobody knows since the portal was killed; every other refusal is a fault."""
        if answer.status_code == 409:
            self.done["unsure"] += 1
        else:
            self.faults.append(f"{what}: {answer.status_code} {answer.text[:300]}")

    def publish_source(self) -> None:
        """The source says something else than before: some things are new, some have other words."""
        items = [
            {"id": str(number), "kind": "project", "title": f"Quelle {number}", "abstract": f"{self.random.random()}"}
            for number in range(self.random.randint(20, 40))
        ]
        self.sources.files["/amt.json"] = (json.dumps(items).encode(), "application/json")
        self.items = {item["id"]: item["abstract"] for item in items}

    def harvest(self) -> None:
        self.publish_source()
        environ = os.environ | {
            "LOTSE_DATA": str(self.settings.data), "LOTSE_DATABASE": self.settings.database,
            "LOTSE_ALLOW_HOSTS": "127.0.0.1", "LOTSE_MEANING": "off",
        }  # fmt: skip
        process = subprocess.Popen([*LOTSE, "harvest", "amt", "--no-wait"], cwd=ROOT, env=environ,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        if self.random.random() < 0.3:
            time.sleep(self.random.uniform(0.3, 2))
            process.kill()
        self.done[f"harvest {process.wait(120)}"] += 1
        self.stop.wait(1)

    def read(self) -> None:
        known = list(self.published) or ["nirgends"]
        path = self.random.choice(
            ("/", "/suche?q=vorhaben", "/en/search?q=project", "/api/v1/search?q=quelle", "/projekte", "/feed.atom",
             f"/projekte/{self.random.choice(known)}", f"/id/{self.random.choice(known)}", "/api/3/action/package_list",
             "/projekte.csv", "/metrics")
        )  # fmt: skip
        if self.ask("GET", path) is not None:
            self.done["read"] += 1

    def follow(self) -> None:
        """Reads on where it was; a program that follows must end up knowing all."""
        answer = self.ask("GET", "/api/v1/changes" + (f"?since={self.since}" if self.since else ""))
        if answer is not None and answer.ok:
            body = answer.json()
            self.seen.update({change["id"]: change["state"] for change in body["changes"]})
            self.since = body["next"]
            self.done["followed"] += 1
        self.stop.wait(0.3)

    def run(self, seconds: float) -> None:
        """Everything at once for so long, then all processes end as an operator ends them."""
        for name in ("web", "worker"):
            self.start(name)
        acts = (self.register, self.register, self.harvest, self.read, self.read, self.follow, self.kill_at_random,
                self.watch_memory)  # fmt: skip
        threads = [threading.Thread(target=self._again, args=(act,), daemon=True) for act in acts]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stop.set()
        for thread in threads:
            thread.join(180)
        for _ in range(2):
            self.follow()
        for name in self.processes:
            self.end(name, signal.SIGTERM)
        self.judge()

    def _again(self, act: Callable[[], None]) -> None:
        while not self.stop.is_set():
            try:
                act()
            except Exception as error:  # a fault of this test must not pass unseen
                self.faults.append(f"{act.__name__}: {error!r}")
                return

    # -- judging

    def judge(self) -> None:
        """Adds to `faults` what is lost, doubled, or not as in the store."""
        catalog = open_catalog(self.settings)
        try:
            self._judge_store(catalog)
            catalog.sync(only=tuple(catalog.projector.projections))
            shown = {record.id for record in catalog.store.find(SHOWN)}
            indexed = {
                hit.id for page in range(1, 101) for hit in catalog.index.search(Query(size=100, page=page)).hits
            }
            self._compare("the search index", indexed, shown)
            checkpoint = newest_checkpoint(self.settings.data / "sparql")
            assert checkpoint
            graphs = {str(name.value).rpartition("/")[2] for name in ox.Store.read_only(str(checkpoint)).named_graphs()}
            self._compare("the triple store", {id for id in graphs if id in shown}, shown)
        finally:
            catalog.close()
        self._judge_memory()

    def _judge_store(self, catalog: Any) -> None:
        records = catalog.store.find(SHOWN)
        registered = {record.id: record.said.title["de"] for record in records if record.origin is None}
        for id, title in self.published.items():
            if registered.get(id) != title:
                self.faults.append(f"lost: {id}, {title}")
        doubled = [title for title, count in Counter(registered.values()).items() if count > 1]
        if doubled:
            self.faults.append(f"doubled: {doubled[:5]}")
        from_source = Counter(
            record.origin.remote_id for record in catalog.store.find(Selection(source="amt")) if record.origin
        )
        if any(count > 1 for count in from_source.values()):
            self.faults.append(f"doubled by the harvest: {from_source.most_common(3)}")
        numbers = [change.number for change in catalog.store.changes()]
        if numbers != sorted(set(numbers)):
            self.faults.append("numbers of changes are not in order")
        behind = {id for id in registered if self.seen.get(id) != "published"}
        if behind:
            self.faults.append(f"the follower does not know {sorted(behind)[:5]}")

    def _compare(self, name: str, known: set[str], shown: set[str]) -> None:
        if known != shown:
            self.faults.append(f"{name} lacks {sorted(shown - known)[:5]}, has besides {sorted(known - shown)[:5]}")

    def _judge_memory(self) -> None:
        for looks in self._memory.values():
            if looks and looks[-1][0] - looks[0][0] > MIN_LIFE_SECONDS:
                middle, last = looks[len(looks) // 2][1], looks[-1][1]
                if last > GROWTH * middle:
                    self.faults.append(f"the memory of a process grew from {middle} to {last} pages")


@contextlib.contextmanager
def soaked(folder: Path, seconds: float, database: str = "", seed: int = 1) -> Iterator[Soak]:
    """A catalogue that was used so long; its processes have ended."""
    with files_server({}) as sources:
        soak = Soak(folder, sources, database, seed)
        try:
            soak.run(seconds)
            yield soak
        finally:
            soak.stop.set()
            for process in soak.processes.values():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary, soaked(Path(temporary) / "data", float(sys.argv[1])) as ended:
        for name, count in sorted(ended.done.items()):
            print(f"{count:8} {name}")
        for fault in ended.faults:
            print("FAULT", fault)
        sys.exit(bool(ended.faults))
