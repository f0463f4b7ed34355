"""Kept answers are those that would be made anew, for people not signed in, and no older than the last commit."""

import gzip
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from api.web.answers import answer, tag
from api.web.kept_answers import MAX_KEPT, KeptAnswers
from api.web.session import cookie
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.model import Metadata, Record
from registry.settings import Settings


def a_request(address: str = "/suche?q=bus", **headers: str) -> Request:
    path, _, query = address.partition("?")
    listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": listed}
    return Request({**scope, "scheme": "http", "server": ("x", 80), "root_path": ""})


class Counting:
    """A view that counts how often it is asked."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.answers, self.calls = KeptAnswers(catalog, settings), 0

    def get(self, request: Request, status: int = 200) -> Response:
        def make() -> Response:
            self.calls += 1
            if status != 200:
                return Response("no", status)
            body = f"{request.url.path} {request.url.query} {'x' * 2000}".encode()
            return answer(request, lambda: body, "text/html; charset=utf-8", etag=tag(body), headers={"Link": "<x>"})

        return self.answers(request, make)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, secret=("s" * 40,), meaning="off")


@pytest.fixture
def catalog(settings: Settings) -> Catalog:
    return open_catalog(settings)


def test_an_answer_is_made_once_until_something_changes(catalog: Catalog, settings: Settings) -> None:
    view = Counting(catalog, settings)
    first, second = view.get(a_request()), view.get(a_request())
    assert (view.calls, second.body, second.raw_headers) == (1, first.body, first.raw_headers)
    view.get(a_request("/suche?q=bahn"))
    view.get(a_request("/daten?q=bus"))
    assert view.calls == 3
    catalog.store.put([Record(id="a", said=Metadata(kind="dataset", title={"de": "x"}))], by="test")
    view.get(a_request())
    assert view.calls == 4
    catalog.projector.sync(("search",))
    view.get(a_request())
    view.get(a_request())
    assert view.calls == 5
    catalog.close()


def test_conditional_and_compressed_answers_come_from_the_same(catalog: Catalog, settings: Settings) -> None:
    view = Counting(catalog, settings)
    plain = view.get(a_request())
    assert view.get(a_request(if_none_match=plain.headers["etag"])).status_code == 304
    zipped = view.get(a_request(accept_encoding="br, gzip"))
    assert gzip.decompress(bytes(zipped.body)) == plain.body
    assert (zipped.headers["content-encoding"], zipped.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert (zipped.headers["etag"], zipped.headers["link"]) == (plain.headers["etag"], "<x>")
    assert view.calls == 1
    catalog.close()


def test_nothing_is_kept_of_errors_and_of_people_who_are_signed_in(catalog: Catalog, settings: Settings) -> None:
    view = Counting(catalog, settings)
    for _ in range(2):
        view.get(a_request(cookie=f"{cookie(settings)}=x"))
    assert view.calls == 2
    calls = view.calls
    for _ in range(2):
        assert view.get(a_request("/suche?q=404"), 404).status_code == 404
    assert view.calls == calls + 2
    catalog.close()


def test_where_a_server_has_the_index_nothing_is_kept_and_it_is_not_asked(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = Counting(catalog, replace(settings, search="http://127.0.0.1:9"))
    monkeypatch.setattr(catalog.projector, "positions", pytest.fail)
    assert [view.get(a_request()).status_code for _ in range(2)] == [200, 200]
    assert view.calls == 2
    catalog.close()


def test_they_are_bounded(catalog: Catalog, settings: Settings) -> None:
    view = Counting(catalog, settings)
    for number in range(MAX_KEPT + 5):
        view.get(a_request(f"/suche?q={number}"))
    view.get(a_request(f"/suche?q={MAX_KEPT + 4}"))
    assert view.calls == MAX_KEPT + 5
    view.get(a_request("/suche?q=0"))
    assert view.calls == MAX_KEPT + 6
    view.get(a_request(f"/suche?q={'x' * 600}"))
    view.get(a_request(f"/suche?q={'x' * 600}"))
    assert view.calls == MAX_KEPT + 8
    catalog.close()


def test_a_text_that_comes_into_the_city_folder_is_linked_at_once(tmp_path: Path) -> None:
    """Footers link the texts that are there, and no commit tells that a file came."""
    texts = tmp_path / "city" / "pages"
    texts.mkdir(parents=True)
    (tmp_path / "city" / "city.toml").write_text('name = "Musterstadt"', "utf-8")
    settings = Settings(data=tmp_path / "data", secret=("s" * 40,), meaning="off", city=tmp_path / "city")
    view = Counting(open_catalog(settings), settings)
    view.get(a_request())
    (texts / "impressum.md").write_text("Beispiel", "utf-8")
    view.get(a_request())
    view.get(a_request())
    assert view.calls == 2
