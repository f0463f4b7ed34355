"""Two portals behind the nginx of deploy/proxy, restarted one after the other: no request fails.

Covers: deploy/proxy/nginx.conf
"""

import contextlib
import os
import shutil
import signal
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.api.commands.calling import LOTSE
from tests.effort import LONG
from tests.paths import ROOT
from tests.servers.mail import free_port
from tests.servers.tls_proxy import Certificates, certificates
from tests.waiting import wait_for

pytestmark = pytest.mark.slow
START_SECONDS = 120


class Portal:
    """`lotse serve` at a port of its own over the shared data folder."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
        self.environ = kept | {
            "LOTSE_DATA": str(data), "LOTSE_BASE_URL": "https://daten.example.org", "LOTSE_MEANING": "off",
            "LOTSE_TRUSTED_PROXIES": "127.0.0.1", "LOTSE_LIMITS": "off",
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        command = [*LOTSE, "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=subprocess.DEVNULL)
        wait_for(self.is_ready, seconds=START_SECONDS)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


@contextlib.contextmanager
def nginx(folder: Path, ports: list[int], issued: Certificates) -> Iterator[str]:
    """The address of nginx with the site of the example, which only knows these ports and this certificate."""
    port = free_port()
    site = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text()
    servers = "\n".join(f"    server 127.0.0.1:{number} max_fails=0;" for number in ports)
    for old, new in (
        ("    server 127.0.0.1:8080 max_fails=0;", servers), ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("/etc/ssl/lotse/fullchain.pem", str(issued.server)), ("/etc/ssl/lotse/privkey.pem", str(issued.server_key)),
    ):  # fmt: skip
        assert old in site
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    paths = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    frame = f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}"
    (folder / "nginx.conf").write_text(f"{frame} http {{ access_log off; {paths} include {folder}/site.conf; }}")
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.skipif(not LONG, reason="starts six processes: LOTSE_TEST_LONG=1 make test")
@pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx: apt-get install nginx-light")
def test_no_request_fails_while_both_portals_are_restarted(sample_folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample_folder, data)
    issued = certificates(tmp_path / "certificates", "DNS:daten.example.org,IP:127.0.0.1")
    trust = ssl.create_default_context(cafile=str(issued.authority))
    stop, answers, faults = threading.Event(), [], []
    portals = [Portal(data), Portal(data)]
    with nginx(tmp_path, [portal.port for portal in portals], issued) as address:

        def visit() -> None:
            while not stop.wait(0.2):
                for path in ("/", "/suche?q=rad", "/daten/baumkataster"):
                    try:
                        wanted = Request(address + path, headers={"Host": "daten.example.org"})
                        with urlopen(wanted, context=trust, timeout=60) as answer:
                            answers.append(answer.headers["x-request-id"])
                    except OSError as error:
                        faults.append(f"{path}: {error}")

        visitors = [threading.Thread(target=visit) for _ in range(2)]
        for visitor in visitors:
            visitor.start()
        try:
            for portal in portals:
                portal.end()
                portal.start()
        finally:
            stop.set()
            for visitor in visitors:
                visitor.join(90)
            for portal in portals:
                portal.process.kill()
                portal.process.wait()
    assert faults == []
    assert len(answers) > 20
    assert len(set(answers)) == len(answers)
