"""`lotse user`: accounts. A password comes by prompt or by stdin, never as an argument that others can see."""

import sys
from typing import TYPE_CHECKING

import click
from click import argument, option

from api.commands.terminal import as_json, document, say, settings, table
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.people.accounts import People

_ROLES = ("member", "reviewer", "administrator")
_from_stdin = option("--password-stdin", is_flag=True, help="Read the password from stdin (its first line).")
_role = option("--role", type=click.Choice(_ROLES), help="What the account may do.")
_organizations = option(
    "--organization", "organizations", multiple=True, metavar="ID", help="Organization it registers for; may repeat."
)
_full_name = option("--full-name", help="How the person is called.")


@click.group()
def user() -> None:
    """Accounts: who may sign in, in which role, for which organizations."""


@user.command()
@argument("name")
@_role
@_organizations
@_full_name
@_from_stdin
def add(
    name: str, role: str | None, organizations: tuple[str, ...], full_name: str | None, password_stdin: bool
) -> None:
    """Add an account; the password is asked for."""
    from registry.model import Account

    account = Account(
        name=name,
        role=role or "member",  # type: ignore[arg-type]
        organizations=organizations,
        full_name=full_name or "",
    )
    _people().add(account, _password(password_stdin))
    say(f"Added {name} as {account.role}.")


@user.command()
@argument("name")
@_role
@_organizations
@_full_name
@option("--password", "password", is_flag=True, help="Ask for a new password.")
@_from_stdin
def change(
    name: str,
    role: str | None,
    organizations: tuple[str, ...],
    full_name: str | None,
    password: bool,
    password_stdin: bool,
) -> None:
    """Change an account; what is not named stays. `--organization ""` takes all organizations away."""
    from msgspec.structs import replace

    from registry.errors import NotFoundError

    people = _people()
    account = people.get(name)
    if account is None:
        raise NotFoundError("account-not-found", name=name)
    account = replace(
        account,
        role=role or account.role,
        organizations=tuple(filter(None, organizations)) if organizations else account.organizations,
        full_name=account.full_name if full_name is None else full_name,
    )
    people.change(account, _password(password_stdin) if password or password_stdin else None)
    say(f"Changed {name}.")


@user.command()
@argument("name")
@option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Remove an account; the records it registered stay."""
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("account-remove-unconfirmed", name=name)
        click.confirm(f"Remove the account {name}?", abort=True, err=True)
    _people().remove(name)
    say(f"Removed {name}.")


@user.command("list")
@as_json
def list_(json: bool) -> None:
    """The accounts there are."""
    accounts = list(_people().accounts())
    if json:
        document(accounts)
        return
    rows = ((account.name, account.role, ", ".join(account.organizations), account.full_name) for account in accounts)
    table(("NAME", "ROLE", "ORGANIZATIONS", "FULL NAME"), rows)


def _people() -> "People":
    from registry.people.accounts import open_people

    return open_people(settings().database_url)


def _password(from_stdin: bool) -> str:
    """A password: asked for twice at a terminal, else the first line of stdin."""
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
