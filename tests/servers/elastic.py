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
from collections.abc import Iterator
from pathlib import Path

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


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a fresh node, or of LOTSE_TEST_ELASTIC; RuntimeError with what to do where there is none."""
    if address := os.environ.get("LOTSE_TEST_ELASTIC"):
        yield address
        return
    if not (shutil.which("mvn") and shutil.which("javac") and shutil.which("java")):
        raise RuntimeError(INSTALL)
    _fetch()
    home = Path(tempfile.mkdtemp(prefix="lotse-elastic-"))
    (home / "config").mkdir()
    (home / "plugins").mkdir()
    (home / "modules").symlink_to(CACHE / "modules")
    http, transport = _free_port(), _free_port()
    settings = {
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": http,
        "transport.port": transport,
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    arguments = [f"-Xms{HEAP}", f"-Xmx{HEAP}", *SHORT_LIVED, "-cp", f"{CACHE}/lib/*", str(NODE), str(home)]
    with (home / "node.log").open("wb") as log:
        node = subprocess.Popen(
            ["java", *arguments, *(f"{name}={value}" for name, value in settings.items())], stdout=log, stderr=log
        )
    try:
        _wait(f"http://127.0.0.1:{http}", node, home / "node.log")
        yield f"http://127.0.0.1:{http}"
    finally:
        node.kill()
        node.wait()
        shutil.rmtree(home, ignore_errors=True)


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
            urllib.request.urlopen(f"{address}/_cluster/health?wait_for_status=green&timeout=1s", timeout=5).close()
            return
        if node.poll() is not None:
            break
        time.sleep(0.25)
    raise RuntimeError(f"Elasticsearch did not start: {log.read_text(errors='replace')[-1500:]}")
