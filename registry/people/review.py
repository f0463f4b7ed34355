"""The states of a draft, and who may move it."""

from typing import Final, Literal

from registry.errors import ConflictError, NotAllowedError
from registry.model import Account, Draft, DraftState

Act = Literal["save", "submit", "return", "publish", "discard"]

# act -> (states it may start from, state it leads to; None: the draft is gone)
_MOVES: Final[dict[Act, tuple[tuple[DraftState, ...], DraftState | None]]] = {
    "save": (("draft", "returned"), "draft"),
    "submit": (("draft", "returned"), "submitted"),
    "return": (("submitted",), "returned"),
    "publish": (("submitted",), None),
    "discard": (("draft", "returned"), None),
}
_BY_AUTHOR: Final = frozenset({"save", "submit", "discard"})


def moved(draft: Draft, act: Act, account: Account) -> DraftState | None:
    """The state after an act; NotAllowedError or ConflictError (wrong state) where it cannot be."""
    if not may(draft, act, account):
        raise NotAllowedError("draft-not-allowed", name=account.name, act=act)
    states, after = _MOVES[act]
    if draft.state not in states:
        raise ConflictError("draft-state", {"state": draft.state}, state=draft.state, act=act)
    return "returned" if act == "save" and draft.state == "returned" else after


def may(draft: Draft, act: Act, account: Account) -> bool:
    """Whether the account may act so; a reviewer does not decide on a draft of their own (four eyes)."""
    if act in _BY_AUTHOR:
        return account.role == "administrator" or account.name == draft.author or draft.owner in account.organizations
    return account.role in ("reviewer", "administrator") and account.name != draft.author


def may_see(draft: Draft, account: Account) -> bool:
    return account.role in ("reviewer", "administrator") or may(draft, "save", account)
