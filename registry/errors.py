"""All errors that Lotse raises on purpose, grouped by what a caller can do about them.

LotseError                     400
├── UsageError                 400   the call has a wrong name or value; correct it
│   └── ValidationError        422   fields are wrong; `errors` says which and how to correct them
│   └── PreconditionRequiredError 428 `If-Match` is missing where it is needed
├── NotFoundError              404   no such record, source, run, draft
│   └── WithdrawnError         410   it was removed; the answer has title, reason and date
├── StartAgainError            410   a token from before a restore; begin again without it
├── NotAllowedError            403   this account may not do this
│   └── NotSignedInError       401
├── ConflictError              409   another change was faster (compare and set)
│   └── BusyError              409   a run or command has the lock; try again later
│   └── PreconditionFailedError 412  `If-Match` names another version than the present one
├── TooLargeError              413   above a limit, which the message names
├── SourceError                502   a source gave a wrong answer or none; no record was withdrawn
│   ├── UnreadableError        502   its answer cannot be read; `place` says where
│   │   └── ReadingStoppedError 422  reading it was stopped at a limit; `place` names the limit
│   │       └── ReadingTimeoutError 504  stopped at the time limit
│   └── ForbiddenAddressError  502   an address that must not be fetched (SSRF)
└── NotReadyError              503   a part of the installation cannot be used now
    ├── UpgradeNeededError     503   the store is older than the code; the message names the command
    ├── DatabaseDamagedError   503   a page of the database cannot be read; restore a backup
    ├── StoppedError           503   this process was asked to end; finished work is kept
    └── StorageFullError       507   the disk is full or nearly full; free some space
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # at run time inside of functions: `lotse --help` imports this module, but raises nothing
    from registry.model.message import Message

NO_DETAIL: Final[Mapping[str, Any]] = MappingProxyType({})


class LotseError(Exception):
    """A failure: `status` is its HTTP status, `exit_code` that of the command.

    `code`: that of its sentence in `vocab.messages`, with the `values` of the sentence; or a whole message. `detail`:
    what programs can read in the problem document (RFC 9457).
    """

    status = 400
    exit_code = 1

    def __init__(self, code: "str | Message", detail: Mapping[str, Any] = NO_DETAIL, /, **values: Any) -> None:
        from registry.model.message import Message, message

        self.summary = code if isinstance(code, Message) else message(code, **values)
        self.detail = detail
        super().__init__(self.summary)

    @property
    def message(self) -> str:
        """The sentence in English, for logs, commands and problem documents."""
        from registry.model.message import sentence

        return sentence(self.summary, "en")


class UsageError(LotseError):
    """A wrong argument, setting or parameter."""

    exit_code = 2


class ValidationError(UsageError):
    """Metadata that are refused. `errors`: one mapping for each field, with `field`, `rule`, `message` and `remedy`
    ({"de", "en"} each)."""

    status = 422

    def __init__(self, code: str, errors: Sequence[Mapping[str, Any]] = (), /, **values: Any) -> None:
        super().__init__(code, {"errors": list(errors)}, **values)
        self.errors = tuple(errors)


class PreconditionRequiredError(UsageError):
    """A change that must name the version which it changes (`If-Match`)."""

    status = 428


class NotFoundError(LotseError):
    """There is no such record, source, run, account or page."""

    status = 404
    exit_code = 3


class WithdrawnError(NotFoundError):
    """The record was withdrawn. `reason`: why: the text of a person, or a message."""

    status = 410

    def __init__(self, code: str, reason: "str | Message", detail: Mapping[str, Any] = NO_DETAIL, /) -> None:
        from registry.model.message import bilingual

        super().__init__(code, {**detail, "reason": bilingual(reason)})
        self.reason = reason


class StartAgainError(LotseError):
    """A position that a reader was given is no longer valid, because the database was replaced since then."""

    status = 410


class NotAllowedError(LotseError):
    """The account may not do this."""

    status = 403
    exit_code = 4


class NotSignedInError(NotAllowedError):
    """Only somebody who is signed in may do this."""

    status = 401


class ConflictError(LotseError):
    """Something exists already, or is no longer in the state from which the caller wants to change it."""

    status = 409
    exit_code = 5


class BusyError(ConflictError):
    """Another process holds the lock that is needed."""


class PreconditionFailedError(ConflictError):
    """The version that the caller wants to change is no longer the present one."""

    status = 412


class TooLargeError(LotseError):
    """Something exceeds one of our bounds; the sentence names the bound."""

    status = 413


class SourceError(LotseError):
    """A source does not answer as it should; the sentence names its address and a remedy."""

    status = 502
    exit_code = 7


class UnreadableError(SourceError):
    """A file of a source cannot be read. `place`: where in the file, and why."""

    def __init__(self, code: str, place: "Message | str", /, **values: Any) -> None:
        super().__init__(code, place=place, **values)
        self.place = place


class ReadingStoppedError(UnreadableError):
    """A file needs more memory, depth or output than a child process may use for it."""

    status = 422


class ReadingTimeoutError(ReadingStoppedError):
    """A file needs more time than a child process may use for it."""

    status = 504


class ForbiddenAddressError(SourceError):
    """The SSRF guard refuses the address."""


class NotReadyError(LotseError):
    """The store or the index cannot answer now."""

    status = 503


class UpgradeNeededError(NotReadyError):
    """The tables are of an older version: `lotse upgrade` brings them up to date."""


class StoppedError(NotReadyError):
    """The process ends, or somebody stops the run."""


class StorageFullError(NotReadyError):
    """The disk or the database is full."""

    status = 507


class DatabaseDamagedError(NotReadyError):
    """The database found a damaged page."""
