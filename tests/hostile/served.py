"""`lotse serve` in processes of its own, over a data folder."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.api.commands.calling import LOTSE
from tests.paths import ROOT


class Served(NamedTuple):
    """The address of a server, and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def host_and_port(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)


@contextlib.contextmanager
def served(data: Path, workers: int = 1, **settings: str) -> Iterator[Served]:
    """`settings`: names in lower case without `LOTSE_`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    environ = kept | {"LOTSE_DATA": str(data)} | {f"LOTSE_{name.upper()}": value for name, value in settings.items()}
    command = [*LOTSE, "serve", "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environ)
    try:
        assert process.stdout
        line = process.stdout.readline().split()
        assert line[:1] == ["ready"], line
        yield Served(line[1], process)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
