"""The previews of an installation: what is known of each file, pages of its table, and how it is prepared.

Entry points: `Previews`, `open_previews`. `prepare` fetches and reads; only the worker and `lotse preview` call it. All
other methods open prepared files only. Invariants: strangers' files are parsed in a child process with limits
(`registry.preview.child`); a prepared file is complete before its row names it, and goes with its row.
"""

import contextlib
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from registry.child_pool import ChildFaultError, call
from registry.errors import (
    LotseError,
    NotFoundError,
    NotReadyError,
    StoppedError,
    StorageFullError,
    UnreadableError,
    UsageError,
)
from registry.fetch.session import NotModifiedError, Outward, session
from registry.masking import shown
from registry.model import Distribution, Record
from registry.model.harvest import Validators
from registry.model.identity import digest
from registry.model.message import Message, message
from registry.preview import bounds
from registry.preview.addresses import address_of
from registry.preview.conditions import named
from registry.preview.exporting import Format, exported
from registry.preview.fetching import fetched
from registry.preview.map_picture import box_of, draw
from registry.preview.model import (
    READER_VERSION,
    Aggregate,
    Groups,
    Picture,
    Prepared,
    Preview,
    ReadAs,
    Rows,
    Selection,
)
from registry.preview.preview_store import NEVER, PreviewStore, Stored, open_preview_store
from registry.preview.querying import PreparedFiles
from registry.preview.service_answers import FORMATS, SERVICE
from registry.preview.service_asking import ask_service
from registry.preview.tiles import NO_BACKGROUND, Background, Tiles
from registry.private_files import make_private_folder
from vocab.formats import file_type

if TYPE_CHECKING:
    from requests import Session

FOLDER: Final = "previews"  # in the data folder
TILES_FOLDER: Final = "tiles"
FAULT: Final = message("preview-reader-fault")
ERASED: Final = message("preview-erased")
log = logging.getLogger("lotse.previews")


class _Job(NamedTuple):
    """A file that is prepared. `folder`: for files in between."""

    record: Record
    distribution: Distribution
    url: str
    http: "Session"
    folder: Path


class Previews:
    """The previews of an installation. `folder`: of the prepared files; `outward`: how addresses are fetched; `tiles`:
    of the background of maps."""

    def __init__(self, store: PreviewStore, folder: Path, outward: Outward, tiles: Tiles) -> None:
        self.store = store
        self.tiles = tiles
        self.folder = folder
        self._outward = outward
        self._files = PreparedFiles(folder)
        self._readers = threading.BoundedSemaphore(bounds.READERS_AT_ONCE)

    # -- reading, for pages and API

    def get(self, record_id: str, distribution_id: str) -> Preview | None:
        """What is known of the file of a distribution; None if nobody has looked at it yet."""
        stored = self.store.get(record_id, distribution_id)
        return stored.preview if stored else None

    def of(self, record: Record, distribution: Distribution) -> Preview:
        """What is known of the file of a distribution, `waiting` if its present address was not read yet.

        Notes that it was asked for, so that its prepared file is kept, or made again if it was deleted to save space.
        """
        url = address_of(distribution)
        stored = self.store.get(record.id, distribution.id)
        if stored is None or stored.preview.url != url:
            return _unread(url)
        if stored.preview.state == "ready" and not self._has_files(stored.preview):  # as after a backup was put back
            waiting = Preview(state="waiting", url=url, worked=stored.preview.worked)
            stored = stored._replace(preview=waiting, due=NEVER)
        self._note_use(stored)
        return stored.preview

    def of_record(self, record: Record) -> dict[str, Preview]:
        """Id of each distribution -> what is known of its file."""
        return _current(record, {row.distribution: row.preview for row in self.store.of_record(record.id)})

    def of_records(self, records: Collection[Record]) -> dict[str, dict[str, Preview]]:
        """Id of each record -> what `of_record` says, with one query for all of them."""
        stored: dict[str, dict[str, Preview]] = {record.id: {} for record in records}
        for row in self.store.of_records(list(stored)):
            stored[row.record][row.distribution] = row.preview
        return {record.id: _current(record, stored[record.id]) for record in records}

    def rows(self, record_id: str, distribution_id: str, selection: Selection) -> Rows:
        """A page of a prepared table; UsageError for what it does not have, NotReadyError if it is not prepared."""
        return self._files.rows(self._ready(record_id, distribution_id, selection.table), selection)

    def aggregate(self, record_id: str, distribution_id: str, asked: Aggregate) -> Groups:
        """The groups of an aggregate; errors as of `rows`."""
        return self._files.aggregate(self._ready(record_id, distribution_id, asked.table), asked)

    def where(
        self, record_id: str, distribution_id: str, pairs: list[str], table: str = ""
    ) -> tuple[tuple[str, str], ...]:
        """The filters written as `COLUMN:VALUE`; errors as of `rows`."""
        return named(self._ready(record_id, distribution_id, table), pairs)

    def export(self, record_id: str, distribution_id: str, selection: Selection, format: Format) -> Iterator[bytes]:
        """The rows of a selection, without its page, as a file: csv, json, xlsx or parquet; errors as of `rows`."""
        return exported(self._files, self._ready(record_id, distribution_id, selection.table), selection, format)

    def picture(self, preview: Preview) -> bytes:
        """The picture that a map service has drawn; NotFoundError if there is none."""
        path = self.folder / preview.picture.file if preview.picture else None
        if path is None or not path.exists():
            raise NotFoundError("nothing-here")
        return path.read_bytes()

    def warm_up(self) -> None:
        """Loads what the first who looks at a table would wait for, if there are prepared tables."""
        if self.folder.exists():
            self._files.warm_up()

    def _ready(self, record_id: str, distribution_id: str, table: str) -> Preview:
        preview = self.get(record_id, distribution_id)
        if preview is None or preview.state != "ready":
            raise NotReadyError("preview-not-ready")
        return chosen_table(preview, table)

    def _note_use(self, stored: Stored) -> None:
        now = datetime.now(UTC)
        is_away = stored.preview.state == "waiting" and stored.due == NEVER
        if is_away or (stored.preview.file and now - stored.used > bounds.USE_NOTED):
            with contextlib.suppress(StorageFullError):
                self.store.use(stored.record, stored.distribution, now, now if is_away else None)

    # -- preparing, for the worker and `lotse preview`

    def prepare(self, record: Record, distribution: Distribution, http: "Session | None" = None) -> Preview:
        """Fetches and reads the file of a distribution, if it has changed; returns what is known of it then.

        Never fails because of the file: a preview that failed says why. StoppedError, StorageFullError.
        """
        url = address_of(distribution)
        before = self.store.get(record.id, distribution.id)
        if before and (before.preview.url != url or before.preview.reader != READER_VERSION):
            before = before._replace(validators=Validators(), failures=0)
        if before is None:
            before = Stored(record.id, distribution.id, Preview(state="waiting", url=url))
        if not url:
            self._keep(before, before._replace(preview=_unread(url), bytes=0, due=NEVER))
            return _unread(url)
        make_private_folder(self.folder)
        with contextlib.ExitStack() as stack:
            http = http or stack.enter_context(session(self._outward, seconds=bounds.FETCH_SECONDS))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="new-", dir=self.folder)))
            after = self._prepared(before, _Job(record, distribution, url, http, folder))
        self._keep(before, after)
        return after.preview

    def _prepared(self, before: Stored, job: _Job) -> Stored:
        """The row after fetching and reading."""
        now, url = datetime.now(UTC), job.url
        is_ready = before.preview.state == "ready" and before.preview.url == url and self._has_files(before.preview)
        try:
            file = fetched(job.http, url, job.folder / "file", before.validators if is_ready else Validators())
            service = ask_service(job.http, url, job.folder / "file")
            file = service or file
            if before.preview.reason == ERASED and file.digest == before.preview.digest:
                return _worked(before, replace(before.preview, fetched=now), now, file.validators)
            if is_ready and file.digest == before.preview.digest and before.preview.reader == READER_VERSION:
                return _unchanged(before, now, file.validators)
            prepared = self._read(job, SERVICE if service else "")
            stem = f"{digest(f'{before.record} {before.distribution}')}-{file.digest[:8]}-{READER_VERSION}"
            kept = _moved(prepared, job.folder, self.folder / stem)
            read, picture = self._with_picture(kept, job, stem)
        except NotModifiedError:
            return _unchanged(before, now, before.validators)
        except (StoppedError, StorageFullError):
            raise
        except ChildFaultError as fault:
            log.error("preview of %s: %s", shown(url), fault)
            return _failed(before, url, now, UnreadableError("file-unreadable", FAULT, where=shown(url), remedy=""))
        except LotseError as error:
            return _failed(before, url, now, error)
        preview = Preview(
            state="ready", read=read, columns=kept.columns, total=kept.total, url=url, fetched=now, worked=now,
            digest=file.digest, size_bytes=file.size, file=kept.file, more=kept.more, picture=picture,
            tables=tuple(table.read.table for table in (kept, *kept.more)) if kept.more else (),
        )  # fmt: skip
        size = sum((self.folder / name).stat().st_size for name in preview.files)
        return _worked(before, preview, now, file.validators)._replace(bytes=size, used=now)

    def _read(self, job: _Job, declared: str) -> Prepared:
        """Has a child read the file; its errors are those of `registry.child_pool.call`."""
        kind = file_type(job.distribution.format, job.distribution.media_type, job.url)
        notation = declared or (kind.concept.notation if kind else "")
        paths = (str(job.folder / "file"), str(job.folder), str(job.folder / "table.parquet"))
        with self._readers:
            answer = b"".join(
                call(shown(job.url), bounds.CHILD, "registry.preview.child:prepare", *paths, shown(job.url), notation)
            )
        return msgspec.msgpack.decode(answer, type=Prepared)

    def _with_picture(self, prepared: Prepared, job: _Job, stem: str) -> tuple[ReadAs, Picture | None]:
        """How the file was read, and the picture that a map service has drawn; where it draws none, that is said."""
        if prepared.map_offer is None:
            return prepared.read, None
        drawn = draw(job.http, prepared.map_offer, job.distribution, box_of(job.record))
        if drawn is None:
            return replace(prepared.read, notes=(*prepared.read.notes, message("preview-no-picture"))), None
        name = f"{stem}.{drawn.picture.suffix}"
        (self.folder / name).write_bytes(drawn.picture.content)
        title = drawn.layer.title or drawn.layer.name
        return prepared.read, Picture(name, drawn.picture.width, drawn.picture.height, title, drawn.box)

    def _keep(self, before: Stored, after: Stored) -> None:
        self.store.put([after])
        self._unlink(name for name in before.preview.files if name not in after.preview.files)

    def _has_files(self, preview: Preview) -> bool:
        return bool(preview.file) and all((self.folder / name).exists() for name in preview.files)

    def _unlink(self, names: Iterable[str]) -> None:
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def postpone(self, row: Stored) -> None:
        """Leaves a file for later, because its host gives no answer at all."""
        self.store.put([row._replace(due=datetime.now(UTC) + bounds.HOST_PAUSE)])

    def give_up(self, row: Stored, error: Exception) -> Preview:
        """Notes that a file could not be prepared because of a fault of ours, and when to try again."""
        log.error("preview of %s", shown(row.preview.url), exc_info=error)
        reason = UnreadableError("file-unreadable", FAULT, where="", remedy="")
        after = _failed(row, row.preview.url, datetime.now(UTC), reason)
        self._keep(row, after)
        return after.preview

    # -- room on the disk

    def remove(self, record_id: str) -> None:
        """Deletes all previews of a record that was withdrawn or erased."""
        self._delete(self.store.of_record(record_id))

    def forget(self, row: Stored) -> None:
        """Deletes the preview of a file that its record no longer has."""
        self._delete([row])

    def erase(self, terms: Collection[str], holds: Callable[[str], bool]) -> int:
        """Deletes the tables that hold words of a person; returns how many files. Such a file is not shown again before
        it has changed. `holds`: whether a text that has one of the terms in it is meant."""
        count = 0
        for row in self.store.with_files():
            described = msgspec.json.encode(row.preview).decode()
            if holds(described) or any(map(holds, self._files.texts_with(row.preview, terms))):
                preview = Preview(state="failed", reason=ERASED, url=row.preview.url, digest=row.preview.digest)
                self._keep(row, row._replace(preview=preview, bytes=0, validators=Validators()))
                count += 1
        return count

    def evict(self, limit: int = bounds.MAX_FOLDER_BYTES) -> int:
        """Deletes the prepared files that were used least recently until all others fit into `limit` bytes; returns how
        many. They are prepared again when somebody asks for them."""
        over, evicted = self.store.total_bytes() - limit, 0
        while over > 0 and (rows := self.store.least_used(100)):
            for row in rows:
                if over <= 0:
                    break
                waiting = Preview(state="waiting", url=row.preview.url, worked=row.preview.worked)
                self.store.put([row._replace(preview=waiting, bytes=0, validators=Validators(), due=NEVER)])
                self._unlink(row.preview.files)
                over -= row.bytes
                evicted += 1
        return evicted

    def sweep(self) -> None:
        """Deletes what killed processes left in the folder: files that no row names, for more than an hour."""
        kept = {_stem(name) for name in self.store.files()}
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        for path in self.folder.iterdir() if self.folder.exists() else ():
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if _stem(path.name) not in kept and changed < hour_ago:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def _delete(self, rows: list[Stored]) -> None:
        self.store.remove(rows)
        for row in rows:
            self._unlink(row.preview.files)


def open_previews(database_url: str, data: Path, outward: Outward, background: Background = NO_BACKGROUND) -> Previews:
    """Opens the previews of an installation. `data`: the data folder; `background`: of maps."""
    tiles = Tiles(data / TILES_FOLDER, background)
    return Previews(open_preview_store(database_url), data / FOLDER, outward, tiles)


def _current(record: Record, stored: Mapping[str, Preview]) -> dict[str, Preview]:
    """What is known of each file, `waiting` for one whose address has changed since."""
    previews = {}
    for distribution in record.metadata.distributions:
        url, preview = address_of(distribution), stored.get(distribution.id)
        is_current = preview is not None and preview.url == url
        previews[distribution.id] = preview if preview and is_current else _unread(url)
    return previews


def _unread(url: str) -> Preview:
    """What is known of an address that nobody has looked at."""
    if not url:
        return Preview(state="failed", reason=message("preview-no-address"))
    return Preview(state="waiting", url=url)


def chosen_table(preview: Preview, name: str) -> Preview:
    """The preview of one of the tables of a file, the first one for ""; UsageError for a name that none has."""
    try:
        return preview.table(name)
    except KeyError:
        names = ", ".join(preview.tables[: bounds.MAX_TABLES])
        raise UsageError("preview-table-unknown", name=name[:100], names=names) from None


def _stem(name: str) -> str:
    """What all files of one preview have in their names."""
    return name.partition(".")[0]


def _moved(prepared: Prepared, folder: Path, stem: Path) -> Prepared:
    """What the child has prepared, with its files at their place."""
    moved = []
    for number, table in enumerate((prepared, *prepared.more)):
        target = stem.with_name(f"{stem.name}{f'.{number}' if number else ''}.parquet")
        (folder / table.file).replace(target)
        moved.append(replace(table, file=target.name))
    return replace(moved[0], more=tuple(moved[1:]))


def _unchanged(before: Stored, now: datetime, validators: Validators) -> Stored:
    return _worked(before, replace(before.preview, fetched=now, worked=now), now, validators)


def _worked(before: Stored, preview: Preview, now: datetime, validators: Validators) -> Stored:
    """The row after a success: looked at again sooner where the server can tell whether the file has changed, and every
    hour where a service has newest values."""
    is_service = preview.read is not None and preview.read.format in FORMATS
    wait = bounds.CHECK_AGAIN if any(msgspec.structs.astuple(validators)) else bounds.FETCH_AGAIN
    due = now + (bounds.ASK_AGAIN if is_service else wait)
    return before._replace(preview=preview, validators=validators, failures=0, due=due)


def _failed(before: Stored, url: str, now: datetime, error: LotseError) -> Stored:
    """The row after a failure: tried again later and later. The reason is what was wrong with the file, without its
    address."""
    wait = min(bounds.FIRST_RETRY * 2 ** min(before.failures, 20), bounds.LAST_RETRY)
    reason = error.summary
    if isinstance(error, UnreadableError) and isinstance(error.place, Message):
        reason = error.place
    preview = Preview(state="failed", reason=reason, url=url, fetched=now, worked=before.preview.worked)
    return before._replace(
        preview=preview, bytes=0, validators=Validators(), failures=before.failures + 1, due=now + wait
    )
