"""Folders and files that only the account of the server may read: accounts, drafts and secrets stand in them."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600


def make_private_folder(path: Path) -> None:
    """Makes a folder and those above it that are missing, each with FOLDER_MODE; leaves existing ones as they are."""
    for folder in reversed((path, *path.parents)):
        if not folder.exists():
            folder.mkdir(FOLDER_MODE, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Makes an empty file with FILE_MODE where there is none.

    An existing one that everybody may read gets FILE_MODE; one that only a group shares stays so. What the system
    refuses is left to who opens the file.
    """
    with suppress(OSError):
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE))
        elif path.stat().st_mode & stat.S_IRWXO:
            path.chmod(FILE_MODE)
