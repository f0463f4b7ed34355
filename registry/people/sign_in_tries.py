"""Counts the tries to sign in, for all processes of an installation, so that passwords cannot be guessed.

Entry points: `SignInTries` (in `People.tries`), `Attempt.of`. A try is counted before its password is checked: of many
at the same time no more are let through than one after the other. Neither names nor addresses are stored, only their
keyed digests, and these only until the pause is over and somebody tries again.
"""

import hashlib
import time
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from registry.store.database import Tables, make_tables, writing
from registry.store.locks import lock_table

MAX_TRIES: Final = 5  # for one account from one address
MAX_TRIES_OF_ADDRESS: Final = 50  # for all accounts: an office may share an address
MAX_TRIES_OF_ACCOUNT: Final = 50  # from all addresses: more than somebody at one address can use up for others
PAUSE_SECONDS: Final = 300  # a try counts so long
NETWORK_BITS: Final = 64  # of an IPv6 address: a household or an office has all addresses of such a network

TABLES: Final = Tables(
    "sign_in_version",
    ("CREATE TABLE IF NOT EXISTS sign_in_tries (account TEXT NOT NULL, client TEXT NOT NULL, at {big} NOT NULL)",),
)
_TRIES: Final = sa.table("sign_in_tries", *(sa.column(name) for name in ("account", "client", "at")))


class Attempt(NamedTuple):
    """A try to sign in: digests of the account's name and of the client's network."""

    account: str
    client: str

    @classmethod
    def of(cls, name: str, address: str, secret: str) -> "Attempt":
        """`secret` keys the digests, so that nobody can look up whose they are."""
        key = hashlib.blake2b(secret.encode()).digest()
        return cls(
            *(hashlib.blake2b(part.encode(), key=key, digest_size=16).hexdigest() for part in (name, network(address)))
        )


class SignInTries:
    """For any number of threads and processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def count(self, attempt: Attempt) -> int:
        """0 if the try is counted and its password may be checked; else the seconds after which to try again."""
        now = int(time.time())
        with writing(self._engine) as connection:
            lock_table(connection, _TRIES)
            # The second condition is for a clock that was ahead: nobody waits until it gets there
            old = sa.or_(_TRIES.c.at <= now - PAUSE_SECONDS, _TRIES.c.at > now + PAUSE_SECONDS)
            connection.execute(_TRIES.delete().where(old))
            wait = max(_wait(connection, now, limit, *where) for limit, where in _limits(attempt))
            if wait == 0:
                connection.execute(_TRIES.insert().values(account=attempt.account, client=attempt.client, at=now))
        return wait

    def forget(self, attempt: Attempt) -> None:
        """Forgets the tries for this account from this network, because the password was right."""
        with writing(self._engine) as connection:
            connection.execute(_TRIES.delete().where(*_of_both(attempt)))


def network(address: str) -> str:
    """What a client cannot change at will: its IPv4 address, or the network of its IPv6 address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, NETWORK_BITS), strict=False))
    return str(ip)


def _limits(attempt: Attempt) -> tuple[tuple[int, tuple[Any, ...]], ...]:
    """How many tries may have each of these properties."""
    account, client = _of_both(attempt)
    return (
        (MAX_TRIES, (account, client)),
        (MAX_TRIES_OF_ADDRESS, (client,)),
        (MAX_TRIES_OF_ACCOUNT, (account,)),
    )


def _of_both(attempt: Attempt) -> tuple[Any, Any]:
    return _TRIES.c.account == attempt.account, _TRIES.c.client == attempt.client


def _wait(connection: sa.Connection, now: int, limit: int, *where: Any) -> int:
    """The seconds until one of the `limit` newest tries no longer counts; 0 if there are fewer."""
    newest_first = sa.select(_TRIES.c.at).where(*where).order_by(_TRIES.c.at.desc())
    at = connection.execute(newest_first.offset(limit - 1).limit(1)).scalar()
    return 0 if at is None else max(1, int(at) + PAUSE_SECONDS - now)
