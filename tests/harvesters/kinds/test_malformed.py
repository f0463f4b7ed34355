"""Broken and hostile input: named with place and remedy; the others come in; nothing hangs, nothing is fetched."""

import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from registry.model import Problem, Run, Source
from registry.model.message import bilingual, sentence
from registry.rules import RULES
from tests.conftest import SHARED
from tests.harvesters.kinds.test_ckan import a_package
from tests.harvesters.kinds.test_dcat import a_dataset, turtle
from tests.servers.replay import Files, ckan_server, files_server
from tests.town import Town

pytestmark = pytest.mark.slow

MALFORMED = SHARED / "data" / "malformed"
RDF_FILES = sorted(path for path in MALFORMED.rglob("*") if path.suffix in (".ttl", ".rdf", ".xml"))
JSON_FILES = sorted(MALFORMED.rglob("*.json"))
TYPES = {".ttl": "text/turtle", ".rdf": "application/rdf+xml", ".xml": "application/xml"}
SECONDS = 60  # more than anything may take; a test that needs them hangs


@pytest.fixture(autouse=True)
def outward(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every address that is connected to or looked up, but loopback: there must be none. A test that hangs is ended."""
    asked: list[Any] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address[0] != "127.0.0.1":
            asked.append(address)
        return connect(self, address)

    def looking_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "127.0.0.1":
            asked.append(host)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it hangs"))
    signal.alarm(SECONDS)
    yield asked
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    assert asked == []


@pytest.fixture
def files() -> Iterator[Files]:
    with files_server({}) as server:
        yield server


ENGLISH = re.compile(
    r"\b(?:the|is|are|not|line|column|cannot|could|expected|expecting|unexpected|check|with|found|and|error|read|has|"
    r"too|invalid|broke|broken|no|of|a|an|be|that|more than|answered|answers|nested|missing|empty)\b"
)
QUOTED = re.compile(r"https?://\S+|<[^>]*>|`[^`]*`|'[^']*'|\"[^\"]*\"|application/\S+|text/\S+")


@pytest.fixture(autouse=True)
def german(town: Town) -> Iterator[None]:
    """Whatever a test has harvested: what is said in German of the runs and of their problems holds no English."""
    yield
    for run in town.catalog.runs.newest(None, 100):
        told = [sentence(run.reason, "de")] if run.reason else []
        for problem in town.catalog.runs.problems(run.number):
            told += [RULES[problem.finding.rule].remedy["de"], RULES[problem.finding.rule].message["de"]]
            if " / " in bilingual(problem.finding.value) and problem.finding.rule in (
                "listing-partial",
                "statement-unreadable",
            ):
                told.append(sentence(problem.finding.value, "de"))
        for words in told:
            assert not ENGLISH.findall(QUOTED.sub("", words)), words


def relative(path: Path) -> str:
    return str(path.relative_to(MALFORMED))


def problems(town: Town, run: Run) -> list[Problem]:
    return list(town.catalog.runs.problems(run.number))


def named(town: Town, run: Run) -> None:
    """Whatever is wrong is told with record, rule and what to do, in both languages."""
    for problem in problems(town, run):
        assert problem.record
        assert problem.finding.field or problem.finding.value, problem
        rule = RULES[problem.finding.rule]
        assert all(rule.message[language] and rule.remedy[language] for language in ("de", "en"))


def dcat(files: Files, path: str) -> Source:
    return Source(name="quelle", kind="dcat", url=files.url + path, language="de")


# -- RDF


@pytest.mark.skipif(not RDF_FILES, reason=f"needs {MALFORMED}")
@pytest.mark.parametrize("path", RDF_FILES, ids=relative)
def test_a_malformed_file_alone_is_read_or_the_run_says_what_is_wrong(town: Town, files: Files, path: Path) -> None:
    files.files[f"/{path.name}"] = (path.read_bytes(), TYPES[path.suffix])
    run = town.harvest(source=dcat(files, f"/{path.name}"), wait=False)
    if run.outcome == "failed":
        assert run.reason
        assert path.name in sentence(run.reason, "en") or "names nothing" in sentence(run.reason, "en")
        assert sentence(run.reason, "de") != sentence(run.reason, "en")
        return
    assert run.counts["added"] + run.counts["failed"] == run.listed > 0
    assert len(town.records("quelle")) == run.counts["added"]
    named(town, run)
    assert run.complete == ("listing-partial" not in run.rules)


@pytest.mark.skipif(not RDF_FILES, reason=f"needs {MALFORMED}")
@pytest.mark.parametrize("path", RDF_FILES, ids=relative)
def test_a_malformed_page_does_not_keep_the_others_out(town: Town, files: Files, path: Path) -> None:
    view = f"<{files.url}/1> a hydra:PartialCollectionView ; hydra:next <{files.url}/2{path.suffix}> ."
    files.files["/1"] = (turtle(a_dataset(1), a_dataset(2), view), "text/turtle")
    files.files[f"/2{path.suffix}"] = (path.read_bytes(), TYPES[path.suffix])
    run = town.harvest(source=dcat(files, "/1"), wait=False)
    assert run.outcome == "applied"
    assert {f"https://daten.example.org/{n}" for n in (1, 2)} <= town.records("quelle").keys()
    named(town, run)


KNOWN_LINES = {
    "from-issues/unescaped-quotes.ttl": "line 5",
    "from-issues/missing-comma-between-keywords.ttl": "line 6",
    "ckanext-dcat_dataset_unbound-prefix.ttl": "healthdcatap",
    "semic_example-bees_wasps_dataset.ttl": "line 2",
}


@pytest.mark.parametrize(("name", "place"), KNOWN_LINES.items(), ids=KNOWN_LINES)
def test_the_place_of_a_syntax_error_is_named(town: Town, shared: Path, files: Files, name: str, place: str) -> None:
    path = shared / "data" / "malformed" / name
    files.files[f"/{path.name}"] = (path.read_bytes(), "text/turtle")
    run = town.harvest(source=dcat(files, f"/{path.name}"), wait=False)
    told = [one for one in problems(town, run) if one.finding.rule == "listing-partial"]
    assert place in bilingual(told[0].finding.value)
    assert path.name in told[0].record
    assert not run.complete


def test_an_element_that_rdf_xml_does_not_allow_is_named(town: Town, shared: Path, files: Files) -> None:
    path = shared / "data" / "malformed" / "dcat_ap_de-RefImp_RDF_MAX_V1.0_repeated-node.rdf"
    files.files["/max.rdf"] = (path.read_bytes(), "application/rdf+xml")
    run = town.harvest(source=dcat(files, "/max.rdf"), wait=False)
    assert run.outcome == "failed"
    assert run.reason
    assert "max.rdf" in sentence(run.reason, "en")
    assert "line 24" in sentence(run.reason, "en")
    assert "Check the named place" in sentence(run.reason, "en")
    named(town, run)


def bomb(inner: str) -> bytes:
    """Nine entities, each ten times the one before it: a thousand million laughs."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n' for n in range(1, 10))
    return f"""<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [<!ENTITY l0 "ha">
{entities}]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
  xmlns:dct="http://purl.org/dc/terms/">
<dcat:Dataset rdf:about="https://daten.example.org/1"><dct:title>{inner}</dct:title></dcat:Dataset>
</rdf:RDF>""".encode()


@pytest.mark.parametrize("inner", ["&l9;", "ohne"], ids=["used", "declared only"])
def test_a_file_with_entities_is_refused_before_they_are_read(town: Town, files: Files, inner: str) -> None:
    files.files["/bomb.rdf"] = (bomb(inner), "application/rdf+xml")
    run = town.harvest(source=dcat(files, "/bomb.rdf"), wait=False)
    assert run.outcome == "failed"
    assert run.reason
    assert "bomb.rdf" in sentence(run.reason, "en")
    assert "DOCTYPE" in sentence(run.reason, "en")


def with_doctype(doctype: str, inner: str) -> bytes:
    content = bomb(inner)
    return content[: content.index(b"[")] + doctype.encode() + content[content.index(b"]>") + 1 :]


def test_an_outer_entity_is_not_fetched(town: Town, files: Files, tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("streng geheim")
    with files_server({"/evil.dtd": (b"", "text/plain")}) as trap:
        for target in (f"{trap.url}/evil.dtd", secret.as_uri()):
            for doctype in (
                f'[<!ENTITY x SYSTEM "{target}">]',
                f'SYSTEM "{target}"',
                f'[<!ENTITY % x SYSTEM "{target}"> %x;]',
            ):
                content = bomb("&x;").replace(
                    bomb("")[bomb("").index(b"[") : bomb("").index(b"]>") + 1], doctype.encode()
                )
                files.files["/xxe.rdf"] = (content, "application/rdf+xml")
                run = town.harvest(source=dcat(files, "/xxe.rdf"), wait=False)
                assert run.outcome == "failed"
        assert trap.connections == 0
    assert "streng geheim" not in msgspec.json.encode([run.reason for run in town.catalog.runs.newest()]).decode()


def test_a_bare_doctype_is_dropped_and_the_file_is_read(town: Town, files: Files) -> None:
    content = with_doctype('SYSTEM "https://dtd.example.org/x.dtd"', "Radwege")
    files.files["/plain.rdf"] = (content, "application/rdf+xml")
    run = town.harvest(source=dcat(files, "/plain.rdf"), wait=False)
    assert (run.outcome, run.counts["added"]) == ("applied", 1)


def test_a_foreign_context_is_not_fetched(town: Town, files: Files) -> None:
    with files_server({"/context.jsonld": (b"{}", "application/ld+json")}) as trap:
        thing = {
            "@context": f"{trap.url}/context.jsonld",
            "@id": "https://daten.example.org/1",
            "@type": "http://www.w3.org/ns/dcat#Dataset",
            "http://purl.org/dc/terms/title": "Radwege",
        }
        files.files["/catalog.jsonld"] = (json.dumps(thing).encode(), "application/ld+json")
        town.harvest(source=dcat(files, "/catalog.jsonld"), wait=False)
        assert trap.connections == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.jsonld", b'{"@id":"urn:x","http://x.example/y":' * 20_000),
        ("deep.jsonld", b"[" * 200_000),
        (
            "deep.rdf",
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="urn:x">' + b"<x:y>" * 100_000,
        ),
        ("deep.ttl", b"<urn:a> <urn:b> " + b"[ <urn:c> " * 100_000),
        ("list.ttl", b"<urn:a> <urn:b> " + b"( " * 100_000),
        ("long.ttl", b'<urn:a> <urn:b> "' + b"x" * 5_000_000),
        ("zeros.ttl", b"\0" * 100_000),
        ("noise.rdf", bytes(range(256)) * 400),
        ("empty.ttl", b""),
        ("bom.rdf", b"\xff\xfe<\x00"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_files_end_the_run_with_a_reason(town: Town, files: Files, name: str, content: bytes) -> None:
    files.files[f"/{name}"] = (content, "")
    run = town.harvest(source=dcat(files, f"/{name}"), wait=False)
    assert run.outcome == "failed"
    assert run.reason
    assert sentence(run.reason, "en")
    assert town.records("quelle") == {}


# -- CKAN and what looks like it


def packages(path: Path) -> list[Any]:
    """The file's dataset, or its datasets, as a portal could give them for packages."""
    loaded = json.loads(path.read_bytes())
    found: list[Any] = loaded.get("dataset", [loaded])
    return found


@pytest.mark.skipif(not JSON_FILES, reason=f"needs {MALFORMED}")
@pytest.mark.parametrize("path", JSON_FILES, ids=relative)
def test_malformed_packages_cost_themselves_only(town: Town, path: Path) -> None:
    broken = [{"id": f"kaputt-{n}"} | package for n, package in enumerate(packages(path))]
    with ckan_server([a_package(1), *broken]) as portal:
        source = Source(name="quelle", kind="ckan", url=portal.url, language="de")
        run = town.harvest(source=source, wait=False)
        assert (run.outcome, run.listed) == ("applied", 1 + len(broken))
        assert run.counts["added"] + run.counts["failed"] == run.listed
        assert "id-0001" in town.records("quelle")
        named(town, run)
        assert town.harvest(source=source, wait=False).outcome == "unchanged"


@pytest.mark.skipif(not JSON_FILES, reason=f"needs {MALFORMED}")
@pytest.mark.parametrize("path", JSON_FILES, ids=relative)
def test_a_file_that_is_no_answer_of_a_ckan_fails_and_says_so(town: Town, files: Files, path: Path) -> None:
    files.files["/api/action/package_search"] = (path.read_bytes(), "application/json")
    run = town.harvest(source=Source(name="quelle", kind="ckan", url=files.url), wait=False)
    assert run.outcome == "failed"
    assert run.reason
    assert "Quelle quelle" in sentence(run.reason, "de")
    assert "package_search" in sentence(run.reason, "en")


def test_a_title_that_is_a_number_is_a_title(town: Town) -> None:
    with ckan_server([a_package(1, title=707)]) as portal:
        town.harvest(source=Source(name="quelle", kind="ckan", url=portal.url, language="de"), wait=False)
        assert town.records("quelle")["id-0001"].said.title == {"de": "707"}


HOSTILE: dict[str, dict[str, Any]] = {
    "a title that is a script": {"title": "<script>alert(1)</script>"},
    "an address that is a script": {
        "url": "javascript:alert(1)",
        "resources": [{"id": "a", "url": "javascript:alert(1)"}],
    },
    "an address inside": {"resources": [{"id": "a", "url": "http://169.254.169.254/latest"}]},
    "an address of a file": {"resources": [{"id": "a", "url": "file:///etc/passwd"}]},
    "a very long title": {"title": "lang " * 20_000},
    "a very long key": {"k" * 100_000: "v"},
    "many tags": {"tags": [{"name": f"t{n}"} for n in range(20_000)]},
    "many resources": {"resources": [{"id": f"r{n}", "url": f"https://a.example/{n}"} for n in range(5_000)]},
    "many extras": {"extras": [{"key": f"k{n}", "value": "v"} for n in range(20_000)]},
    "control characters": {"title": "Rad\u0000wege\u0001", "notes": "\u202e\ufeff"},
    "half a character": {"title": "Rad \ud83d wege"},
    "a number without end": {"zahl": 10**400, "version": 1e308},
    "deep inside": {"tief": json.loads("[" * 500 + "]" * 500)},
    "a slow pattern": {"notes": "a" * 50_000 + "!", "issued": "1" * 50_000, "url": "http://" + "a." * 20_000},
    "an address with every character": {"url": "http://a.example/" + "".join(map(chr, range(1, 3000)))},
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_package_is_read_or_named_and_the_others_come_in(town: Town, words: dict[str, Any]) -> None:
    with ckan_server([a_package(1), a_package(2, **words), a_package(3)]) as portal:
        source = Source(name="quelle", kind="ckan", url=portal.url, language="de")
        run = town.harvest(source=source)
        assert (run.outcome, run.listed) == ("applied", 3)
        assert {"id-0001", "id-0003"} <= town.records("quelle").keys()
        assert run.counts["added"] + run.counts["failed"] == 3
        named(town, run)
        for record in town.records("quelle").values():
            for one in record.said.distributions:
                assert not one.access_url.startswith(("javascript:", "file:"))
        assert town.harvest(source=source).outcome == "unchanged"
