"""`lotse user`: accounts. A password comes by prompt or by stdin, never as an argument that others can see."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click import argument, option

from api.commands.terminal import as_json, document, say, settings, table
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.model import Account
    from registry.people.accounts import People

_ROLES = ("member", "reviewer", "reader", "administrator")
_ORGANIZATION_ROLES = ("author", "steward", "publisher")
_from_stdin = option("--password-stdin", is_flag=True, help="Read the password from stdin (its first line).")
_role = option(
    "--role",
    type=click.Choice((*_ROLES, *_ORGANIZATION_ROLES)),
    help=f"What the account may do; {', '.join(_ORGANIZATION_ROLES)} only in the organizations that are named.",
)
_organizations = option(
    "--organization", "organizations", multiple=True, metavar="ID", help="Organization it registers for; may repeat."
)
_grants = option(
    "--grant", "grants", multiple=True, metavar="ID=ROLE,ROLE", help="Its roles in one organization; may repeat."
)
_email = option("--email", metavar="ADDRESS", help='Where its letters go; "" for no letters.')
_language = option("--language", type=click.Choice(("de", "en")), default="de", help="Of its letters.")
_full_name = option("--full-name", help="How the person is called.")


def _account_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that describe an account."""
    for add_option in (_language, _email, _full_name, _grants, _organizations, _role):
        command = add_option(command)
    return command


@click.group()
def user() -> None:
    """Accounts: who may sign in, in which role, for which organizations."""


@user.command()
@argument("name")
@_account_options
@_from_stdin
def add(
    name: str,
    role: str | None,
    organizations: tuple[str, ...],
    grants: tuple[str, ...],
    full_name: str | None,
    email: str | None,
    language: str,
    password_stdin: bool,
) -> None:
    """Add an account; the password is asked for."""
    from registry.model import Account

    account = _with_roles(Account(name=name, full_name=full_name or ""), role, organizations, grants)
    people = _people()
    people.add(account, _password(password_stdin))
    people.audit.write("", "add-account", account=name, detail=account.role)
    _set_mailbox(name, email, language)
    say(f"Added {name} as {role or account.role}.")


@user.command()
@argument("name")
@_account_options
@option("--password", "password", is_flag=True, help="Ask for a new password.")
@_from_stdin
def change(
    name: str,
    role: str | None,
    organizations: tuple[str, ...],
    grants: tuple[str, ...],
    full_name: str | None,
    email: str | None,
    language: str,
    password: bool,
    password_stdin: bool,
) -> None:
    """Change an account; what is not named stays. `--organization ""` takes all organizations away."""
    from msgspec.structs import replace

    people = _people()
    account = _with_roles(_existing(people, name), role, organizations, grants)
    account = replace(account, full_name=account.full_name if full_name is None else full_name)
    people.change(account, _password(password_stdin) if password or password_stdin else None)
    people.audit.write("", "change-account", account=name, detail=account.role)
    _set_mailbox(name, email, language)
    say(f"Changed {name}.")


def _with_roles(
    account: "Account", role: str | None, organizations: tuple[str, ...], grants: tuple[str, ...]
) -> "Account":
    """The account with a role, organizations and roles in them; those that are not named stay."""
    from msgspec.structs import replace

    named = dict(_grant(grant) for grant in grants)
    kept = tuple(filter(None, organizations)) if organizations else account.organizations
    kept = tuple(dict.fromkeys((*kept, *named)))
    if role in _ORGANIZATION_ROLES:
        if not kept:
            raise UsageError("role-needs-organization", role=role)
        return replace(account, role="member", organizations=kept, roles=dict.fromkeys(kept, (role,)) | named)
    roles = {id: account.roles[id] for id in kept if id in account.roles and not role} | named
    return replace(account, role=role or account.role, organizations=kept, roles=roles)


def _grant(text: str) -> tuple[str, tuple[str, ...]]:
    """An organization with the roles in it, from `ID=ROLE,ROLE`."""
    organization, _, roles = text.partition("=")
    named = tuple(filter(None, map(str.strip, roles.split(","))))
    if not organization or not named or not set(named) <= set(_ORGANIZATION_ROLES):
        raise UsageError("grant-form", text=text, roles=", ".join(_ORGANIZATION_ROLES))
    return organization, named


@user.command()
@argument("name")
@option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Remove an account; the records it registered stay."""
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("account-remove-unconfirmed", name=name)
        click.confirm(f"Remove the account {name}?", abort=True, err=True)
    people = _people()
    people.remove(name)
    people.audit.write("", "remove-account", account=name)
    say(f"Removed {name}.")


@user.command()
@argument("name")
def reset(name: str) -> None:
    """Print a code with which the person sets a new password, for who has forgotten it or lost a passkey."""
    people = _people()
    _existing(people, name)
    people.second_factor.turn_off(name)  # the phone may be lost too
    people.audit.write("", "issue-code", account=name)
    say(f"A code for {name}, valid for 24 hours, to be entered at /konto/neues-passwort:")
    click.echo(people.reset_codes.issue(name))


@user.command()
@argument("name")
@argument("other", default="")
@option("--until", default="", metavar="DAY", help="The last day, as 2026-08-31.")
def substitute(name: str, other: str, until: str) -> None:
    """Let OTHER stand in for NAME until a day; without OTHER nobody does any more."""
    people = _people()
    for account_name in filter(None, (name, other)):
        _existing(people, account_name)
    people.substitutes.set(name, other, until)
    people.audit.write("", "set-substitute", account=name, detail=until)
    say(f"{other} stands in for {name} until {until}." if other else f"Nobody stands in for {name}.")


@user.command("hand-over")
@argument("name")
@argument("other")
def hand_over(name: str, other: str) -> None:
    """Give all open drafts of NAME to OTHER."""
    from registry.people.drafts import open_inbox

    people = _people()
    _existing(people, other)
    number = open_inbox(settings().database_url).hand_over(name, other)
    people.audit.write("", "hand-over", account=name, detail=str(number))
    say(f"Handed {number} drafts over to {other}.")


def _existing(people: "People", name: str) -> "Account":
    from registry.errors import NotFoundError

    account = people.get(name)
    if account is None:
        raise NotFoundError("account-not-found", name=name)
    return account


@user.command("list")
@as_json
def list_(json: bool) -> None:
    """The accounts there are."""
    accounts = list(_people().accounts())
    if json:
        document(accounts)
        return
    rows = ((account.name, account.role, _organizations_of(account), account.full_name) for account in accounts)
    table(("NAME", "ROLE", "ORGANIZATIONS", "FULL NAME"), rows)


def _organizations_of(account: "Account") -> str:
    """The organizations of an account, each with the roles that are named for it."""
    roles = {id: f"{id}={','.join(named)}" for id, named in account.roles.items()}
    return ", ".join(roles.get(id, id) for id in account.organizations)


def _set_mailbox(name: str, email: str | None, language: str) -> None:
    """Stores the address that was given; None leaves it as it is."""
    from registry.letters.mailboxes import open_mailboxes

    if email is not None:
        open_mailboxes(settings().database_url).set(name, email, language)


def _people() -> "People":
    from registry.people.accounts import open_people

    return open_people(settings().database_url)


def _password(from_stdin: bool) -> str:
    """A password: asked for twice at a terminal, else the first line of stdin."""
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
