"""Which tests run in the same worker of pytest-xdist: those of one file, and those that share what is dear to start.

The marks of `--dist loadgroup` have no effect with pytest 9.2 (pytest-xdist issue 1386): each worker would start each
server.
"""

from typing import Final

from xdist.scheduler import LoadFileScheduling

GROUPS: Final = {  # group -> what the ids of its tests contain
    "elastic": ("elastic",),
    "postgres": ("postgres", "hostile/test_soak.py"),  # the soak takes minutes: large groups begin first
    "browser": ("tests/browser/",),
    "demo": ("tests/test_make.py", "run/test_demo.py"),
    "source text": (
        "tests/test_names.py",
        "tests/test_structure.py",
        "vocab/test_messages.py",
        "vocab/test_kinds.py",
        "registry/test_errors.py",
    ),
}


def group(nodeid: str) -> str:
    """The group of a test; where it has none, its file."""
    found = [name for name, parts in GROUPS.items() if any(part in nodeid for part in parts)]
    return found[0] if found else nodeid.partition("::")[0]


class Scheduler(LoadFileScheduling):
    """Hands out tests by group: a whole group goes to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
