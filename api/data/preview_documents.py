"""The JSON documents of previews, for the API and `lotse preview`. Entry points: `preview_answer`, `prepared_out`,
`failures_out`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from registry.model import Distribution, Record
from registry.model.message import Message, translations
from registry.preview.model import Column, ColumnType, Preview, ReadAs, Rows

Sentence = Mapping[str, str]


class ReadOut(msgspec.Struct, frozen=True):
    """How the file was read. `header`: the row (from 1) with the names of the columns, 0 for none; `rows`: of data;
    `table`: the sheet, layer or list inside; `notes`: what was guessed or left out."""

    format: str
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    thousands: str | None
    dates: str | None
    header: int | None
    rows: int
    table: str | None
    crs: str | None
    notes: tuple[Sentence, ...]


class ColumnOut(msgspec.Struct, frozen=True):
    """`filled`: rows with a value; `histogram`: how many values lie in equal parts between `min` and `max`; `common`:
    the most frequent values of a text; `unit`: as the header names it."""

    name: str
    type: ColumnType
    filled: int
    distinct: int
    min: float | int | str | bool | None
    max: float | int | str | bool | None
    histogram: tuple[int, ...]
    common: tuple[tuple[str, int], ...]
    unit: str | None
    notes: tuple[Sentence, ...]


class PreviewAnswer(msgspec.Struct, frozen=True):
    """The table behind a file. `state`: `waiting` if it was not read yet, `failed` if it cannot be shown; `reason` says
    why. `total`: rows of the selection; `next`: the address of the next page; `fetched`: when the file was read last;
    `worked`: when it could be read last; `tables`: the names of all tables of a file with several."""

    state: Literal["ready", "waiting", "failed"]
    reason: Sentence | None
    read: ReadOut | None
    columns: tuple[ColumnOut, ...]
    rows: list[list[Any]]
    total: int
    next: str | None
    url: str
    fetched: datetime | None
    worked: datetime | None
    size_bytes: int
    tables: tuple[str, ...]


class PreparedOut(msgspec.Struct, frozen=True):
    """One file of `lotse preview`. `id`: of the record; `total`: rows."""

    id: str
    distribution: str
    state: Literal["ready", "waiting", "failed"]
    total: int
    columns: int
    reason: Sentence
    url: str


class FailuresOut(msgspec.Struct, frozen=True):
    """Files that cannot be shown for the same reason. `reason`: that of the first of them."""

    count: int
    code: str
    reason: Sentence


class PreviewsAnswer(msgspec.Struct, frozen=True):
    """What `lotse preview` prepared. `reasons`: why files cannot be shown, the most frequent first."""

    previews: tuple[PreparedOut, ...]
    ready: int
    failed: int
    reasons: tuple[FailuresOut, ...] = ()


def preview_answer(preview: Preview, rows: Rows | None, next_page: str | None) -> PreviewAnswer:
    """The answer of the API; `rows` where the preview is ready."""
    return PreviewAnswer(
        state=preview.state,
        reason=translations(preview.reason) if preview.reason else None,
        read=_read(preview.read) if preview.read else None,
        columns=tuple(map(_column, preview.columns)),
        rows=rows.rows if rows else [],
        total=rows.total if rows else 0,
        next=next_page,
        url=preview.url,
        fetched=preview.fetched,
        worked=preview.worked,
        size_bytes=preview.size_bytes,
        tables=preview.tables,
    )


def prepared_out(record: Record, distribution: Distribution, preview: Preview) -> PreparedOut:
    """The line of one file."""
    reason = translations(preview.reason) if preview.reason else {}
    return PreparedOut(
        record.id, distribution.id, preview.state, preview.total, len(preview.columns), reason, preview.url
    )


def failures_out(previews: Iterable[Preview]) -> tuple[FailuresOut, ...]:
    """The reasons of those that failed, the most frequent first; answers of servers by their status."""
    groups: dict[tuple[str, str], list[Message]] = {}
    for preview in previews:
        if preview.state == "failed" and (reason := preview.reason):
            groups.setdefault((reason.code, str(reason.values.get("status", ""))), []).append(reason)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return tuple(FailuresOut(len(reasons), code, translations(reasons[0])) for (code, _), reasons in ordered)


def _read(read: ReadAs) -> ReadOut:
    return ReadOut(
        format=read.format,
        encoding=read.encoding or None,
        delimiter=read.delimiter or None,
        decimal=read.decimal or None,
        thousands=read.thousands or None,
        dates=read.dates or None,
        header=read.header,
        rows=read.rows,
        table=read.table or None,
        crs=read.crs or None,
        notes=_sentences(read.notes),
    )


def _column(column: Column) -> ColumnOut:
    return ColumnOut(
        name=column.name,
        type=column.type,
        filled=column.filled,
        distinct=column.distinct,
        min=column.min,
        max=column.max,
        histogram=column.histogram,
        common=column.common,
        unit=column.unit or None,
        notes=_sentences(column.notes),
    )


def _sentences(notes: tuple[Message, ...]) -> tuple[Sentence, ...]:
    return tuple(translations(note) for note in notes)
