"""Prepared previews for tests of pages: files are read in this process, as the child would, and stored."""

import hashlib
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from registry.model import Record
from registry.model.message import Message, message
from registry.preview.addresses import address_of
from registry.preview.child import prepare
from registry.preview.model import Prepared, Preview
from registry.preview.preview_store import Stored
from registry.private_files import make_private_folder
from tests.town import Town

READ: datetime = datetime(2026, 11, 22, 5, 10, tzinfo=UTC)


def put_preview(city: Town, record_id: str, index: int, content: bytes | str, declared: str = "CSV") -> str:
    """Stores the table of a file of a record, which is not fetched; returns the id of the distribution."""
    record = city.catalog.store.existing(record_id)
    distribution = record.metadata.distributions[index]
    data = content.encode() if isinstance(content, str) else content
    previews = city.catalog.previews
    make_private_folder(previews.folder)
    with tempfile.TemporaryDirectory(dir=previews.folder) as name:
        folder = Path(name)
        (folder / "file").write_bytes(data)
        target = folder / "table.parquet"
        answer = b"".join(prepare(str(folder / "file"), name, str(target), address_of(distribution), declared))
        prepared = msgspec.msgpack.decode(answer, type=Prepared)
        stem = hashlib.blake2b(data, digest_size=8).hexdigest()
        file = f"{stem}.parquet"
        target.replace(previews.folder / file)
        more = tuple(replace(table, file=f"{stem}.{table.file}") for table in prepared.more)
        for table in prepared.more:
            (folder / table.file).replace(previews.folder / f"{stem}.{table.file}")
    preview = Preview(
        state="ready", read=prepared.read, columns=prepared.columns, total=prepared.total, file=file, fetched=READ,
        url=address_of(distribution), worked=READ, digest=file, size_bytes=len(data), more=more,
        tables=tuple(table.read.table for table in (prepared, *more)) if more else (),
    )  # fmt: skip
    previews.store.put([Stored(record.id, distribution.id, preview, bytes=(previews.folder / file).stat().st_size)])
    return distribution.id


def put_failure(city: Town, record_id: str, index: int, reason: Message) -> str:
    """Stores that the file of a record could not be read, but once could."""
    record: Record = city.catalog.store.existing(record_id)
    distribution = record.metadata.distributions[index]
    failed = Preview(state="failed", reason=reason, url=address_of(distribution), fetched=READ, worked=READ)
    city.catalog.previews.store.put([Stored(record.id, distribution.id, failed)])
    return distribution.id


HOURS = "stelle;zeit;raeder;anteil;luecke;plz\r\n" + "".join(
    f"{place};2026-{month:02}-14 {hour:02}:00;{(place == 'Plöck') * 100 + month * 10 + hour};"
    f"{'' if hour == 5 else f'{month},5'};{'ja' if hour == 3 else 'nein'};069115\r\n"
    for month in range(1, 9) for hour in range(6) for place in ("Gadamerplatz", "Plöck")
)  # fmt: skip
PLACES = "name;breite;länge;plätze\n" + "".join(
    f"Stelle {n};{49.38 + n / 500:.4f};{8.64 + (n * 7 % 11) / 150:.4f};{n * 3}\n".replace(".", ",")
    for n in range(1, 13)
)


def sample_previews(city: Town) -> None:
    """Previews of the files of the sample's counting stations: a table, a table of few rows, a map, a failure."""
    put_preview(city, "rad-zaehlstellen", 0, HOURS)
    put_preview(city, "rad-zaehlstellen", 1, "Posten;Betrag\nSchulen;12500000\nStraßen;8400000\nKultur;3200000\n")
    put_preview(city, "rad-zaehlstellen", 2, PLACES)
    put_failure(city, "rad-zaehlstellen", 3, message("preview-web-page"))
