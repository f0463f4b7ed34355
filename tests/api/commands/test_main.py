"""The `lotse` command: what it prints, and with which code it ends. Most tests run the real command."""

import contextlib
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result

from api.commands.harvest import exit_code
from api.commands.main import main
from tests.paths import ROOT
from tests.servers.replay import Fault, Files, files_server

LOTSE = [sys.executable, "-c", "from api.commands.main import main; main(prog_name='lotse')"]
TURTLE = '<http://x.example/1> a <http://www.w3.org/ns/dcat#Dataset>; <http://purl.org/dc/terms/title> "T"@de .'


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is not there yet."""
    for name in [name for name in os.environ if name.startswith("LOTSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LOTSE_ALLOW_HOSTS", "127.0.0.1")
    return tmp_path / "data"


@pytest.fixture
def server() -> Iterator[Files]:
    with files_server({}) as files:
        yield files


def lotse(*words: str, stdin: str = "") -> Result:
    """In this process: fast, and with stdout and stderr apart."""
    return CliRunner().invoke(main, words, input=stdin, prog_name="lotse")


def real(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run([*LOTSE, *words], input=stdin, capture_output=True, text=True, cwd=ROOT, timeout=120)


def publish(server: Files, *items: dict[str, Any], name: str = "amt") -> str:
    server.files[f"/{name}.json"] = (json.dumps(list(items)).encode(), "application/json")
    return f"{server.url}/{name}.json"


def item(id: str, **words: Any) -> dict[str, Any]:
    return {"id": id, "kind": "project", "title": f"Projekt {id}", "abstract": "Ein Vorhaben."} | words


def added(server: Files, *items: dict[str, Any], name: str = "amt") -> None:
    url = publish(server, *items, name=name)
    made = lotse("source", "add", name, "--kind", "json", "--url", url, "--language", "de", "--set", "id=id")
    assert made.exit_code == 0, made.stderr


# -- words of the call


def test_a_wrong_word_ends_with_two_and_prints_nothing(data: Path) -> None:
    for words in (["gibtsnicht"], ["search", "--size", "0"], ["source", "add"], ["harvest"], ["harvest", "x", "--all"]):
        ended = real(*words)
        assert ended.returncode == 2, words
        assert ended.stdout == ""
        assert ended.stderr
        assert "Traceback" not in ended.stderr
    assert not data.exists()


def test_an_unknown_setting_is_named_with_the_nearest(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_DATABSE", "x")
    ended = real("source", "list")
    assert ended.returncode == 2
    assert "LOTSE_DATABASE" in ended.stderr


def test_what_is_not_there_ends_with_three(data: Path) -> None:
    for words in (
        ["record", "show", "x"], ["record", "history", "x"], ["record", "export", "x"],
        ["record", "withdraw", "x", "--reason", "y"], ["source", "show", "x"], ["source", "remove", "x", "--yes"],
        ["harvest", "x"], ["run", "show", "7"], ["run", "apply", "7"], ["run", "list", "--source", "x"],
        ["validate", "/gibt/es/nicht.ttl"], ["user", "remove", "x", "--yes"],
    ):  # fmt: skip
        ended = lotse(*words)
        assert ended.exit_code == 3, (words, ended.stderr)
        assert ended.stdout == ""
        assert ended.stderr.startswith("Error: ")


def test_a_fault_of_ours_is_one_sentence_unless_debugging(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data.parent / "data").write_text("a file where the folder should be")
    words = ("source", "add", "amt", "--kind", "json", "--url", "http://127.0.0.1:9/x.json")
    ended = real(*words)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    monkeypatch.setenv("LOTSE_DEBUG", "1")
    assert "Traceback" in real(*words).stderr


# -- sources


def test_a_source_is_added_without_asking_it(data: Path) -> None:
    words = ("source", "add", "amt", "--kind", "json", "--url", "http://127.0.0.1:9/x.json", "--set", "items=a.b")
    assert real(*words).returncode == 0
    shown = json.loads(real("source", "show", "amt", "--json").stdout)
    assert (shown["name"], shown["kind"], shown["settings"], shown["last"]) == ("amt", "json", {"items": "a.b"}, None)
    assert real(*words).returncode == 5
    assert [one["name"] for one in json.loads(real("source", "list", "--json").stdout)] == ["amt"]


@pytest.mark.parametrize(
    "words",
    [
        ["Amt!", "--kind", "json", "--url", "http://x.example/"],
        ["amt", "--kind", "telepathie", "--url", "http://x.example/"],
        ["amt", "--kind", "json", "--url", "file:///etc/passwd"],
        ["amt", "--kind", "json", "--url", "http://x.example/", "--set", "gibtsnicht=1"],
        ["amt", "--kind", "json", "--url", "http://x.example/", "--set", "ohne-wert"],
        ["amt", "--kind", "json", "--url", "http://x.example/", "--schedule", "jeden Tag"],
    ],
)
def test_a_source_that_cannot_be_is_refused(data: Path, words: list[str]) -> None:
    ended = lotse("source", "add", *words)
    assert ended.exit_code == 2, ended.stderr
    assert lotse("source", "list").stdout == ""


def test_a_kind_that_is_not_built_names_those_there_are(data: Path) -> None:
    ended = lotse("source", "add", "amt", "--kind", "xyz", "--url", "http://x.example/")
    assert "ckan" in ended.stderr
    assert "dcat" in ended.stderr


def test_a_dry_run_adds_nothing(data: Path) -> None:
    assert lotse("source", "add", "amt", "--kind", "json", "--url", "http://x.example/", "--dry-run").exit_code == 0
    assert lotse("source", "list", "--json").stdout.strip() == "[]"


SOURCES = """
[[source]]
name = "amt"
title = "Das Amt"
kind = "json"
url = "http://127.0.0.1:9/amt.json"
rank = 10
schedule = "0 3 * * *"
[source.settings]
max_withdrawals = 5

[[source]]
name = "werke"
kind = "dcat"
url = "http://127.0.0.1:9/catalog.ttl"
"""


def test_sources_come_from_a_file_and_are_brought_up_to_date(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES)
    plan = json.loads(lotse("source", "import", str(file), "--dry-run", "--json").stdout)
    assert plan == {"added": ["amt", "werke"], "changed": [], "same": []}
    assert lotse("source", "list", "--json").stdout.strip() == "[]"
    assert json.loads(lotse("source", "import", str(file), "--json").stdout) == plan
    file.write_text(SOURCES.replace('"Das Amt"', '"Ein Amt"'))
    again = json.loads(lotse("source", "import", str(file), "--json").stdout)
    assert again == {"added": [], "changed": ["amt"], "same": ["werke"]}
    shown = json.loads(lotse("source", "show", "amt", "--json").stdout)
    assert (shown["title"], shown["rank"], shown["settings"]) == ("Ein Amt", 10, {"max_withdrawals": "5"})


@pytest.mark.parametrize(
    "text",
    [
        "[[source]\n",
        "x = 1",
        '[[source]]\nname = "a"\nkind = "json"\nurl = "http://x"\nfarbe = "rot"',
        SOURCES + SOURCES,
    ],
)
def test_a_file_of_sources_that_is_wrong_changes_nothing(data: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(text)
    assert lotse("source", "import", str(file)).exit_code == 2
    assert lotse("source", "list", "--json").stdout.strip() == "[]"


def test_an_address_is_looked_at(data: Path, server: Files) -> None:
    turtle = TURTLE.encode()
    server.files["/catalog.ttl"] = (turtle, "text/turtle")
    found = json.loads(lotse("source", "check", f"{server.url}/catalog.ttl", "--json").stdout)
    assert (found["kind"], found["things"]) == ("dcat", 1)
    assert lotse("source", "check", f"{server.url}/gibtsnicht").exit_code == 7
    assert lotse("source", "check", "ftp://x.example/").exit_code == 2


# -- harvesting


def test_a_harvest_is_reported_as_one_document(data: Path, server: Files) -> None:
    added(server, item("1"), item("2"), {"id": "3", "kind": "project"})
    ended = real("harvest", "amt", "--json")
    run = json.loads(ended.stdout)
    assert ended.returncode == 6
    assert ended.stderr == ""
    assert (run["source"], run["outcome"], run["complete"], run["listed"]) == ("amt", "applied", True, 3)
    assert (run["counts"]["added"], run["counts"]["failed"]) == (2, 1)
    assert run["reason"] is None
    (failed,) = [problem for problem in run["problems"] if problem["level"] == "failed"]
    assert failed["record"] == "3"
    assert failed["remedy"]["de"]
    assert set(failed) == {"record", "field", "rule", "level", "node", "value", "message", "remedy"}
    assert {problem["level"] for problem in run["problems"]} <= {"failed", "must"}
    again = json.loads(real("harvest", "amt", "--json").stdout)
    assert (again["outcome"], again["counts"]["same"]) == ("unchanged", 2)
    shown = json.loads(lotse("run", "show", str(run["run"]), "--json").stdout)
    assert shown == run


def test_every_problem_is_a_line(data: Path, server: Files) -> None:
    added(server, item("1"), {"id": "3", "kind": "project"})
    lotse("harvest", "amt")
    ended = lotse("run", "show", "1", "--problems")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {"3"} <= {line["record"] for line in lines}
    assert len(lines) >= len(json.loads(lotse("run", "show", "1", "--json").stdout)["problems"])


def test_a_dry_run_changes_nothing(data: Path, server: Files) -> None:
    added(server, item("1"))
    run = json.loads(lotse("harvest", "amt", "--dry-run", "--json").stdout)
    assert (run["outcome"], run["counts"]["added"]) == ("planned", 1)
    assert lotse("record", "show", "projekt-1").exit_code == 3


def test_a_source_that_fails_ends_with_seven(data: Path, server: Files) -> None:
    added(server, item("1"))
    server.faults["/amt.json"] = Fault(500)
    ended = real("harvest", "amt", "--json")
    assert ended.returncode == 7
    run = json.loads(ended.stdout)
    assert run["outcome"] == "failed"
    assert run["reason"]["de"]
    assert run["reason"]["en"]


def test_withdrawals_wait_until_somebody_decides(data: Path, server: Files) -> None:
    added(server, *(item(str(number)) for number in range(10)))
    assert lotse("harvest", "amt").exit_code == 0
    publish(server, *(item(str(number)) for number in range(3)))
    ended = real("harvest", "amt", "--json")
    run = json.loads(ended.stdout)
    assert (ended.returncode, run["outcome"], run["counts"]["gone"], run["counts"]["withdrawn"]) == (8, "waiting", 7, 0)
    applied = json.loads(lotse("run", "apply", str(run["run"]), "--json").stdout)
    assert (applied["outcome"], applied["counts"]["withdrawn"]) == ("applied", 7)
    assert lotse("run", "apply", str(run["run"])).exit_code == 5
    assert json.loads(lotse("search", "projekt", "--json").stdout)["total"] == 3


def test_withdrawals_can_be_given_up(data: Path, server: Files) -> None:
    added(server, *(item(str(number)) for number in range(10)))
    lotse("harvest", "amt")
    publish(server)
    number = json.loads(lotse("harvest", "amt", "--json").stdout)["run"]
    assert json.loads(lotse("run", "discard", str(number), "--json").stdout)["outcome"] == "discarded"
    assert lotse("run", "discard", str(number)).exit_code == 5


def test_all_sources_give_one_line_each_and_the_gravest_code(data: Path, server: Files) -> None:
    added(server, item("1"), {"id": "x", "kind": "project"})
    added(server, item("2"), name="werke")
    server.faults["/werke.json"] = Fault(500)
    ended = real("harvest", "--all", "--json")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line["source"] for line in lines] == ["amt", "werke"]
    assert ended.returncode == 7
    listed = json.loads(lotse("run", "list", "--json").stdout)
    assert [one["run"] for one in listed] == [2, 1]
    assert [one["source"] for one in json.loads(lotse("run", "list", "--source", "amt", "--json").stdout)] == ["amt"]


def test_seven_comes_before_eight_before_six() -> None:
    def run(outcome: str, failed: int = 0) -> dict[str, Any]:
        return {"outcome": outcome, "counts": {"failed": failed}}

    partly, waiting, failed, busy = run("applied", 1), run("waiting"), run("failed"), run("running")
    assert exit_code([partly, waiting, failed]) == 7
    assert exit_code([partly, waiting]) == 8
    assert exit_code([run("applied"), partly]) == 6
    assert exit_code([busy]) == 5
    assert exit_code([run("applied"), run("unchanged"), run("planned")]) == 0


def test_a_source_that_is_being_read_is_busy(data: Path, server: Files) -> None:
    added(server, item("1"))
    server.faults["/amt.json"] = Fault(200, wait=20)
    first = subprocess.Popen([*LOTSE, "harvest", "amt"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not server.requests and time.monotonic() < until:
            time.sleep(0.05)
        second = real("harvest", "amt", "--json")
        assert second.returncode == 5
        run = json.loads(second.stdout)
        assert run["outcome"] == "running"
        assert run["progress"] == {"done": 0, "of": None}
    finally:
        first.kill()
        first.wait()


def test_removing_a_source_withdraws_its_records(data: Path, server: Files) -> None:
    added(server, item("1"), item("2"))
    lotse("harvest", "amt")
    assert lotse("source", "remove", "amt").exit_code == 2  # nobody there to say yes
    assert "2 records" in lotse("source", "remove", "amt", "--dry-run").stderr
    assert json.loads(lotse("source", "remove", "amt", "--yes", "--json").stdout) == {"source": "amt", "withdrawn": 2}
    assert json.loads(lotse("search", "--json").stdout)["total"] == 0
    assert lotse("source", "show", "amt").exit_code == 3
    assert "withdrawn" in lotse("record", "show", "projekt-1").stdout


# -- records


@pytest.fixture
def harvested(data: Path, server: Files) -> Path:
    added(server, item("1"), item("2", abstract="Ein Weg für Räder."), item("3"))
    assert lotse("harvest", "amt").exit_code == 0
    return data


def test_search_prints_what_the_api_answers(harvested: Path) -> None:
    from starlette.testclient import TestClient

    from api.app import create_app
    from registry.build import open_catalog
    from registry.settings import load, with_secret

    settings = with_secret(load())
    catalog = open_catalog(settings)
    client = TestClient(create_app(catalog, settings), base_url=settings.base_url)
    path = "/api/v1/search?q=räder&kind=project&size=2&sort=title&lang=de"
    assert json.loads(
        real("search", "räder", "--where", "kind=project", "--size", "2", "--sort", "title", "--json").stdout
    ) == (client.get(path).json())
    catalog.close()


def test_a_search_in_words_is_a_table(harvested: Path) -> None:
    ended = real("search", "projekt", "2")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[0].split() == ["ID", "KIND", "SCORE", "TITLE"]
    assert "projekt-2" in ended.stdout
    assert "hits" in ended.stderr
    explained = json.loads(lotse("search", "projekt", "--explain", "--json").stdout)
    assert explained["hits"][0]["parts"]["words"] > 0
    assert "parts" not in json.loads(lotse("search", "projekt", "--json").stdout)["hits"][0]


def test_a_new_catalogue_can_be_searched(data: Path) -> None:
    assert json.loads(lotse("search", "rad", "--json").stdout)["total"] == 0


def test_a_facet_that_there_is_not_is_named(harvested: Path) -> None:
    ended = lotse("search", "--where", "themen=TRAN")
    assert ended.exit_code == 2
    assert "theme" in ended.stderr
    assert lotse("search", "--where", "theme").exit_code == 2


def test_a_record_is_shown_handed_out_and_has_a_history(harvested: Path) -> None:
    assert "Projekt 1" in lotse("record", "show", "projekt-1").stdout
    shown = json.loads(lotse("record", "show", "projekt-1", "--json").stdout)
    assert shown["origin"]["remote_id"] == "1"
    assert "@prefix" in lotse("record", "export", "projekt-1").stdout
    assert json.loads(lotse("record", "export", "projekt-1", "--format", "json").stdout) == shown
    (version,) = json.loads(lotse("record", "history", "projekt-1", "--json").stdout)
    assert version["by"] == "source:amt"


def test_a_record_is_withdrawn_with_a_reason(harvested: Path) -> None:
    assert lotse("record", "withdraw", "projekt-1", "--reason", "Falsch.", "--dry-run").exit_code == 0
    assert json.loads(lotse("search", "--json").stdout)["total"] == 3
    assert lotse("record", "withdraw", "projekt-1", "--reason", "Falsch.", "--by", "anna").exit_code == 0
    assert json.loads(lotse("search", "--json").stdout)["total"] == 2
    assert lotse("record", "withdraw", "projekt-1", "--reason", "Falsch.").exit_code == 3
    history = json.loads(lotse("record", "history", "projekt-1", "--json").stdout)
    assert [version["state"] for version in history] == ["withdrawn", "published"]


@pytest.mark.parametrize("name", ["nt", "ttl", "rdf", "jsonld", "ndjson", "csv"])
def test_the_whole_catalogue_is_exported(harvested: Path, tmp_path: Path, name: str) -> None:
    printed = lotse("export", "--format", name).stdout_bytes
    for number in (1, 2, 3):
        assert f"projekt-{number}".encode() in printed
    file = tmp_path / f"all.{name}"
    assert lotse("export", "--format", name, "-o", str(file)).exit_code == 0
    assert file.read_bytes() == printed
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_line_of_the_export_is_a_record(harvested: Path) -> None:
    lines = [json.loads(line) for line in lotse("export", "--format", "ndjson").stdout.splitlines()]
    assert [line["id"] for line in lines] == ["projekt-1", "projekt-2", "projekt-3"]
    keys = {"id", "kind", "state", "owner", "origin", "metadata", "created", "changed", "number"}
    assert all(keys <= line.keys() for line in lines)
    assert lines[0]["origin"].keys() >= {"source", "remote_id"}


def test_an_export_can_be_narrowed(harvested: Path) -> None:
    assert lotse("export", "--format", "ndjson", "--where", "kind=dataset").stdout == ""
    both = lotse("export", "--format", "ndjson", "--where", "kind=dataset", "--where", "kind=project")
    assert len(both.stdout.splitlines()) == 3
    assert lotse("export", "--where", "farbe=rot").exit_code == 2


def test_a_reader_that_goes_away_is_no_failure_of_ours(harvested: Path) -> None:
    command = f"{sys.executable} -c 'from api.commands.main import main; main()' export --format nt | head -c 10"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ended.stderr == ""


@pytest.mark.parametrize(
    "words", ["search x", "source list", "run list", "user list", "doctor", "export --format nt", "record show x"]
)
def test_what_only_reads_leaves_no_data_folder_behind(data: Path, words: str) -> None:
    assert real(*words.split()).returncode == (3 if "record" in words else 0)
    assert not data.exists()


def test_what_would_have_to_ask_says_which_option_answers(harvested: Path) -> None:
    ended = real("record", "withdraw", "projekt-1")
    assert (ended.returncode, "--reason" in ended.stderr) == (2, True)
    assert real("user", "remove", "x").returncode == 2
    assert real("source", "import", "/gibt/es/nicht.toml").returncode == 3


# -- checks


def test_a_file_with_a_must_finding_ends_with_six(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(TURTLE)
    ended = real("validate", str(file), "--json")
    assert ended.returncode == 6
    answer = json.loads(ended.stdout)
    assert answer["records"] == 1
    assert set(answer["findings"][0]) == {"rule", "level", "node", "field", "value", "message", "remedy"}
    file.write_text("kein rdf {")
    assert real("validate", str(file)).returncode == 6
    assert not data.exists()


def test_an_organization_that_publishes_is_part_of_the_record_and_none_of_its_own(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(
        """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix org: <http://www.w3.org/ns/org#> .
        <https://x.example/d> a dcat:Dataset ; dct:title "x"@de ; dct:publisher <https://x.example/o> .
        <https://x.example/o> a foaf:Agent, org:FormalOrganization ; foaf:name "Amt"@de ."""
    )
    answer = json.loads(real("validate", str(file), "--json").stdout)
    assert answer["records"] == 1
    assert not {"publisher-missing", "publisher-name-missing"} & {one["rule"] for one in answer["findings"]}


def test_an_address_is_checked(data: Path, server: Files) -> None:
    server.files["/x.json"] = (json.dumps({"kind": "dataset", "title": {"de": "x"}}).encode(), "application/json")
    assert lotse("validate", f"{server.url}/x.json").exit_code == 6
    assert lotse("validate", f"{server.url}/gibtsnicht").exit_code == 7


def test_our_own_json_with_wrong_fields_is_named_field_by_field(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"kind": "dataset", "titel": {"de": "x"}}))
    ended = lotse("validate", str(file))
    assert ended.exit_code == 2
    assert "titel" in ended.stderr


def test_shapes_of_others_are_asked(data: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    (shapes / "one.ttl").write_text("""
        @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        [] a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:identifier ; sh:minCount 1 ] .
    """)
    file = tmp_path / "x.ttl"
    file.write_text(TURTLE)
    ended = lotse("validate", str(file), "--shapes", str(shapes), "--json")
    assert ended.exit_code == 6
    assert "identifier" in ended.stdout


def test_a_folder_without_shapes_is_a_wrong_call(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(TURTLE)
    for words in ("", TURTLE):
        (tmp_path / "shapes").mkdir(exist_ok=True)
        (tmp_path / "shapes" / "one.ttl").write_text(words)
        ended = lotse("validate", str(file), "--shapes", str(tmp_path / "shapes"), "--json")
        assert ended.exit_code == 2
        assert "no shapes there" in ended.stderr


# -- the house


def test_doctor_names_what_deserves_a_look_and_ends_well(harvested: Path) -> None:
    answer = json.loads(lotse("doctor", "--json").stdout)
    states = {check["name"]: check["state"] for check in answer["checks"]}
    assert states["database"] == "ok"
    assert states["search"] == "ok"
    assert states["source amt"] == "ok"
    assert states["catalogue"] == "look"
    assert all(check["remedy"] for check in answer["checks"] if check["state"] != "ok")


def test_doctor_finds_a_secret_that_others_can_read(data: Path) -> None:
    assert real("sync").returncode == 0  # somebody has begun here
    (data / "secret").write_text("x" * 40)
    (data / "secret").chmod(0o644)
    ended = lotse("doctor")
    assert ended.exit_code == 1
    assert "chmod 600" in ended.stdout


def test_doctor_ends_with_one_where_the_database_is_away(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_DATABASE", "postgresql+psycopg://lotse:geheim@127.0.0.1:1/lotse")
    ended = lotse("doctor")
    assert ended.exit_code == 1
    assert "geheim" not in ended.output


def test_doctor_ends_with_one_where_the_search_server_is_away(harvested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_SEARCH", "http://127.0.0.1:1")
    ended = lotse("doctor", "--json")
    assert ended.exit_code == 1
    states = {check["name"]: check["state"] for check in json.loads(ended.stdout)["checks"]}
    assert (states["search"], states["database"], states["source amt"]) == ("broken", "ok", "ok")


def test_who_only_reads_where_nothing_is_yet_leaves_a_search_server_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch, server: Files
) -> None:
    """An empty house that goes with the command must not become what everybody finds."""
    monkeypatch.setenv("LOTSE_SEARCH", server.url)
    for words in (["search", "--json"], ["doctor"], ["export"], ["run", "list"], ["user", "list"]):
        assert lotse(*words).exit_code == 0, words
    assert server.requests == []
    assert not data.exists()


def test_the_index_is_built_again(harvested: Path) -> None:
    state = json.loads(lotse("rebuild", "--json").stdout)
    assert state["projections"]["search"]["behind"] == 0
    assert json.loads(lotse("sync", "--json").stdout)["ready"] is True
    assert json.loads(lotse("search", "--json").stdout)["total"] == 3
    before, after = json.loads(lotse("upgrade", "--json").stdout).values()
    assert before == after


def test_accounts_are_kept_without_their_passwords_being_seen(data: Path) -> None:
    ended = real("user", "add", "anna", "--role", "reviewer", "--organization", "amt", stdin="ein langes Kennwort\n")
    assert ended.returncode == 0
    assert "Kennwort" not in ended.stdout + ended.stderr
    assert real("user", "add", "anna", "--password-stdin", stdin="ein langes Kennwort\n").returncode == 5
    assert real("user", "add", "kurz", stdin="kurz\n").returncode == 2
    (anna,) = json.loads(lotse("user", "list", "--json").stdout)
    assert (anna["name"], anna["role"], anna["organizations"]) == ("anna", "reviewer", ["amt"])
    assert lotse("user", "change", "anna", "--role", "administrator").exit_code == 0
    assert "administrator" in lotse("user", "list").stdout
    assert lotse("user", "remove", "anna", "--yes").exit_code == 0
    assert lotse("user", "list", "--json").stdout.strip() == "[]"


@pytest.mark.parametrize("workers", [1, 2])
def test_serve_says_when_it_answers_and_ends_in_good_order(harvested: Path, workers: int) -> None:
    words = [*LOTSE, "serve", "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready[0] == "ready", process.stderr and process.stderr.read()
        with urlopen(f"{ready[1]}/api/v1/search?q=projekt") as answer:
            found = json.load(answer)
        assert found["total"] == 3
        assert found["hits"][0]["url"].startswith(f"{ready[1]}/projekte/")
        assert lotse("serve", "--port", ready[1].rpartition(":")[2]).exit_code == 5
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
    assert stat.S_IMODE((harvested / "secret").stat().st_mode) == 0o600


def test_what_is_harvested_while_it_serves_is_found(harvested: Path, server: Files) -> None:
    process = subprocess.Popen([*LOTSE, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        publish(server, item("1"), item("2"), item("3"), item("4", title="Seilbahn"))
        assert real("harvest", "amt").returncode == 0
        with urlopen(f"{ready[1]}/api/v1/search?q=seilbahn") as answer:
            assert json.load(answer)["total"] == 1
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0


def test_a_worker_harvests_what_is_due(data: Path, server: Files) -> None:
    url = publish(server, item("1"))
    words = ("--kind", "json", "--url", url, "--set", "id=id", "--schedule", "* * * * *")
    assert lotse("source", "add", "amt", *words).exit_code == 0
    process = subprocess.Popen([*LOTSE, "worker"], stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while lotse("record", "show", "projekt-1").exit_code and time.monotonic() < until:
            time.sleep(0.2)
        assert lotse("record", "show", "projekt-1").exit_code == 0
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0


def test_our_catalogue_can_be_harvested_by_another(harvested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen([*LOTSE, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        monkeypatch.setenv("LOTSE_DATA", str(harvested.parent / "other"))
        for suffix in ("ttl", "rdf", "jsonld"):
            added = lotse("source", "add", suffix, "--kind", "dcat", "--url", f"{address}/catalog.{suffix}")
            assert added.exit_code == 0
            run = json.loads(lotse("harvest", suffix, "--json").stdout)
            assert (run["complete"], run["listed"], run["counts"]["failed"]) == (True, 3, 0), suffix
        shown = json.loads(lotse("search", "--json").stdout)
        assert {hit["title"]["de"] for hit in shown["hits"]} == {"Projekt 1", "Projekt 2", "Projekt 3"}
        assert shown["total"] == 3  # the same things from three sources are shown once
    finally:
        process.terminate()
        process.wait(timeout=60)


# -- secrets, and what comes from strangers


def test_the_secret_of_a_source_does_not_leave(data: Path, server: Files) -> None:
    publish(server, item("1"))
    url = f"{server.url.replace('//', '//u:SECRET@')}/amt.json?token=SECRET"
    told = [lotse("source", "add", "amt", "--kind", "json", "--url", url, "--set", "id=id", "--json")]
    told += [
        lotse("source", *words) for words in (["list"], ["list", "--json"], ["show", "amt"], ["show", "amt", "--json"])
    ]
    told += [lotse("harvest", "amt", "--json"), lotse("record", "show", "projekt-1", "--json")]
    told += [lotse("record", "export", "projekt-1"), lotse("export", "--format", "ndjson")]
    server.files.clear()
    told += [lotse("harvest", "amt", "--json"), lotse("run", "list", "--json"), lotse("doctor")]
    assert [one for one in told if "SECRET" in one.output] == []
    assert json.loads(told[6].stdout)["origin"]["url"] == f"{server.url}/amt.json"
    assert json.loads(told[9].stdout)["outcome"] == "failed"


def test_the_words_of_strangers_do_not_steer_the_terminal(data: Path, server: Files) -> None:
    added(server, {"id": "a\x1b[2Jb", "kind": "project", "title": ""}, item("2"))
    told = lotse("harvest", "amt").stdout
    assert "a�[2Jb" in told
    assert "\x1b" not in told


def test_the_history_names_what_a_withdrawal_changed(harvested: Path) -> None:
    lotse("record", "withdraw", "projekt-1", "--reason", "Falsch.")
    newest, _ = json.loads(lotse("record", "history", "projekt-1", "--json").stdout)
    assert (newest["changed"], newest["note"]) == (["state"], "Falsch.")


def test_the_history_of_what_went_and_came_back_names_it(data: Path, server: Files) -> None:
    added(server, item("1"), item("2"))
    lotse("harvest", "amt")
    publish(server, item("1"))
    assert json.loads(lotse("harvest", "amt", "--json").stdout)["counts"]["withdrawn"] == 1
    publish(server, item("1"), item("2"))
    lotse("harvest", "amt")
    back, gone, _ = json.loads(lotse("record", "history", "projekt-2", "--json").stdout)
    assert (back["changed"], gone["changed"]) == (["state"], ["state"])
    assert "nennt den Eintrag nicht mehr" in gone["note"]


@pytest.mark.parametrize(
    "text", ['source = ["a"]', '[[source]]\nname = "a"\nkind = "json"\nurl = "https://x.example"\nsettings = 7']
)
def test_a_file_of_sources_with_the_wrong_form_is_a_wrong_word(data: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.toml").write_text(text)
    told = lotse("source", "import", str(tmp_path / "sources.toml"))
    assert told.exit_code == 2, told.stderr
    assert "fault of Lotse" not in told.stderr


# -- what goes wrong outside


def test_a_mistyped_command_is_told_the_nearest(data: Path) -> None:
    assert "Did you mean 'harvest'?" in lotse("havrest").stderr
    assert "Did you mean 'list'?" in lotse("source", "lst").stderr
    assert "Did you mean '--json'?" in lotse("harvest", "--jsn").stderr


def test_a_file_that_is_no_database_is_named(data: Path) -> None:
    data.mkdir()
    (data / "lotse.sqlite").write_bytes(b"Das ist keine Datenbank, sondern ein Text." * 99)
    ended = real("source", "list")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert str(data / "lotse.sqlite") in ended.stderr
    assert "fault of Lotse" not in ended.stderr
    assert lotse("doctor").exit_code == 1
    assert "no database" in lotse("doctor").stdout


def test_a_data_folder_that_is_closed_to_us_ends_with_four(data: Path) -> None:
    """As somebody else where the tests run as root, to whom nothing is closed."""
    words = ("source", "add", "amt", "--kind", "json", "--url", "http://x.example/")
    (data.parent / "data").write_text("a file")
    assert lotse(*words).exit_code == 1  # what it needs is imported now
    data.unlink()
    data.mkdir(mode=0o500)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        ended = lotse(*words)
    finally:
        if root:
            os.seteuid(0)
    assert (ended.exit_code, ended.stdout) == (4, ""), ended.stderr
    assert "rights" in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full (Linux)")
@pytest.mark.parametrize("words", [["search"], ["search", "--json"], ["--help"], ["export", "--format", "csv"]])
def test_a_full_disk_is_called_so(harvested: Path, words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([*LOTSE, *words], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 1
    assert "disk is full" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reader_who_has_seen_enough_is_no_fault(harvested: Path) -> None:
    for words in (["export"], ["search"], ["record", "show", "projekt-1"], ["run", "show", "1", "--problems"]):
        process = subprocess.Popen(
            [*LOTSE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait(60) in (0, 1), words
        assert "Traceback" not in told
        assert "Error" not in told


def test_a_command_without_stdout_does_its_work(harvested: Path) -> None:
    words = [*LOTSE, "search", "--json"]
    ended = subprocess.run(words, stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=_close_stdout, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def _close_stdout() -> None:
    os.close(1)


def _interruptible() -> None:
    """Who runs the tests in the background lets Ctrl-C be ignored, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 1)])
def test_a_command_that_is_stopped_ends_at_once_and_the_next_goes_on(
    data: Path, server: Files, number: signal.Signals, code: int
) -> None:
    added(server, item("1"))
    server.faults["/amt.json"] = Fault(200, wait=30)
    words = [*LOTSE, "harvest", "amt"]
    process = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_interruptible
    )
    try:
        until = time.monotonic() + 60
        while not server.requests and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(number)
        out, told = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in told
    assert json.loads(lotse("run", "list", "--json").stdout)[0]["outcome"] == "interrupted"
    server.faults.clear()
    assert lotse("harvest", "amt").exit_code == 0


def test_an_export_that_is_stopped_leaves_nothing_behind(harvested: Path, tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    os.mkfifo(target / "out.nt")  # a place in which nothing is replaced before all is there
    ended = real("export", "-o", str(tmp_path / "nowhere" / "out.nt"))
    assert ended.returncode == 2
    assert "no folder" in ended.stderr
    assert real("export", "-o", str(target / "out.nt")).returncode == 0
    assert [file.name for file in target.iterdir()] == ["out.nt"]


def test_an_address_that_is_not_ours_is_a_wrong_word(data: Path) -> None:
    ended = lotse("serve", "--host", "192.0.2.1", "--port", "0")
    assert ended.exit_code == 2
    assert "taken" not in ended.stderr


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("LOTSE_DATABASE", "postgresql+psycopg://lotse:geheim@127.0.0.1:1/lotse", 1),
        ("LOTSE_DATABASE", "mysql://x", 2),
        ("LOTSE_DATABASE", "sqlite:/x", 2),
        ("LOTSE_SEARCH", "solr", 2),
        ("LOTSE_SEARCH", "http://127.0.0.1:1", 1),
        ("LOTSE_CITY", "/gibt/es/nicht", 2),
        ("LOTSE_BASE_URL", "lotse.example", 2),
        ("LOTSE_CA_FILE", "/gibt/es/nicht", 2),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    harvested: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, code: int
) -> None:
    monkeypatch.setenv(setting, value)
    ended = real("search", "projekt")
    assert (ended.returncode, ended.stdout) == (code, ""), ended.stderr
    assert setting in ended.stderr or "Elasticsearch" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "geheim" not in ended.stderr
    assert "fault of Lotse" not in ended.stderr


def test_a_description_of_the_city_that_cannot_be_read_is_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTSE_CITY", str(tmp_path))
    for text in ("name = [", 'farbe = "rot"', "name = 7"):
        (tmp_path / "city.toml").write_text(text)
        ended = real("search")
        assert ended.returncode == 2, ended.stderr
        assert "city.toml" in ended.stderr
        assert ended.stdout == ""


def test_progress_is_shown_on_a_terminal_only(data: Path, server: Files) -> None:
    added(server, item("1"))
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*LOTSE, "harvest", "amt", "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    shown = b""
    with contextlib.suppress(OSError):  # which is how a terminal ends
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert json.loads(out)["outcome"] == "applied"
    assert b"amt" in shown
    assert b"\x1b" in shown
    assert real("harvest", "amt", "--json").stderr == ""
