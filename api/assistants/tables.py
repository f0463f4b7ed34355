"""The tools of `/mcp` about the table behind a file: what its columns mean, and its rows.

Entry points: `describe_columns`, `query_rows`, `number_for`. Only prepared tables are opened; nothing is fetched, no
SQL is taken.
"""

from collections.abc import Mapping
from typing import Any

from api.assistants.arguments import OfFile, RowQuery
from api.assistants.quoting import entry, known, quoted, text
from api.data.answers import answer_to
from api.data.previews import file_of
from api.pages.site import Pages
from api.web.addresses import Lang
from registry.catalog.lookup import shown
from registry.model import Column as Meaning
from registry.model import Distribution, Record
from registry.model.message import sentence
from registry.preview.model import Column, Preview, Selection

Answer = dict[str, Any]


def describe_columns(pages: Pages, asked: OfFile) -> Answer:
    """What the columns of a file mean: as its publisher describes them, and as they were read."""
    record, file, preview = _table(pages, asked)
    lang = asked.lang
    given = file.table_schema.columns if file and file.table_schema else ()
    meanings = {meaning.name: meaning for meaning in given}
    columns = [_column(column, meanings.get(column.name), lang) for column in preview.columns]
    if not columns:  # nobody has read the file yet: what the publisher says of it
        columns = [_meaning(meaning, lang) for meaning in given]
    notes = [sentence(note, lang) for note in preview.read.notes] if preview.read else []
    return _of_file(pages, record, file, preview, lang) | {"notes": notes, "quoted": {"columns": columns}}


def query_rows(pages: Pages, asked: RowQuery) -> Answer:
    """Rows of the table behind a file. UsageError for a column or value that it cannot have."""
    record, file, preview = _table(pages, asked)
    answer = _of_file(pages, record, file, preview, asked.lang)
    if preview.state != "ready" or file is None:
        return answer
    previews = pages.catalog.previews
    where = previews.where(record.id, file.id, asked.where)
    selection = Selection(sort=asked.sort, where=where, size=asked.size, page=asked.page)
    rows = previews.rows(record.id, file.id, selection)
    names = [column.name for column in preview.columns]
    return answer | {
        "total": rows.total,
        "next_page": rows.next,
        "quoted": {"columns": quoted(names), "rows": quoted(rows.rows)},
    }


def number_for(pages: Pages, question: str, lang: Lang) -> Answer | None:
    """The number that a question asks for, where one prepared table gives it for certain; else None."""
    answer = answer_to(pages.catalog, question, lang, pages.settings.base_url) if question else None
    if answer is None:
        return None
    texts = {
        "sentence": f"{answer.headline[lang]}. {answer.text[lang]}",
        "dataset": text(answer.dataset, lang),
        "column": answer.column,
        "unit": answer.unit,
        "where": answer.where,
    }
    return {
        "value": answer.value,
        "measure": answer.measure,
        "rows_counted": answer.rows,
        "rows_empty": answer.empty,
        "read_at": answer.read.isoformat(timespec="seconds") if answer.read else "",
        "rows_page": answer.url,
        "id": answer.record,
        "file": answer.distribution,
        "quoted": quoted(texts),
    }


def _table(pages: Pages, asked: OfFile) -> tuple[Record, Distribution | None, Preview]:
    """The record, the file (the first with a table where none is named), and what is known of its table."""
    record = shown(pages.catalog, asked.id)
    if asked.file:
        file = file_of(record, asked.file)
        return record, file, pages.catalog.previews.of(record, file)
    previews = pages.catalog.previews.of_record(record)
    files = record.metadata.distributions
    best = next((file for file in files if previews[file.id].state == "ready"), files[0] if files else None)
    return record, best, previews[best.id] if best else Preview(state="waiting")


def _of_file(pages: Pages, record: Record, file: Distribution | None, preview: Preview, lang: Lang) -> Answer:
    """What both tools say of the file."""
    about: Answer = {
        "entry": entry(record, pages.settings.base_url, lang, {"file": text(file.title, lang) if file else ""}),
        "file": file.id if file else "",
        "state": preview.state,
    }
    if preview.reason:
        about["reason"] = sentence(preview.reason, lang)
    if preview.fetched:
        about["read_at"] = preview.fetched.isoformat(timespec="seconds")
    if preview.state == "ready":
        about["rows_of_table"] = preview.total
    return about


def _column(column: Column, meaning: Meaning | None, lang: Lang) -> Answer:
    read: Mapping[str, Any] = {
        "name": column.name,
        "type": column.type,
        "unit": column.unit,
        "filled": column.filled,
        "distinct": column.distinct,
        "smallest": column.min,
        "largest": column.max,
        "frequent": [value for value, _count in column.common[:5]],
    }
    described: Answer = quoted(read)
    return described | {key: value for key, value in _meaning(meaning, lang).items() if value} if meaning else described


def _meaning(meaning: Meaning, lang: Lang) -> Answer:
    """What the publisher says of a column."""
    described: Answer = quoted(
        {
            "name": meaning.name,
            "title": text(meaning.title, lang),
            "meaning": text(meaning.description, lang),
            "unit": meaning.unit,
            "added_up": known("aggregates", meaning.aggregate, lang),
        }
    )
    return described
