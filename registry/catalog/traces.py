"""Where in the data folder words that name a person stand, and which other words may name the same person.

Entry points: `stored_texts` (everything that is stored, with its place), `traces` (how often the words stand where),
`other_names` (what stands beside the person's address, and parts of the full name). It reads all versions and changes
nothing. Database files, backups and logs elsewhere are outside of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from registry.catalog.catalog import Catalog
from registry.catalog.erasing_words import DELETED, REWRITTEN, Words, is_long_enough, people_in
from registry.sources.packed import unpacked
from registry.sources.payloads import open_payloads
from registry.sources.tables import FINDINGS
from registry.store.database import reading

MAX_EXAMPLES: Final = 5  # ids that are named of a place
# Tables whose texts are read beside those that `erasing_words` rewrites or deletes -> key, columns
_READ_ONLY: Final = (("audit", "entry", ("subject", "detail")), ("names", "name", ("name",)))


class Trace(msgspec.Struct, frozen=True):
    """A place in which the words stand, how often, and the ids of the first ones."""

    location: str
    number: int
    examples: tuple[str, ...]


class StoredText(NamedTuple):
    """Something that is stored: the place, its id there, and its text or JSON."""

    location: str
    id: str
    text: str


def traces(catalog: Catalog, terms: Sequence[str]) -> list[Trace]:
    """Where the words stand; UsageError for one that is too short."""
    looked_for = Words(terms)
    hits: dict[str, list[str]] = {}
    for stored in stored_texts(catalog):
        if looked_for.in_bytes(stored.text):
            hits.setdefault(stored.location, []).append(stored.id)
    return [Trace(location, len(ids), tuple(dict.fromkeys(ids))[:MAX_EXAMPLES]) for location, ids in hits.items()]


def other_names(catalog: Catalog, terms: Sequence[str]) -> list[str]:
    """Further words that may name the person: parts of a name of several words, and the names and addresses that
    stand together with one of the words as an agent or contact in any version, draft or message."""
    looked_for = {word.casefold() for word in terms}
    proposed = [part for word in terms if " " in word and "@" not in word for part in word.split()]
    for names in _named_together(catalog):
        if looked_for & {name.casefold() for name in names}:
            proposed += names
    listed = {word.casefold(): word for word in reversed(proposed) if is_long_enough(word)}
    return sorted(word for key, word in listed.items() if key not in looked_for)


def stored_texts(catalog: Catalog) -> Iterator[StoredText]:
    """All texts of the data folder, also of older versions and of what was read from sources."""
    for record in catalog.store.find():
        for version in catalog.store.history(record.id):
            note = version.note if isinstance(version.note, str) else ""
            yield StoredText("versions", record.id, msgspec.json.encode((version.record, note)).decode())
    columns = (*((table, key, (column,)) for table, key, column in REWRITTEN), *DELETED, *_READ_ONLY)
    with reading(catalog.store.engine) as connection:
        for table, key, names in columns:
            yield from _rows(connection, table, key, names)
        for row in connection.execute(FINDINGS.select()):
            yield StoredText("findings", row.record, msgspec.json.encode(unpacked(row.findings)).decode())
    payloads = open_payloads(catalog.staging.engine)
    staged = sa.table("staged_payloads", *map(sa.column, ("source", "remote_id", "payload")))
    with reading(catalog.staging.engine) as connection:
        for row in connection.execute(staged.select()):
            text = payloads.unpacked(row.payload).decode("utf-8", "replace")
            yield StoredText("staged", f"{row.source} {row.remote_id}", text)


def _rows(connection: sa.Connection, name: str, key: str, columns: Sequence[str]) -> Iterator[StoredText]:
    table = sa.table(name, *map(sa.column, dict.fromkeys((key, *columns))))
    for row in connection.execute(table.select()).mappings():
        yield StoredText(name, str(row[key]), "\n".join(_text(row[column]) for column in columns))


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")


def _named_together(catalog: Catalog) -> Iterator[list[str]]:
    """The names and addresses of each agent, contact and sender."""
    described = (version.record.said for record in catalog.store.find() for version in catalog.store.history(record.id))
    for metadata in chain(described, (draft.metadata for draft in catalog.inbox.every())):
        yield from (_of_person(name, address) for name, address in people_in(metadata))
    for message in catalog.messages.waiting():
        yield _of_person({"": message.name}, message.email)


def _of_person(name: Mapping[str, str], address: str) -> list[str]:
    """The names with their address; nothing without one, because a name alone says nothing new."""
    return [word.strip() for word in (*name.values(), address) if word.strip()] if address else []
