"""What goes wrong outside of Lotse (a full disk, a folder that is closed to us, a database that is away), in words."""

import errno
import os
from pathlib import Path
from typing import Any, Final

from registry.errors import BusyError, LotseError, NotAllowedError, NotReadyError, UsageError
from registry.settings import Settings

_FULL: Final = "The disk of {data} is full. Make room there, then call again; what was done until then is kept."
_CLOSED: Final = "{what} cannot be opened or written ({why}). Check the path, its owner and its rights."
_SQLITE: Final = {  # SQLite's own names of primary error codes
    "FULL": _FULL,
    "IOERR": "The disk of {data} does not take or give what it should ({why}). It may be full or broken: lotse doctor",
    "READONLY": _CLOSED,
    "CANTOPEN": _CLOSED,
    "PERM": _CLOSED,
    "CORRUPT": "{what} is damaged ({why}). Put a backup in its place.",
    "NOTADB": "{what} is no database ({why}). Check LOTSE_DATA, or put a backup in its place.",
}
_BUSY: Final = ("BUSY", "LOCKED", "PROTOCOL")
_REFUSED: Final = (errno.EACCES, errno.EPERM, errno.EROFS)
_FILES: Final = (errno.ENOTDIR, errno.EISDIR, errno.ENOENT, errno.EEXIST)


def trouble(error: BaseException, settings: Settings) -> LotseError | None:
    """The error as a sentence with the next step; None if it is a mistake of ours."""
    if isinstance(error, OSError):
        return _of_file(error, settings)
    return _of_database(error, settings) if type(error).__module__.startswith("sqlalchemy") else None


def _of_file(error: OSError, settings: Settings) -> LotseError | None:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NotReadyError(f"A disk is full: that of {settings.data}, or where the output goes. Make room there.")
    told = _CLOSED.format(what=error.filename or settings.data, why=error.strerror)
    if error.errno in _REFUSED:
        return NotAllowedError(told)
    return NotReadyError(told) if error.errno in _FILES else None


def _of_database(error: BaseException, settings: Settings) -> LotseError | None:
    from sqlalchemy import exc

    if isinstance(error, exc.ArgumentError):
        return UsageError(f"LOTSE_DATABASE is no address of a database ({error}); it must be like sqlite:///… or "
                          "postgresql+psycopg://….")  # fmt: skip
    cause: Any = getattr(error, "orig", None) or error
    why = (str(cause).splitlines() or [""])[0]
    if name := getattr(cause, "sqlite_errorname", ""):
        return _of_sqlite(name.removeprefix("SQLITE_").partition("_")[0], why, settings)
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError | exc.InternalError):
        return NotReadyError(f"The database does not answer: {why}\nCheck LOTSE_DATABASE, and that its server runs.")
    return None


def _of_sqlite(name: str, why: str, settings: Settings) -> LotseError | None:
    if name in _BUSY:
        return BusyError("Others have kept the database busy for more than a minute. Call again.")
    if name not in _SQLITE:
        return None
    what = settings.database_url.removeprefix("sqlite:///")
    told = _SQLITE[name].format(data=settings.data, what=what, why=why)
    refused = _SQLITE[name] is _CLOSED and not os.access(Path(what).parent, os.W_OK)
    return NotAllowedError(told) if refused else NotReadyError(told)
