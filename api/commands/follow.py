"""`lotse follow`: subscriptions by e-mail."""

from datetime import UTC, datetime

import click
from click import argument, option

from api.commands.terminal import as_json, document, opened, say, table

_RHYTHMS = ("daily", "weekly")


@click.group()
def follow() -> None:
    """Subscriptions: who gets letters about what is new."""


@follow.command()
@argument("address")
@argument("query")
@option("--rhythm", type=click.Choice(_RHYTHMS), default="daily", show_default=True, help="How often letters come.")
@option("--language", type=click.Choice(("de", "en")), default="de", show_default=True, help="Of the letters.")
def add(address: str, query: str, rhythm: str, language: str) -> None:
    """Begin a subscription for somebody who asked for it, without a letter to confirm.

    QUERY: parameters of the search ("kind=project&theme=TRAN"), "record=ID" or "organization=ID".
    """
    from urllib.parse import parse_qsl

    from api.pages.site import Pages
    from api.visitors.followed import THINGS, Followed
    from api.web.query import unknown_names
    from registry.errors import UsageError
    from registry.letters.letter import is_address

    catalog, configured = opened()
    if not is_address(address):
        raise UsageError("mail-address-form")
    parameters = parse_qsl(query, keep_blank_values=True)
    unknown = unknown_names(pair for pair in parameters if pair[0] not in THINGS)
    if unknown:  # a misspelt filter would follow everything
        raise UsageError("query-parameters-unknown", names=unknown)
    followed = Followed.of(Pages(catalog, configured), parameters, "de")
    catalog.following.subscriptions.add(address, followed.query, rhythm, language, catalog.store.last())
    say(f"{address} follows {followed.query or 'everything'}, {rhythm}.")


@follow.command("list")
@argument("address", required=False, default="")
@as_json
def list_subscriptions(address: str, json: bool) -> None:
    """List subscriptions, all or those of an address."""
    catalog, _ = opened()
    subscriptions = (
        catalog.following.subscriptions.of_address(address) if address else catalog.following.subscriptions.all()
    )
    if json:
        document([{**entry._asdict(), "due": entry.due.isoformat()} for entry in subscriptions])
        return
    rows = [(entry.address, entry.query or "(everything)", entry.rhythm, entry.due) for entry in subscriptions]
    table(("Address", "Query", "Rhythm", "Next letter"), [tuple(map(str, row)) for row in rows])


@follow.command()
@argument("address")
@option("--query", help="Only the subscription of this query; without it all of the address.")
def remove(address: str, query: str | None) -> None:
    """End the subscriptions of an address, which is deleted with them."""
    from registry.errors import NotFoundError

    catalog, _ = opened()
    ending = [entry for entry in catalog.following.subscriptions.of_address(address) if query in (None, entry.query)]
    if not ending:
        raise NotFoundError("subscription-unknown")
    for entry in ending:
        catalog.following.subscriptions.end(entry.id)
    say(f"Ended {len(ending)} of {address}.")


@follow.command()
@option("--all", "every", is_flag=True, help="Also those whose day has not come yet.")
@as_json
def send(every: bool, json: bool) -> None:
    """Write the letters that are due; `lotse worker` and `lotse serve` do it by themselves."""
    from datetime import timedelta

    from api.pages.site import Pages
    from api.visitors.digests import MAX_DAYS_AHEAD, write_due
    from registry.settings import with_secret

    catalog, configured = opened()
    now = datetime.now(UTC)
    written = write_due(
        Pages(catalog, with_secret(configured)), now, now + timedelta(days=MAX_DAYS_AHEAD) if every else now
    )
    if json:
        document({"written": written})
    else:
        say(f"Wrote {written} letters.")
