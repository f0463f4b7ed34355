"""`lotse erase`: a person, and once more by the list."""

import json
from pathlib import Path

from tests.api.commands.calling import lotse


def test_a_person_is_erased_after_a_question_and_again_by_the_list(data: Path) -> None:
    lotse("user", "add", "anna", stdin="ein langes Kennwort\n")
    assert lotse("erase").exit_code == 2
    assert lotse("erase", "anna").exit_code == 2
    assert lotse("erase", "berta", "--yes").exit_code == 3
    (erased,) = json.loads(lotse("erase", "anna", "--yes", "--json").stdout)
    assert erased["number"] > 0
    assert lotse("user", "list", "--json").stdout.strip() == "[]"
    lotse("user", "add", "anna", stdin="ein langes Kennwort\n")
    again = lotse("erase", "--again", str(data / "erased.jsonl"))
    assert again.exit_code == 0
    assert lotse("user", "list", "--json").stdout.strip() == "[]"
    assert "Nobody" in lotse("erase", "--again", str(data / "erased.jsonl")).stderr


def test_a_dry_run_erases_nothing_and_says_where_the_words_stand(data: Path) -> None:
    lotse("user", "add", "anna-muster", stdin="ein langes Kennwort\n")
    shown = json.loads(lotse("erase", "anna-muster", "--dry-run", "--json").stdout)
    assert set(shown) == {"terms", "traces", "others"}
    assert "anna-muster" in lotse("user", "list", "--json").stdout
    assert "nowhere" in lotse("erase", "--words", "Erika Gesuchtmann", "--dry-run").stderr
    assert lotse("erase", "niemand-hier", "--dry-run").exit_code == 3
