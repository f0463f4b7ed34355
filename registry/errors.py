"""Every error that the house raises on purpose, ordered by what a caller can do about it.

LotseError                     400
├── UsageError                 400   the words of the call are wrong; correct them
│   └── ValidationError        422   fields are wrong; `errors` says which and how to mend them
├── NotFoundError              404   no such record, source, run, draft
│   └── WithdrawnError         410   it was here: title, reason and date
├── StartAgainError            410   a token of an earlier numbering; begin anew without it
├── NotAllowedError            403   signed in, but not for this
│   └── NotSignedInError       401
├── ConflictError              409   somebody else was faster (compare and set)
│   └── BusyError              409   a run or command holds the lock; come back
├── TooLargeError              413   over a bound; names the bound
├── SourceError                502   a source did not answer as it should; nothing was withdrawn
│   └── ForbiddenAddressError  502   an address that must not be fetched
└── NotReadyError              503   store older than the code, index not reachable
    └── UpgradeNeededError     503   the command to run is in the message
"""

from collections.abc import Mapping, Sequence
from typing import Any


class LotseError(Exception):
    """A failure with a sentence for people; `status` is its HTTP status, `exit_code` that of the command."""

    status = 400
    exit_code = 1

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail: Mapping[str, Any] = detail


class UsageError(LotseError):
    exit_code = 2


class ValidationError(UsageError):
    """`errors`: one mapping a field, with `field`, `rule`, `message` and `remedy` ({"de", "en"} each)."""

    status = 422

    def __init__(self, message: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message, errors=list(errors))
        self.errors = tuple(errors)


class NotFoundError(LotseError):
    status = 404
    exit_code = 3


class WithdrawnError(NotFoundError):
    status = 410


class StartAgainError(LotseError):
    status = 410


class NotAllowedError(LotseError):
    status = 403
    exit_code = 4


class NotSignedInError(NotAllowedError):
    status = 401


class ConflictError(LotseError):
    status = 409
    exit_code = 5


class BusyError(ConflictError):
    pass


class TooLargeError(LotseError):
    status = 413


class SourceError(LotseError):
    status = 502
    exit_code = 7


class ForbiddenAddressError(SourceError):
    pass


class NotReadyError(LotseError):
    status = 503


class UpgradeNeededError(NotReadyError):
    pass
