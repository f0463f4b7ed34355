"""`lotse record import`: drafts from a file, a dry run, and the same file again."""

import json
from pathlib import Path

from tests.api.commands.calling import lotse

ROWS = "Kennung;Titel;Kurzfassung\n" + "".join(f"{n};Vorhaben {n};Kurz.\n" for n in range(5))


def test_a_file_becomes_drafts_once(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(ROWS, encoding="utf-8")
    assert lotse("record", "import", str(file), "--account", "anna").exit_code == 3
    assert lotse("user", "add", "anna", "--organization", "amt", stdin="ein langes Kennwort\n").exit_code == 0
    command = ("record", "import", str(file), "--account", "anna", "--set", "const.themes=ENVI", "--json")
    planned = json.loads(lotse(*command, "--dry-run").stdout)
    assert planned == {"entries": 5, "counts": {"new": 5}, "drafts": [], "submitted": 0}
    assert len(json.loads(lotse(*command).stdout)["drafts"]) == 5
    assert json.loads(lotse(*command).stdout) == {"entries": 5, "counts": {"same": 5}, "drafts": [], "submitted": 0}
    assert lotse(*command[:-3], "--set", "themes").exit_code == 2
    ended = lotse("record", "import", str(file), "--account", "anna", "--dry-run")
    assert "5 changed" in ended.stderr + ended.stdout


def test_rows_without_a_title_are_counted_and_the_others_are_taken(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "liste.json"
    file.write_text('[{"id": 1}, {"id": 2, "title": "Zwei"}]', encoding="utf-8")
    lotse("user", "add", "anna", stdin="ein langes Kennwort\n")
    ended = lotse("record", "import", str(file), "--account", "anna", "--json")
    assert ended.exit_code == 6
    assert json.loads(ended.stdout)["counts"] == {"failed": 1, "new": 1}


def test_what_lacks_nothing_is_handed_in_at_once(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    head = "Kennung;Titel;Kurzfassung;Phase;Thema;Ort;Federführung;Kontakt\n"
    rows = "1;Eins;Kurz.;Idee;ENVI;Ort;Amt;a@example.org\n2;Zwei;;Idee;ENVI;Ort;Amt;a@example.org\n"
    file.write_text(head + rows, encoding="utf-8")
    lotse("user", "add", "anna", stdin="ein langes Kennwort\n")
    command = ("record", "import", str(file), "--account", "anna", "--submit", "--json")
    assert json.loads(lotse(*command, "--new-offices").stdout)["submitted"] == 1
