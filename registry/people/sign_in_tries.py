"""Counts the tries to sign in, for all processes of an installation, so that passwords cannot be guessed.

Entry points: `SignInTries` (in `People.tries`), `Attempt.of`. Invariants: a try is counted before its password is
checked, so that many tries at the same time get no further than the same number one after another. Names and addresses
are not stored, only their keyed digests. The digests are deleted at the first try after the pause.
"""

import hashlib
import time
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from registry.store.database import Tables, make_tables, writing
from registry.store.locks import lock_table

MAX_TRIES: Final = 5  # for one account from one address
MAX_TRIES_OF_ADDRESS: Final = 50  # for all accounts from one address, which a whole office may share
MAX_TRIES_OF_ACCOUNT: Final = 50  # from all addresses; so high that one address cannot lock an account for others
PAUSE_SECONDS: Final = 300  # how long a try is counted
NETWORK_BITS: Final = 64  # of an IPv6 address; a household or an office owns a whole network of this size

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
    def of(cls, name: str, address: str, secret: str, purpose: str = "") -> "Attempt":
        """The attempt to sign in as `name` from `address`. `secret` is the key of the digests: without it, nobody can
        find the name behind a digest by trying names. Each `purpose` (a password, a token) has tries of its own."""
        key = hashlib.blake2b(secret.encode()).digest()
        parts = (f"{purpose}\0{part}" if purpose else part for part in (name, network(address)))
        return cls(*(hashlib.blake2b(part.encode(), key=key, digest_size=16).hexdigest() for part in parts))


class SignInTries:
    """The counted tries, in the database; safe for any number of threads and processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def count(self, attempt: Attempt) -> int:
        """Counts a try and returns 0 if its password may be checked; else only returns the seconds to wait."""
        now = int(time.time())
        with writing(self._engine) as connection:
            lock_table(connection, _TRIES)
            # Tries of the future were counted while the clock was ahead: they must not block until that time
            old = sa.or_(_TRIES.c.at <= now - PAUSE_SECONDS, _TRIES.c.at > now + PAUSE_SECONDS)
            connection.execute(_TRIES.delete().where(old))
            wait = max(_wait(connection, now, limit, *where) for limit, where in _limits(attempt))
            if wait == 0:
                connection.execute(_TRIES.insert().values(account=attempt.account, client=attempt.client, at=now))
        return wait

    def forget(self, attempt: Attempt) -> None:
        """Forgets the tries for this account from this network, because the password was right."""
        with writing(self._engine) as connection:
            connection.execute(_TRIES.delete().where(*_conditions(attempt)))


def network(address: str) -> str:
    """The IPv4 address, or the network of the IPv6 address: the part that a client cannot choose freely.

    Text that is not an IP address is returned unchanged.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, NETWORK_BITS), strict=False))
    return str(ip)


def _limits(attempt: Attempt) -> tuple[tuple[int, tuple[Any, ...]], ...]:
    """Each limit: the highest number of tries, and the conditions that select the tries to count."""
    account, client = _conditions(attempt)
    return (
        (MAX_TRIES, (account, client)),
        (MAX_TRIES_OF_ADDRESS, (client,)),
        (MAX_TRIES_OF_ACCOUNT, (account,)),
    )


def _conditions(attempt: Attempt) -> tuple[Any, Any]:
    """The conditions for tries of the same account, and for tries from the same network."""
    return _TRIES.c.account == attempt.account, _TRIES.c.client == attempt.client


def _wait(connection: sa.Connection, now: int, limit: int, *where: Any) -> int:
    """The seconds until the oldest of the `limit` newest tries is no longer counted; 0 if there are fewer tries."""
    newest_first = sa.select(_TRIES.c.at).where(*where).order_by(_TRIES.c.at.desc())
    oldest_counted = connection.execute(newest_first.offset(limit - 1).limit(1)).scalar()
    return 0 if oldest_counted is None else max(1, int(oldest_counted) + PAUSE_SECONDS - now)
