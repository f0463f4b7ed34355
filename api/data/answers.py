"""The number that answers a question, as JSON: for the API, the search page, and assistants.

Entry points: `answer_to` (the answer with its link and sentences), `AnswerOut`.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from api.text import answer_sentences
from api.web import addresses
from api.web.addresses import LANGS, Lang
from registry.answers.answers import Answer
from registry.catalog import Catalog
from registry.model import Text
from registry.search.limits import Limits
from registry.search.query import Query
from vocab.pages import step_word

Pairs = tuple[tuple[str, str], ...]


class PeriodOut(msgspec.Struct, frozen=True):
    """The first and the last time of the rows, as they stand in the table."""

    start: str
    end: str


class AnswerOut(msgspec.Struct, frozen=True):
    """The number that a question asks for, where one prepared table gives it for certain.

    `measure`: how it was counted (rows, distinct, sum, mean, daily, max, min, single); `column`: of which column, with
    its `unit`; `where`: over which rows, `rows` with a value and `empty` without; `by`: the column whose largest or
    smallest group is asked for; `key`: that group, or what names the row; `read`: when the file was read; `url`: the
    page with just these rows."""

    value: float | int
    unit: str
    measure: str
    column: str
    where: Pairs
    by: str
    key: Pairs
    period: PeriodOut | None
    rows: int
    empty: int
    record: str
    distribution: str
    dataset: Text
    file: Text
    read: datetime | None
    url: str
    headline: Mapping[str, str]
    text: Mapping[str, str]


def answer_to(catalog: Catalog, question: str, lang: Lang, base: str = "", record_id: str = "") -> AnswerOut | None:
    """The answer to a question, None where there is no certain one. `base`: of its address, "" for a path only;
    `record_id`: only from files of this record."""
    answer = catalog.answers.answer(question, record_id)
    return _out(answer, lang, base) if answer else None


def answer_to_search(catalog: Catalog, asked: Query, base: str = "") -> AnswerOut | None:
    """The answer to the words of a search over everything or over datasets, on its first page without other filters."""
    others = {name for name, values in asked.where.items() if values and tuple(values) != ("dataset",)}
    if not asked.words or others or asked.page > 1 or asked.cursor or asked.limits != Limits():
        return None
    return answer_to(catalog, asked.words, addresses.language_of(asked.lang), base)


def _out(answer: Answer, lang: Lang, base: str) -> AnswerOut:
    reading, result = answer.reading, answer.result
    return AnswerOut(
        value=result.value,
        unit=reading.column.unit if reading.column and reading.measure != "distinct" else "",
        measure=reading.measure,
        column=reading.column.name if reading.column else "",
        where=result.where,
        by=reading.by.name if reading.by else "",
        key=result.key,
        period=PeriodOut(result.first, result.last) if result.first else None,
        rows=result.rows,
        empty=result.empty,
        record=reading.table.record,
        distribution=reading.table.distribution,
        dataset=reading.table.titles[0],
        file=reading.table.titles[1],
        read=answer.fetched,
        url=base + _rows_path(answer, lang),
        headline={language: answer_sentences.headline(answer, language) for language in LANGS},
        text={language: answer_sentences.explanation(answer, language) for language in LANGS},
    )


def _rows_path(answer: Answer, lang: Lang) -> str:
    """The page of the preview with just the rows that were counted."""
    table = answer.reading.table
    path = addresses.path(answer.record.kind, lang, f"{table.record}/{step_word('preview', lang)}/{table.distribution}")
    pairs = [("where", f"{name}:{value}") for name, value in answer.result.where]
    return f"{path}?{urlencode(pairs, safe=':')}" if pairs else path
