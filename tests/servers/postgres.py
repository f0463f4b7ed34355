"""A real PostgreSQL on this machine, without root and without a port: one server a test run, a database a test."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
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


@contextlib.contextmanager
def small_tablespace(url: str) -> Iterator[str]:
    """The name of a tablespace on a file system of 16 MB; RuntimeError where none can be mounted."""
    address = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        owner, folder = Path(data).stat(), tempfile.mkdtemp(prefix="lotse-small-")
        options = f"size=16m,uid={owner.st_uid},gid={owner.st_gid},mode=0700"
        try:
            mounted = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount")
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
            if not mounted or subprocess.run(command, capture_output=True, check=False).returncode:
                raise RuntimeError("mounting a small file system needs root on Linux")
            name = f"small_{secrets.token_hex(6)}"
            try:
                connection.execute(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
                try:
                    yield name
                finally:
                    connection.execute("CHECKPOINT")  # removes the files of dropped tables
                    connection.execute(f"DROP TABLESPACE {name}")
            finally:
                subprocess.run(["umount", "-l", folder], check=True)
        finally:
            Path(folder).rmdir()
