"""Texts of JSON: what is deep, broken, long or strange is read in one look, or its place is named in two languages.

Covers: harvesters/files/payload.py
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.files.json_text import MAX_DEPTH_READ, parsed, shallow
from harvesters.files.payload import MAX_DEPTH, depth, payload, too_deep
from registry.errors import SourceError
from registry.model.message import sentence
from tests.effort import tries

PLACE = "https://daten.example.org/liste.json"


def a_deep(brackets: int, inner: str = "") -> str:
    return "[" * brackets + inner + "]" * brackets


def nested(frames: int, text: str) -> Any:
    """Parsed by somebody whose own stack is that deep."""
    return nested(frames - 1, text) if frames else parsed(text, PLACE)


def test_what_lies_too_deep_is_left_out_and_the_neighbours_stay() -> None:
    found = parsed(f'[1, {{"a": {a_deep(5_000)}, "b": 2}}, {a_deep(900, "3, {}")}, {a_deep(3)}]', PLACE)
    assert (found[0], found[1]["b"], found[3]) == (1, 2, [[[]]])
    assert [depth(one) for one in found] == [0, MAX_DEPTH_READ, MAX_DEPTH_READ, 3]


def test_it_is_read_however_deep_the_reader_itself_stands() -> None:
    assert nested(850, f"[{a_deep(5_000)}, 2]")[1] == 2


def test_brackets_inside_strings_are_words() -> None:
    words = "]" * 500 + '\\"' + "[" * 500
    found = parsed(f'["{words}", {a_deep(3_000)}, "\\\\", 2]', PLACE)
    assert found[0] == "]" * 500 + '"' + "[" * 500
    assert found[2:] == ["\\", 2]


@settings(deadline=None, max_examples=tries(75, 300))
@given(st.text(alphabet='[]{}",\\a: \n', max_size=60))
def test_what_is_not_deep_stays_as_it_is(text: str) -> None:
    assert shallow(text) == text
    deep = a_deep(MAX_DEPTH_READ, text)
    assert len(shallow(deep)) == len(deep)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '[{"a":' * 100_000, a_deep(1_000)[:-1], "[" * 2_000 + '"' + "\\" * 999]
)
def test_a_deep_text_that_breaks_off_is_said_to(text: str) -> None:
    with pytest.raises(SourceError, match="breaks off") as failed:
        parsed(text, PLACE)
    assert "bricht ab" in sentence(failed.value.summary, "de")


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("", "leer", "empty"),
        ('[{"a": 1}\n {"a": 2}]', "Zeile 2, Spalte 2: hier fehlt ein Komma", "line 2, column 2: a comma"),
        ('{"a" 1}', "Zeile 1, Spalte 6: nach dem Schlüssel fehlt ein Doppelpunkt", "no colon"),
        ("{'a': 1}", "Schlüssel in doppelten Anführungszeichen", "double quotation marks"),
        ('{"a": 1', "bricht ab", "breaks off"),
        ('["a\nb"]', "Zeilenumbruch", "line break"),
        ('["\\x"]', "nach einem \\", "after a"),
        ('["abc]', "Zeichenkette endet nicht", "string has no end"),
        ("[1] [2]", "nach dem Ende", "after the end"),
        ("[nul]", "hier fehlt ein Wert", "a value is missing"),
        ("[\n" + a_deep(2_000, "\n") + ",\n1 2]", "Zeile 4, Spalte 3: hier fehlt ein Komma", "line 4, column 3"),
        ("<html>", "Internetseite", "web page"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_json_is_told_with_line_and_column_in_both_languages(
    text: str, german: str, english: str
) -> None:
    with pytest.raises(SourceError) as failed:
        parsed(text, PLACE)
    said = sentence(failed.value.summary, "de")
    assert german in said
    assert english in failed.value.message
    assert PLACE in said
    assert "Prüfen Sie" in said
    assert "Expecting" not in said + failed.value.message


# -- payloads


def test_what_bytes_cannot_say_becomes_something_they_can() -> None:
    thing = {"id": "a", "halb": "x\ud83dy", "\udc00": [10**30, {"ganz": "\ud83d\ude00"}]}
    assert json.loads(payload(thing)) == {
        "id": "a", "halb": "x\ufffdy", "\ufffd": [str(10**30), {"ganz": "\U0001f600"}],
    }  # fmt: skip


def test_a_thing_that_is_too_deep_has_no_payload_and_its_key_is_named() -> None:
    thing = {"id": "a", "flach": [1], "tief": json.loads(a_deep(300))}
    with pytest.raises(RecursionError):
        payload(thing)
    assert (too_deep(thing).field, str(MAX_DEPTH) in too_deep(thing).value) == ("tief", True)
