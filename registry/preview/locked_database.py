"""Opens DuckDB so that it can touch some folders only. Entry points: `locked`, `quoted`.

Nothing is installed or loaded at run time, no setting can be changed afterwards, one thread works.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def locked(memory: str, *folders: Path) -> "DuckDBPyConnection":
    """A database in memory that may read and write these folders only; files in between go to the first one."""
    import duckdb  # late: a process that shows no preview need not load it

    allowed = ", ".join(f"'{quoted(folder)}/'" for folder in folders)
    connection = duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": memory,
            "temp_directory": str(folders[0]),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        }
    )
    connection.execute(
        f"SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET allowed_directories = [{allowed}]; "
        "SET enable_external_access = false; SET lock_configuration = true"
    )
    return connection


def quoted(path: Path) -> str:
    """The path inside of a text of SQL."""
    return str(path).replace("'", "''")
