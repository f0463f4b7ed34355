"""Serves the sample systems of the three owners on loopback, each on a port of its own."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.heidelberg.sample import agentur, stadt, stadtwerke, verein

Answer = Callable[[str, str], tuple[int, str, bytes]]
OWNERS: dict[str, Answer] = {
    "stadt": stadt.answer,
    "stadtwerke": stadtwerke.answer,
    "agentur": lambda path, _address: agentur.answer(path),
    "verein": lambda path, _address: verein.answer(path),
}


@contextlib.contextmanager
def owners(first_port: int = 0) -> Iterator[dict[str, str]]:
    """Owner -> address, while the context lasts; ports from `first_port` on where they are free, else any."""
    servers = {
        name: _serve(answer, first_port + number if first_port else 0)
        for number, (name, answer) in enumerate(OWNERS.items())
    }
    try:
        yield {name: f"http://127.0.0.1:{server.server_port}" for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()


def _serve(answer: Answer, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = answer(self.path, f"http://127.0.0.1:{self.server.server_port}")  # type: ignore[attr-defined]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Quiet: the demo's screen belongs to the harvest."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError:  # EADDRINUSE: another program listens there
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
