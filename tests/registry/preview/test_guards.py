"""What previews cannot do: DuckDB installs and opens nothing else, and the web process neither fetches nor parses.

Covers: registry/preview/locked_database.py
"""

from pathlib import Path

import duckdb
import pytest

from registry.preview.locked_database import locked
from tests.paths import ROOT

WORKER_ONLY = (
    "previews.prepare(", "prepare_one(", "prepare_by_host(", "prepare_due(", "fetch_wanted(", "ask_service(",
    "fetched_picture(",
)  # fmt: skip
MAY_PREPARE = ("api/commands/", "deploy/")


@pytest.mark.parametrize(
    "statement",
    [
        "INSTALL spatial",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET autoinstall_known_extensions = true",
        "SELECT * FROM read_csv('{outside}')",
        "SELECT * FROM read_text('{outside}')",
        "COPY (SELECT 1) TO '{outside}.copy'",
        "ATTACH '{outside}.db'",
    ],
)
def test_the_database_touches_nothing_but_its_folder(tmp_path: Path, statement: str) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside.csv"
    inside.mkdir()
    outside.write_text("a,b\n1,2\n")
    (inside / "table.csv").write_text("a,b\n1,2\n")
    with locked("100MB", inside) as connection:
        assert connection.execute(f"SELECT a FROM read_csv('{inside}/table.csv')").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error, match="disabled|locked"):  # and not because there is no network
            connection.execute(statement.format(outside=outside))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside", "outside.csv"]


def test_only_the_worker_and_commands_prepare() -> None:
    callers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "api").rglob("*.py")
        if any(call in path.read_text(encoding="utf-8") for call in WORKER_ONLY)
    }
    assert "api/commands/previews.py" in callers
    assert {path for path in callers if not path.startswith(MAY_PREPARE)} == set()
    defined = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "registry" / "preview").glob("*.py"))
    for call in WORKER_ONLY:
        assert f"def {call.rpartition('.')[2]}" in defined, call
