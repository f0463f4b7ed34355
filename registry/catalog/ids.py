"""Gives new records their ids: from the source's own short name, else from the title.

Entry points: `given` chooses ids that are free; `possible` lists what a thing could get.
Invariant: an id never changes, and none of RESERVED_IDS is given.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from registry.model import KINDS, Metadata
from registry.model.text import LONGEST, slug, tags
from vocab.pages import LIST_VIEW_WORDS, PAGE_ROWS

DIGEST_CHARACTERS: Final = 6  # of the suffix that tells two things of the same name apart
# Parts of our own addresses: with such an id, `/id/…` could not be told from a page
RESERVED_IDS: Final = frozenset(
    (
        *"api catalog feed id index neu new none null page sparql undefined".split(),  # noqa: SIM905
        *KINDS,
        *LIST_VIEW_WORDS,
        *(word for row in PAGE_ROWS.values() if row.reserved for word in (row.de, row.en)),
    )
)
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_DIGEST = re.compile(r"(?=.*\d)[0-9a-f-]{8,}")  # a UUID or a hash: tells a reader nothing

Taken = Callable[[Collection[str]], set[str]]  # which of these ids exist


def short_name(metadata: Metadata) -> str:
    """The name that the source itself uses in addresses: `extras["name"]`, else an identifier that reads like one."""
    for name in (metadata.extras.get("name"), *metadata.identifiers):
        if isinstance(name, str) and len(name) <= LONGEST and _NAME.fullmatch(name) and not _DIGEST.fullmatch(name):
            return slug(name)
    return ""


def title_name(metadata: Metadata) -> str:
    """The slug of the title, German before other languages; "" if no title has a Latin letter or a digit."""
    title = metadata.title
    return next(filter(None, (slug(title[tag]) for tag in tags(title, "de"))), "")


def given(things: Sequence[tuple[Metadata, str]], taken: Taken) -> list[str]:
    """A free id for each thing, in the order of `things`.

    `things`: metadata, and a text that no other thing has, such as source and remote id. A name that is taken gets a
    digest of that text, and no count, so that the ids do not depend on the order in which things arrive.
    """
    wanted = [_names(metadata, own) for metadata, own in things]
    chosen = [""] * len(wanted)
    used: set[str] = set()
    left: Sequence[int] = range(len(wanted))
    while left:  # one query a round: the next best id of each thing that has none yet
        asked = [(index, next(wanted[index])) for index in left]
        used |= taken({id for _, id in asked} - used)
        for index, id in asked:
            if id not in used:
                used.add(id)
                chosen[index] = id
        left = [index for index in left if not chosen[index]]
    return chosen


def possible(metadata: Metadata, own: str) -> list[str]:
    """The ids that a thing may get, the best first; `own` as in `given`."""
    return list(_names(metadata, own))


def _names(metadata: Metadata, own: str) -> Iterator[str]:
    name = short_name(metadata) or title_name(metadata)
    if name and name not in RESERVED_IDS:
        yield name
    digest = hashlib.blake2b(own.encode(), digest_size=16).hexdigest()
    for length in (DIGEST_CHARACTERS, 12, len(digest)):  # the longer ones only where two digests begin alike
        yield f"{(name or metadata.kind)[: LONGEST - length - 1].strip('-')}-{digest[:length]}"
