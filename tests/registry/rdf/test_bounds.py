"""Bounds of a file of RDF: what counts as nested, what as a long address. What is refused: `tests/hostile`."""

import contextlib
import time

import pytest

from registry.errors import ReadingStoppedError, TooLargeError
from registry.rdf import bounds
from registry.rdf.bounds import MAX_IRI_BYTES, MAX_TURTLE_DEPTH, Output, check_turtle_depth, has_long_run

MANY = MAX_TURTLE_DEPTH + 1


@pytest.mark.parametrize(
    "text",
    [
        b"[] " * MANY,
        b"<a[> " * MANY,
        b"'[' " * MANY,
        b'"\\"[" ' * MANY,
        b'"""[""[""" ' * MANY,
        b"'''\n[''' " * MANY,
        b"# [ ' \"\n" * MANY,
        b"<http://a.example/#[> 'it' \"'[\" " * MANY,
        b"a\\[b " * MANY,
    ],
)
def test_what_is_not_nested_passes(text: bytes) -> None:
    check_turtle_depth(text, "file")


@pytest.mark.parametrize(
    "opens", [b"[ ", b"( ", b"{ ", b"<< <a> <b> ", b"['''\n]''' ", b'[ "]" ', b"[ # ]\n", b"[ <]> ", b"[ '\\']' "]
)
def test_what_is_nested_is_refused_just_above_the_bound(opens: bytes) -> None:
    check_turtle_depth(opens * MAX_TURTLE_DEPTH, "file")
    with pytest.raises(ReadingStoppedError, match=f"deeper than {MAX_TURTLE_DEPTH}"):
        check_turtle_depth(opens * MANY, "file")


@pytest.mark.parametrize("unit", [b"'", b'"', b"[]", b"<", b"#", b"\\", b"'''", b"[ ", b"'a' [] # x\n"])
def test_the_time_grows_with_the_length(unit: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(ReadingStoppedError):
        check_turtle_depth(b"[" * MANY + b"]" * MANY + unit * (2_000_000 // len(unit)), "file")
    assert time.process_time() - began < 5


def test_a_long_address_is_suspected_and_a_long_text_is_not() -> None:
    assert has_long_run(b"<urn:" + b"a" * 8_200 + b">", is_json=False)
    assert not has_long_run(b"a b " * 10_000, is_json=False)
    assert has_long_run(b'{"@id": "' + b"a b " * 3_000 + b'"}', is_json=True)
    assert not has_long_run(b'"a":1,' * 10_000, is_json=True)


def test_statements_with_a_long_address_are_left_out_wherever_it_stands() -> None:
    iri, output = b"<urn:" + b"a" * MAX_IRI_BYTES + b">", Output(1, "file")
    text = b'<a> <b> "' + iri + b'"'
    long = [iri + b" <b> <c>", b"<a> %b <c>" % iri, b"<a> <b> %b" % iri, b'<a> <b> "x"^^%b' % iri]
    kept = output.without_long_iris([*long, text])
    assert (kept, len(output.left_out)) == ([text], 4)


def test_what_comes_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MIN_OUTPUT_BYTES", 100)
    monkeypatch.setattr(bounds, "MAX_STATEMENTS", 5)
    Output(1, "file").add(5, 100)
    Output(4, "file").add(5, 200)
    for statements, size in ((5, 101), (6, 1)):
        with pytest.raises(TooLargeError):
            Output(1, "file").add(statements, size)
