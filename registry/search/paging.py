"""Where a page of hits begins and ends, by its number or by a token, and the order of a list.

Entry points: `Cursor`, `cursor_of` (a query's token, read and checked), `token_of`, `start`, `order_of`. A token says
which hit was the last one, so the next page begins after it, whatever was added or removed before.
"""

import hashlib
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from registry.errors import UsageError
from registry.search.query import MAX_DEPTH, Query

MAX_TOKEN: Final = 4_000  # characters
MAX_REMEMBERED: Final = 400  # hits of which a token has the digests
DIGEST_BYTES: Final = 4


class Order(NamedTuple):
    """A list in the order of the texts of a field, which are unique. `day`: a field of day numbers; what is to come is
    listed first, the next first of all, then what is over, the latest first."""

    field: str
    descending: bool = False
    day: str = ""


NEWEST: Final = Order("by_date")  # the days count down, so that things of one day stand by title
ORDERS: Final = {
    "newest": NEWEST,
    "title": Order("by_title"),
    "starts": Order("by_start", day="starts"),
    "ends": Order("by_end", day="ends"),
}


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """`seen`: hits up to the last one of the page before; `last`: its key in the order, by relevance its id; `asked`: a
    digest of the query. `ids`: by relevance `digests` of all hits seen, if they are no more than MAX_REMEMBERED: the
    first ones are ordered anew with every change, so the last one does not tell which others were seen."""

    asked: str
    seen: int
    last: str
    ids: bytes = b""

    @property
    def remembered(self) -> frozenset[bytes]:
        """The digests; none if they are not those of all hits seen."""
        parts = [self.ids[at : at + DIGEST_BYTES] for at in range(0, len(self.ids), DIGEST_BYTES)]
        return frozenset(parts) if len(parts) == self.seen else frozenset()


class Stretch(NamedTuple):
    """`size` hits of a list from the one number `first` on, or from the one after the key `after`."""

    order: Order
    first: int
    size: int
    after: str = ""


def order_of(query: Query) -> Order:
    return ORDERS.get(query.sort, NEWEST)


def start(query: Query, cursor: Cursor | None, by_score: bool) -> int:
    """The number of the first hit of the page, from 0; UsageError for one beyond MAX_DEPTH that can only be counted to,
    as in a list `by_score`: a token of an order of texts has a key to begin at."""
    if cursor and cursor.seen > MAX_DEPTH and (by_score or not cursor.last):
        raise UsageError("cursor-form")
    if cursor:
        return cursor.seen
    first = (max(query.page, 1) - 1) * max(query.size, 0)
    if first + query.size > MAX_DEPTH:
        raise UsageError("paging-too-deep", limit=MAX_DEPTH)
    return first


def digests(ids: Iterable[str]) -> bytes:
    return b"".join(hashlib.blake2b(id.encode(), digest_size=DIGEST_BYTES).digest() for id in ids)


def token_of(query: Query, seen: int, last: str, ids: bytes = b"") -> str:
    """The token of the page after `seen` hits, of which the last one has this key; `ids` as in Cursor."""
    body = msgspec.msgpack.encode(Cursor(_digest(query), seen, last, ids))
    return urlsafe_b64encode(body).rstrip(b"=").decode()


def cursor_of(query: Query) -> Cursor | None:
    """What the token of a query says, None without one; UsageError for one of another search or that is no token."""
    if not query.cursor:
        return None
    if len(query.cursor) > MAX_TOKEN:
        raise UsageError("cursor-form")
    try:
        body = urlsafe_b64decode(query.cursor + "=" * (-len(query.cursor) % 4))
        cursor = msgspec.msgpack.decode(body, type=Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        raise UsageError("cursor-form") from error
    if cursor.asked != _digest(query):
        raise UsageError("cursor-of-another-search")
    if not 0 <= cursor.seen <= sys.maxsize:
        raise UsageError("cursor-form")
    return cursor


def _digest(query: Query) -> str:
    """The same for the same hits in the same order."""
    where = sorted((facet, sorted(values)) for facet, values in query.where.items())
    limits = msgspec.to_builtins(query.limits)
    body = msgspec.json.encode((query.words, where, limits, query.sort))
    return hashlib.blake2b(body, digest_size=6).hexdigest()
