"""`lotse backup`, `restore` and `move`: what an operator types, and what comes of it."""

import json
from pathlib import Path

import pytest

from registry.backup import archive
from tests.api.commands.calling import lotse

PASSPHRASE = "ein langes Kennwort"


@pytest.fixture
def elsewhere(harvested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of the harvested catalogue; the data folder from here on is another, empty one."""
    monkeypatch.setattr(archive, "SCRYPT_COST", 2)
    (harvested / "lotse.toml").write_text('contributor = "http://dcat-ap.de/def/contributors/test"\n')
    written = lotse("backup", str(tmp_path / "plain"), "--json")
    assert json.loads(written.stdout)["records"] == 3
    assert lotse("backup", str(tmp_path / "sealed"), "--encrypt", stdin=PASSPHRASE + "\n").exit_code == 0
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "elsewhere"))
    return tmp_path


def test_another_machine_exports_what_this_one_did(
    elsewhere: Path, harvested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lotse("restore", str(elsewhere / "plain"), "--check").exit_code == 0
    assert not (elsewhere / "elsewhere").exists()
    restored = lotse("restore", str(elsewhere / "plain"))
    assert restored.exit_code == 0
    assert "lotse.toml.restored" in restored.stderr
    exported = lotse("export").stdout_bytes
    assert len(lotse("search", "--json").stdout) > 500  # the index is there
    assert lotse("restore", str(elsewhere / "plain")).exit_code == 5
    monkeypatch.setenv("LOTSE_DATA", str(harvested))
    (harvested / "lotse.toml").unlink()
    assert lotse("export").stdout_bytes == exported


def test_a_lost_database_comes_back_into_its_folder(
    elsewhere: Path, harvested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTSE_DATA", str(harvested))
    before = lotse("export").stdout_bytes
    for file in harvested.glob("lotse.sqlite*"):
        file.unlink()
    assert lotse("export").exit_code == 1
    assert lotse("restore", str(elsewhere / "plain")).exit_code == 0
    assert lotse("export").stdout_bytes == before


def test_an_encrypted_backup_asks_for_its_passphrase(elsewhere: Path) -> None:
    sealed, file = str(elsewhere / "sealed"), elsewhere / "passphrase"
    assert lotse("restore", sealed).exit_code == 2
    assert lotse("restore", sealed, stdin="ein falsches Kennwort\n").exit_code == 4
    assert not (elsewhere / "elsewhere" / "lotse.sqlite").exists()
    file.write_text(PASSPHRASE + "\n")
    assert lotse("restore", sealed, "--passphrase-file", str(file), "--no-wait").exit_code == 0


def test_a_damaged_or_missing_backup_is_refused_with_a_sentence(elsewhere: Path) -> None:
    whole = (elsewhere / "plain").read_bytes()
    (elsewhere / "half").write_bytes(whole[: len(whole) // 2])
    damaged = lotse("restore", str(elsewhere / "half"))
    assert damaged.exit_code == 2
    assert "not whole" in damaged.stderr
    assert lotse("restore", str(elsewhere / "nowhere")).exit_code == 3
    assert lotse("backup", str(elsewhere / "empty")).exit_code == 1


def test_who_was_erased_since_stays_erased(elsewhere: Path, harvested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTSE_DATA", str(harvested))
    assert lotse("user", "add", "anna", stdin="ein langes Kennwort\n").exit_code == 0
    assert lotse("backup", str(elsewhere / "anna")).exit_code == 0
    assert lotse("erase", "anna", "--yes").exit_code == 0
    monkeypatch.setenv("LOTSE_DATA", str(elsewhere / "elsewhere"))
    done = lotse("restore", str(elsewhere / "anna"), "--erased", str(harvested / "erased.jsonl"), "--no-wait")
    assert "again" in done.stderr
    assert lotse("user", "list", "--json").stdout.strip() == "[]"


def test_a_catalogue_moves_to_another_database(
    harvested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lotse("export").stdout_bytes
    url = f"sqlite:///{tmp_path / 'other' / 'lotse.sqlite'}"
    assert lotse("move", "--to", "mysql://x").exit_code == 2
    assert lotse("move", "--to", "sqlite").exit_code == 2
    moved = lotse("move", "--to", url)
    assert moved.exit_code == 0
    assert f"LOTSE_DATABASE={url}" in moved.stderr
    monkeypatch.setenv("LOTSE_DATABASE", url)
    assert lotse("export").stdout_bytes == before
