"""Rows "source" of what strangers send: lists without an end, slow answers, bodies that grow, each ends at a bound.

The bounds are set low for each source, so that the input is harmless.
"""

import contextlib
import gzip
import itertools
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from harvesters.kinds import dcat, sheet
from harvesters.kinds import json as json_kind
from registry.fetch.session import session
from registry.model import Run, Source
from tests.servers.answering import a_server
from tests.servers.replay import files_server
from tests.town import Town

MAX_SECONDS = 20.0  # that any of these runs may take


class Endless:
    """A server whose list never ends: CKAN packages that are left out, empty DCAT pages, or one byte now and then."""

    def __init__(self, pause: float = 0.0, encoding: str = "", body: bytes = b"", media_type: str = "") -> None:
        self.pause, self.encoding, self.body, self.media_type = pause, encoding, body, media_type
        self.asked = 0
        self._pages = itertools.count(2)

    def answer(self, path: str) -> tuple[bytes, str]:
        self.asked += 1
        if self.body:
            return self.body, self.media_type
        if "package_search" in path:
            query = parse_qs(urlsplit(path).query)
            start, rows = int(query.get("start", ["0"])[0]), int(query.get("rows", ["0"])[0])
            packages = [{"id": f"p{n}", "name": f"p{n}", "private": True} for n in range(start, start + rows)]
            result = {"count": 10_000_000, "results": packages}
            return json.dumps({"success": True, "result": result}).encode(), "application/json"
        page = f"<> <http://www.w3.org/ns/hydra/core#next> <?page={next(self._pages)}> ."
        return page.encode(), "text/turtle"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        body, media_type = self.answer(handler.path)
        handler.send_response(200)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(body)))
        if self.encoding:
            handler.send_header("Content-Encoding", self.encoding)
        handler.end_headers()
        with contextlib.suppress(OSError):  # when the harvester has seen enough
            for byte in (bytes([value]) for value in body) if self.pause else (body,):
                handler.wfile.write(byte)
                time.sleep(self.pause)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with files_server({}) as server, Town(tmp_path / "data", server) as town:
        yield town


def harvested(town: Town, endless: Endless, kind: str, **settings: str) -> Run:
    with a_server(endless.serve) as url:
        source = Source(name="fremd", kind=kind, url=f"{url}/liste", settings=settings)
        started = time.monotonic()
        run = town.harvest(source=source)
        assert time.monotonic() - started < MAX_SECONDS
        assert run.outcome == "failed"
        assert run.reason
        return run


def code(run: Run) -> str:
    return run.reason.code if run.reason else ""


@pytest.mark.parametrize("kind", ["ckan", "dcat"])
def test_a_list_without_end_stops_at_so_many_pages(town: Town, kind: str) -> None:
    endless = Endless()
    assert code(harvested(town, endless, kind, max_pages="5")) == "run-too-many-pages"
    assert 5 <= endless.asked <= 8


def test_packages_that_are_left_out_on_purpose_count_as_items(town: Town) -> None:
    endless = Endless()
    assert code(harvested(town, endless, "ckan", max_items="3000")) == "listing-too-long"
    assert endless.asked <= 6


@pytest.mark.parametrize("kind", ["ckan", "dcat"])
def test_a_list_without_end_stops_at_so_many_bytes(town: Town, kind: str) -> None:
    endless = Endless()
    endless_page = b"<> <http://www.w3.org/ns/hydra/core#next> <?page=%d> . #" + b"x" * 100_000
    pages = itertools.count(2)
    if kind == "dcat":
        endless.answer = lambda path: (endless_page % next(pages), "text/turtle")  # type: ignore[method-assign]
    run = harvested(town, endless, kind, max_megabytes="1")
    assert code(run) == "run-too-many-bytes"


def test_a_list_without_end_stops_when_the_time_is_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvesters.bounds.SECONDS_PER_MINUTE", 1)
    assert code(harvested(town, Endless(), "dcat", max_minutes="2", max_pages="900000")) == "run-too-long"


def test_an_answer_that_trickles_in_ends_with_the_time_of_the_run(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvesters.bounds.SECONDS_PER_MINUTE", 1)
    trickle = Endless(pause=0.2, body=b" " * 1000, media_type="text/turtle")
    assert code(harvested(town, trickle, "dcat", max_minutes="2")) == "run-too-long"


def test_nothing_is_withdrawn_when_a_list_has_no_end(town: Town) -> None:
    town.harvest([{"id": 1, "title": "Eins"}, {"id": 2, "title": "Zwei"}])
    with a_server(Endless().serve) as url:
        source = replace(town.source, kind="dcat", url=f"{url}/liste", settings={"max_pages": "3"})
        town.catalog.sources.revise(source)
        assert town.harvest(source=source).outcome == "failed"
    assert set(town.records()) == {"1", "2"}


@pytest.mark.parametrize("kind", ["ckan", "json", "dcat", "sheet"])
def test_a_compressed_body_that_grows_beyond_the_bound_is_refused(
    town: Town, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted as it is unpacked, in each kind of source."""
    for module, name in ((json_kind, "MAX_DOCUMENT_BYTES"), (dcat, "MAX_PAGE_BYTES"), (sheet, "MAX_FILE_BYTES")):
        monkeypatch.setattr(module, name, 1_000_000)
    monkeypatch.setattr("tests.town.session", lambda settings: session(settings, max_bytes=1_000_000))
    body = gzip.compress(b" " * 3_000_000)
    assert len(body) < 10_000
    run = harvested(town, Endless(encoding="gzip", body=body, media_type="application/json"), kind)
    assert code(run) == "answer-too-large", run.reason


def test_a_gzip_file_that_grows_beyond_the_bound_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dcat, "MAX_PAGE_BYTES", 1_000_000)
    body = gzip.compress(b" " * 3_000_000)
    run = harvested(town, Endless(body=body, media_type="text/turtle"), "dcat")
    assert code(run) == "answer-too-large"


def test_a_run_ends_with_a_word_before_the_disk_is_full(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvesters.run.run.MIN_FREE_BYTES", 1 << 60)
    run = town.harvest([{"id": 1, "title": "Eins"}])
    assert (run.outcome, code(run)) == ("failed", "disk-nearly-full")
