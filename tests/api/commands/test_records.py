"""`lotse search`, `lotse record` and `lotse validate`."""

import json
import re
from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from tests.api.commands.calling import TURTLE, added, item, lotse, publish
from tests.servers.replay import Files
from tests.town import Town


def test_search_prints_what_the_api_answers(harvested: Path) -> None:
    printed = lotse("search", "räder", "--where", "kind=project", "--size", "2", "--sort", "title", "--json").stdout
    with Town(harvested, secret=("s" * 40,)) as town:
        client = TestClient(create_app(town.catalog, town.settings), base_url=town.settings.base_url)
        answer = client.get("/api/v1/search?q=räder&kind=project&size=2&sort=title&lang=de").json()
    assert json.loads(printed) == answer
    assert answer["hits"]


def test_a_search_takes_limits_facets_and_tokens(harvested: Path) -> None:
    limited = json.loads(lotse("search", "--where", "bbox=0,0,1,1", "--where", "facets=use", "--json").stdout)
    assert (limited["total"], list(limited["facets"])) == (0, ["use"])
    wrong = lotse("search", "--where", "near=hier")
    assert wrong.exit_code == 2
    first = json.loads(lotse("search", "--size", "1", "--sort", "title", "--json").stdout)
    second = lotse("search", "--size", "1", "--sort", "title", "--where", f"cursor={first['cursor']}", "--json").stdout
    assert json.loads(second)["hits"][0]["id"] != first["hits"][0]["id"]


def test_a_search_in_words_is_a_table(harvested: Path) -> None:
    ended = lotse("search", "projekt", "2")
    assert ended.exit_code == 0
    assert ended.stdout.splitlines()[0].split() == ["ID", "KIND", "SCORE", "TITLE"]
    assert "projekt-2" in ended.stdout
    assert ended.stderr.strip() == "1 hit"
    similar = lotse("search", "xylophon", "2")
    assert "projekt-2 " in similar.stdout
    assert "(ähnlich)" in similar.stdout
    assert re.search(r"^nothing exact, \d+ similar hits?$", similar.stderr, re.MULTILINE)
    assert re.search(r"^([2-9]|\d\d+) hits$", lotse("search", "projekt").stderr, re.MULTILINE)
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
    assert lotse("record", "withdraw", "projekt-1", "--reason", "Falsch.").exit_code == 5
    assert lotse("record", "withdraw", "gibt-es-nicht", "--reason", "Falsch.").exit_code == 3
    history = json.loads(lotse("record", "history", "projekt-1", "--json").stdout)
    assert [version["state"] for version in history] == ["withdrawn", "published"]


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


def test_a_file_with_a_must_finding_ends_with_six(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(TURTLE)
    ended = lotse("validate", str(file), "--json")
    assert ended.exit_code == 6
    answer = json.loads(ended.stdout)
    assert answer["records"] == 1
    assert set(answer["findings"][0]) == {"rule", "level", "node", "field", "value", "message", "remedy"}
    file.write_text("kein rdf {")
    assert lotse("validate", str(file)).exit_code == 6
    assert not data.exists()


def test_faults_of_the_catalogue_itself_are_named(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(f"{TURTLE} <https://x.example/c> a <http://www.w3.org/ns/dcat#Catalog> ; <http://x.example/p> 1 .")
    answer = json.loads(lotse("validate", str(file), "--json").stdout)
    faults = {
        (each["node"], each["field"]): each for each in answer["findings"] if each["rule"] == "catalogue-incomplete"
    }
    assert answer["records"] == 1
    assert (
        faults["https://x.example/c", "title"]["level"] == faults["https://x.example/c", "publisher"]["level"] == "must"
    )


def test_an_organization_that_publishes_is_part_of_the_record_and_none_of_its_own(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text(
        """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix org: <http://www.w3.org/ns/org#> .
        <https://x.example/d> a dcat:Dataset ; dct:title "x"@de ; dct:publisher <https://x.example/o> .
        <https://x.example/o> a foaf:Agent, org:FormalOrganization ; foaf:name "Amt"@de ."""
    )
    answer = json.loads(lotse("validate", str(file), "--json").stdout)
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
