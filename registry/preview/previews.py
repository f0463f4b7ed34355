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
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from registry.child_pool import ChildFaultError, call
from registry.errors import LotseError, NotReadyError, StoppedError, StorageFullError, UnreadableError
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
from registry.preview.fetching import Fetched, fetched
from registry.preview.model import READER_VERSION, Aggregate, Groups, Prepared, Preview, Rows, Selection
from registry.preview.preview_store import NEVER, PreviewStore, Stored, open_preview_store
from registry.preview.querying import PreparedFiles
from registry.private_files import make_private_folder
from vocab.formats import file_type

if TYPE_CHECKING:
    from requests import Session

FOLDER: Final = "previews"  # in the data folder
FAULT: Final = message("preview-reader-fault")
log = logging.getLogger("lotse.previews")


class Previews:
    """The previews of an installation. `folder`: of the prepared files; `outward`: how addresses are fetched."""

    def __init__(self, store: PreviewStore, folder: Path, outward: Outward) -> None:
        self.store = store
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
        if stored.preview.state == "ready" and not self._has_file(stored.preview):  # as after a backup was put back
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
        return self._files.rows(self._ready(record_id, distribution_id), selection)

    def aggregate(self, record_id: str, distribution_id: str, asked: Aggregate) -> Groups:
        """The groups of an aggregate; errors as of `rows`."""
        return self._files.aggregate(self._ready(record_id, distribution_id), asked)

    def where(self, record_id: str, distribution_id: str, pairs: list[str]) -> tuple[tuple[str, str], ...]:
        """The filters written as `COLUMN:VALUE`; errors as of `rows`."""
        return named(self._ready(record_id, distribution_id), pairs)

    def export(self, record_id: str, distribution_id: str, selection: Selection, format: Format) -> Iterator[bytes]:
        """The rows of a selection, without its page, as a file: csv, json, xlsx or parquet; errors as of `rows`."""
        return exported(self._files, self._ready(record_id, distribution_id), selection, format)

    def _ready(self, record_id: str, distribution_id: str) -> Preview:
        preview = self.get(record_id, distribution_id)
        if preview is None or preview.state != "ready":
            raise NotReadyError("preview-not-ready")
        return preview

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
            after = self._prepared(before, distribution, http, folder)
        self._keep(before, after)
        return after.preview

    def _prepared(self, before: Stored, distribution: Distribution, http: "Session", folder: Path) -> Stored:
        """The row after fetching and reading."""
        now, url = datetime.now(UTC), address_of(distribution)
        is_ready = before.preview.state == "ready" and before.preview.url == url and self._has_file(before.preview)
        try:
            validators = before.validators if is_ready else Validators()
            file = fetched(http, url, folder / "file", validators)
            if is_ready and file.digest == before.preview.digest and before.preview.reader == READER_VERSION:
                return _unchanged(before, now, file.validators)
            prepared = self._read(file, url, distribution, folder)
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
            state="ready", read=prepared.read, columns=prepared.columns, total=prepared.total, url=url, fetched=now,
            worked=now, digest=file.digest, size_bytes=file.size,
            file=f"{digest(f'{before.record} {before.distribution}')}-{file.digest[:8]}-{READER_VERSION}.parquet",
        )  # fmt: skip
        target = self.folder / preview.file
        (folder / "table.parquet").replace(target)
        return _worked(before, preview, now, file.validators)._replace(bytes=target.stat().st_size, used=now)

    def _read(self, file: Fetched, url: str, distribution: Distribution, folder: Path) -> Prepared:
        """Has a child read the file; its errors are those of `registry.child_pool.call`."""
        declared = file_type(distribution.format, distribution.media_type, url)
        notation = declared.concept.notation if declared else ""
        arguments = (str(folder / "file"), str(folder), str(folder / "table.parquet"), shown(url), notation)
        with self._readers:
            answer = b"".join(call(shown(url), bounds.CHILD, "registry.preview.child:prepare", *arguments))
        return msgspec.msgpack.decode(answer, type=Prepared)

    def _keep(self, before: Stored, after: Stored) -> None:
        self.store.put([after])
        if before.preview.file and before.preview.file != after.preview.file:
            (self.folder / before.preview.file).unlink(missing_ok=True)

    def _has_file(self, preview: Preview) -> bool:
        return bool(preview.file) and (self.folder / preview.file).exists()

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
                (self.folder / row.preview.file).unlink(missing_ok=True)
                over -= row.bytes
                evicted += 1
        return evicted

    def sweep(self) -> None:
        """Deletes what killed processes left in the folder: files that no row names, for more than an hour."""
        kept, hour_ago = self.store.files(), datetime.now(UTC) - timedelta(hours=1)
        for path in self.folder.iterdir() if self.folder.exists() else ():
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if path.name not in kept and changed < hour_ago:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def _delete(self, rows: list[Stored]) -> None:
        self.store.remove(rows)
        for row in rows:
            if row.preview.file:
                (self.folder / row.preview.file).unlink(missing_ok=True)


def open_previews(database_url: str, data: Path, outward: Outward) -> Previews:
    """Opens the previews of an installation. `data`: the data folder."""
    return Previews(open_preview_store(database_url), data / FOLDER, outward)


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


def _unchanged(before: Stored, now: datetime, validators: Validators) -> Stored:
    return _worked(before, replace(before.preview, fetched=now, worked=now), now, validators)


def _worked(before: Stored, preview: Preview, now: datetime, validators: Validators) -> Stored:
    """The row after a success: looked at again sooner where the server can tell whether the file has changed."""
    due = now + (bounds.CHECK_AGAIN if any(msgspec.structs.astuple(validators)) else bounds.FETCH_AGAIN)
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
