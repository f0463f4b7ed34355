"""`lotse links`: the link check by hand.

Covers: api/commands/links.py
"""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.build import open_catalog
from registry.model import Distribution
from registry.settings import load
from tests.api.commands.calling import lotse
from tests.builders import a_dataset
from tests.servers.answering import a_server
from tests.town import take


def test_addresses_are_checked_and_listed_with_their_records(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_ALLOW_HOSTS", "127.0.0.1")

    def answer(request) -> None:  # type: ignore[no-untyped-def]
        request.send_response(404 if "weg" in request.path else 200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with a_server(answer) as base:
        files = tuple(Distribution(id=name, download_url=f"{base}/{name}") for name in ("da", "weg"))
        catalog = open_catalog(load())
        take(catalog, replace(a_dataset("Rad"), distributions=files))
        catalog.close()
        checked = json.loads(lotse("links", "check", "--json").stdout)
        assert checked == {"checked": 2, "states": {"unknown": 0, "ok": 1, "failing": 1, "broken": 0}}
        assert json.loads(lotse("links", "check", "--json").stdout)["checked"] == 0
        assert json.loads(lotse("links", "check", "--all", "--json").stdout)["checked"] == 2
    listed = json.loads(lotse("links", "list", "--state", "failing", "--json").stdout)
    (link,) = listed["links"]
    assert (link["address"], link["answer"], link["failures"]) == (f"{base}/weg", "404", 2)
    assert link["records"] == ["rad"]
    assert link["last_ok"] is None
    assert f"{base}/da" in lotse("links", "list").stdout
