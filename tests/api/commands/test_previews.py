"""`lotse preview`: what it prepares, what it prints, how it ends.

Covers: api/commands/previews.py
"""

import json
from pathlib import Path

from tests.api.commands.calling import added, item, lotse
from tests.servers.replay import Files


def test_previews_are_prepared_by_id_all_or_when_due(data: Path, server: Files) -> None:
    server.files["/a.csv"] = (b"Jahr;Zahl\n2024;1,5\n2025;2,5\n", "text/csv")
    server.files["/b.html"] = (b"<html><body>b</body></html>", "text/html")
    files = [{"id": "a", "download_url": f"{server.url}/a.csv"}, {"id": "b", "download_url": f"{server.url}/b.html"}]
    added(server, item("1", kind="dataset", distributions=files[:1]), item("2", kind="dataset", distributions=files))
    assert lotse("harvest", "amt").exit_code == 0
    due = lotse("preview", "--json")
    assert due.exit_code == 6
    answer = json.loads(due.stdout)
    assert (answer["ready"], answer["failed"]) == (2, 1)
    assert [(each["state"], each["total"]) for each in answer["previews"]] == [
        ("ready", 2),
        ("ready", 2),
        ("failed", 0),
    ]
    assert "Internetseite" in answer["previews"][2]["reason"]["de"]
    assert [(each["count"], each["code"]) for each in answer["reasons"]] == [(1, "preview-web-page")]
    (first,) = {each["id"] for each in answer["previews"][:1]}
    assert json.loads(lotse("preview", "--json").stdout)["previews"] == []
    by_id = lotse("preview", first)
    assert by_id.exit_code == 0
    assert "ready" in by_id.stdout
    assert len(json.loads(lotse("preview", "--all", "--json").stdout)["previews"]) == 3
    in_words = lotse("preview", "--all")
    assert in_words.exit_code == 6
    assert "2 ready, 1 failed\n  1 × There is a web page at the address" in in_words.stderr
    assert lotse("preview", "gibtesnicht").exit_code == 3
