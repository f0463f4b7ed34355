"""Gives memory back to the system between two steps of a large piece of work. Entry point: `give_memory_back`."""

import gc


def give_memory_back() -> None:
    """Returns to the system what was freed, as far as it can: glibc keeps freed memory that is in small pieces, and a
    harvest would hold it beside the process that builds the index."""
    import ctypes  # late: few commands need it

    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # neither musl nor macOS has it
    if trim:
        trim(0)
