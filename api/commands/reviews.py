"""`lotse review`: drafts that wait for a decision, and deciding on them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click
from click import argument, option

from api.commands.terminal import as_json, document, one_line, opened, say, table, text_in
from registry.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.model import Account, Draft

OPERATOR: Final = "lotse"  # who decides if no account is named: whoever may run commands on the server

_by = option("--by", default=OPERATOR, show_default=True, metavar="ACCOUNT", help="Who decides: an account.")
_message = option("--message", default="", help="What its authors read.")
_no_wait = option("--no-wait", is_flag=True, help="Do not wait for the search index.")


@click.group()
def review() -> None:
    """Drafts: what waits for a decision, and deciding on it."""


@review.command("list")
@option("--state", type=click.Choice(("submitted", "returned", "draft", "published", "declined")), default="submitted",
        show_default=True, help="Only drafts in this state.")  # fmt: skip
@as_json
def list_(state: str, json: bool) -> None:
    """The drafts in a state, the longest waiting first; published and declined ones are kept for 30 days."""
    catalog, _ = opened()
    drafts = sorted(catalog.inbox.listed(_operator(), (state,)), key=lambda draft: draft.changed or draft.created)  # type: ignore[arg-type,return-value]
    if json:
        document([_summary(draft) for draft in drafts])
        return
    rows = (
        (
            draft.id,
            f"{draft.changed:%Y-%m-%d %H:%M}",
            draft.metadata.kind,
            draft.of or "new",
            draft.author,
            _title(draft),
        )
        for draft in drafts
    )
    table(("DRAFT", "SINCE", "KIND", "OF", "AUTHOR", "TITLE"), rows)


@review.command()
@argument("id")
@as_json
def show(id: str, json: bool) -> None:
    """A draft with its comments, and what the checks say of it."""
    from msgspec import to_builtins

    from registry.quality import check
    from registry.rules import rule_texts

    catalog, _ = opened()
    draft = catalog.inbox.get_any(id)
    findings = [
        {
            "rule": finding.rule,
            "level": finding.level,
            "field": finding.field,
            "message": rule_texts(finding.rule)[0]["en"],
        }
        for finding in check.check(draft.metadata)
    ]
    if json:
        document(to_builtins(draft) | {"findings": findings})
        return
    rows = list((_summary(draft) | {"title": _title(draft)}).items())
    rows += [(f"comment {comment.field}".strip(), f"{comment.by}: {comment.text}") for comment in draft.comments]
    rows += [(finding["level"], f"{finding['field']}: {finding['message']}") for finding in findings]
    table(("DRAFT", draft.id), rows)


@review.command()
@argument("ids", nargs=-1, required=True, metavar="ID …")
@_by
@_no_wait
def publish(ids: tuple[str, ...], by: str, no_wait: bool) -> None:
    """Publish drafts; prints the id of each record."""
    from registry.catalog.deciding import publish

    catalog, _ = opened()
    account = _account(catalog, by)
    for id in ids:
        draft = catalog.inbox.get(id)
        current = catalog.store.get(draft.of) if draft.of else None
        click.echo(publish(catalog, draft, account, current.number if current else None).id)
    catalog.sync(wait=not no_wait)


@review.command("return")
@argument("ids", nargs=-1, required=True, metavar="ID …")
@_by
@_message
def return_(ids: tuple[str, ...], by: str, message: str) -> None:
    """Return drafts to their authors with a question."""
    _each(
        ids,
        by,
        message,
        lambda catalog, draft, account: catalog.inbox.hand_back(draft.id, account, draft.version, message),
    )


@review.command()
@argument("ids", nargs=-1, required=True, metavar="ID …")
@_by
@_message
def decline(ids: tuple[str, ...], by: str, message: str) -> None:
    """Decline drafts."""
    _each(
        ids,
        by,
        message,
        lambda catalog, draft, account: catalog.inbox.close(
            draft.id, account, draft.version, "decline", comment=message
        ),
    )


@review.command()
@argument("id")
@_by
@_no_wait
def undo(id: str, by: str, no_wait: bool) -> None:
    """Take a decision back, within an hour; the draft waits again."""
    from registry.catalog.deciding import undo

    catalog, _ = opened()
    undo(catalog, catalog.inbox.get_any(id), _account(catalog, by))
    catalog.sync(wait=not no_wait)
    say(f"{id} waits again.")


def _each(ids: tuple[str, ...], by: str, message: str, act: "Callable[[Catalog, Draft, Account], object]") -> None:
    """Carries out an act on each draft; UsageError without a message."""
    if not message.strip():
        raise UsageError("review-message-missing")
    catalog, _ = opened()
    account = _account(catalog, by)
    for id in ids:
        act(catalog, catalog.inbox.get(id), account)
        say(f"Done: {id}")


def _account(catalog: "Catalog", name: str) -> "Account":
    """The account that decides; NotFoundError for an unknown one."""
    account = catalog.people.get(name)
    if account is None and name != OPERATOR:
        raise NotFoundError("account-not-found", name=name)
    return account or _operator()


def _operator() -> "Account":
    from registry.model import Account

    return Account(name=OPERATOR, role="administrator")


def _summary(draft: "Draft") -> dict[str, Any]:
    return {
        "id": draft.id,
        "state": draft.state,
        "kind": draft.metadata.kind,
        "title": draft.metadata.title,
        "of": draft.of,
        "author": draft.author,
        "owner": draft.owner,
        "changed": draft.changed,
    }


def _title(draft: "Draft") -> str:
    return one_line(text_in(draft.metadata.title))
