"""`lotse erase`: erases a person, and erases again after an older copy of the data folder was put back."""

import sys
from pathlib import Path

import click
from click import argument, option

from api.commands.terminal import as_json, document, opened, say
from registry.errors import UsageError


@click.command()
@argument("name", default="")
@option(
    "--again", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Erase again what this list names."
)
@option("--yes", is_flag=True, help="Do not ask.")
@as_json
def erase(name: str, again: Path | None, yes: bool, json: bool) -> None:
    """Erase a person: the account, its name in drafts, history and letters, and the words it wrote about them.

    What is published stays. The list of what was erased is erased.jsonl in the data folder; keep a copy elsewhere, and
    name it with --again after an older copy of the data folder was put back.
    """
    from registry.catalog import erasing

    if bool(name) == bool(again):
        raise UsageError("erase-what")
    if name and not yes:
        if not sys.stdin.isatty():
            raise UsageError("erase-unconfirmed", name=name)
        click.confirm(f"Erase {name} for good?", abort=True, err=True)
    catalog, _ = opened()
    lines = again.read_bytes().splitlines() if again else []
    erased = erasing.erase_again(catalog, lines) if again else [erasing.erase(catalog, name)]
    if json:
        document(
            [
                {"number": entry.number, "at": entry.at, "versions": entry.versions, "drafts": entry.drafts}
                for entry in erased
            ]
        )
        return
    for entry in erased:
        say(
            f"Erased; number {entry.number} stands for the name in {entry.versions} versions and {entry.drafts} drafts."
        )
    if not erased:
        say("Nobody of this list is known here.")
