"""Small real HTTP servers on loopback that answer like a catalogue: a CKAN, or a folder of files.

    with ckan_server(packages) as ckan:              # Action API under ckan.url
        ckan.packages = later_packages               # the next run sees another snapshot
        ckan.faults["start=2000"] = Fault(500)       # every address that contains this text fails
    with files_server({"/catalog.ttl": (ttl, "text/turtle")}) as files: ...

`requests` lists what was asked, `connections` counts who connected. As a process of its own, for benchmarks, which
prints the line  ready http://127.0.0.1:PORT

    python tests/servers/replay.py --ckan FILE.json[.gz] [--records 20000]
    python tests/servers/replay.py --files FOLDER --instead https://example.org    its own address in the place of that
"""

import argparse
import gzip
import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlsplit

MAX_ROWS = 1000  # CKAN's own cap


R = TypeVar("R", bound="Replay")


class Fault(NamedTuple):
    """What goes wrong: another answer, one cut after `cut` bytes, one that begins after `wait` seconds, a redirect."""

    status: int = 200
    body: bytes | None = None  # instead of the right one
    type: str = "text/html"
    cut: int | None = None
    wait: float = 0.0
    location: str = ""


class Answer(NamedTuple):
    status: int
    type: str
    body: bytes


class Replay:
    """A server that runs; subclasses say what they answer."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}
        self.requests: list[str] = []
        self.connections = 0
        self.has_etags = False
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        raise NotImplementedError

    def etag(self, answer: Answer) -> str:
        return f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"' if self.has_etags and answer.status == 200 else ""

    def unless_known(self, answer: Answer, etag: str | None) -> Answer:
        return Answer(304, answer.type, b"") if etag and etag == self.etag(answer) else answer

    def serve(self) -> None:
        self._http.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler(replay: Replay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            replay.connections += 1
            super().setup()

        def do_GET(self) -> None:
            replay.requests.append(self.path)
            fault = next((fault for part, fault in list(replay.faults.items()) if part in self.path), None)
            if fault and fault.wait:
                time.sleep(fault.wait)
            url = urlsplit(self.path)
            answer = replay.answer(url.path, dict(parse_qsl(url.query)))
            self.respond(answer, fault)

        do_POST = do_HEAD = do_GET

        def respond(self, answer: Answer, fault: Fault | None) -> None:
            etag = replay.etag(answer)
            status, type, body = replay.unless_known(answer, self.headers["If-None-Match"])
            if fault and (fault.body is not None or fault.status != 200):
                status, type, body = fault.status, fault.type, fault.body or b"<html><h1>Error</h1></html>"
            self.send_response(status)
            self.send_header("Content-Type", type)
            self.send_header("Content-Length", str(len(body)))
            headers = {"ETag": etag, "Location": fault.location if fault else ""}
            for name in filter(headers.get, headers):
                self.send_header(name, headers[name])
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body if fault is None or fault.cut is None else body[: fault.cut])
            if fault and fault.cut is not None:
                self.close_connection = True

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


class Ckan(Replay):
    """Speaks package_search, package_list, package_show, organization_list, status_show and, for old servers,
    current_package_list_with_resources. `actions` are those it knows; `shape` turns a result into another one."""

    ACTIONS = ("package_search", "package_list", "package_show", "organization_list", "status_show",
               "current_package_list_with_resources")  # fmt: skip

    def __init__(self, packages: Sequence[Any], actions: Sequence[str] = ACTIONS, max_rows: int = MAX_ROWS) -> None:
        super().__init__()
        self.packages = packages
        self.actions = actions
        self.max_rows = max_rows
        self.count: int | None = None  # a wrong total that is sent instead of the true one

    @property
    def packages(self) -> Sequence[Any]:
        return self._packages

    @packages.setter
    def packages(self, packages: Sequence[Any]) -> None:
        """Searches give them in order of their id, as `sort=id asc` asks."""
        self._packages = sorted(packages, key=lambda one: str(one.get("id")) if isinstance(one, dict) else "")
        self._pages: dict[tuple[int, int], bytes] = {}

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        match = re.fullmatch(r"/api/(?:3/)?action/(\w+)", path)
        if not match or match[1] not in self.actions:
            return Answer(404, "text/html", b"<html><h1>404 Not Found</h1></html>")
        if match[1] == "package_search":
            rows, start = min(int(query.get("rows", 10)), self.max_rows), int(query.get("start", 0))
            return Answer(200, "application/json;charset=utf-8", self.page(rows, start))
        result = getattr(self, f"_{match[1]}")(query)
        if result is None:
            error = {"__type": "Not Found Error", "message": "Not found: Dataset"}
            return Answer(404, "application/json", json.dumps({"success": False, "error": error}).encode())
        return Answer(200, "application/json;charset=utf-8", _success(result))

    def page(self, rows: int, start: int) -> bytes:
        if (rows, start) not in self._pages:
            count = len(self.packages) if self.count is None else self.count
            results = self.packages[start : start + rows]
            self._pages[rows, start] = _success({"count": count, "sort": "id asc", "results": results})
        return self._pages[rows, start]

    def _package_list(self, query: Mapping[str, str]) -> Any:
        return [package.get("name") or package.get("id") for package in self.packages]

    def _package_show(self, query: Mapping[str, str]) -> Any:
        return next(
            (package for package in self.packages if query.get("id") in (package.get("id"), package.get("name"))), None
        )

    def _current_package_list_with_resources(self, query: Mapping[str, str]) -> Any:
        start = int(query.get("offset", 0))
        return self.packages[start : start + int(query.get("limit", 1 << 30))]

    def _organization_list(self, query: Mapping[str, str]) -> Any:
        organizations = [organization.get("organization") or {} for organization in self.packages]
        return sorted({organization["name"] for organization in organizations if organization.get("name")})

    def _status_show(self, query: Mapping[str, str]) -> Any:
        return {"ckan_version": "2.11.0", "site_url": self.url, "site_title": "Replay", "extensions": []}


def _success(result: Any) -> bytes:
    return json.dumps({"help": "", "success": True, "result": result}).encode()


class Files(Replay):
    """Gives `files[path]` (query included if it is written so), else 404."""

    def __init__(self, files: Mapping[str, tuple[bytes, str]]) -> None:
        super().__init__()
        self.files = dict(files)

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        request = self.requests[-1]
        body, type = self.files.get(request) or self.files.get(path) or (None, "")
        return Answer(404, "text/html", b"<html>404</html>") if body is None else Answer(200, type, body)


@contextmanager
def running(replay: R) -> Iterator[R]:
    thread = threading.Thread(target=replay.serve, daemon=True)
    thread.start()
    try:
        yield replay
    finally:
        replay.close()
        thread.join(timeout=5)


@contextmanager
def ckan_server(packages: Sequence[Any], **options: Any) -> Iterator[Ckan]:
    with running(Ckan(packages, **options)) as replay:
        yield replay


@contextmanager
def files_server(files: Mapping[str, tuple[bytes, str]]) -> Iterator[Files]:
    with running(Files(files)) as replay:
        yield replay


def load(path: Path) -> list[Any]:
    """The packages of a JSON list, gzipped or not."""
    data = path.read_bytes()
    loaded = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    return loaded if isinstance(loaded, list) else [loaded]


def repeated(packages: Sequence[Any], records: int) -> list[Any]:
    """As many packages as wanted: the given ones again and again, each time with a new id and name."""
    return [
        packages[n % len(packages)]
        if n < len(packages)
        else packages[n % len(packages)]
        | {key: f"{packages[n % len(packages)][key]}-{n // len(packages)}" for key in ("id", "name")}
        for n in range(records)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ckan", type=Path)
    parser.add_argument("--records", type=int)
    parser.add_argument("--files", type=Path)
    parser.add_argument("--instead", default="")
    arguments = parser.parse_args()
    server = (
        _files(arguments.files, arguments.instead)
        if arguments.files
        else _ckan(load(arguments.ckan), arguments.records)
    )
    print(f"ready {server.url}", flush=True)
    server.serve()


def _ckan(packages: Sequence[Any], records: int | None) -> Ckan:
    server = Ckan(repeated(packages, records) if records else packages)
    for start in range(0, len(server.packages), MAX_ROWS):
        server.page(MAX_ROWS, start)  # encoded beforehand: the benchmark measures the harvester
    return server


def _files(folder: Path, instead: str) -> Files:
    """Each under its name, which may hold a query."""
    server = Files({})
    for file in folder.iterdir():
        body = file.read_bytes().replace(instead.encode(), server.url.encode()) if instead else file.read_bytes()
        server.files[f"/{file.name}"] = (body, "text/turtle")
    return server


if __name__ == "__main__":
    main()
