"""The table of source kinds is the folder `harvesters/kinds`: what each says of itself, and how one joins.

Covers: harvesters/harvester.py, harvesters/probe.py
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harvesters.harvester import Answer, Recognised
from harvesters.probe import probe
from harvesters.source_kinds import SOURCE_KINDS, harvester, label
from registry.errors import SourceError, UsageError
from registry.settings import Settings
from tests.paths import ROOT
from tests.servers.replay import ckan_server, files_server

LOOPBACK = Settings(allow_hosts=("127.0.0.1",))
TURTLE = b'<http://x.example/d> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> "D" .'
NEW_KIND = """
LABEL = {"de": "Ordner", "en": "Folder"}
VERSION = 1
SETTINGS = {"depth": "how deep"}

def recognises(answer):
    from harvesters.harvester import Recognised
    return Recognised(1) if b"Index of" in answer.body else None
"""


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_a_kind_says_what_people_call_it_and_what_it_can_read(kind: str) -> None:
    module = harvester(kind)
    assert set(label(kind)) == {"de", "en"}
    assert module.VERSION > 0
    assert all(isinstance(line, str) and line for line in module.SETTINGS.values())
    assert module.recognises(Answer("https://x.example/", "text/html", b"{}")) in (None, Recognised())


def test_a_kind_that_is_not_built_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="ckan, dcat, json, sheet"):
        harvester("csw")
    assert label("csw") == {"und": "csw"}


@pytest.mark.parametrize(
    ("name", "content", "media_type", "kind", "things"),
    [
        ("katalog.ttl", TURTLE, "text/turtle", "dcat", 1),
        ("liste.csv", b"id;title\n1;A\n", "text/csv", "sheet", None),
        ("liste.xlsx", b"PK", "application/octet-stream", "sheet", None),
        ("liste.json", b'[{"id": 1}]', "application/json", "json", None),
        ("katalog.jsonld", b'{"@id": "http://x.example/d", "@type": "http://www.w3.org/ns/dcat#Dataset", '
                           b'"http://purl.org/dc/terms/title": "D"}', "application/ld+json", "dcat", 1),
        ("seite.html", b"<!doctype html><p>Hallo", "text/html", None, None),
    ],
)  # fmt: skip
def test_the_kinds_are_asked_whether_they_can_read_an_address(
    name: str, content: bytes, media_type: str, kind: str | None, things: int | None
) -> None:
    with files_server({}) as server:
        server.files[f"/{name}"] = (content, media_type)
        found = probe(f"{server.url}/{name}", LOOPBACK)
    assert (found["kind"], found["things"], found["bytes"]) == (kind, things, len(content))
    assert found["content_type"] == media_type


def test_a_ckan_is_recognised_by_its_interface() -> None:
    with ckan_server([{"id": "1", "name": "a", "title": "A"}]) as server:
        found = probe(server.url, LOOPBACK)
        assert found == {"url": server.url, "kind": "ckan", "things": 1, "content_type": "application/json"}


def test_an_address_without_an_answer_is_an_error() -> None:
    with files_server({}) as server, pytest.raises(SourceError, match="404"):
        probe(f"{server.url}/nichts", LOOPBACK)


def test_a_new_kind_is_one_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "harvesters", tmp_path / "harvesters", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "harvesters" / "kinds" / "folder.py").write_text(NEW_KIND)
    code = (
        "from harvesters.harvester import Answer; from harvesters.probe import _recognised;"
        "from harvesters.source_kinds import check_source, label; from registry.model import Source;"
        "check_source(Source(name='x', kind='folder', url='https://x.example/', settings={'depth': '2'}));"
        "print(label('folder')['en'], _recognised('folder', Answer('', '', b'Index of /')).things)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.stdout.strip(), done.returncode) == ("Folder 1", 0), done.stderr
