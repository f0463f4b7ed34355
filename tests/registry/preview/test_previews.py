"""The whole way of a preview: a file on a server, fetched, read in a child, asked for by filters, pages and groups.

Covers: registry/preview/previews.py, registry/preview/preparing.py, registry/preview/fetching.py,
registry/preview/preview_store.py, registry/preview/addresses.py, registry/preview/bounds.py,
registry/preview/conditions.py, registry/preview/exporting.py, registry/preview/locked_database.py,
registry/preview/model.py, registry/preview/querying.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from registry.catalog.erasing_words import erase_words
from registry.child_pool import ChildFaultError, Limits
from registry.errors import NotReadyError, UsageError
from registry.model import Distribution, Metadata
from registry.preview import bounds
from registry.preview.model import Aggregate, Preview, Selection
from registry.preview.preparing import follow, prepare_due
from tests.servers.replay import Fault, Files, files_server
from tests.town import Town, take

COUNTS = """Zeit;Ort;Räder;Anteil
01.02.2026 00:00;Brücke;12;1,5
01.02.2026 01:00;Brücke;7;2,25
02.02.2026 00:00;Allee;1;0,5
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Files]:
    with files_server({}) as files:
        yield files


@pytest.fixture
def town(tmp_path: Path, server: Files) -> Iterator[Town]:
    server.files.clear()
    server.faults.clear()
    server.requests.clear()
    server.has_etags = False
    with Town(tmp_path / "data") as town:
        yield town


def dataset(*urls: str, title: str = "Radzählung") -> Metadata:
    files = tuple(Distribution(id=f"f{number}", download_url=url) for number, url in enumerate(urls))
    return Metadata(kind="dataset", title={"de": title}, distributions=files)


def prepared(town: Town, server: Files, content: bytes | str, path: str = "/zahlen.csv") -> tuple[str, Preview]:
    """The id of a record with this file, and its preview."""
    server.files[path] = (content.encode() if isinstance(content, str) else content, "text/csv")
    (id,) = take(town.catalog, dataset(f"{server.url}{path}"))
    record = town.catalog.store.existing(id)
    return id, town.catalog.previews.prepare(record, record.metadata.distributions[0])


def test_a_file_becomes_a_table_with_filters_order_and_pages(town: Town, server: Files) -> None:
    id, preview = prepared(town, server, COUNTS)
    previews = town.catalog.previews
    assert preview.state == "ready"
    assert preview.total == 3
    assert [column.type for column in preview.columns] == ["datetime", "text", "integer", "number"]
    first = previews.rows(id, "f0", Selection(size=2))
    assert first.rows == [["2026-02-01T00:00:00", "Brücke", 12, 1.5], ["2026-02-01T01:00:00", "Brücke", 7, 2.25]]
    assert (first.total, first.next) == (3, 2)
    assert previews.rows(id, "f0", Selection(size=2, page=2)).next is None
    assert [row[2] for row in previews.rows(id, "f0", Selection(sort="Räder")).rows] == [1, 7, 12]
    assert [row[2] for row in previews.rows(id, "f0", Selection(sort="-Anteil")).rows] == [7, 12, 1]


@pytest.mark.parametrize(
    ("where", "counts"),
    [
        ("Ort:brücke", [12, 7]),
        ("Räder:7", [7]),
        ("Räder:7..", [12, 7]),
        ("Anteil:..1,5", [12, 1]),
        ("Zeit:2026-02-01", [12, 7]),
        ("Zeit:2026-02-01T01:00", [7]),
        ("Zeit:1.2.2026..1.2.2026", [12, 7]),
        ("Zeit:2026", [12, 7, 1]),
        ("Ort:", []),
    ],
)
def test_filters_go_by_value(town: Town, server: Files, where: str, counts: list[int]) -> None:
    id, _ = prepared(town, server, COUNTS)
    previews = town.catalog.previews
    rows = previews.rows(id, "f0", Selection(where=previews.where(id, "f0", [where])))
    assert [row[2] for row in rows.rows] == counts
    assert rows.total == len(counts)


@pytest.mark.parametrize("where", ["Farbe:rot", "Räder:viele", "Zeit:irgendwann", "Räder", "Anteil:1..2..3"])
def test_a_filter_that_cannot_be_is_refused(town: Town, server: Files, where: str) -> None:
    id, _ = prepared(town, server, COUNTS)
    with pytest.raises(UsageError):
        town.catalog.previews.rows(id, "f0", Selection(where=town.catalog.previews.where(id, "f0", [where])))


def test_groups_are_summed_by_column_and_by_part_of_a_date(town: Town, server: Files) -> None:
    id, _ = prepared(town, server, COUNTS)
    previews = town.catalog.previews

    def groups(**asked: Any) -> list[tuple[Any, Any, int]]:
        answer = previews.aggregate(id, "f0", Aggregate(**asked))
        return [(group.key, group.value, group.rows) for group in answer.groups]

    assert groups(measure="sum", column="Räder") == [(None, 20, 3)]
    assert groups(measure="sum", column="Räder", by="Ort") == [("Allee", 1, 1), ("Brücke", 19, 2)]
    assert groups(measure="max", column="Anteil", by="Zeit", part="day") == [
        ("2026-02-01", 2.25, 2),
        ("2026-02-02", 0.5, 1),
    ]
    assert groups(where=(("Ort", "Brücke"),)) == [(None, 2, 2)]
    with pytest.raises(UsageError):
        groups(measure="sum", column="Ort")


def test_a_selection_can_be_taken_along(town: Town, server: Files) -> None:
    id, _ = prepared(town, server, COUNTS)
    selection = Selection(where=(("Ort", "Allee"),))
    export = {
        name: b"".join(town.catalog.previews.export(id, "f0", selection, name))
        for name in ("csv", "json", "xlsx", "parquet")
    }  # type: ignore[arg-type]
    assert export["csv"].decode() == "Zeit,Ort,Räder,Anteil\r\n2026-02-02T00:00:00,Allee,1,0.5\r\n"
    assert export["json"].decode().split() == [
        "[",
        '{"Zeit":"2026-02-02T00:00:00","Ort":"Allee","Räder":1,"Anteil":0.5}',
        "]",
    ]
    assert export["xlsx"].startswith(b"PK")
    assert export["parquet"].startswith(b"PAR1")


def test_a_file_that_has_not_changed_is_not_read_again(town: Town, server: Files) -> None:
    server.has_etags = True
    id, first = prepared(town, server, COUNTS)
    record = town.catalog.store.existing(id)
    again = town.catalog.previews.prepare(record, record.metadata.distributions[0])
    assert again.file == first.file
    server.files["/zahlen.csv"] = (COUNTS.replace("12", "13").encode(), "text/csv")
    changed = town.catalog.previews.prepare(record, record.metadata.distributions[0])
    assert changed.file != first.file
    assert town.catalog.previews.rows(id, "f0", Selection()).rows[0][2] == 13
    assert [path.name for path in town.catalog.previews.folder.iterdir()] == [changed.file]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "preview-empty"),
        (b"<!DOCTYPE html><html><body>Wartung</body></html>", "preview-web-page"),
        (b"%PDF-1.7 Haushalt", "preview-document"),
    ],
)
def test_what_is_no_table_is_said(town: Town, server: Files, content: bytes, code: str) -> None:
    id, preview = prepared(town, server, content)
    assert preview.state == "failed"
    assert preview.reason
    assert preview.reason.code == code
    with pytest.raises(NotReadyError):
        town.catalog.previews.rows(id, "f0", Selection())


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(memory=3_000_000_000, seconds=0.001, max_bytes=1_000_000), "reading-too-long"),
        (Limits(memory=3_000_000_000, seconds=60.0, max_bytes=10), "reading-too-large"),
    ],
)
def test_a_file_that_costs_too_much_is_said(
    town: Town, server: Files, monkeypatch: pytest.MonkeyPatch, limits: Limits, code: str
) -> None:
    monkeypatch.setattr(bounds, "CHILD", limits)
    _, preview = prepared(town, server, COUNTS)
    assert preview.state == "failed"
    assert preview.reason
    assert preview.reason.code == code
    assert list(town.catalog.previews.folder.iterdir()) == []


def test_a_fault_of_the_reader_costs_one_file_only(town: Town, server: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_arguments: object) -> Iterator[bytes]:
        raise ChildFaultError("Traceback")

    server.files["/a.csv"] = server.files["/b.csv"] = (COUNTS.encode(), "text/csv")
    (id,) = take(town.catalog, dataset(f"{server.url}/a.csv", f"{server.url}/b.csv"))
    previews, store = town.catalog.previews, town.catalog.store
    follow(store, previews)
    with monkeypatch.context() as patched:
        patched.setattr("registry.preview.previews.call", fault)
        assert prepare_due(store, previews, town.settings) == 2
    reasons = [preview.reason for preview in previews.of_record(store.existing(id)).values()]
    assert [reason.code for reason in reasons if reason] == ["preview-reader-fault"] * 2
    assert prepare_due(store, previews, town.settings) == 0  # tried again later


def test_a_file_that_announces_too_much_is_not_fetched(
    town: Town, server: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_FILE_BYTES", 50)
    _, preview = prepared(town, server, COUNTS)
    assert preview.reason
    assert preview.reason.code == "preview-too-large"


def test_a_broken_link_says_when_it_worked_last(town: Town, server: Files) -> None:
    id, ready = prepared(town, server, COUNTS)
    server.faults["zahlen"] = Fault(404)
    record = town.catalog.store.existing(id)
    broken = town.catalog.previews.prepare(record, record.metadata.distributions[0])
    assert broken.state == "failed"
    assert broken.reason
    assert broken.reason.code == "source-status"
    assert broken.worked == ready.worked
    assert list(town.catalog.previews.folder.iterdir()) == []


def test_the_worker_follows_the_catalogue(town: Town, server: Files) -> None:
    server.files["/a.csv"] = (COUNTS.encode(), "text/csv")
    previews, store = town.catalog.previews, town.catalog.store
    (id,) = take(town.catalog, dataset(f"{server.url}/a.csv"))
    follow(store, previews)
    waiting = previews.get(id, "f0")
    assert waiting
    assert waiting.state == "waiting"
    assert prepare_due(store, previews, town.settings) == 1
    assert prepare_due(store, previews, town.settings) == 0  # not due again yet
    ready = previews.get(id, "f0")
    assert ready
    assert ready.state == "ready"
    record = store.existing(id)
    server.files["/b.csv"] = (b"a;b\n1;2\n", "text/csv")
    store.put([replace(record, said=dataset(f"{server.url}/b.csv"))], "test")
    follow(store, previews)
    assert previews.of(store.existing(id), store.existing(id).metadata.distributions[0]).state == "waiting"
    assert prepare_due(store, previews, town.settings) == 1
    assert previews.rows(id, "f0", Selection()).rows == [[1, 2]]
    town.catalog.withdraw(id, "test", "weg")
    follow(store, previews)
    assert previews.get(id, "f0") is None
    assert list(previews.folder.iterdir()) == []


def test_a_prepared_file_that_was_lost_is_prepared_again(town: Town, server: Files) -> None:
    id, preview = prepared(town, server, COUNTS)
    record, previews = town.catalog.store.existing(id), town.catalog.previews
    (previews.folder / preview.file).unlink()
    assert previews.of(record, record.metadata.distributions[0]).state == "waiting"
    assert prepare_due(town.catalog.store, previews, town.settings) == 1
    assert previews.of(record, record.metadata.distributions[0]).state == "ready"


def test_a_table_that_names_an_erased_person_is_deleted_until_its_file_changes(town: Town, server: Files) -> None:
    content = "Ort;Ansprechperson\nBad;Susanne Musterfrau\nHalle;Meier\n"
    id, preview = prepared(town, server, content)
    record, previews = town.catalog.store.existing(id), town.catalog.previews
    erase_words(town.catalog, ["Susanne Muster"])  # a part of the name, which stands nowhere as a word of its own
    assert previews.get(id, "f0") == preview
    erase_words(town.catalog, ["susanne musterfrau"])
    assert list(previews.folder.iterdir()) == []
    erased = previews.get(id, "f0")
    assert erased
    assert erased.reason
    assert (erased.state, erased.reason.code, erased.columns) == ("failed", "preview-erased", ())
    assert previews.prepare(record, record.metadata.distributions[0]).state == "failed"  # the file still names her
    assert list(previews.folder.iterdir()) == []
    server.files["/zahlen.csv"] = (content.replace("Susanne Musterfrau", "Amt").encode(), "text/csv")
    assert previews.prepare(record, record.metadata.distributions[0]).state == "ready"


def test_a_process_warms_up_only_where_there_are_tables(town: Town, server: Files) -> None:
    previews = town.catalog.previews
    previews.warm_up()
    assert previews._files._database is None
    prepared(town, server, COUNTS)
    previews.warm_up()
    assert previews._files._database is not None


def test_the_least_recently_used_files_make_room(town: Town, server: Files) -> None:
    id, preview = prepared(town, server, COUNTS)
    previews = town.catalog.previews
    assert previews.evict() == 0
    assert previews.evict(limit=10) == 1
    record = town.catalog.store.existing(id)
    assert previews.of(record, record.metadata.distributions[0]).state == "waiting"  # and asks for it again
    assert prepare_due(town.catalog.store, previews, town.settings) == 1
    again = previews.get(id, "f0")
    assert again
    assert (again.state, again.file) == ("ready", preview.file)
