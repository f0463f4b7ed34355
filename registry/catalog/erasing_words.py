"""Erases words that name a person, such as a name or an e-mail address, wherever they stand in the data folder.

Entry points: `erase_words`, `check_words`, `people_in`, `named_people` (words that may be names, to erase again by a
list of digests). Rewritten in place are all versions of records, drafts, messages of visitors, and the findings and
reports of runs; deleted are letters, kept answers, checks of addresses, staged items, tables of previews and dumps that
hold one of the words. The projections are rebuilt from what is left. The digest of a harvested record stays, so an item
that its source has not changed does not bring the words back.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from registry.catalog.catalog import Catalog
from registry.errors import UsageError
from registry.model import Finding, Metadata, Record, Text, Version
from registry.model.agents import agents
from registry.sources.packed import packed, unpacked
from registry.sources.payloads import open_payloads
from registry.sources.tables import FINDINGS
from registry.store.database import give_space_back, reading, writing
from registry.store.rewriting import rewrite_versions

MIN_CHARACTERS: Final = 5  # of a word that is erased: a shorter one stands inside of too many others
ERASED: Final = "…"  # in place of a word inside of a text
KEPT_KEYS: Final = frozenset({"kind", "state", "owner", "relation", "source", "remote_id", "digest", "id"})

# Table of the store's database -> its key, and the column with JSON that is rewritten
REWRITTEN: Final = (("drafts", "id", "body"), ("visitor_messages", "id", "body"), ("ledger_runs", "number", "body"))
# Table -> its key, and the columns in which one of the words deletes the row
DELETED: Final = (
    ("letters", "id", ("body", "recipient", "fault")),
    ("repeated_requests", "key", ("answer",)),
    ("file_checks", "id", ("result", "url")),
)


class Words:
    """Words to be erased, in any case. UsageError for one that is too short."""

    def __init__(self, terms: Sequence[str]) -> None:
        check_words(terms)
        forms = {form for word in terms for form in (word.strip(), msgspec.json.encode(word.strip()).decode()[1:-1],
                                                     word.strip().encode("unicode_escape").decode())}  # fmt: skip
        alternatives = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
        self._pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)

    def in_bytes(self, value: Any) -> bool:
        """Whether a stored text or JSON holds one of the words."""
        text = bytes(value).decode("utf-8", "replace") if not isinstance(value, str) else value
        return bool(self._pattern.search(text))

    def without(self, value: Any) -> Any:
        """A value of JSON without the words: a text that is nothing else becomes empty. Ids and the like stay."""
        if isinstance(value, str):
            rest = self._pattern.sub(ERASED, value)
            return rest if rest.replace(ERASED, "").strip() else ""
        if isinstance(value, list | tuple):
            return [self.without(member) for member in value]
        if isinstance(value, dict):
            return {key: member if key in KEPT_KEYS else self.without(member) for key, member in value.items()}
        return value


def check_words(terms: Sequence[str]) -> None:
    """UsageError for a word that is too short to be erased."""
    for word in terms:
        if not is_long_enough(word):
            raise UsageError("erase-word-short", word=word, length=MIN_CHARACTERS)


def is_long_enough(word: str) -> bool:
    return len(word.strip()) >= MIN_CHARACTERS


def erase_words(catalog: Catalog, terms: Sequence[str]) -> int:
    """Erases the words from everything that is stored; returns how many versions of records were changed."""
    erased = Words(terms)
    changed = rewrite_versions(catalog.store, lambda version: _version_without(erased, version))
    with writing(catalog.store.engine) as connection:
        for table, key, column in REWRITTEN:
            _rewrite(connection, (table, key, column), erased.in_bytes, lambda body: _json_without(erased, body))
        _rewrite_findings(connection, erased)
        for table, key, columns in DELETED:
            _delete(connection, table, key, columns, erased)
        _delete(connection, "names", "name", ("name",), erased)
    _erase_staged(catalog, erased)
    catalog.previews.erase([word.strip() for word in terms], erased.in_bytes)
    for word in terms:
        catalog.following.subscriptions.forget(word.strip())
    if changed:
        shutil.rmtree(catalog.settings.data / "dumps", ignore_errors=True)  # the next night writes new ones
        for _again in range(2):  # a rebuild leaves the generation before it to those who read it
            catalog.projector.rebuild()
    give_space_back(catalog.store.engine, vacuum=True)
    give_space_back(catalog.staging.engine, vacuum=True)
    return changed


def named_people(catalog: Catalog) -> Iterator[str]:
    """Names and e-mail addresses of agents and contacts in records and drafts, and those of visitors."""
    for record in catalog.store.find():
        yield from _names_in(record.said)
    for draft in catalog.inbox.every():
        yield from _names_in(draft.metadata)
    for message in catalog.messages.waiting():
        yield from (message.name, message.email)


def people_in(metadata: Metadata) -> Iterator[tuple[Text, str]]:
    """Name and e-mail address of each agent and contact."""
    yield from ((agent.name, agent.email) for _field, agent in agents(metadata))
    yield from ((contact.name, contact.email) for contact in metadata.contacts)


def _names_in(metadata: Metadata) -> Iterator[str]:
    for name, address in people_in(metadata):
        yield from (*name.values(), address)


def _has(erased_words: Words, record: Record) -> bool:
    return erased_words.in_bytes(msgspec.json.encode(record))


def _version_without(erased_words: Words, version: Version) -> Version | None:
    """The version without the words; None if it has none."""
    note = version.note if isinstance(version.note, str) else ""
    if not _has(erased_words, version.record) and not erased_words.in_bytes(note):
        return None
    record = msgspec.convert(erased_words.without(msgspec.to_builtins(version.record)), Record)
    return msgspec.structs.replace(version, record=record, note=erased_words.without(note) if note else version.note)


def _json_without(erased_words: Words, body: bytes) -> bytes:
    return msgspec.json.encode(erased_words.without(msgspec.json.decode(body)))


def _in_findings(erased_words: Words, body: bytes) -> bool:
    return erased_words.in_bytes(msgspec.json.encode(unpacked(body)))


def _rewrite(
    connection: sa.Connection, of: tuple[str, str, str], holds: Callable[[bytes], bool], new: Callable[[bytes], bytes]
) -> None:
    """Replaces the values of a column that hold a word. `of`: table, key, column."""
    name, key, column = of
    table = sa.table(name, sa.column(key), sa.column(column))
    for row in connection.execute(table.select()).fetchall():
        body = bytes(row[1])
        if holds(body):
            connection.execute(table.update().where(table.c[key] == row[0]).values({column: new(body)}))


def _rewrite_findings(connection: sa.Connection, erased_words: Words) -> None:
    """Takes the words from the values of the findings of all runs."""
    for row in connection.execute(FINDINGS.select()).fetchall():
        findings = unpacked(row.findings)
        without = [msgspec.convert(erased_words.without(msgspec.to_builtins(finding)), Finding) for finding in findings]
        if tuple(without) != findings:
            own = sa.and_(FINDINGS.c.run == row.run, FINDINGS.c.place == row.place)
            connection.execute(FINDINGS.update().where(own).values(findings=packed(without)))


def _delete(connection: sa.Connection, name: str, key: str, columns: Sequence[str], erased_words: Words) -> None:
    table = sa.table(name, sa.column(key), *map(sa.column, columns))
    for row in connection.execute(table.select()).fetchall():
        if any(value is not None and erased_words.in_bytes(value) for value in row[1:]):
            connection.execute(table.delete().where(table.c[key] == row[0]))


def _erase_staged(catalog: Catalog, erased_words: Words) -> None:
    """Deletes the staged items of all sources that hold a word; the next run reads them again."""
    staged = sa.table("staged", *map(sa.column, ("source", "remote_id", "title", "identifiers", "findings")))
    payloads = sa.table("staged_payloads", *map(sa.column, ("source", "remote_id", "payload")))
    payloads_of = open_payloads(catalog.staging.engine)
    with reading(catalog.staging.engine) as connection:
        named = {
            (row.source, row.remote_id)
            for row in connection.execute(payloads.select())
            if erased_words.in_bytes(payloads_of.unpacked(row.payload))
        }
        named |= {
            (row.source, row.remote_id)
            for row in connection.execute(staged.select())
            if erased_words.in_bytes(row.title) or (row.findings and _in_findings(erased_words, row.findings))
        }
    for source, remote_id in named:
        catalog.staging.erase(source, remote_id)
