"""Errors of the environment (disk full, folder not writable, database unreachable) as errors of ours.

Entry point: `system_error`.
"""

import errno
import os
from pathlib import Path
from typing import Any, Final

from registry.errors import BusyError, LotseError, NotAllowedError, NotReadyError, UsageError
from registry.settings import Settings

_SQLITE: Final = {  # SQLite's own names of primary error codes -> code of the message
    "FULL": "data-disk-full",
    "IOERR": "data-disk-broken",
    "READONLY": "path-closed",
    "CANTOPEN": "path-closed",
    "PERM": "path-closed",
    "CORRUPT": "database-damaged",
    "NOTADB": "database-none",
}
_BUSY_NAMES: Final = ("BUSY", "LOCKED", "PROTOCOL")
_REFUSED_ERRNOS: Final = (errno.EACCES, errno.EPERM, errno.EROFS)
_FILE_ERRNOS: Final = (errno.ENOTDIR, errno.EISDIR, errno.ENOENT, errno.EEXIST)


def system_error(error: BaseException, settings: Settings) -> LotseError | None:
    """The error as a LotseError with a sentence and the next step; None if it is a bug of ours."""
    if isinstance(error, OSError):
        return _of_file(error, settings)
    return _of_database(error, settings) if type(error).__module__.startswith("sqlalchemy") else None


def _of_file(error: OSError, settings: Settings) -> LotseError | None:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NotReadyError("disk-full", data=settings.data)
    values = {"what": error.filename or settings.data, "why": error.strerror}
    if error.errno in _REFUSED_ERRNOS:
        return NotAllowedError("path-closed", **values)
    return NotReadyError("path-closed", **values) if error.errno in _FILE_ERRNOS else None


def _of_database(error: BaseException, settings: Settings) -> LotseError | None:
    from sqlalchemy import exc

    if isinstance(error, exc.ArgumentError):
        return UsageError("database-address", error=error)
    cause: Any = getattr(error, "orig", None) or error
    why = (str(cause).splitlines() or [""])[0]
    if name := getattr(cause, "sqlite_errorname", ""):
        return _of_sqlite(name.removeprefix("SQLITE_").partition("_")[0], why, settings)
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError | exc.InternalError):
        return NotReadyError("database-away", why=why)
    return None


def _of_sqlite(name: str, why: str, settings: Settings) -> LotseError | None:
    if name in _BUSY_NAMES:
        return BusyError("database-busy")
    if name not in _SQLITE:
        return None
    what = settings.database_url.removeprefix("sqlite:///")
    refused = _SQLITE[name] == "path-closed" and not os.access(Path(what).parent, os.W_OK)
    return (NotAllowedError if refused else NotReadyError)(_SQLITE[name], data=settings.data, what=what, why=why)
