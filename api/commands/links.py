"""`lotse links`: whether the addresses of datasets still answer."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from click import option

from api.commands.terminal import as_json, document, opened, say, table
from registry.links.states import STATES, State

if TYPE_CHECKING:
    from registry.links.links import Link


@click.group()
def links() -> None:
    """Link check: addresses of files and services."""


@links.command()
@option("--all", "everything", is_flag=True, help="Check every address now, not only those that are due.")
@as_json
def check(everything: bool, json: bool) -> None:
    """Check the addresses that are due, a round after the other (the worker does it by itself)."""
    from registry.fetch.session import session
    from registry.links.checking import check_rounds

    catalog, configured = opened()
    now = datetime.now(UTC)
    catalog.links.follow(catalog.store, now)
    if everything:
        catalog.links.make_due(now)
    with session(configured) as http:
        checked = check_rounds(catalog.links, http, now)
    states = dict(catalog.links.counts())
    if json:
        document({"checked": checked.total(), "states": states})
    else:
        say(f"Checked {checked.total()} addresses.")
        table(("STATE", "ADDRESSES"), ((state, str(count)) for state, count in states.items()))


@links.command("list")
@option("--state", type=click.Choice(STATES), help="Only addresses in this state.")
@option("--size", type=click.IntRange(min=1), default=1000, show_default=True, help="At most so many.")
@as_json
def list_links(state: State | None, size: int, json: bool) -> None:
    """List addresses with what they answered; those that fail longest first."""
    catalog, _ = opened()
    listed = catalog.links.listed(state, size)
    users = catalog.links.users(listed)
    if json:
        entries = [_out(link, users.get(link.address, [])) for link in listed]
        document({"states": dict(catalog.links.counts()), "links": entries})
        return
    rows = ((link.state, link.answer, link.address, ", ".join(users.get(link.address, [])[:3])) for link in listed)
    table(("STATE", "ANSWER", "ADDRESS", "RECORDS"), rows)


def _out(link: "Link", records: list[str]) -> dict[str, object]:
    moments = ("checked", "last_ok", "first_failed", "due")
    shown = {name: moment.isoformat() if (moment := getattr(link, name)) else None for name in moments}
    return {**link._asdict(), **shown, "records": records}
