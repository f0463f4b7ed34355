"""`lotse hook`: webhooks, by which other programs are told of changes."""

from urllib.parse import parse_qsl, urlsplit

import click
from click import argument

from api.commands.terminal import as_json, document, opened, say, table


@click.group()
def hook() -> None:
    """Webhooks: programs that are told of each change."""


@hook.command()
@argument("url")
@argument("query", required=False, default="")
@as_json
def add(url: str, query: str, json: bool) -> None:
    """Tell a program of changes from now on; prints the secret that signs them, once.

    QUERY: parameters of the search ("kind=project"), "record=ID" or "organization=ID"; without it every change.
    """
    from api.pages.site import Pages
    from api.visitors.followed import Followed
    from registry.errors import UsageError

    catalog, configured = opened()
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError("webhook-address-form")
    stored = Followed.of(Pages(catalog, configured), parse_qsl(query), "de").query if query else ""
    webhook = catalog.following.webhooks.add(url, stored, catalog.store.last())
    if json:
        document({"url": webhook.address, "query": webhook.query, "secret": webhook.secret})
    else:
        say(f"{url} is told of changes. Its secret, shown only now:")
        click.echo(webhook.secret)


@hook.command("list")
@as_json
def list_webhooks(json: bool) -> None:
    """List the webhooks, with what went wrong; without their secrets."""
    catalog, _ = opened()
    webhooks = catalog.following.webhooks.all()
    if json:
        listed = [
            {"url": entry.address, "query": entry.query, "seen": entry.seen, "tries": entry.tries, "fault": entry.fault}
            for entry in webhooks
        ]
        document([{**fields, "suspended": entry.suspended} for fields, entry in zip(listed, webhooks, strict=True)])
        return
    rows = [
        (entry.address, entry.query or "(everything)", "suspended" if entry.suspended else "", entry.fault)
        for entry in webhooks
    ]
    table(("URL", "Query", "State", "Last fault"), rows)


@hook.command()
@argument("url")
def retry(url: str) -> None:
    """Try a webhook again at once that has failed or was suspended."""
    catalog, _ = opened()
    catalog.following.webhooks.retry(url)
    say(f"{url} is tried again.")


@hook.command()
@argument("url")
def remove(url: str) -> None:
    """End a webhook."""
    catalog, _ = opened()
    catalog.following.webhooks.remove(url)
    say(f"Removed {url}.")
