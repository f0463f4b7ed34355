"""Queries of Solr as clients of CKAN send them, and what is made of them."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ckan.solr import ALL, MAX_CONDITIONS, MAX_QUERY_CHARACTERS, And, Not, Or, Range, Term, Words, parse


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("", ALL),
        ("*:*", ALL),
        ("a b", Words("a b")),
        ("a +b", Words("a b")),
        ("a -b", Words("a -b")),
        ("a NOT b", Words("a -b")),
        ('"a b" c', Words('"a b" c')),
        ("pronto-soccorso PM2.5", Words("pronto-soccorso PM2.5")),
        ("https://daten.example.org/x", Words("https://daten.example.org/x")),
        ("zone est OR nord", Or((Words("zone est"), Words("nord")))),
        ("title:aria", Term("title", "aria")),
        ('title:"qualità aria"', Term("title", "qualità aria", phrase=True)),
        ("title:accredit*", Term("title", "accredit", prefix=True)),
        ("hvd_category:*", Term("hvd_category", "", prefix=True)),
        ("title:sanità~2^3", Term("title", "sanità")),
        ("tags:(a OR b)", Or((Term("tags", "a"), Term("tags", "b")))),
        ("-tags:a", Not(Term("tags", "a"))),
        ("tags:a milano", And((Term("tags", "a"), Words("milano")))),
        ("metadata_modified:[NOW-6MONTHS TO *]", Range("metadata_modified", "NOW-6MONTHS", "*")),
        ("metadata_modified:{a TO b}", Range("metadata_modified", "a", "b", with_low=False, with_high=False)),
        ("res_url:https\\://x.example/a", Term("res_url", "https://x.example/a")),
    ],
)
def test_a_query_is_read(text: str, condition: object) -> None:
    assert parse(text) == condition


@pytest.mark.parametrize("text", ["a OR", "OR a", "AND AND a", "((a", "a)", "( ) a", "a AND", '"" a', "title: a^2~"])
def test_what_is_wrong_in_a_query_is_left_out(text: str) -> None:
    assert parse(text) in (Words("a"), Words("title: a"))


def test_in_filters_what_stands_beside_a_choice_holds_too() -> None:
    read = parse("organization:a OR organization:b metadata_modified:[2026-01-01T00:00:00Z TO *]", filters=True)
    choice = Or((Term("organization", "a"), Term("organization", "b")))
    assert read == And((choice, Range("metadata_modified", "2026-01-01T00:00:00Z", "*")))
    signs = parse("+type:dataset -organization:a", filters=True)
    assert signs == And((Term("type", "dataset"), Not(Term("organization", "a"))))


def test_a_query_has_bounds() -> None:
    for text in ("a" * (MAX_QUERY_CHARACTERS + 1), "a:b " * (MAX_CONDITIONS + 1), "(" * 40 + "a"):
        with pytest.raises(ValueError, match="more than"):
            parse(text)


@given(st.text(alphabet='ab :"()[]{}*~^+-!\\|&OR AND', max_size=60), st.booleans())
def test_every_text_is_read(text: str, filters: bool) -> None:
    parse(text, filters=filters)


def test_every_real_query_is_read(shared: Path) -> None:
    log = gzip.decompress((shared / "data" / "search" / "real_query_log_ckan_mcp.jsonl.gz").read_bytes())
    queries = {json.loads(line)["query"] for line in log.splitlines()}
    assert len(queries) > 1000
    assert {type(parse(query)).__name__ for query in queries} >= {"All", "Words", "Term", "Range", "And", "Or"}
