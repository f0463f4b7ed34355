"""A small proxy with TLS before an Elasticsearch, which asks for an API key, as the full distribution does.

with tls_proxy(certificates(folder), upstream, key) as proxy:
    proxy.refusals["_bulk"] = [429, 503]         # the next requests whose address contains this fail
"""

import contextlib
import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

INSTALL = "needs the command openssl: apt-get install openssl"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_CA = (
    "-x509", "-subj", "/CN=Authority of a test", "-days", "2",
    "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
)  # fmt: skip


class Certificates(NamedTuple):
    """A certificate authority, and a certificate of a server that it signed."""

    authority: Path
    server: Path
    server_key: Path


def certificates(folder: Path, name: str = "IP:127.0.0.1") -> Certificates:
    """New ones in a folder, for a server of that name; RuntimeError with what to do where openssl is missing."""
    if not shutil.which("openssl"):
        raise RuntimeError(INSTALL)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.ext").write_text(
        f"subjectAltName={name}\nbasicConstraints=CA:FALSE\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
    )
    commands = (
        ("req", *_KEY, *_CA, "-keyout", "ca.key", "-out", "ca.pem"),
        ("req", *_KEY, "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.csr"),
        ("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
         "-extfile", "server.ext", "-out", "server.pem"),
    )  # fmt: skip
    for command in commands:
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not trust the certificate ends the connection: that is tested, not printed."""


class Proxy:
    """`keys`: the `Authorization` of each request, as it came."""

    def __init__(self, issued: Certificates, upstream: str, key: str) -> None:
        self.upstream, self.key = urlsplit(upstream).netloc, key
        self.refusals: dict[str, list[int]] = {}
        self.keys: list[str] = []
        self.server = _Server(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issued.server, issued.server_key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_port}"

    def refusal(self, path: str) -> int:
        """The status with which this request is refused; 0 if it goes on to the server."""
        for part, statuses in self.refusals.items():
            if part in path and statuses:
                return statuses.pop(0)
        return 0


@contextlib.contextmanager
def tls_proxy(issued: Certificates, upstream: str, key: str) -> Iterator[Proxy]:
    proxy = Proxy(issued, upstream, key)
    thread = threading.Thread(target=proxy.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join(10)


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = self.headers.get("Authorization", "")
            proxy.keys.append(given)
            status = proxy.refusal(self.path) or (0 if given == f"ApiKey {proxy.key}" else 401)
            if status:
                error = {"error": {"type": "refused", "reason": "by the proxy of the test"}, "status": status}
                self.respond(status, "application/json", json.dumps(error).encode())
                return
            upstream = HTTPConnection(proxy.upstream, timeout=60)
            headers = {
                name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept")
            }
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            self.respond(answer.status, answer.headers.get("Content-Type", "application/json"), answer.read())
            upstream.close()

        def respond(self, status: int, type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", type)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

        def log_message(self, *_: object) -> None:
            pass

    return Handler
