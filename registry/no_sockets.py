"""Takes the right to open sockets from a process that works on what strangers gave us.

Entry point: `forbid_sockets`. A native library may connect by itself, without our guarded session: pyoxigraph follows
SERVICE in a query and has no switch for it. On Linux the kernel refuses the calls (seccomp); elsewhere nothing happens.
"""

import ctypes
import errno
import platform
import struct
import sys
from typing import Final

# machine -> numbers of the calls socket and seccomp, its mark in the filter, first number of a second set of calls
_MACHINES: Final = {
    "x86_64": (41, 317, 0xC000003E, 0x40000000),
    "aarch64": (198, 277, 0xC00000B7, 0x7FFFFFFF),
}
_IO_URING_SETUP: Final = 425  # the same everywhere; its rings can connect, too
_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # instructions of classic BPF
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def forbid_sockets() -> bool:
    """True if no thread of this process, and no child of it, can open a socket from now on: `socket` fails with EACCES.

    What is open stays open. False where the system has no seccomp, or for a machine that is not in the table.
    """
    numbers = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if not numbers:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    socket, seccomp, architecture, second_set = numbers
    instructions = _instructions(socket, architecture, second_set)
    program = _Program(len(instructions) // 8, instructions)
    return not libc.syscall(seccomp, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program))


def _instructions(socket: int, architecture: int, second_set: int) -> bytes:
    """A jump names how many instructions to skip if the test holds, and if not."""
    rows = (
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_IF_EQUAL, 0, 5, architecture),
        (_LOAD, 0, 0, 0),  # its number
        (_IF_EQUAL, 3, 0, socket),
        (_IF_EQUAL, 2, 0, _IO_URING_SETUP),
        (_IF_AT_LEAST, 1, 0, second_set),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    return b"".join(struct.pack("=HBBI", *row) for row in rows)
