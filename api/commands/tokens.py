"""`lotse token`: API tokens, with which programs use the write API for an account."""

from typing import TYPE_CHECKING

import click
from click import argument, option

from api.commands.terminal import as_json, document, say, settings, table
from registry.errors import NotFoundError

if TYPE_CHECKING:
    from registry.people.accounts import People

_SCOPES = ("read", "write", "review")
_DEFAULT_DAYS = 90


@click.group()
def token() -> None:
    """API tokens: how a program signs in to the write API."""


@token.command()
@argument("account")
@option(
    "--scope", "scopes", type=click.Choice(_SCOPES), multiple=True, help="What it allows; may repeat. Default: all."
)
@option("--days", type=int, default=_DEFAULT_DAYS, show_default=True, help="After which it expires.")
@option("--label", default="", help="What it is for.")
@as_json
def add(account: str, scopes: tuple[str, ...], days: int, label: str, json: bool) -> None:
    """Make a token for an account and print it. It is shown only this once."""
    people = _people()
    if people.get(account) is None:
        raise NotFoundError("account-not-found", name=account)
    text, new_token = people.tokens.add(account, scopes or _SCOPES, days, label)
    people.audit.write("", "add-token", f"token {new_token.id}", ", ".join(new_token.scopes))
    if json:
        document(
            {
                "token": text,
                "id": new_token.id,
                "account": account,
                "scopes": new_token.scopes,
                "expires": new_token.expires,
            }
        )
        return
    say(f"Token {new_token.id} of {account}, until {new_token.expires:%Y-%m-%d}. It cannot be shown again:")
    click.echo(text)


@token.command("list")
@argument("account", default="")
@as_json
def list_(account: str, json: bool) -> None:
    """The tokens there are, of one account or of all."""
    tokens = list(_people().tokens.of(account))
    if json:
        document(tokens)
        return
    rows = (
        (token.id, token.account, ", ".join(token.scopes), f"{token.expires:%Y-%m-%d}", token.label) for token in tokens
    )
    table(("ID", "ACCOUNT", "SCOPES", "EXPIRES", "LABEL"), rows)


@token.command()
@argument("id")
def revoke(id: str) -> None:
    """Revoke a token by its id; it is refused from now on."""
    people = _people()
    revoked = people.tokens.revoke(id)
    people.audit.write("", "revoke-token", f"token {revoked.id}")
    say(f"Revoked the token {revoked.id} of {revoked.account}.")


def _people() -> "People":
    from registry.people.accounts import open_people

    return open_people(settings().database_url)
