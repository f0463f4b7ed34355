"""Several tables in one file: sheets of a workbook, files in an archive; each can be chosen by its name.

Covers: registry/preview/child.py, registry/preview/workbook_table.py, registry/preview/archive.py
"""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from registry.errors import UsageError
from registry.model import Distribution, Metadata
from registry.preview import bounds
from registry.preview.child import prepare
from registry.preview.model import Aggregate, Preview, Selection
from registry.preview.preparing import follow, prepare_due
from tests.registry.preview.previewed import packed, saved
from tests.servers.replay import Files, files_server
from tests.town import Town, take

TREES = '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [8.7, 49.4]}, "properties": {"Art": "Linde"}}]}'  # noqa: E501


def called_here(_where: str, _limits: object, _function: str, *arguments: str) -> Iterator[bytes]:
    """Reads a file in this process, where a test has lowered the bounds."""
    return prepare(*arguments)


@pytest.fixture(scope="module")
def server() -> Iterator[Files]:
    with files_server({}) as files:
        yield files


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path / "data") as town:
        yield town


def prepared(town: Town, server: Files, content: bytes, name: str) -> tuple[str, Preview]:
    server.files[f"/{name}"] = (content, "application/octet-stream")
    file = Distribution(id="f0", download_url=f"{server.url}/{name}")
    (id,) = take(town.catalog, Metadata(kind="dataset", title={"de": "Tabellen"}, distributions=(file,)))
    record = town.catalog.store.existing(id)
    return id, town.catalog.previews.prepare(record, record.metadata.distributions[0])


def workbook() -> bytes:
    book = openpyxl.Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Hinweise"
    notes.append(["Dies ist eine Mappe."])
    for title, names, rows in (
        ("2025", ["Bad", "Gäste"], [["Tiergartenbad", 120_000], ["Thermalbad", 80_000]]),
        ("2026", ["Bad", "Gäste", "Tage"], [["Tiergartenbad", 125_000, 140]]),
        ("Preise", ["Karte", "Euro"], [["Einzel", 5.5], ["Zehner", 50]]),
    ):
        sheet = book.create_sheet(title)
        sheet.append(names)
        for row in rows:
            sheet.append(row)
    return saved(book)


def test_each_sheet_of_a_workbook_is_a_table(town: Town, server: Files) -> None:
    id, preview = prepared(town, server, workbook(), "baeder.xlsx")
    previews = town.catalog.previews
    assert preview.tables == ("2025", "2026", "Preise")  # the sheet of notes is none
    assert previews.rows(id, "f0", Selection()).rows == [["Tiergartenbad", 120_000], ["Thermalbad", 80_000]]
    assert previews.rows(id, "f0", Selection(table="2025", sort="Gäste")).rows[0] == ["Thermalbad", 80_000]
    assert previews.rows(id, "f0", Selection(table="2026")).rows == [["Tiergartenbad", 125_000, 140]]
    where = previews.where(id, "f0", ["Karte:zehner"], "Preise")
    assert previews.rows(id, "f0", Selection(table="Preise", where=where)).rows == [["Zehner", 50.0]]
    (group,) = previews.aggregate(id, "f0", Aggregate(measure="sum", column="Euro", table="Preise")).groups
    assert group.value == 55.5
    assert b"".join(previews.export(id, "f0", Selection(table="2026"), "csv")).endswith(b"Tiergartenbad,125000,140\r\n")
    assert preview.read
    assert "preview-other-sheets" in [note.code for note in preview.read.notes]


@pytest.mark.parametrize("table", ["Hinweise", "1999"])
def test_a_table_that_is_not_there_is_refused(town: Town, server: Files, table: str) -> None:
    id, _ = prepared(town, server, workbook(), "baeder.xlsx")
    with pytest.raises(UsageError) as failure:
        town.catalog.previews.rows(id, "f0", Selection(table=table))
    assert "2025, 2026, Preise" in str(failure.value)


def test_each_file_in_an_archive_is_a_table(town: Town, server: Files) -> None:
    content = packed({
        "zahlen.csv": "a;b\n1;2\n", "baeume.geojson": TREES, "liesmich.txt": "Hallo", "seite.csv": "<html></html>"
    })  # fmt: skip
    id, preview = prepared(town, server, content, "daten.zip")
    assert preview.tables == ("zahlen.csv", "baeume.geojson")
    assert preview.table("baeume.geojson").columns[1].type == "geometry"
    assert town.catalog.previews.rows(id, "f0", Selection(table="baeume.geojson")).rows == [
        ["Linde", "POINT (8.7 49.4)"]
    ]
    assert preview.read
    assert [(note.code, note.values["name"]) for note in preview.read.notes] == [
        ("preview-table-left-out", "seite.csv")
    ]


def test_tables_of_the_same_name_are_told_apart(town: Town, server: Files) -> None:
    content = packed({f"{folder}/zahlen.csv": f"Jahr;Zahl\n{folder};1\n" for folder in ("2025", "2026")})
    id, preview = prepared(town, server, content, "jahre.zip")
    assert preview.tables == ("2025/zahlen.csv", "2026/zahlen.csv")
    assert town.catalog.previews.rows(id, "f0", Selection(table="2026/zahlen.csv")).rows == [[2026, 1]]


def test_the_tables_of_a_file_are_bounded(town: Town, server: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {f"t{number:02}.csv": "a;b\n1;2\n" for number in range(bounds.MAX_TABLES + 5)}
    _, preview = prepared(town, server, packed(names), "viele.zip")
    assert len(preview.tables) == bounds.MAX_TABLES
    assert preview.read
    assert "preview-tables-cut" in [note.code for note in preview.read.notes]


def test_a_table_without_room_is_named(town: Town, server: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed({"klein.csv": "a;b\n1;2\n", "gross.csv": "a;b\n" + "1;2\n" * 100})
    monkeypatch.setattr(bounds, "MAX_UNPACKED_BYTES", 100)
    monkeypatch.setattr("registry.preview.previews.call", called_here)
    _, preview = prepared(town, server, content, "zwei.zip")
    assert preview.read
    assert (preview.total, preview.tables) == (1, ())
    assert [(note.code, note.values["name"]) for note in preview.read.notes] == [
        ("preview-table-left-out", "gross.csv")
    ]


def test_all_tables_of_a_file_go_with_it(town: Town, server: Files) -> None:
    id, preview = prepared(town, server, workbook(), "baeder.xlsx")
    previews, store = town.catalog.previews, town.catalog.store

    def names() -> list[str]:
        return sorted(path.name for path in previews.folder.iterdir())

    follow(store, previews)
    assert names() == sorted(preview.files)
    assert len(preview.files) == 3
    stored = previews.store.get(id, "f0")
    assert stored
    assert stored.bytes == sum((previews.folder / name).stat().st_size for name in names())
    previews.sweep()
    assert len(names()) == 3
    assert previews.evict(limit=10) == 1
    assert names() == []
    record = store.existing(id)
    assert previews.of(record, record.metadata.distributions[0]).state == "waiting"  # and asks for it again
    assert prepare_due(store, previews, town.settings) == 1
    assert len(names()) == 3
    town.catalog.withdraw(id, "test", "weg")
    follow(store, previews)
    assert names() == []
