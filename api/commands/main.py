"""The `lotse` command: its subcommands, and what becomes of exceptions (sentence on stderr, exit code)."""

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from api.commands.terminal import _debug, print_error, settings
from registry.errors import LotseError

COMMANDS: Final = {  # command -> module that has it
    "serve": "api.commands.serve",
    "worker": "api.commands.serve",
    "source": "api.commands.sources",
    "harvest": "api.commands.harvest",
    "run": "api.commands.harvest",
    "search": "api.commands.records",
    "record": "api.commands.records",
    "export": "api.commands.export",
    "dump": "api.commands.export",
    "validate": "api.commands.records",
    "preview": "api.commands.previews",
    "sync": "api.commands.serve",
    "rebuild": "api.commands.serve",
    "doctor": "api.commands.doctor",
    "upgrade": "api.commands.serve",
    "backup": "api.commands.backup",
    "restore": "api.commands.backup",
    "move": "api.commands.backup",
    "user": "api.commands.users",
    "token": "api.commands.tokens",
    "erase": "api.commands.erase",
    "review": "api.commands.reviews",
    "follow": "api.commands.follow",
    "hook": "api.commands.hooks",
    "links": "api.commands.links",
}


class Commands(click.Group):
    """The commands, each imported when it is called; whatever goes wrong ends with a sentence and its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **options: Any) -> Any:
        if sys.stdout is None:  # the parent process closed it
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 (as long as the process)
        try:
            with _stoppable():
                return super().main(*args, **options)
        except BrokenPipeError:  # EPIPE: the reader of our output has ended, as in `lotse … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except Exception as error:
            sys.exit(_print_and_code(error))


@click.command("lotse", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lotse")
def main() -> None:
    """Lotse: one catalogue for a city's open data and its digital projects.

    Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 not allowed,
    5 conflict or busy, 6 partly, 7 source failed, 8 withdrawals wait for approval.
    """


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """While the context lasts, SIGTERM raises SystemExit: temporary files are removed and child processes end."""
    before = signal.signal(signal.SIGTERM, _stop) if threading.current_thread() is threading.main_thread() else None
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _stop(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _print_and_code(error: Exception) -> int:
    """Prints an error as a sentence (with LOTSE_DEBUG as a traceback) and returns the exit code."""
    from api.commands.system_errors import system_error

    with contextlib.suppress(LotseError):
        explained = error if isinstance(error, LotseError) else system_error(error, settings())
        if explained:
            print_error(explained)
            return explained.exit_code
    if _debug():
        traceback.print_exc()
    click.echo(f"Error: {type(error).__name__}: {error}", err=True)
    click.echo("This is a fault of Lotse. LOTSE_DEBUG=1 shows where it happened.", err=True)
    return 1
