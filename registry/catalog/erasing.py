"""Erases a person: the account, the name wherever it stands, and the words that the person wrote about others' work.

Entry points: `erase` (an account), `erase_named` (words that name a person without one), `erase_again`, `preview`,
`others`. What stays is what belongs to the city: published metadata without the person's names, and the audit log with
the number of the account. The names of who was erased are kept as slow salted digests in `erased.jsonl`, so that they
can be erased again after an older copy of the data folder was put back (`erase_again`).
"""

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from registry.catalog.catalog import Catalog
from registry.catalog.erased_sieve import candidates, folded, sieve_of
from registry.catalog.erasing_words import check_words, erase_words, is_long_enough, named_people
from registry.catalog.traces import Trace, other_names, stored_texts, traces
from registry.errors import NotFoundError, UsageError
from registry.letters.outbox import forget_letters
from registry.model import Version
from registry.people.audit import forget_name, number_of, record_act
from registry.people.confirmations import rename_confirmations
from registry.people.refused_links import rename_refusals
from registry.private_files import make_private_file, make_private_folder
from registry.settings import with_secret
from registry.store.database import give_space_back, reading, writing
from registry.store.rewriting import rewrite_versions
from registry.store.store import Selection

log = logging.getLogger(__name__)
LIST_NAME: Final = "erased.jsonl"  # in the data folder
HINT_BYTES: Final = 1  # so one of 256 names is compared by its slow digest


class Erased(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was erased. `number`: of the account, which now stands for the name; `digest`: of that name; `terms`:
    digests of other words that name the person; `hints`: for each of all these the first byte of a digest with the
    secret named `key`, by which `erase_again` leaves out most names before it computes a slow digest (decision 0276);
    `folded`, `sieves`: of the same words, to find them in free texts (`erased_sieve.py`); `versions`, `drafts`: how
    many were changed or deleted."""

    number: int
    at: str
    salt: str
    digest: str
    versions: int = 0
    drafts: int = 0
    terms: tuple[str, ...] = ()
    key: str = ""
    hints: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    sieves: tuple[tuple[int, int], ...] = ()


def erase(catalog: Catalog, name: str, by: str = "", terms: Sequence[str] = ()) -> Erased:
    """Erases the account of this name and whatever it left; NotFoundError if nothing is known of it. `terms`: further
    names and addresses of the person, beside the full name and the e-mail address that the account has; UsageError for
    one that is too short, before anything is changed.

    Afterwards the name and the person's own words are nowhere in the data folder, also not in free pages of the
    database.
    """
    _require_known(catalog, name)
    check_words(terms)
    with writing(catalog.store.engine) as connection:
        number = number_of(connection, name)
    pseudonym = f"#{number}"
    terms = tuple(dict.fromkeys((*terms, *_words_of(catalog, name))))
    versions = rewrite_versions(catalog.store, lambda version: _without(version, name, pseudonym))
    drafts = catalog.inbox.erase(name, pseudonym)
    if mailbox := catalog.mailboxes.get(name):
        catalog.following.subscriptions.forget(mailbox.address)
    catalog.messages.forget(name)
    if catalog.people.get(name):
        catalog.people.remove(name)
    with writing(catalog.store.engine) as connection:
        forget_letters(connection, name)
        rename_confirmations(connection, name, pseudonym)
        rename_refusals(connection, name, pseudonym)
        forget_name(connection, name)
        record_act(connection, by, "erase", f"account {number}")
    versions += erase_words(catalog, terms) if terms else 0
    give_space_back(catalog.store.engine, vacuum=True)
    return _kept(catalog, Erased(number, "", "", name, versions, drafts, terms))


class Preview(msgspec.Struct, frozen=True):
    """What an erasure would look for, where it stands now, and `others`: further words that may name the person, which
    are erased only if they are named, too."""

    terms: tuple[str, ...]
    traces: tuple[Trace, ...]
    others: tuple[str, ...]


def preview(catalog: Catalog, name: str, terms: Sequence[str] = ()) -> Preview:
    """What erasing an account, or words alone, would find; NotFoundError, UsageError as for `erase`."""
    terms = _terms_of(catalog, name, terms)
    looked_for = (*((name,) if is_long_enough(name) else ()), *terms)
    standing = tuple(traces(catalog, looked_for)) if looked_for else ()
    return Preview(terms, standing, tuple(other_names(catalog, terms)))


def others(catalog: Catalog, name: str, terms: Sequence[str] = ()) -> tuple[str, ...]:
    """The `others` of a preview alone, without looking where the words stand; errors as there."""
    return tuple(other_names(catalog, _terms_of(catalog, name, terms)))


def _terms_of(catalog: Catalog, name: str, terms: Sequence[str]) -> tuple[str, ...]:
    """The given words and those of the account, if one is named; NotFoundError, UsageError as for `erase`."""
    if name:
        _require_known(catalog, name)
    check_words(terms)
    return tuple(dict.fromkeys((*terms, *(_words_of(catalog, name) if name else ()))))


def erase_named(catalog: Catalog, terms: Sequence[str], by: str = "") -> Erased:
    """Erases words that name a person who has no account; UsageError for one that is too short."""
    versions = erase_words(catalog, terms)
    with writing(catalog.store.engine) as connection:
        record_act(connection, by, "erase", "words")
    return _kept(catalog, Erased(0, "", "", "", versions, 0, tuple(terms)))


def _words_of(catalog: Catalog, name: str) -> list[str]:
    """The full name of an account, if it has two parts, and its e-mail address, unless that is the public contact of an
    organization; without what is too short to be looked for."""
    account, mailbox = catalog.people.get(name), catalog.mailboxes.get(name)
    terms = [account.full_name] if account and " " in account.full_name.strip() else []
    organizations = catalog.store.find(Selection(kind="organization"))
    public = {contact.email for record in organizations for contact in record.metadata.contacts}
    terms += [mailbox.address] if mailbox and mailbox.address not in public else []
    return [word for word in terms if is_long_enough(word)]


def erase_again(catalog: Catalog, lines: Iterable[bytes]) -> list[Erased]:
    """Erases whoever of a list of former erasures is known here again; UsageError for a line that cannot be read."""
    try:
        former = [msgspec.json.decode(line, type=Erased) for line in lines if line.strip()]
    except msgspec.MsgspecError:
        raise UsageError("erased-list-unreadable") from None
    keys = {_key_name(secret): secret for secret in with_secret(catalog.settings).secret}

    def is_erased(word: str, digests_of: Callable[[Erased], Sequence[str]]) -> bool:
        return any(
            _digest(word, entry.salt) in digests_of(entry)
            for entry in former
            if digests_of(entry) and (entry.key not in keys or _hint(word, keys[entry.key]) in entry.hints)
        )

    names = [
        name for name in sorted(_names(catalog)) if is_erased(name, lambda entry: (entry.digest,) * bool(entry.digest))
    ]
    erased = [erase(catalog, name) for name in names]
    people = sorted({word.strip() for word in named_people(catalog) if word.strip()})
    terms = [word for word in people if is_erased(word, lambda entry: entry.terms)]
    terms += _in_free_texts(catalog, former, keys)
    return [*erased, *([erase_named(catalog, list(dict.fromkeys(terms)))] if terms else [])]


def _in_free_texts(catalog: Catalog, former: Sequence[Erased], keys: Mapping[str, str]) -> list[str]:
    """The words of former erasures that stand in free texts, as they are written there, also in older versions and in
    what was read from sources. `keys`: the secrets that are known, by name."""
    listed = []
    for key in dict.fromkeys(entry.key for entry in former if entry.sieves):
        entries = [entry for entry in former if entry.key == key and entry.sieves]
        if key not in keys:
            log.warning("free texts are not searched for %d erased people: LOTSE_SECRET was another one", len(entries))
            continue
        sieves = {sieve for entry in entries for sieve in entry.sieves}
        through = candidates((stored.text for stored in stored_texts(catalog)), sieves, keys[key])
        for sequence, written in sorted(through.items()):
            sieve = sieve_of(sequence, keys[key])
            if any(sieve in entry.sieves and _digest(sequence, entry.salt) in entry.folded for entry in entries):
                listed += sorted(filter(is_long_enough, written))
    return listed


def _without(version: Version, name: str, pseudonym: str) -> Version | None:
    """The version without the name, and without the reasons that the person gave; None if it has neither."""
    record, withdrawn = version.record, version.record.withdrawn
    if withdrawn and withdrawn.by == name:
        record = replace(record, withdrawn=replace(withdrawn, by=pseudonym, why=""))
    if any(override.by == name for override in record.overrides):
        overrides = tuple(
            replace(override, by=pseudonym, why="") if override.by == name else override
            for override in record.overrides
        )
        record = replace(record, overrides=overrides)
    mine = version.by == name
    if not mine and record is version.record:
        return None
    has_text = isinstance(version.note, str) and mine
    return replace(version, by=pseudonym if mine else version.by, note="" if has_text else version.note, record=record)


def _require_known(catalog: Catalog, name: str) -> None:
    if catalog.people.get(name) is None and name not in _names(catalog):
        raise NotFoundError("account-unknown", name=name)


def _names(catalog: Catalog) -> set[str]:
    """All names of accounts that stand somewhere: present ones, and those of before."""
    queries = ('SELECT DISTINCT "by" FROM versions', "SELECT DISTINCT author FROM drafts",
               "SELECT name FROM account_numbers WHERE name IS NOT NULL", "SELECT name FROM accounts")  # fmt: skip
    names: set[str] = set()
    with reading(catalog.store.engine) as connection:
        for query in queries:
            names.update(str(row[0]) for row in connection.execute(sa.text(query)))
    return names


def _digest(name: str, salt: str) -> str:
    return hashlib.scrypt(name.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1).hex()


def _hint(word: str, secret: str) -> str:
    return hmac.digest(secret.encode(), b"erased:" + word.encode(), "sha256")[:HINT_BYTES].hex()


def _key_name(secret: str) -> str:
    return hashlib.sha256(b"erased:" + secret.encode()).hexdigest()[:8]


def _kept(catalog: Catalog, erased: Erased) -> Erased:
    """The entry of the list, with digests in place of the names, after it was written there."""
    salt, secret = secrets.token_hex(16), with_secret(catalog.settings).secret[0]
    terms = tuple(word.strip() for word in erased.terms)
    entry = replace(
        erased,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        salt=salt,
        digest=_digest(erased.digest, salt) if erased.digest else "",
        terms=tuple(_digest(word, salt) for word in terms),
        key=_key_name(secret),
        hints=tuple(_hint(word, secret) for word in (erased.digest, *terms) if word),
        folded=tuple(_digest(folded(word), salt) for word in terms),
        sieves=tuple(sieve_of(word, secret) for word in terms),
    )
    _keep(catalog.settings.data / LIST_NAME, entry)
    return entry


def _keep(path: Path, erased: Erased) -> None:
    make_private_folder(path.parent)  # there may be none yet where the database is a server
    make_private_file(path)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(erased) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def exported(catalog: Catalog, name: str) -> dict[str, Any]:
    """All that is stored about an account, for the person whose it is: without secrets."""
    people, account = catalog.people, catalog.people.get(name)
    if account is None:
        raise NotFoundError("account-unknown", name=name)
    mailbox = catalog.mailboxes.get(name)
    return {
        "account": account,
        "mailbox": mailbox._asdict() if mailbox else None,
        "sessions": [
            {"begun": session.begun, "method": session.method, "browser": session.browser}
            for session in people.sessions.of(name)
        ],
        "passkeys": [{"label": passkey.label, "created": passkey.created} for passkey in people.passkeys.of(name)],
        "tokens": list(people.tokens.of(name)),
        "substitute": people.substitutes.of(name),
        "drafts": [draft for draft in catalog.inbox.every() if name in (draft.author, *draft.editors)],
        "comments": [
            {"draft": draft.id, "comment": comment}
            for draft in catalog.inbox.every() for comment in draft.comments if comment.by == name
        ],
        "log": [entry._asdict() for entry in people.audit.of(name)],
        "versions": _written_by(catalog, name),
    }  # fmt: skip


def _written_by(catalog: Catalog, name: str) -> list[dict[str, Any]]:
    query = sa.text('SELECT number, id, at, note FROM versions WHERE "by" = :name ORDER BY number')
    with reading(catalog.store.engine) as connection:
        rows = connection.execute(query, {"name": name}).fetchall()
    return [{"number": row.number, "record": row.id, "at": row.at, "note": row.note} for row in rows]
