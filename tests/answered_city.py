"""The demo's datasets with their prepared tables, made in this process: no server, no harvest, no child."""

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from deploy.heidelberg.demo import HERE
from deploy.heidelberg.sample import stadt, stadtwerke
from deploy.heidelberg.sample.files.serving import FILES
from registry import rdf
from registry.answers.answers import Answers, names_of
from registry.ckan import to_metadata
from registry.errors import LotseError
from registry.model import Metadata, Position, Record
from registry.preview import child
from registry.preview.addresses import address_of
from registry.preview.model import Prepared, Preview
from registry.preview.preview_store import Stored
from registry.preview.previews import Previews, open_previews
from registry.settings import Settings
from vocab.concepts import load

ADDRESS = "http://127.0.0.1:8081"
READ = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


class Records:
    """The records of the sample owners, in the place of a store."""

    def __init__(self, records: dict[str, Record]) -> None:
        self.records = records

    def position(self) -> Position:
        return Position("samples", max((record.number for record in self.records.values()), default=0))

    def changed_ids(self, since: int) -> set[str]:
        return {record.id for record in self.records.values() if record.number > since}

    def get_many(self, ids: Collection[str]) -> dict[str, Record]:
        return {id: self.records[id] for id in ids if id in self.records}


def metadata_of_samples() -> dict[str, Metadata]:
    """Short name of each dataset -> its metadata."""
    packages = {package["name"]: to_metadata(package, ADDRESS, "de")[0] for package in stadt.packages(ADDRESS)}
    for page in range(1, 5):
        parsed = rdf.parse(stadtwerke.answer(f"/katalog.ttl?page={page}", ADDRESS)[2], name="a.ttl")
        for thing in rdf.things(parsed.graph):
            metadata = rdf.read(thing.payload)[0]
            if metadata.kind == "dataset":
                packages[metadata.iri.rpartition("/")[2]] = metadata
    return packages


def answered_city(folder: Path) -> Answers:
    """Answers over all files of the demo that a preview can read."""
    records = {name: Record(id=name, said=metadata) for name, metadata in metadata_of_samples().items()}
    previews = open_previews(f"sqlite:///{folder}/lotse.db", folder, Settings())
    previews.folder.mkdir()
    for record in records.values():
        for distribution in record.metadata.distributions:
            url = address_of(distribution)
            path = urlsplit(url).path.removeprefix("/dateien/")
            if path in FILES and url.startswith(ADDRESS):
                _prepare(previews, folder, (record.id, distribution.id), url)
    answers = Answers(previews, Records(records), names_of(load(HERE / "districts.csv")), "Heidelberg")  # type: ignore[arg-type]
    answers.refresh()
    return answers


def _prepare(previews: Previews, folder: Path, ids: tuple[str, str], url: str) -> None:
    """Prepares a file as the worker does, without a child."""
    path = urlsplit(url).path.removeprefix("/dateien/")
    content = FILES[path]()
    (folder / "file").write_bytes(content)
    name = f"{hashlib.md5(url.encode()).hexdigest()}.parquet"
    declared = path.rpartition(".")[2].upper()
    try:
        answer: Any = child.prepare(str(folder / "file"), str(folder), str(previews.folder / name), url, declared)
        prepared = msgspec.msgpack.decode(b"".join(answer), type=Prepared)
    except LotseError:
        return
    preview = Preview(
        state="ready",
        read=prepared.read,
        columns=prepared.columns,
        total=prepared.total,
        url=url,
        fetched=READ,
        file=name,
    )
    previews.store.put([Stored(*ids, preview, bytes=1)])
