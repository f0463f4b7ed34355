"""Pages of a list by number and by token, on both engines alike.

Covers: registry/search/paging.py, registry/search/listing.py
"""

from base64 import urlsafe_b64encode

import msgspec
import pytest
from msgspec.structs import replace

from registry.errors import UsageError
from registry.model import Change, Position, Record
from registry.search import listing
from registry.search.limits import Limits
from registry.search.paging import Cursor, cursor_of, token_of
from registry.search.query import MAX_DEPTH, RANKED, Query, SearchIndex
from tests.builders import a_metadata, a_record
from tests.registry.search.test_every_index import filled, index

__all__ = ["index"]  # the fixture with both engines

MANY = RANKED + 60
LISTS = (
    Query(words="Radweg"),
    Query(words="Radweg", sort="title"),
    Query(words="Radweg", sort="newest"),
    Query(),
    Query(sort="title", where={"kind": ("dataset",)}),
)
KINDS_OF_LIST = pytest.mark.parametrize("query", LISTS, ids=lambda query: f"{query.words}-{query.sort}")


def ways(count: int, first: int = 0) -> list[Record]:
    """Records that differ in length, so that their scores do."""
    return [
        a_record(
            f"weg-{number:04}",
            said=a_metadata(
                f"Radweg {number * 37 % count:04}",
                modified=f"2020-{1 + number % 12:02}-{1 + number % 28:02}",
                description={"de": " ".join(["Strecke"] * (number % 40))},
            ),
        )
        for number in range(first, first + count)
    ]


def by_token(index: SearchIndex, query: Query, size: int, pages: int = 99) -> tuple[list[str], Query]:
    """The ids of some pages, each after the token of the one before, and the query for the next page."""
    ids: list[str] = []
    asked = replace(query, size=size, facets=())
    for _ in range(pages):
        page = index.search(asked)
        ids += [hit.id for hit in page.hits]
        asked = replace(asked, cursor=page.cursor)
        if not page.cursor:
            break
    return ids, asked


def test_a_query_of_nothing_but_what_it_leaves_out_is_a_list_in_an_order(index):
    """It ends nowhere, as every list by a key does: MAX_DEPTH bounds only what is ordered by score."""
    filled(index, *ways(3))
    query = Query(words="-Brunnen", size=2, facets=())
    page = index.search(query)
    deep = Cursor(cursor_of(replace(query, cursor=page.cursor)).asked, MAX_DEPTH + 1, "9")
    token = urlsafe_b64encode(msgspec.msgpack.encode(deep)).rstrip(b"=").decode()
    assert index.search(replace(query, cursor=token)).hits == ()
    assert page.next == "2"


@KINDS_OF_LIST
def test_tokens_and_numbers_lead_through_the_same_list(index, query):
    filled(index, *ways(MANY))
    numbered = [
        hit.id for page in range(1, 9) for hit in index.search(replace(query, size=40, page=page, facets=())).hits
    ]
    assert len(set(numbered)) == MANY
    assert by_token(index, query, 40)[0] == numbered
    assert by_token(index, query, 33)[0] == numbered
    assert [hit.id for hit in index.search(replace(query, size=MAX_DEPTH, facets=())).hits] == numbered


@KINDS_OF_LIST
def test_the_next_page_goes_on_where_the_last_one_ended_whatever_came_or_went(index, query):
    filled(index, *ways(MANY))
    seen, asked = by_token(index, query, 40, pages=3)
    gone, new = seen[::10], ways(5, first=MANY)
    changes = [Change(MANY + 1 + number, id, None) for number, id in enumerate(gone)]
    changes += [Change(MANY + 100 + number, record.id, record) for number, record in enumerate(new)]
    index.apply(changes, Position("epoch", MANY + 200))
    for size in (40, 7):
        rest, _ = by_token(index, asked, size)
        assert not set(seen) & set(rest)
        assert {record.id for record in ways(MANY)} <= {*seen, *rest}
        assert len(set(rest)) == len(rest)


def test_far_behind_the_last_hit_is_found_again(index, monkeypatch):
    monkeypatch.setattr(listing, "MAX_REMEMBERED", 40)
    filled(index, *ways(MANY))
    seen, asked = by_token(index, Query(words="Radweg"), 30, pages=8)
    assert cursor_of(asked).ids == b""
    index.apply([Change(MANY + 1, seen[-5], None), Change(MANY + 2, seen[-20], None)], Position("epoch", MANY + 2))
    rest, _ = by_token(index, asked, 30)
    assert not set(seen) & set(rest)
    assert len(rest) == MANY - len(seen)


def test_a_page_by_token_counts_all_hits(index):
    filled(index, *ways(90))
    _, asked = by_token(index, Query(sort="title"), 20, pages=3)
    page = index.search(replace(asked, facets=("kind",)))
    assert (page.total, len(page.hits)) == (90, 20)
    assert page.facets["kind"][0].count == 90
    assert page.next is None


def test_similar_hits_are_on_the_pages_by_token_too(index):
    filled(index, *(a_record(id, said=a_metadata(title)) for id, title in SIMILAR.items()))
    whole = [hit.id for hit in index.search(Query(words="Spielplatz")).hits]
    assert len(whole) > 1
    assert by_token(index, Query(words="Spielplatz"), 1)[0] == whole


SIMILAR = {"a": "Spielplatz am Park", "b": "Spielplätze", "c": "Spielplatzgeräte", "d": "Spielpltz", "e": "Brunnen"}


def test_a_token_belongs_to_its_search():
    query = Query(words="Rad", where={"kind": ("dataset",)}, limits=Limits(begins="2020"))
    token = token_of(query, 40, "rad\tid")
    cursor = cursor_of(replace(query, cursor=token, size=7, facets=(), page=3))
    assert cursor is not None
    assert (cursor.seen, cursor.last) == (40, "rad\tid")
    for other in ({"words": "Bus"}, {"where": {}}, {"limits": Limits()}, {"sort": "title"}):
        with pytest.raises(UsageError, match="another search"):
            cursor_of(replace(query, cursor=token, **other))


@pytest.mark.parametrize("token", ["x", "%%%", "AAAA", "ä", "k" * 5000, token_of(Query(), 20, "a")[:-4]])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(UsageError, match="cursor"):
        cursor_of(Query(cursor=token))


def test_a_token_with_a_key_of_anybodys_own_does_no_harm(index):
    filled(index, *ways(30))
    for last in ('" OR id:x', "x TO *]", "\x00", "zz\tä"):
        query = Query(sort="title")
        assert index.search(replace(query, cursor=token_of(query, 10, last))).total == 30
    query = Query(words="Radweg")
    with pytest.raises(UsageError):
        index.search(replace(query, cursor=token_of(query, MAX_DEPTH + 1, "weg-0001")))
    assert index.search(replace(query, cursor=token_of(query, 10, "nie-da"))).hits


def test_a_deep_page_has_scores_below_those_before(index):
    filled(index, *ways(MANY))
    scores = [hit.score for hit in index.search(Query(words="Radweg", size=MANY)).hits]
    deep = index.search(Query(words="Radweg", size=20, page=RANKED // 20 + 1))
    assert [hit.score for hit in deep.hits] == scores[RANKED : RANKED + 20]
    assert deep.hits[0].score <= 100


@pytest.mark.parametrize("sort", ["starts", "ends"])
def test_lists_with_a_day_have_tokens_too_and_forged_ones_do_no_harm(index, sort):
    days = [f"{2000 + number}-01-01" for number in range(0, 60, 2)]
    filled(index, *(a_record(f"p{day}", said=a_metadata(day, "project", starts=day, ends=day)) for day in days))
    query = Query(sort=sort)
    whole = [hit.id for hit in index.search(replace(query, size=100)).hits]
    assert len(set(whole)) == len(days)
    assert by_token(index, query, 7)[0] == whole
    for last in ("x\ty", "9" * 30 + "\tx", "²\tx"):
        assert index.search(replace(query, cursor=token_of(query, 3, last))).total == len(days)
