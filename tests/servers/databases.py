"""`LOTSE_TEST_DATABASE=postgres`: what a test keeps in SQLite in its data folder is kept in PostgreSQL instead.

Each data folder has a database of its own, whose name follows from the folder, so that child processes find it, too.
So tests run on both without being written twice (`make postgres`). ONLY_ON_SQLITE names those that cannot, and why.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import sqlalchemy as sa

from registry import settings
from registry.settings import Settings
from registry.store.database import connect
from tests.paths import ROOT

ACTIVE: Final = os.environ.get("LOTSE_TEST_DATABASE") == "postgres"
_ADDRESS: Final = "LOTSE_TEST_DATABASE_ADDRESS"  # for child processes
_MADE_BY_SQLITE: Final = Settings.database_url
_IS_LOST: Final = settings.is_database_lost

ROOMS: Final = (  # where tests write to a database
    "tests/registry/catalog", "tests/registry/following", "tests/registry/letters", "tests/registry/links",
    "tests/registry/people", "tests/registry/pictures", "tests/registry/preview", "tests/registry/sources",
    "tests/registry/store", "tests/registry/visitors", "tests/api/drafts", "tests/api/editing", "tests/api/visitors",
    "tests/harvesters/run/test_run.py", "tests/harvesters/run/test_kill.py", "tests/harvesters/run/test_unchanged.py",
    "tests/harvesters/run/test_snapshots.py", "tests/harvesters/run/test_trial.py",
    "tests/harvesters/run/test_worker.py", "tests/hostile/test_access.py", "tests/hostile/test_four_eyes.py",
    "tests/hostile/test_many_people.py", "tests/hostile/test_schemathesis.py",
)  # fmt: skip
_FILES: Final = "reads the files of SQLite in the data folder"
ONLY_ON_SQLITE: Final = {  # end of a test's id -> why
    "test_erasing.py::test_afterwards_the_name_and_the_words_are_nowhere": _FILES,
    "test_erasing.py::test_it_is_erased_again_after_an_older_copy_was_put_back": _FILES,
    "test_erasing.py::test_a_named_person_is_erased_again_from_an_older_copy": _FILES,
    "test_figures.py::test_what_there_is_and_what_waits_is_counted": "counts bytes of the data folder",
}


def begin(address: str) -> None:
    """From now on every data folder has its database on this server."""
    os.environ[_ADDRESS] = address
    settings.is_database_lost = lambda _: False  # there is no file that could be missing
    Settings.database_url = property(lambda own: own.database or url_of(own.data))  # type: ignore[assignment]


def adopt() -> None:
    """In a child process of a test: the same as its parent."""
    if ACTIVE:
        begin(os.environ[_ADDRESS])


def end() -> None:
    Settings.database_url = _MADE_BY_SQLITE  # type: ignore[method-assign]
    settings.is_database_lost = _IS_LOST


def url_of(folder: Path) -> str:
    """The SQLAlchemy URL of the database of a data folder, which is made where there is none."""
    name, address = _name(folder), os.environ[_ADDRESS]
    with psycopg.connect(address, autocommit=True) as connection:
        if name not in _names(connection):
            connection.execute(f"CREATE DATABASE {name}")
    return _url(name)


def copy(template: Path, folder: Path) -> None:
    """Gives a folder a copy of the database of another one, which nobody uses meanwhile."""
    source = _name(template)
    connect(_url(source)).dispose()
    with psycopg.connect(os.environ[_ADDRESS], autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (source,))
        connection.execute(f"CREATE DATABASE {_name(folder)} TEMPLATE {source}")


def drop_below(folder: Path) -> None:
    """Drops the databases of the data folders in a folder: a test ended, and hundreds of them would fill the disk."""
    with psycopg.connect(os.environ[_ADDRESS], autocommit=True) as connection:
        existing = _names(connection)
        for place in (folder, *folder.rglob("*")):
            if (name := _name(place)) in existing:
                connect(_url(name)).dispose()
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _names(connection: psycopg.Connection[tuple[str]]) -> set[str]:
    return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def _name(folder: Path) -> str:
    return "lotse_" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


def _url(name: str) -> str:
    address = os.environ[_ADDRESS].replace("postgresql://", "postgresql+psycopg://")
    return sa.make_url(address).set(database=name).render_as_string(hide_password=False)


def reason(nodeid: str) -> str:
    """Why a test is not for PostgreSQL; empty if it is."""
    return next((why for part, why in ONLY_ON_SQLITE.items() if nodeid.partition("[")[0].endswith(part)), "")


def commands() -> Iterator[str]:
    """The rooms, as pytest is called with them."""
    yield from (room for room in ROOMS if (ROOT / room).exists())


if __name__ == "__main__":
    for part, why in ONLY_ON_SQLITE.items():
        print(f"{part}: {why}", file=sys.stderr)
    print(*commands())
