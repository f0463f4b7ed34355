"""`lotse erase`: erases a person, and erases again after an older copy of the data folder was put back."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click import argument, option

from api.commands.terminal import as_json, document, opened, say
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.catalog.erasing import Preview


@click.command()
@argument("name", default="")
@option(
    "--again", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Erase again what this list names."
)
@option(
    "--words",
    "terms",
    multiple=True,
    metavar="TEXT",
    help="A name or address of the person, wherever it stands; may repeat.",
)
@option("--yes", is_flag=True, help="Do not ask.")
@option("--dry-run", is_flag=True, help="Erase nothing: say where the words stand, and what else may name the person.")
@as_json
def erase(name: str, again: Path | None, terms: tuple[str, ...], yes: bool, dry_run: bool, json: bool) -> None:
    """Erase a person: the account, its name in drafts, history and letters, and the words it wrote about them.

    What is published stays, without the person's names. With --words alone somebody without an account is erased: from
    records and their history, drafts, messages, letters, findings and what was read of sources. The list of what was
    erased is erased.jsonl in the data folder; keep a copy elsewhere, and name it with --again after an older copy of
    the data folder was put back."""
    from registry.catalog import erasing

    if bool(name or terms) == bool(again):
        raise UsageError("erase-what")
    if dry_run and not again:
        _say_preview(erasing.preview(opened()[0], name, terms), json)
        return
    if not again and not yes:
        if not sys.stdin.isatty():
            raise UsageError("erase-unconfirmed", name=name or terms[0])
        click.confirm(f"Erase {name or ', '.join(terms)} for good?", abort=True, err=True)
    catalog, _ = opened()
    others = () if again else erasing.others(catalog, name, terms)
    if again:
        erased = erasing.erase_again(catalog, again.read_bytes().splitlines())
    else:
        erased = [erasing.erase(catalog, name, terms=terms) if name else erasing.erase_named(catalog, terms)]
    if json:
        document(
            [
                {"number": entry.number, "at": entry.at, "versions": entry.versions, "drafts": entry.drafts}
                for entry in erased
            ]
        )
        return
    for entry in erased:
        stands = f"; number {entry.number} stands for the name in" if entry.number else " from"
        say(f"Erased{stands} {entry.versions} versions and {entry.drafts} drafts.")
    if others:
        say(f"Not erased, but may name the same person (erase with --words): {', '.join(others)}")
    if not erased:
        say("Nobody of this list is known here.")


def _say_preview(preview: "Preview", json: bool) -> None:
    """Prints where the words stand; nothing is changed."""
    if json:
        document(preview)
        return
    say(f"Would erase: {', '.join(preview.terms) or 'the name of the account'}")
    for trace in preview.traces:
        say(f"  {trace.location}: {trace.number} ({', '.join(trace.examples)})")
    if not preview.traces:
        say("  The words stand nowhere.")
    if preview.others:
        say(f"May name the same person, and would stay without --words: {', '.join(preview.others)}")
