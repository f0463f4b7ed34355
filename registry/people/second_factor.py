"""One-time codes as a second factor beside the password (TOTP, RFC 6238), and recovery codes for a lost device.

Entry point: `SecondFactor` (in `People.second_factor`). Invariants: a code is taken once; the secret is shown only
while the factor is set up; of recovery codes only digests are stored.
"""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from typing import Final
from urllib.parse import quote, urlencode

import sqlalchemy as sa

from registry.store.database import Tables, make_tables, reading, writing

STEP_SECONDS: Final = 30
DIGITS: Final = 6
STEPS_BEFORE_AND_AFTER: Final = 1  # that count as well: the clocks of both sides differ
RECOVERY_CODES: Final = 8
_SECRET_BYTES: Final = 20  # as long as a digest of SHA-1, as RFC 4226 section 4 asks for

TABLES: Final = Tables(
    "second_factor_version",
    (
        """CREATE TABLE IF NOT EXISTS second_factors (
            account TEXT PRIMARY KEY, secret TEXT NOT NULL, last_step {big} NOT NULL)""",
        """CREATE TABLE IF NOT EXISTS recovery_codes (
            account TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (account, digest))""",
    ),
)
_FACTORS: Final = sa.table("second_factors", *(sa.column(name) for name in ("account", "secret", "last_step")))
_RECOVERY: Final = sa.table("recovery_codes", sa.column("account"), sa.column("digest"))


class SecondFactor:
    """The second factors of an installation, in tables of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def is_on(self, account: str) -> bool:
        """Whether the account is asked for a code after its password."""
        with reading(self._engine) as connection:
            return connection.execute(sa.select(_FACTORS.c.account).filter_by(account=account)).scalar() is not None

    def turn_on(self, account: str, secret: str, code: str) -> list[str]:
        """Turns the factor on if the code is right for the secret: returns the recovery codes, which cannot be had
        again; [] if the code is wrong."""
        step = _step_of(secret, code, 0)
        if step is None:
            return []
        codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
        with writing(self._engine) as connection:
            forget_second_factor(connection, account)
            connection.execute(_FACTORS.insert().values(account=account, secret=secret, last_step=step))
            rows = [{"account": account, "digest": _digest(account, code)} for code in codes]
            connection.execute(_RECOVERY.insert(), rows)
        return codes

    def turn_off(self, account: str) -> None:
        """The account is asked for no code any more."""
        with writing(self._engine) as connection:
            forget_second_factor(connection, account)

    def take(self, account: str, code: str) -> bool:
        """Whether this is the present code of the account, or one of its recovery codes; neither is taken twice."""
        with writing(self._engine) as connection:
            row = connection.execute(_FACTORS.select().filter_by(account=account)).first()
            if row is None:
                return False
            step = _step_of(row.secret, code, row.last_step)
            if step is not None:
                newer = _FACTORS.update().filter_by(account=account).where(_FACTORS.c.last_step < step)
                return bool(connection.execute(newer.values(last_step=step)).rowcount)
            used = _RECOVERY.delete().filter_by(account=account, digest=_digest(account, code))
            return bool(connection.execute(used).rowcount)


def forget_second_factor(connection: sa.Connection, account: str) -> None:
    """Deletes the factor and the recovery codes of an account, in the caller's transaction."""
    connection.execute(_FACTORS.delete().filter_by(account=account))
    connection.execute(_RECOVERY.delete().filter_by(account=account))


def new_secret() -> str:
    """A secret, as people type it into an app: base32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def app_address(account: str, secret: str, issuer: str) -> str:
    """The address that apps for one-time codes open (`otpauth://totp/…`)."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"


def code_at(secret: str, step: int) -> str:
    """The code of a step (RFC 4226 section 5.3); a step is STEP_SECONDS long."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def _step_of(secret: str, code: str, last_step: int) -> int | None:
    """The step whose code this is, if it is later than `last_step` and near to now."""
    now, digits = int(time.time()) // STEP_SECONDS, "".join(code.split())
    for step in range(now - STEPS_BEFORE_AND_AFTER, now + STEPS_BEFORE_AND_AFTER + 1):
        if step > last_step and hmac.compare_digest(code_at(secret, step).encode(), digits.encode()):
            return step
    return None


def _digest(account: str, code: str) -> str:
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(f"{account}\0{letters}".encode()).hexdigest()
