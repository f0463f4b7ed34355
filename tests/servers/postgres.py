"""A real PostgreSQL on this machine, without root and without a port: one server a test run, a database a test."""

import contextlib
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg

INSTALL = "needs PostgreSQL: .venv/bin/pip install 'pgserver>=0.1.4,<0.2'"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The libpq address of a fresh server; RuntimeError with what to do where it cannot be had.

    Under root it runs as a system user of its own, as PostgreSQL demands; its folder must be reachable for that user.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where the machine has no runtime folder it takes another
            import pgserver
    except ImportError:
        raise RuntimeError(INSTALL) from None
    folder = Path(tempfile.mkdtemp(prefix="lotse-postgres-"))
    try:
        running = pgserver.get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:  # whatever hinders a binary package from starting on this machine
        shutil.rmtree(folder, ignore_errors=True)
        raise RuntimeError(f"PostgreSQL of pgserver does not start here ({error}); {INSTALL}") from error
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(address: str) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh database, dropped afterwards with whatever is still connected to it."""
    name = f"lotse_{secrets.token_hex(6)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield address.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
