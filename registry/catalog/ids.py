"""Which id a new record gets: its own short name, else its title; once given, it is kept for life."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from registry.model import KINDS, Metadata
from registry.model.text import LONGEST, slug, tags
from vocab.pages import PAGE_ROWS

TAIL: Final = 6  # characters of the digest that tells two of the same name apart
# Words that addresses of ours begin or end with, so that no id is ever mistaken for one
RESERVED_IDS: Final = frozenset(
    (
        *"api catalog feed id index karte neu new none null page sparql undefined".split(),  # noqa: SIM905
        *KINDS,
        *(word for row in PAGE_ROWS.values() if row.reserved for word in (row.de, row.en)),
    )
)
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_DIGEST = re.compile(r"(?=.*\d)[0-9a-f-]{8,}")  # a UUID, a hash: names nothing to a reader

Taken = Callable[[Collection[str]], set[str]]  # which of these ids exist


def short_name(metadata: Metadata) -> str:
    """The name that the source itself uses in addresses: `extras["name"]`, else an identifier that reads like one."""
    for name in (metadata.extras.get("name"), *metadata.identifiers):
        if isinstance(name, str) and len(name) <= LONGEST and _NAME.fullmatch(name) and not _DIGEST.fullmatch(name):
            return slug(name)
    return ""


def title_name(metadata: Metadata) -> str:
    words = metadata.title
    return next(filter(None, (slug(words[tag]) for tag in tags(words, "de"))), "")


def given(things: Sequence[tuple[Metadata, str]], taken: Taken) -> list[str]:
    """An id for each new thing, unique among themselves and all that exist. With each thing what tells it from others
    of the same name, such as its source and remote id: never a count, so that the order of arrival does not matter."""
    wanted = [_names(metadata, own) for metadata, own in things]
    chosen = [""] * len(wanted)
    used: set[str] = set()
    left: Sequence[int] = range(len(wanted))
    while left:  # all that still want one ask together for the next best of theirs
        asked = [(place, next(wanted[place])) for place in left]
        used |= taken({id for _, id in asked} - used)
        for place, id in asked:
            if id not in used:
                used.add(id)
                chosen[place] = id
        left = [place for place in left if not chosen[place]]
    return chosen


def possible(metadata: Metadata, own: str) -> list[str]:
    """The ids that a thing may get, the best first."""
    return list(_names(metadata, own))


def _names(metadata: Metadata, own: str) -> Iterator[str]:
    name = short_name(metadata) or title_name(metadata)
    if name and name not in RESERVED_IDS:
        yield name
    digest = hashlib.blake2b(own.encode(), digest_size=16).hexdigest()
    for length in (TAIL, 12, len(digest)):  # the longer ones only where two digests begin alike
        yield f"{(name or metadata.kind)[: LONGEST - length - 1].strip('-')}-{digest[:length]}"
