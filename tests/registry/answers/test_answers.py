"""Sixty questions on the demo's own files: every number that is said is right; nasty ones get none.

Covers: registry/answers/answers.py, registry/answers/covering.py, registry/answers/evaluating.py,
registry/answers/frames.py, registry/answers/parts.py, registry/answers/readings.py, registry/answers/tables.py
"""

import csv
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from registry.answers.answers import Answers
from registry.answers.tables import Table, table_of
from registry.model import Record
from registry.preview.model import Preview
from registry.preview.preview_store import Stored
from tests.registry.answers.counting import expected

HERE = Path(__file__).parent
with (HERE / "numbers.csv").open(encoding="utf-8", newline="") as opened:
    QUESTIONS = list(csv.DictReader(opened))
NASTY = (HERE / "nasty.txt").read_text(encoding="utf-8").splitlines()
ANSWERABLE = [line for line in QUESTIONS if line["measure"] != "none"]


def test_there_are_sixty_questions_of_which_ten_have_no_answer() -> None:
    assert len(QUESTIONS) == 60
    assert len(ANSWERABLE) == 50
    assert {line["language"] for line in QUESTIONS} == {"de", "en"}
    assert len(NASTY) >= 40


@pytest.mark.parametrize("line", QUESTIONS, ids=lambda line: line["question"])
def test_a_number_that_is_said_is_the_one_that_the_raw_file_gives(answers: Answers, line: dict[str, str]) -> None:
    answer = answers.answer(line["question"])
    if line["measure"] == "none":
        assert answer is None
    elif answer:
        number = expected(line["file"], line["measure"], line["column"], line["where"])
        assert answer.result.value == pytest.approx(number, rel=1e-6)
        assert answer.reading.table.record == line["file"].partition("/")[0]


def test_at_least_two_thirds_of_the_questions_with_an_answer_get_it(answers: Answers) -> None:
    silent = [line["question"] for line in ANSWERABLE if answers.answer(line["question"]) is None]
    assert len(silent) * 3 <= len(ANSWERABLE), silent


@pytest.mark.parametrize("question", NASTY)
def test_a_question_that_is_not_certain_gets_no_number(answers: Answers, question: str) -> None:
    assert answers.answer(question) is None


def test_an_answer_names_rows_period_and_the_filter_of_just_these_rows(answers: Answers) -> None:
    answer = answers.answer("Wie viele Räder fuhren 2026 über die Ernst-Walz-Brücke?")
    assert answer
    assert (answer.result.first, answer.result.last, answer.result.rows) == ("2026-01-01", "2026-06-30", 181)
    assert dict(answer.result.where)["Zählstelle"] == "Ernst-Walz-Brücke"
    broken = answers.answer("Wie viele Räder fuhren im August 2025 an der Uferstraße?")
    assert broken
    assert broken.result.empty in (14, 14 * 24)


def test_a_question_is_answered_from_one_record_only_if_asked_so(answers: Answers) -> None:
    question = "Wie viele Bäume gibt es in der Weststadt?"
    assert answers.answer(question, "baumkataster")
    assert answers.answer(question, "spielplaetze") is None


def test_a_fault_leaves_the_hits_without_a_number(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.answers.answers.evaluated", lambda previews, reading: 1 // 0)
    assert answers.answer("Wie viele Bäume gibt es in der Weststadt?") is None


def test_no_question_breaks_anything(answers: Answers) -> None:
    for question in ("", "?", "wie", "2025", "wie viele" * 40, "\u0000", "Wie viele " + "Bäume " * 29, "% & <script>"):
        assert answers.answer(question) is None


def test_a_new_preview_does_not_make_the_other_tables_again(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    owners: list[str] = []

    def noted(record: Record, *rest: Any) -> Table:
        owners.append(record.id)
        return table_of(record, *rest)

    monkeypatch.setattr("registry.answers.answers.table_of", noted)
    other = Answers(answers._previews, answers._store, answers._names, "Heidelberg")
    other.refresh()
    assert len(owners) == len(answers._state.tables) > 40
    rows = answers._previews.store
    new = Stored("nowhere", "file", Preview(state="ready", file="nowhere.parquet"))
    before, version = len(owners), other.version
    rows.put([new])
    try:
        other.refresh()
        assert len(owners) == before
        assert other._state.version != version
        record = answers._store.get_many(["baumkataster"])["baumkataster"]
        monkeypatch.setitem(answers._store.records, "baumkataster", replace(record, number=7))  # type: ignore[attr-defined]
        rows.remove([new])
        other.refresh()
        assert set(owners[before:]) == {"baumkataster"}
    finally:
        rows.remove([new])


def test_a_changed_record_counts_although_its_file_is_the_same(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Answers(answers._previews, answers._store, answers._names, "Heidelberg")
    question = "Wie viele Gewächse gibt es in der Weststadt?"
    assert other.answer(question) is None
    version = other.version
    records = answers._store.records  # type: ignore[attr-defined]
    trees = records["baumkataster"]
    renamed = replace(trees, number=9, said=replace(trees.said, title={"de": "Gewächse"}))
    monkeypatch.setitem(records, "baumkataster", renamed)
    other.refresh()
    assert other.version != version
    answer = other.answer(question)
    assert answer
    assert answer.reading.table.record == "baumkataster"


def test_a_changed_record_without_a_preview_makes_no_table_again(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Answers(answers._previews, answers._store, answers._names, "Heidelberg")
    version = other.version
    records = answers._store.records  # type: ignore[attr-defined]
    monkeypatch.setitem(records, "nowhere", Record(id="nowhere", said=records["baumkataster"].said, number=9))
    monkeypatch.setattr("registry.answers.answers.table_of", lambda *_: 1 // 0)
    monkeypatch.setattr(other, "_tables_of", lambda *_: 1 // 0)  # nor does it look at them
    other.refresh()
    assert other.version == version
