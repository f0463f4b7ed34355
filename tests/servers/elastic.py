"""A real Elasticsearch on this machine, from the jars that are published for Java projects; no root, no container.

Server and HTTP transport are fetched once by Maven (40 MB) to the cache, `TestNode.java` starts them. What the full
distribution has beyond these two jars (scripts, other analyzers, security) is not there, and not needed.
"""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VERSION = "8.19.21"
HEAP = "512m"
SECONDS = 90  # to start
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # a minute of work does not repay a better compiler
INSTALL = "needs Elasticsearch: apt-get install maven default-jdk-headless, or LOTSE_TEST_ELASTIC=http://…"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "lotse-tests/elasticsearch" / VERSION
NODE = Path(__file__).parent / "elastic/TestNode.java"

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>lotse</groupId><artifactId>elastic</artifactId><version>1</version><dependencies>
{}</dependencies></project>
"""
_DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>\n"
_DESCRIPTOR = "META-INF/es-plugins/transport-netty4/plugin-descriptor.properties"


class Node:
    """A node in a folder of its own. `settings`: besides those that every node has."""

    def __init__(self, settings: Mapping[str, Any], heap: str = HEAP) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lotse-elastic-"))
        (self.home / "config").mkdir()
        (self.home / "plugins").mkdir()
        (self.home / "modules").symlink_to(CACHE / "modules")
        self.http, self.transport, self.heap = _free_port(), _free_port(), heap
        self.settings = {
            "network.host": "127.0.0.1",
            "http.port": self.http,
            "transport.port": self.transport,
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def start(self) -> None:
        """Starts the process; it takes a while until it answers. What it stored before is still there."""
        arguments = [f"-Xms{self.heap}", f"-Xmx{self.heap}", *SHORT_LIVED, "-cp", f"{CACHE}/lib/*", str(NODE)]
        settings = [f"{name}={value}" for name, value in self.settings.items()]
        with (self.home / "node.log").open("wb") as log:
            self.process = subprocess.Popen(["java", *arguments, str(self.home), *settings], stdout=log, stderr=log)

    def wait(self, condition: str = "wait_for_status=green") -> None:
        assert self.process is not None
        _wait(f"{self.address}/_cluster/health?{condition}&timeout=1s", self.process, self.home / "node.log")

    def kill(self) -> None:
        """SIGKILL, as when the machine fails."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def server(heap: str = HEAP) -> Iterator[str]:
    """The address of a fresh node, or of LOTSE_TEST_ELASTIC; RuntimeError with what to do where there is none."""
    if address := os.environ.get("LOTSE_TEST_ELASTIC"):
        yield address
        return
    _prepare()
    with contextlib.closing(Node({"discovery.type": "single-node"}, heap)) as node:
        node.start()
        node.wait()
        yield node.address


@contextlib.contextmanager
def cluster(count: int, heap: str = "256m") -> Iterator[list[Node]]:
    """The nodes of a fresh cluster; RuntimeError with what to do where there is none."""
    _prepare()
    with contextlib.ExitStack() as stack:
        nodes = [stack.enter_context(contextlib.closing(Node({"node.name": f"node{n}"}, heap))) for n in range(count)]
        for node in nodes:
            node.settings |= {
                "discovery.seed_hosts": ",".join(f"127.0.0.1:{other.transport}" for other in nodes),
                "cluster.initial_master_nodes": ",".join(f"node{n}" for n in range(count)),
            }
            node.start()
        for node in nodes:
            node.wait(f"wait_for_nodes={count}")
        yield nodes


def _prepare() -> None:
    if not (shutil.which("mvn") and shutil.which("javac") and shutil.which("java")):
        raise RuntimeError(INSTALL)
    _fetch()


def _fetch() -> None:
    """Fills the cache, once for all test processes."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (CACHE / "complete").exists():
            return
        parts = (("org.elasticsearch", "elasticsearch"), ("org.elasticsearch.plugin", "transport-netty4"))
        (CACHE / "pom.xml").write_text(_POM.format("".join(_DEPENDENCY.format(*part, VERSION) for part in parts)))
        maven = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={CACHE}/lib"]
        done = subprocess.run(maven, cwd=CACHE, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"Maven could not fetch Elasticsearch {VERSION}: {done.stdout[-500:]}; {INSTALL}")
        _lay_out(CACHE / "lib", CACHE / "modules/transport-netty4")
        (CACHE / "complete").touch()


def _lay_out(jars: Path, module: Path) -> None:
    """The HTTP transport is a module with jars of its own, described beside them."""
    module.mkdir(parents=True, exist_ok=True)
    for jar in (*jars.glob("netty-*.jar"), *jars.glob("transport-netty4-*.jar")):
        jar.replace(module / jar.name)
    with zipfile.ZipFile(next(module.glob("transport-netty4-*.jar"))) as packed:
        lines = packed.read(_DESCRIPTOR).decode().splitlines()
    # not as a Java module: its jars lie on a class path here
    kept = [line for line in lines if not line.startswith("modulename=")]
    (module / "plugin-descriptor.properties").write_text("\n".join(kept) + "\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str, node: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(SECONDS * 4):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        if node.poll() is not None:
            break
        time.sleep(0.25)
    raise RuntimeError(f"Elasticsearch did not start: {log.read_text(errors='replace')[-1500:]}")
