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
│   ├── UnreadableError        502   it answered with what cannot be read; `place` says where
│   │   └── ReadingStoppedError 422  reading it was stopped at a bound; `place` names the bound
│   │       └── ReadingTimeoutError 504  at that of time
│   └── ForbiddenAddressError  502   an address that must not be fetched
└── NotReadyError              503   store older than the code, index not reachable
    ├── UpgradeNeededError     503   the command to run is in the message
    ├── DatabaseDamagedError   503   a page of the database cannot be read; put a backup in its place
    ├── StoppedError           503   this process was asked to end; what it did is kept
    └── StorageFullError       507   the disk is full, or nearly; make room
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from registry.model.message import Message, bilingual, message, sentence

NO_DETAIL: Final[Mapping[str, Any]] = MappingProxyType({})


class LotseError(Exception):
    """A failure: `status` is its HTTP status, `exit_code` that of the command.

    `code` and `values`: its sentence in the catalogue `vocab.messages`, or the whole message; `detail`: what programs
    may read of it, in the problem document.
    """

    status = 400
    exit_code = 1

    def __init__(self, code: str | Message, detail: Mapping[str, Any] = NO_DETAIL, /, **values: Any) -> None:
        self.summary = code if isinstance(code, Message) else message(code, **values)
        self.detail = detail
        super().__init__(self.summary)

    @property
    def message(self) -> str:
        """The sentence in English, for logs, commands and problem documents."""
        return sentence(self.summary, "en")


class UsageError(LotseError):
    exit_code = 2


class ValidationError(UsageError):
    """`errors`: one mapping a field, with `field`, `rule`, `message` and `remedy` ({"de", "en"} each)."""

    status = 422

    def __init__(self, code: str, errors: Sequence[Mapping[str, Any]] = (), /, **values: Any) -> None:
        super().__init__(code, {"errors": list(errors)}, **values)
        self.errors = tuple(errors)


class NotFoundError(LotseError):
    status = 404
    exit_code = 3


class WithdrawnError(NotFoundError):
    """`reason`: why, in a person's words or as a message."""

    status = 410

    def __init__(self, code: str, reason: str | Message, detail: Mapping[str, Any] = NO_DETAIL, /) -> None:
        super().__init__(code, {**detail, "reason": bilingual(reason)})
        self.reason = reason


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


class UnreadableError(SourceError):
    """`place`: which place of the file cannot be read, and why."""

    def __init__(self, code: str, place: Message | str, /, **values: Any) -> None:
        super().__init__(code, place=place, **values)
        self.place = place


class ReadingStoppedError(UnreadableError):
    status = 422


class ReadingTimeoutError(ReadingStoppedError):
    status = 504


class ForbiddenAddressError(SourceError):
    pass


class NotReadyError(LotseError):
    status = 503


class UpgradeNeededError(NotReadyError):
    pass


class StoppedError(NotReadyError):
    pass


class StorageFullError(NotReadyError):
    status = 507


class DatabaseDamagedError(NotReadyError):
    pass
