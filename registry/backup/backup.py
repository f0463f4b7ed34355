"""Backs a catalogue up into one file, puts it back, and moves it to another database.

Entry points: `back_up`, `restore`, `move`. What goes along is every row of every table (also what was last read from
the sources), and the files of the data folder that nothing could make again. Search index, triple store and whatever
else is derived is built anew, or caught up, afterwards.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from registry.backup.archive import Header, check_archive, open_archive, writing_archive
from registry.backup.rows import Filling, all_rows, counters, is_empty, lock_tables, snapshot
from registry.build import table_groups
from registry.catalog.erasing import LIST_NAME
from registry.errors import BusyError, ConflictError, NotReadyError, UsageError
from registry.private_files import make_private_file, make_private_folder
from registry.settings import Settings, refuse_lost_database
from registry.store.database import Tables, upgrade_tables, writing
from registry.store.locks import projector_lock, try_lock
from registry.store.schema import DICTIONARIES, NUMBERING
from registry.store.store import open_store

FILES: Final = ("secret", "lotse.toml", LIST_NAME)  # of the data folder, beside the database
SETTINGS_OF_BEFORE: Final = "lotse.toml.restored"
MAX_PART_BYTES: Final = 1 << 31
ALWAYS_FILLED: Final = (NUMBERING.name, DICTIONARIES.name)  # tables that have a row from the beginning
READ_AGAIN: Final = ("staging", "last readings", "payload dictionaries")  # from the sources; a restore replaces them

Progress = Callable[[str, int, int | None], None]
Groups = Mapping[str, tuple[sa.Engine, Tables]]


class RowsPart(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Some rows of a table."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


class FilePart(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A file of the data folder."""

    name: str
    content: bytes


class EndPart(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The end of the content: how many rows each table has."""

    counts: dict[str, int]


Part = RowsPart | FilePart | EndPart


class Outcome(NamedTuple):
    """What was backed up, restored or moved. `at`: when the backup was made; "" for a move."""

    records: int
    rows: int
    number: int
    encrypted: bool = False
    at: str = ""


def back_up(settings: Settings, path: Path, passphrase: str = "", progress: Progress | None = None) -> Outcome:
    """Writes the backup while others go on working; it holds the state of the moment at which it begins.

    NotReadyError if there is nothing to back up. An older database is backed up as it is.
    """
    refuse_lost_database(settings)
    groups = table_groups(settings)
    with ExitStack() as stack:
        connections = [stack.enter_context(snapshot(engine)) for engine in _engines(groups)]
        versions = _versions(connections)
        if not versions:
            raise NotReadyError("backup-nothing", data=settings.data)
        epoch, number = connections[0].execute(sa.select(NUMBERING.c.epoch, NUMBERING.c.last)).one()
        at = datetime.now(UTC).isoformat(timespec="seconds")
        header = Header(version("lotse"), at, epoch, number, versions)
        counts: dict[str, int] = {}
        with writing_archive(path, header, passphrase) as stream:
            for part in _row_parts(connections, _own_tables(groups)):
                counts[part.table] = counts.get(part.table, 0) + len(part.rows)
                _write(stream, part)
                _report(progress, counts)
            for name in FILES:
                if (file := settings.data / name).is_file():
                    _write(stream, FilePart(name, file.read_bytes()))
            _write(stream, EndPart(counts))
    return _outcome(counts, header, bool(passphrase))


def restore(settings: Settings, path: Path, passphrase: str = "", progress: Progress | None = None) -> Outcome:
    """Puts a backup into an empty data folder or database, and begins a new epoch.

    The file is checked before anything is written, and all rows come in one transaction. ConflictError if there is a
    catalogue already, BusyError while `serve` or `worker` run, NotReadyError if the backup is of a newer version.
    """
    header = check_archive(path)
    groups = table_groups(settings)
    with open_archive(path, passphrase) as (_, stream):  # a wrong passphrase, before anything is written
        stream.read(1)
    with _alone(settings), open_archive(path, passphrase) as (_, stream):
        _begin_tables(groups, header.tables)
        counts = _fill(groups, _restored(_read(stream, path), settings.data), progress)
        _upgrade(groups)
    open_store(settings.database_url).new_epoch()
    return _outcome(counts, header, header.encryption is not None)


def move(settings: Settings, url: str, progress: Progress | None = None) -> Outcome:
    """Copies the catalogue into another, empty database, as it is; the old one stays. The epoch stays, too.

    Nobody can write meanwhile. ConflictError if the other one has a catalogue already, BusyError while `serve` or
    `worker` run, NotReadyError if there is nothing to move.
    """
    refuse_lost_database(settings)
    target = replace(settings, database=url)
    groups, target_groups = _apart(table_groups(settings), table_groups(target))
    own = _own_tables(groups)
    with _alone(settings), ExitStack() as stack:
        if settings.database_url.startswith("sqlite") is not url.startswith("sqlite"):
            stack.enter_context(_alone(target))
        connections = [stack.enter_context(writing(engine)) for engine in _engines(groups)]
        for connection in connections:
            lock_tables(connection, own)
        versions = _versions(connections)
        if not versions:
            raise NotReadyError("backup-nothing", data=settings.data)
        _begin_tables(target_groups, versions)
        counts = _fill(target_groups, _row_parts(connections, own), progress)
        epoch, number = connections[0].execute(sa.select(NUMBERING.c.epoch, NUMBERING.c.last)).one()
        _upgrade(target_groups)
    return _outcome(counts, Header("", "", epoch, number, {}), False)


def _outcome(counts: Mapping[str, int], header: Header, encrypted: bool) -> Outcome:
    return Outcome(counts.get("records", 0), sum(counts.values()), header.number, encrypted, header.at)


def _engines(groups: Groups) -> list[sa.Engine]:
    """The databases of the catalogue, each once: that of the records first."""
    return list(dict.fromkeys(engine for engine, _ in groups.values()))


def _apart(groups: Groups, target: Groups) -> tuple[Groups, Groups]:
    """Both without what they share: two SQLite files in one data folder have the same staging beside them."""
    if _engines(groups)[0] == _engines(target)[0]:
        raise UsageError("move-same")
    apart = [name for name, (engine, _) in groups.items() if engine is not target[name][0]]
    return {name: groups[name] for name in apart}, {name: target[name] for name in apart}


def _versions(connections: Iterable[sa.Connection]) -> dict[str, int]:
    return {name: number for connection in connections for name, number in counters(connection).items()}


def _own_tables(groups: Groups) -> frozenset[str]:
    """The names of all tables that Lotse makes: a database may hold others."""
    statements = (line for _, tables in groups.values() for lines in tables.versions for line in lines)
    return frozenset(name for line in statements for name in re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", line))


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """BusyError if a process feeds the projections of this data folder: `serve` and `worker` do."""
    engine = _engines(table_groups(settings))[0]
    lock = try_lock(engine, projector_lock(settings.data))
    if lock is None:
        raise BusyError("backup-running")
    with closing(lock):
        yield


def _begin_tables(groups: Groups, versions: Mapping[str, int]) -> None:
    """Makes the tables as they were in these versions; what is there and empty goes first."""
    newest = {tables.counter: len(tables.versions) for _, tables in groups.values()}
    for counter, number in versions.items():
        if number > newest.get(counter, 0):
            raise NotReadyError("backup-of-newer")
    own = _own_tables(groups) | set(newest)
    replaced = _own_tables({name: group for name, group in groups.items() if name in READ_AGAIN})
    for engine in _engines(groups):
        with writing(engine) as connection:
            present = own & set(sa.inspect(connection).get_table_names())
            if not is_empty(connection, present - {*ALWAYS_FILLED, *newest, *replaced}):
                raise ConflictError("restore-not-empty")
            for name in sorted(present):
                connection.exec_driver_sql(f"DROP TABLE {name}")
    for engine, tables in groups.values():
        if number := versions.get(tables.counter, 0):
            upgrade_tables(engine, Tables(tables.counter, *tables.versions[:number]))


def _upgrade(groups: Groups) -> None:
    for engine, tables in groups.values():
        upgrade_tables(engine, tables)


def _fill(groups: Groups, parts: Iterable[RowsPart], progress: Progress | None) -> dict[str, int]:
    """Writes all rows in one transaction for each database; how many rows each table got."""
    own = _own_tables(groups)
    with ExitStack() as stack:
        fillings = [Filling(stack.enter_context(writing(engine)), own) for engine in _engines(groups)]
        counts: dict[str, int] = {}
        for part in parts:
            filling = next((filling for filling in fillings if filling.has(part.table)), fillings[0])
            filling.add(part.table, part.columns, part.rows)
            counts[part.table] = counts.get(part.table, 0) + len(part.rows)
            _report(progress, counts)
    return counts


def _row_parts(connections: Iterable[sa.Connection], own: frozenset[str]) -> Iterator[RowsPart]:
    for connection in connections:
        for table, columns, rows in all_rows(connection, own):
            yield RowsPart(table, columns, rows)


def _restored(parts: Iterable[Part], data: Path) -> Iterator[RowsPart]:
    """The rows; the files are written on the way. UsageError if rows are missing at the end."""
    counts: dict[str, int] = {}
    for part in parts:
        match part:
            case RowsPart():
                counts[part.table] = counts.get(part.table, 0) + len(part.rows)
                yield part
            case FilePart():
                _restore_file(data, part)
            case EndPart():
                if part.counts != counts:
                    raise UsageError("backup-damaged", path="")


def _restore_file(data: Path, file: FilePart) -> None:
    """Writes a file of the data folder. Lines of `secret` and of the list of what was erased join those there are;
    settings go beside those in force, for they are of another machine."""
    if file.name not in FILES:
        return
    is_settings = file.name == "lotse.toml"
    path = data / (SETTINGS_OF_BEFORE if is_settings else file.name)
    make_private_folder(data)
    make_private_file(path)
    path.write_bytes(file.content if is_settings else _joined(path.read_bytes(), file.content))


def _joined(there: bytes, restored: bytes) -> bytes:
    """The lines of both, each once; the last line of a file may lack its end."""
    lines = dict.fromkeys(map(bytes.strip, (*there.splitlines(), *restored.splitlines())))
    return b"".join(line + b"\n" for line in lines if line)


def _write(stream: BinaryIO, part: Part) -> None:
    body = msgspec.msgpack.encode(part)
    stream.write(len(body).to_bytes(4) + body)


def _read(stream: BinaryIO, path: Path) -> Iterator[Part]:
    """The parts of a backup; UsageError if the end is missing or a part cannot be read."""
    decode = msgspec.msgpack.Decoder(Part).decode
    while True:
        length = int.from_bytes(stream.read(4))
        if not 0 < length <= MAX_PART_BYTES:
            raise UsageError("backup-damaged", path=path)
        try:
            part = decode(stream.read(length))
        except msgspec.MsgspecError:
            raise UsageError("backup-damaged", path=path) from None
        yield part
        if isinstance(part, EndPart):
            return


def _report(progress: Progress | None, counts: Mapping[str, int]) -> None:
    if progress:
        progress("rows", sum(counts.values()), None)
