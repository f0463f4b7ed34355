"""The whole published catalogue as files, with checksums: written every night, all files from the same records.

Files are written into a folder of their own, and `current` names the folder that counts: who downloads meanwhile gets
old files to the end, and a dump that was interrupted is never seen.

Entry points: `write_dump`, `current_dump`, `file_of`, `nightly` (of `lotse worker`).
"""

import gzip
import hashlib
import logging
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

import msgspec

from api.data import catalogue, catalogue_snapshot, data_json
from api.data.export import exported
from api.data.parquet_dump import write_parquet
from registry import city as city_room
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.isolation import isolated
from registry.model import Record
from registry.settings import Settings

KEPT_DUMPS: Final = 2  # the present one, and the one before it, which somebody may be downloading
NIGHT_HOUR: Final = 3  # local time
CHECK_SECONDS: Final = 60.0
RECORDS_PER_READ: Final = 500
GZIP_LEVEL: Final = 6

log = logging.getLogger("lotse.dumps")


PARQUET: Final = "parquet"


class DumpFormat(NamedTuple):
    """A file of a dump. `export`: its name in `api.data.export`."""

    file: str
    export: str
    media_type: str
    label: str


FORMATS: Final = (
    DumpFormat("catalog.nt.gz", "nt", "application/gzip", "N-Triples"),
    DumpFormat("catalog.ttl.gz", "ttl", "application/gzip", "Turtle"),
    DumpFormat("catalog.ndjson.gz", "ndjson", "application/gzip", "NDJSON"),
    DumpFormat("catalog.csv", "csv", "text/csv; charset=utf-8", "CSV"),
    DumpFormat("catalog.parquet", PARQUET, "application/vnd.apache.parquet", "Parquet"),
    DumpFormat("data.json", "data.json", "application/json", "data.json (DCAT-US 1.1)"),
)
CHECKSUMS: Final = "SHA256SUMS"


class DumpFile(msgspec.Struct, frozen=True):
    """A file of a dump; `size` in bytes."""

    name: str
    media_type: str
    label: str
    size: int
    sha256: str


class Dump(msgspec.Struct, frozen=True):
    """A dump: when it was created, of how many records, at which change of the store."""

    folder: str
    created: datetime
    records: int
    position: str
    files: tuple[DumpFile, ...]


def _root(settings: Settings) -> Path:
    return settings.data / "dumps"


def current_dump(settings: Settings) -> Dump | None:
    """The present dump; None before the first one."""
    try:
        name = (_root(settings) / "current").read_text().strip()
        return msgspec.json.decode((_root(settings) / name / "dump.json").read_bytes(), type=Dump)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None


def file_of(settings: Settings, name: str) -> tuple[Path, str]:
    """The path and media type of a file of the present dump; NotFoundError."""
    dump = current_dump(settings)
    types = {file.name: file.media_type for file in dump.files} if dump else {}
    if dump and (name in types or name == CHECKSUMS):
        return _root(settings) / dump.folder / name, types.get(name, "text/plain; charset=utf-8")
    raise NotFoundError("dump-unknown", name=name[:100])


def write_dump(catalog: Catalog, settings: Settings) -> Dump:
    """Writes a new dump and makes it the present one; older ones than KEPT_DUMPS are removed."""
    created = datetime.now(UTC)
    folder = _root(settings) / f"{created:%Y%m%dT%H%M%S.%fZ}"
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        dump = _written(catalog, settings, folder, created)
        (folder / CHECKSUMS).write_text("".join(f"{file.sha256}  {file.name}\n" for file in dump.files))
        (folder / "dump.json").write_bytes(msgspec.json.encode(dump))
        pointer = folder / "current"
        pointer.write_text(folder.name + "\n")
        pointer.replace(_root(settings) / "current")
        stack.pop_all()  # it is whole, so it stays
    for old in sorted(path for path in _root(settings).iterdir() if path.is_dir())[:-KEPT_DUMPS]:
        shutil.rmtree(old, ignore_errors=True)
    return dump


def _written(catalog: Catalog, settings: Settings, folder: Path, created: datetime) -> Dump:
    """Reads the records once into a file beside, so that all formats have the same ones."""
    position = catalog.store.position()
    part = catalogue_snapshot.part(catalog.store.listing())
    beside = folder / "records"
    count = _keep(catalog, part.ids, beside)
    described = catalogue.served(city_room.city(settings), settings.base_url, part.modified)
    files = []
    for row in FORMATS:
        if row.export == PARQUET:
            write_parquet(_kept(beside), settings.base_url, folder / row.file)
            files.append(DumpFile(row.file, row.media_type, row.label, *_measured(folder / row.file)))
            continue
        if row.export == "data.json":
            pieces = data_json.pieces(_kept(beside), described, settings.base_url)
        else:
            pieces = exported(_kept(beside), row.export, settings.base_url, described, settings.contributor)
        size, digest = _save(pieces, folder / row.file)
        files.append(DumpFile(row.file, row.media_type, row.label, size, digest))
    beside.unlink()
    return Dump(folder.name, created, count, f"{position.epoch}.{position.number}", tuple(files))


def _keep(catalog: Catalog, ids: tuple[str, ...], path: Path) -> int:
    """Writes the shown records, a line each; returns how many."""
    encode, count = msgspec.json.Encoder().encode, 0
    with path.open("wb") as file:
        for start in range(0, len(ids), RECORDS_PER_READ):
            for record in catalog.store.get_many(ids[start : start + RECORDS_PER_READ]).values():
                if record.shown:
                    file.write(encode(record) + b"\n")
                    count += 1
    return count


def _kept(path: Path) -> Iterator[Record]:
    decode = msgspec.json.Decoder(Record).decode
    with path.open("rb") as file:
        for line in file:
            yield decode(line)


def _save(pieces: Iterable[bytes], path: Path) -> tuple[int, str]:
    """Writes a file, compressed if its name says so; returns its size and its SHA-256."""
    with _opened(path) as file:
        for piece in pieces:
            file.write(piece)
    return _measured(path)


def _measured(path: Path) -> tuple[int, str]:
    """The size of a file and its SHA-256."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("wb") as file:
        if path.suffix == ".gz":  # without name and time, so that the same records give the same bytes
            with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as compressed:
                yield cast(BinaryIO, compressed)
        else:
            yield file


def nightly(catalog: Catalog, settings: Settings, stop: threading.Event) -> None:
    """Writes a dump every night at NIGHT_HOUR, and at once where there is none, until `stop` is set."""

    def failed(error: Exception) -> None:
        log.error("the dump of the catalogue could not be written", exc_info=error)

    while not stop.is_set():
        if is_due(current_dump(settings), datetime.now().astimezone()):
            isolated(lambda: _log(write_dump(catalog, settings)), failed)
        stop.wait(CHECK_SECONDS)


def is_due(dump: Dump | None, now: datetime) -> bool:
    """Whether a dump is to be written: there is none, or none since the last NIGHT_HOUR."""
    if dump is None:
        return True
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return dump.created < night <= now or (now - dump.created).total_seconds() > 86_400


def _log(dump: Dump) -> None:
    log.info("dump of %s records written to %s", dump.records, dump.folder)
