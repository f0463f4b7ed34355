"""What goes wrong outside of Lotse is one sentence and an exit code."""

import os
from pathlib import Path

import pytest

from tests.api.commands.calling import lotse


def test_a_fault_of_ours_is_one_sentence_unless_debugging(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data.parent / "data").write_text("a file where the folder should be")
    words = ("source", "add", "amt", "--kind", "json", "--url", "http://127.0.0.1:9/x.json")
    ended = lotse(*words)
    assert ended.exit_code == 1
    assert "Traceback" not in ended.stderr
    monkeypatch.setenv("LOTSE_DEBUG", "1")
    assert "Traceback" in lotse(*words).stderr


def test_a_file_that_is_no_database_is_named(data: Path) -> None:
    data.mkdir()
    (data / "lotse.sqlite").write_bytes(b"Das ist keine Datenbank, sondern ein Text." * 99)
    ended = lotse("source", "list")
    assert (ended.exit_code, ended.stdout) == (1, "")
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
    ended = lotse("search", "projekt")
    assert (ended.exit_code, ended.stdout) == (code, ""), ended.stderr
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
        ended = lotse("search")
        assert ended.exit_code == 2, ended.stderr
        assert "city.toml" in ended.stderr
        assert ended.stdout == ""
