"""The first items of a source, mapped as a run would do it, without a trace."""

import json

import pytest

from harvesters.run.trial import MAX_ITEMS, trial
from registry.errors import LotseError
from registry.fetch.session import session
from registry.model import Source
from registry.settings import Settings
from tests.servers.replay import files_server

OUTWARD = Settings(allow_hosts=("127.0.0.1",))


def test_the_first_items_are_mapped_and_a_broken_one_is_told() -> None:
    items = [{"id": "ohne-titel"}, *({"id": f"t{n}", "title": f"Ding {n}"} for n in range(40))]
    with (
        files_server({"/a.json": (json.dumps(items).encode(), "application/json")}) as server,
        session(OUTWARD) as http,
    ):
        tried = trial(Source(name="a", kind="json", url=f"{server.url}/a.json"), http, "https://lotse.example")
    assert len(tried.items) == MAX_ITEMS
    assert tried.items[0].metadata is None
    assert any(finding.rule == "title-missing" for finding in tried.items[0].findings)
    metadata = tried.items[1].metadata
    assert metadata
    assert dict(metadata.title).values()
    assert tried.of in (None, 41)


def test_a_source_that_does_not_answer_is_an_error() -> None:
    with files_server({}) as server, session(OUTWARD) as http, pytest.raises(LotseError):
        trial(Source(name="a", kind="dcat", url=f"{server.url}/weg.ttl"), http, "")
    with session(OUTWARD) as http, pytest.raises(LotseError):
        trial(Source(name="a", kind="json", url="https://a.example", settings={"gibtsnicht": "1"}), http, "")
