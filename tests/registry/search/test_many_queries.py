"""Queries as people and programs really type them, and strings that nobody types: each is answered, in bounded time.

Of the shared material (skipped where it is absent) each query takes the way that every search takes.
"""

import gzip
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from registry.model import Change, Position
from registry.search.matching import MAX_ASKED, MAX_SYNONYMS, asked
from registry.search.query import Query, SearchIndex
from registry.search.tantivy_index import TantivyIndex
from tests.benchmarks.made_up import made_up
from tests.effort import tries

pytestmark = pytest.mark.slow

RECORDS: Final = 500
MAX_SECONDS: Final = 5.0  # of processor time for one query: many times what the longest takes
MAX_TERMS: Final = 200  # that one word can give: two for its stem, two for each of its grams
MAX_FUZZED: Final = 1_000  # characters of a string


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    index = TantivyIndex(tmp_path_factory.mktemp("search"))
    changes = (Change(number, record.id, record) for number, record in enumerate(made_up(RECORDS), 1))
    index.rebuild(changes, Position("queries", RECORDS))
    return index


def answered(index: SearchIndex, questions: list[str]) -> None:
    for question in questions:
        began = time.process_time()
        page = index.search(Query(words=question, facets=()))
        assert time.process_time() - began < MAX_SECONDS, question[:200]
        assert page.total == 0 or page.hits
        assert all(hit.exact for hit in page.hits[: page.total])


def real_log(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "real_query_log_ckan_mcp.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield str(json.loads(line).get("query") or "")


def strings(value: object) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def dataset_search_queries(folder: Path) -> Iterator[str]:
    for name in ("acordar2_all_queries.txt", "dsebench_queries.tsv"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            yield line.partition("\t")[2] or line
    yield from strings(json.loads((folder / "acordar2_question_queries.json").read_text(encoding="utf-8")))


def test_queries_of_a_real_log_are_answered(index, shared):
    questions = list(dict.fromkeys(real_log(shared / "data/search")))
    assert len(questions) > 500
    answered(index, questions[:: tries(4, 1)])


def test_queries_of_two_collections_are_answered(index, shared):
    questions = list(dict.fromkeys(dataset_search_queries(shared / "data/search")))
    assert len(questions) > 500
    answered(index, questions[:: tries(4, 1)])


def fuzzed(count: int) -> list[str]:
    """Strings of letters, signs, quotes, minus and control characters, of any length up to MAX_FUZZED."""
    rng = random.Random(20261130)
    alphabet = "aäßeinSTRé 漢 \t\"-„“:+*?()[]{}^~/\\&|!<>%_.,;'0123456789\x00\x07\u200d\ud83d\U0001f6b2"
    return ["".join(rng.choices(alphabet, k=rng.randint(1, MAX_FUZZED))) for _ in range(count)]


def test_strings_that_nobody_types_are_answered(index):
    answered(index, fuzzed(tries(60, 400)))
    signs = ('"', "-", '""', '-"', "a:", ":", "„", "- -", "--", '"-a"', "-a -b -c", "\n", "12 3456 78", "ß" * 900)
    answered(index, list(signs))


def test_the_work_for_a_query_is_bounded():
    many = " ".join(f"wort{number} parkplatz{number}" for number in range(500))
    rings = " ".join(["müllabfuhr parken luft wasser strom"] * 50)
    for question in (many, "x" * 5_000, rings, '"a b" ' * 100, "-a " * 100):
        wanted = asked(Query(words=question))
        assert len(wanted.terms) <= MAX_ASKED * MAX_TERMS
        assert all(len(expansion.members) <= MAX_SYNONYMS for expansion in wanted.synonyms)
        assert wanted.need is None or len(wanted.need.groups) <= MAX_ASKED
