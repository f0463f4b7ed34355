"""What the commands share: opening the catalogue, printing, progress bars, exit codes."""

import contextlib
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from registry.errors import LotseError, ValidationError

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.settings import Settings
    from registry.sources.runs import Runs
    from registry.sources.sources import Sources

PARTLY: Final = 6  # some records failed
SOURCE_FAILED: Final = 7
WAITING: Final = 8  # withdrawals wait for approval
SECONDS_PER_LINE: Final = 10.0  # between two lines of progress where there is no terminal


def print_error(error: LotseError) -> None:
    """Prints an error on stderr, with a line for each wrong field; with LOTSE_DEBUG the traceback before it."""
    if _debug():
        traceback.print_exc()
    click.echo(f"Error: {error.message}", err=True)
    for field_error in error.errors if isinstance(error, ValidationError) else ():
        text_in = {name: text.get("en", "") if isinstance(text, dict) else text for name, text in field_error.items()}
        click.echo(
            f"  {text_in.get('field', '')}: {text_in.get('message', '')} {text_in.get('remedy', '')}".rstrip(), err=True
        )


def _debug() -> bool:
    with contextlib.suppress(LotseError):
        return settings().debug
    return False


# -- what the commands share

as_json = click.option("--json", "json", is_flag=True, help="Print one JSON document.")
READ_ONLY_COMMANDS: Final = frozenset(  # only commands that write create the data folder
    ("search", "export", "doctor", "validate", "source list", "source show", "source check", "run list", "run show",
     "user list", "token list", "record show", "record export", "record history", "review list", "review show")
)  # fmt: skip


class LateChoice(click.ParamType[str]):
    """A `click.Choice` whose values are read when a command needs them: `lotse --help` starts without the modules that
    know them."""

    name = "choice"

    def __init__(self, values: Callable[[], Iterable[str]]) -> None:
        self.values = values

    def choice(self) -> "click.Choice[str]":
        return click.Choice(list(self.values()))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self.choice().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self.choice().get_metavar(param, ctx)

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        return self.choice().get_missing_message(param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return self.choice().shell_complete(ctx, param, incomplete)


def settings() -> "Settings":
    """The settings in force. Before the first write there is no data folder: read-only commands get an empty temporary
    one, deleted when they end."""
    from registry.settings import load

    configured = load()
    command = click.get_current_context(silent=True)
    if command is None or command.command_path.partition(" ")[2] not in READ_ONLY_COMMANDS or has_data(configured):
        return configured
    from tempfile import TemporaryDirectory

    import msgspec

    temporary = Path(command.with_resource(TemporaryDirectory()))
    return msgspec.structs.replace(
        configured, data=temporary, search="tantivy"
    )  # a shared Elasticsearch has other data


def has_data(settings: "Settings") -> bool:
    """Whether there is a database: configured, or as a file in the data folder, even if the file is lost."""
    from registry.settings import is_database_lost

    return bool(settings.database) or settings.database_file.exists() or is_database_lost(settings)


def opened() -> "tuple[Catalog, Settings]":
    """The catalogue of the settings in force; it is closed when the command ends."""
    from registry.build import open_catalog

    configured = settings()
    catalog = open_catalog(configured)
    click.get_current_context().call_on_close(catalog.close)
    return catalog, configured


def opened_bare() -> "Catalog":
    """The catalogue of the settings in force, for harvesting: all other parts are loaded when they are asked for. It is
    closed when the command ends."""
    from registry.bare import open_bare

    catalog = open_bare(settings(), _part)
    click.get_current_context().call_on_close(catalog.close)
    return catalog


def _part(catalog: "Catalog", name: str) -> Any:
    from registry.build import open_part

    return open_part(catalog, name)


def opened_sources() -> "Sources":
    """The sources of the settings in force."""
    from registry.sources.sources import open_sources

    configured = _with_database()
    return open_sources(configured.database_url, configured.data)


def opened_runs() -> "Runs":
    """The runs and their problems of the settings in force."""
    from registry.sources.runs import open_runs

    configured = _with_database()
    return open_runs(configured.database_url, configured.data)


def _with_database() -> "Settings":
    """The settings in force; NotReadyError if their database is lost."""
    from registry.settings import refuse_lost_database

    configured = settings()
    refuse_lost_database(configured)
    return configured


def _report_in_lines() -> Callable[[str, int, int | None], None]:
    """A function (name, done, total) that prints a line for each name every SECONDS_PER_LINE, for logs; at once if
    something is done already."""
    printed: dict[str, float] = {}

    def report(name: str, done: int, of: int | None) -> None:
        now = time.monotonic()
        goes_on = name not in printed and 0 < done < (of or 0)
        if goes_on or now - printed.setdefault(name, now) >= SECONDS_PER_LINE:
            say(f"{one_line(name)}: {done} of {of}")
            printed[name] = now

    return report


@contextlib.contextmanager
def progress(lines: bool = False) -> Iterator[Callable[[str, int, int | None], None] | None]:
    """A function (name, done, total) that draws a progress bar for each name on stderr. If that is no terminal: None,
    or with `lines` a function that prints lines."""
    if not sys.stderr.isatty():
        yield _report_in_lines() if lines else None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        tasks: dict[str, Any] = {}

        def report(name: str, done: int, of: int | None) -> None:
            task = tasks.get(name)
            if task is None:
                task = tasks[name] = shown.add_task(one_line(name), total=of)
            shown.update(task, completed=done, total=of)

        yield report


def document(value: Any) -> None:
    """One JSON document on stdout."""
    line(value, indent=2)


def line(value: Any, indent: int = 0) -> None:
    """One JSON value on stdout, on one line unless indented."""
    import msgspec

    body = msgspec.json.encode(value)
    out = sys.stdout.buffer
    out.write((msgspec.json.format(body, indent=indent) if indent else body) + b"\n")
    out.flush()


def say(text: str) -> None:
    """Prints a sentence on stderr; data goes to stdout."""
    click.echo(text, err=True)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints columns on stdout, padded to their longest cell but for the last; nothing without rows."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(len(row[i]) for row in (head, *cells)) for i in range(len(head) - 1)]
    for row in (head, *cells):
        click.echo(
            "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        )


def one_line(value: object) -> str:
    """The value as one line, without control characters that a terminal would act on."""
    text = " ".join(str("" if value is None else value).split())
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def terminal_language() -> str:
    """The language of the terminal, as POSIX names it: "de" for German, else "en"."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "de" if named.lower().partition("_")[0].partition(".")[0] == "de" else "en"


def text_in(text: Any, lang: str = "de") -> str:
    """The text in the language, else in the next best; "" for None."""
    from registry.model.text import in_language

    return in_language(text, lang) if text else ""
