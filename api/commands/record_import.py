"""`lotse record import`: the entries of a file as drafts of an account, first as a dry run."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from click import argument, option

from api.commands.terminal import PARTLY, LateChoice, as_json, document, opened, say

if TYPE_CHECKING:
    from registry.model import Kind


def _kinds() -> tuple[str, ...]:
    from registry.model import KINDS

    return KINDS


@click.command("import")
@argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option("--account", required=True, metavar="NAME", help="Whose drafts they become.")
@option("--kind", type=LateChoice(_kinds), default="project", show_default=True, help="What the entries are.")
@option("--language", type=click.Choice(("de", "en")), default="de", show_default=True, help="Of the texts.")
@option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting as of a source, such as const.themes=ENVI."
)
@option("--new-offices", is_flag=True, help="Organizations that the register does not know are really new ones.")
@option("--submit", is_flag=True, help="Hand in at once what lacks nothing.")
@option("--dry-run", is_flag=True, help="Only say what would become of them.")
@as_json
def import_file(
    file: Path,
    account: str,
    kind: str,
    language: str,
    pairs: tuple[str, ...],
    new_offices: bool,
    submit: bool,
    dry_run: bool,
    json: bool,
) -> None:
    """Take the entries of a file over as drafts: JSON, CSV, XLSX, a calendar, IATI.

    The same file again changes nothing. Drafts that somebody has worked on stay as they are.
    """
    from api.editing import imports
    from api.pages.site import Pages
    from harvesters.entries import entries_of
    from registry.errors import NotFoundError, UsageError

    catalog, configured = opened()
    who = catalog.people.get(account)
    if who is None:
        raise NotFoundError("account-unknown", name=account)
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise UsageError("set-form", pair=wrong[0])
    settings = dict(pair.split("=", 1) for pair in pairs)
    entries = entries_of(file.read_bytes(), file.name, cast("Kind", kind), language, settings)
    planned = imports.plan(catalog, who, entries, cast("Kind", kind))
    drafts = [] if dry_run else imports.carry_out(catalog, who, planned, new_offices)
    handed_in = imports.hand_in(Pages(catalog, configured), who, drafts) if submit else []
    counts = Counter(entry.outcome for entry in planned)
    if json:
        ids = [draft.id for draft in drafts]
        document({"entries": len(planned), "counts": dict(counts), "drafts": ids, "submitted": len(handed_in)})
    else:
        say(f"{len(planned)} entries: " + ", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
        written = f"{len(drafts)} drafts written, {len(handed_in)} handed in."
        say("Nothing was changed (dry run)." if dry_run else written)
    if counts["failed"]:
        click.get_current_context().exit(PARTLY)
