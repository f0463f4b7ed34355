"""`lotse backup`, `restore`, `move`: the whole catalogue in one file, and into another database."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click import argument, option

from api.commands.terminal import as_json, document, opened, progress, say, settings
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.backup.backup import Outcome
    from registry.catalog import Catalog

_passphrase_file = option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase; without it the passphrase is asked for.",
)


@click.command()
@argument("file", type=click.Path(dir_okay=False, path_type=Path))
@option("--encrypt", is_flag=True, help="Encrypt it with a passphrase.")
@_passphrase_file
@as_json
def backup(file: Path, encrypt: bool, passphrase_file: Path | None, json: bool) -> None:
    """Write the whole catalogue into one file while it runs."""
    from registry.backup.backup import back_up

    passphrase = _passphrase(passphrase_file, confirm=True) if encrypt or passphrase_file else ""
    with progress() as report_progress:
        outcome = back_up(settings(), file, passphrase, report_progress)
    _tell(outcome, json, f"Wrote {outcome.records} records with their history to {file}.")


@click.command()
@argument("file", type=click.Path(dir_okay=False, path_type=Path))
@option("--check", is_flag=True, help="Only compare the file with its checksum.")
@option(
    "--erased",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The newest list of what was erased, erased.jsonl; what it names is erased again.",
)
@option("--no-wait", is_flag=True, help="Do not wait for the search index.")
@_passphrase_file
@as_json
def restore(
    file: Path, check: bool, erased: Path | None, no_wait: bool, passphrase_file: Path | None, json: bool
) -> None:
    """Put a backup into an empty data folder, or an empty database.

    Afterwards everything that was erased is erased again, by the list in the backup and by --erased.
    """
    from registry.backup.archive import check_archive, read_header
    from registry.backup.backup import SETTINGS_OF_BEFORE
    from registry.backup.backup import restore as restore_catalogue

    if check:
        header = check_archive(file)
        say(f"{file} is whole: a backup of {header.at}, change {header.number}.")
        return
    passphrase = _passphrase(passphrase_file, confirm=False) if read_header(file).encryption else ""
    configured = settings()
    with progress() as report_progress:
        outcome = restore_catalogue(configured, file, passphrase, report_progress)
    catalog, _ = opened()
    _erase_again(catalog, erased)
    if not no_wait:
        with progress(lines=True) as report_progress:
            catalog.sync(progress=report_progress)
    _tell(outcome, json, f"Restored {outcome.records} records with their history, as of {outcome.at}.")
    if (before := configured.data / SETTINGS_OF_BEFORE).exists():
        say(f"The settings of the machine of before are in {before}; take over into lotse.toml what still holds.")


@click.command()
@option("--to", "target", required=True, metavar="URL", help="postgresql://…, or sqlite for the data folder.")
@as_json
def move(target: str, json: bool) -> None:
    """Copy the catalogue into another, empty database; the old one stays as it is.

    Stop `serve` and `worker` first. Ids, history, accounts, followers and the numbers of changes stay the same.
    """
    from registry.backup.backup import move as move_catalogue

    configured = settings()
    url = _database_url(target, configured.data)
    with progress() as report_progress:
        outcome = move_catalogue(configured, url, report_progress)
    _tell(outcome, json, f"Copied {outcome.records} records with their history.")
    embedded = url == f"sqlite:///{configured.database_file}"
    say(
        "Now remove LOTSE_DATABASE, and start Lotse."
        if embedded
        else f"Now set LOTSE_DATABASE={_shown(url)}, and start Lotse."
    )


def _tell(outcome: "Outcome", json: bool, sentence: str) -> None:
    if json:
        document(outcome._asdict())
    else:
        say(sentence)


def _erase_again(catalog: "Catalog", newest: Path | None) -> None:
    """Erases what the list of the data folder names, and the newest list; the lines of this one join the other's."""
    from registry.catalog import erasing

    lines = newest.read_bytes().splitlines() if newest else []
    own = catalog.settings.data / erasing.LIST_NAME
    lines += own.read_bytes().splitlines() if own.exists() else []
    if erased := erasing.erase_again(catalog, lines):
        say(f"Erased {len(erased)} accounts again, by the list of what was erased.")


def _passphrase(file: Path | None, confirm: bool) -> str:
    """The passphrase from a file, the terminal, or the first line of stdin. UsageError if there is none."""
    if file:
        text = file.read_text(encoding="utf-8").partition("\n")[0]
    elif sys.stdin.isatty():
        text = str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
    else:
        text = sys.stdin.readline().rstrip("\n")
    if not text:
        raise UsageError("passphrase-missing")
    return text


def _database_url(target: str, data: Path) -> str:
    """The SQLAlchemy URL of a target; UsageError if it is neither PostgreSQL nor SQLite."""
    if target == "sqlite":
        from registry.settings import Settings

        return Settings(data=data).database_url
    url = target.replace("postgresql://", "postgresql+psycopg://", 1)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise UsageError("setting-database", start=target.partition(":")[0])
    return url


def _shown(url: str) -> str:
    """The URL without its password."""
    import sqlalchemy as sa

    return sa.make_url(url).render_as_string(hide_password=True)
