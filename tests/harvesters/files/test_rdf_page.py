"""A page of RDF is read in a child process: what it says of the listing comes first, then its things."""

import gzip

import pytest

from harvesters.files import rdf_page
from harvesters.files.rdf_page import PageBytes, count_things, read_page
from registry import child_pool, rdf
from registry.errors import ReadingStoppedError, SourceError, UnreadableError

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
"""
PLACE = "https://x.example/katalog.ttl"


def a_page(things: int, more: str = "") -> PageBytes:
    text = "".join(f'<https://x.example/{n}> a dcat:Dataset ; dct:title "T {n}" .\n' for n in range(things))
    return PageBytes(f"{PREFIXES}{text}{more}".encode(), "text/turtle", PLACE)


def test_the_things_are_those_that_are_read_here() -> None:
    page = a_page(5_000, "<?page=1> hydra:next <?page=2#x> ; hydra:totalItems 9000 .")
    head, things, _ = read_page(page, (), len(page.data))
    assert (head.next, head.total, head.findings) == (f"{PLACE}?page=2", 9000, ())
    assert list(things) == list(
        rdf.things(rdf.parse(page.data, media_type="text/turtle", name=PLACE, base=PLACE).graph)
    )
    assert count_things(page, len(page.data)) == 5_000


def test_a_packed_page_is_unpacked_once_for_its_things_and_for_their_number() -> None:
    page = a_page(3)
    packed = page._replace(data=gzip.compress(page.data))
    assert len(list(read_page(packed, (), 10_000)[1])) == count_things(packed, 10_000) == 3
    twice = packed._replace(data=gzip.compress(packed.data))
    with pytest.raises(UnreadableError):
        read_page(twice, (), 10_000)
    with pytest.raises(UnreadableError):
        count_things(twice, 10_000)


def test_the_new_name_of_the_next_page_counts_before_the_old_one() -> None:
    more = "<?page=1> hydra:nextPage <?old=2> . <?page=1> hydra:totalItems 4 . <?page=1> hydra:next <?new=2> ."
    head, *_ = read_page(a_page(1, more), (), 10_000)
    assert (head.next, head.total) == (f"{PLACE}?new=2", 4)


def test_what_cannot_be_read_is_told_as_it_is_here() -> None:
    with pytest.raises(UnreadableError, match=r"katalog\.ttl cannot be read: line 3"):
        read_page(a_page(0, "<a> <b> ."), (), 10_000)
    with pytest.raises(SourceError, match="is a web page"):
        read_page(PageBytes(b"<!DOCTYPE html><p>", "text/turtle", PLACE), (), 10_000)
    head, *_ = read_page(
        a_page(
            1,
            '<https://x.example/a> dct:title "A',
        ),
        (),
        10_000,
    )
    assert [finding.rule for finding in head.findings] == ["statement-unreadable"]


def test_a_page_that_needs_too_much_memory_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    child_pool.close()  # a child that has read files before has memory of its own to fill
    monkeypatch.setattr(rdf_page, "LIMITS", rdf_page.LIMITS._replace(memory=60_000_000))
    with pytest.raises(ReadingStoppedError, match="more than 60 MB of memory") as told:
        list(read_page(a_page(150_000), (), 100_000_000)[1])
    assert told.value.status == 422
    assert count_things(a_page(1), 10_000) == 1
