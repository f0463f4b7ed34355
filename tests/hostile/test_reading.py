"""What strangers send to make a parser large, slow or deep is refused at a bound of ours, which is named.

Each input is harmless and just above the bound. It is read in a child process as in the product; how much memory and
time that took is measured and bounded.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator

import msgspec
import pytest

from harvesters.files.rdf_page import PageBytes, read_page
from harvesters.files.workbook import rows_of
from registry import child_pool
from registry.child_pool import Limits, call
from registry.errors import LotseError, ReadingStoppedError, SourceError, TooLargeError, UnreadableError
from registry.rdf.bounds import (
    MAX_IRI_BYTES,
    MAX_JSON_VALUES,
    MAX_LONG_IRIS,
    MAX_TURTLE_DEPTH,
    MIN_OUTPUT_BYTES,
)
from registry.rdf.foreign_contexts import MAX_CONTEXT_DEPTH
from registry.rdf.turtle_strings import MAX_STRING_BYTES
from registry.rdf.xml_guard import MAX_DEPTH

MEMORY = Limits(memory=400_000_000, seconds=60, max_bytes=10_000_000)
DATASET = b"<urn:a> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> 'A' .\n"
LONG = b"https://x.example/" + b"x" * MAX_IRI_BYTES


def check(body: bytes, media_type: str = "text/turtle") -> dict[str, object]:
    """The answer of the check, in at most 400 MB and 60 seconds."""
    parts = call("file", MEMORY, "api.data.validation:answer", body, media_type, "", "")
    answer: dict[str, object] = msgspec.json.decode(b"".join(parts))
    return answer


@pytest.fixture(autouse=True)
def one_child_only() -> Iterator[None]:
    """The children of other tests may have grown."""
    child_pool.close()
    yield
    child_pool.close()


def deep(opens: bytes, closes: bytes, depth: int = MAX_TURTLE_DEPTH + 5) -> bytes:
    return DATASET + b"<urn:a> <urn:b> " + opens * depth + b"'x'" + closes * depth + b" .\n"


def amplified(times: int) -> bytes:
    """Statements that are that many bytes each, by a prefix."""
    iri = b"https://x.example/" + b"y" * 8_000 + b"/"
    return b"@prefix p: <" + iri + b"> .\n" + b"p:a p:b p:c .\n" * (times // (3 * len(iri)) + 1)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (deep(b"[ <urn:c> ", b"]"), ReadingStoppedError, f"nested deeper than {MAX_TURTLE_DEPTH}"),
        (deep(b"(", b")"), ReadingStoppedError, f"nested deeper than {MAX_TURTLE_DEPTH}"),
        (deep(b"# a comment ] ' \" )\n(", b")"), ReadingStoppedError, f"nested deeper than {MAX_TURTLE_DEPTH}"),
        (deep(b"[ <urn:c> ') \\' ', '''\n']''' , ", b"]"), ReadingStoppedError, "nested deeper than"),
        (amplified(MIN_OUTPUT_BYTES), TooLargeError, f"larger than {MIN_OUTPUT_BYTES} bytes"),
        (b'{"@type": [' + b"1," * MAX_JSON_VALUES + b"1]}", TooLargeError, f"more than {MAX_JSON_VALUES} values"),
        (b"<%b> <urn:b> <urn:c> .\n" % LONG * (MAX_LONG_IRIS + 1), TooLargeError, f"longer than {MAX_IRI_BYTES} bytes"),
    ],
    ids=[
        "brackets",
        "lists",
        "lists between comments",
        "brackets between strings",
        "a long prefix",
        "values of JSON",
        "long addresses",
    ],
)
def test_a_file_over_a_bound_is_refused(body: bytes, kind: type[LotseError], words: str) -> None:
    with pytest.raises(kind, match=words) as refused:
        check(body, "application/ld+json" if body[:1] == b"{" else "text/turtle")
    assert refused.value.status in (413, 422)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"a":' * (MAX_DEPTH + 5) + b"1" + b"}" * (MAX_DEPTH + 5), "application/ld+json"),
        (
            b'{"@context": ' + b"[" * (MAX_CONTEXT_DEPTH + 5) + b"]" * (MAX_CONTEXT_DEPTH + 5) + b"}",
            "application/ld+json",
        ),
        (b"<a>" * 3_000 + b"</a>" * 3_000 + b" " * 100_000, "application/rdf+xml"),
    ],
    ids=["JSON-LD", "contexts", "RDF/XML"],
)
def test_a_file_that_is_nested_too_deep_is_a_finding(body: bytes, media_type: str) -> None:
    (finding,) = check(body, media_type)["findings"]  # type: ignore[misc, attr-defined]
    limit = MAX_CONTEXT_DEPTH if b"@context" in body else MAX_DEPTH
    assert (finding["rule"], f"deeper than {limit} " in finding["value"]) == ("unreadable", True)


@pytest.mark.parametrize(
    "body",
    [
        deep(b"[ <urn:c> ", b"]", MAX_TURTLE_DEPTH - 1),
        DATASET + b"<urn:a> <urn:b> ( 'x' ) , [ <urn:c> '([[<<' ] .\n" * 1_000,
        DATASET + b"<urn:a> <urn:b> '''(\n[ \" ''', \"[[[ \\\" (((\" . # ((( [[[\n" * 1_000,
    ],
    ids=["just below", "many side by side", "inside of strings and comments"],
)
def test_what_is_not_nested_too_deep_is_read(body: bytes) -> None:
    assert check(body)["records"] == 1


def test_what_is_too_long_costs_its_statement_alone() -> None:
    text = b"<urn:a> <urn:long> '" + b"w " * (MAX_STRING_BYTES // 2 + 1_000_000) + b"' ; <urn:p> <" + LONG + b"> .\n"
    answer = check(DATASET + text)
    values = [finding["value"] for finding in answer["findings"] if finding["rule"] == "statement-unreadable"]  # type: ignore[attr-defined]
    assert answer["records"] == 1
    assert [any(f"{limit} bytes" in value for value in values) for limit in (MAX_STRING_BYTES, MAX_IRI_BYTES)] == [
        True,
        True,
    ]


def test_blank_nodes_that_are_hard_to_tell_apart_cost_their_things_and_are_tried_once() -> None:
    size = 300
    knot = b"".join(b"_:k%d <urn:p> _:k%d, _:k%d .\n" % (n, (n + 1) % size, (n - 1) % size) for n in range(size))
    things = b"".join(DATASET.replace(b"urn:a", b"urn:%d" % n) for n in range(200))
    links = b"".join(
        b"<urn:%d> <urn:knot> %b .\n" % (n, b", ".join([b"_:k0", b"_:k7"][: 1 + n % 2])) for n in range(1, 200)
    )
    answer = check(things + links + knot)  # within the time
    assert answer["records"] == 200


def test_a_packed_page_over_the_bound_is_refused_before_it_is_parsed() -> None:
    body = gzip.compress(b"#" * 300_000)
    with pytest.raises(TooLargeError, match="larger than 200000 bytes"):
        read_page(PageBytes(body, "text/turtle", "https://x.example/a.ttl.gz"), (), 200_000)
    with pytest.raises(SourceError, match="packed members"):
        read_page(PageBytes(gzip.compress(b"#") * 5_000, "text/turtle", "https://x.example/a.ttl.gz"), (), 200_000)


def test_a_page_over_a_bound_is_one_that_cannot_be_read() -> None:
    """So a later page of a listing costs itself."""
    with pytest.raises(UnreadableError, match=f"nested deeper than {MAX_TURTLE_DEPTH}"):
        read_page(PageBytes(deep(b"(", b")"), "text/turtle", "https://x.example/a.ttl"), (), 200_000)


@pytest.mark.parametrize("row", ["200000", "&#50;00000"])
def test_a_workbook_over_the_bound_is_refused_before_it_is_opened(row: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
        file.writestr("xl/worksheets/sheet1.xml", f'<worksheet><row r="{row}"><c><v>1</v></c></row></worksheet>')
    with pytest.raises(TooLargeError, match="100000 rows"):
        list(rows_of(packed.getvalue(), "", "https://x.example/a.xlsx"))
