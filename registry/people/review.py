"""The states of a draft, and who may change its state.

Entry points: `moved` (the state after an act, or an error), `may`, `may_see`. Invariant: nobody publishes a draft that
they worked on themselves (four eyes).
"""

from typing import Final, Literal

from registry.errors import ConflictError, NotAllowedError
from registry.model import Account, Draft, DraftState

ReviewAction = Literal["save", "submit", "return", "publish", "discard"]

# act -> (states in which it is allowed, state after it; None: the draft is deleted)
_MOVES: Final[dict[ReviewAction, tuple[tuple[DraftState, ...], DraftState | None]]] = {
    "save": (("draft", "returned"), "draft"),
    "submit": (("draft", "returned"), "submitted"),
    "return": (("submitted",), "returned"),
    "publish": (("submitted",), None),
    "discard": (("draft", "returned"), None),
}
_BY_AUTHOR: Final = frozenset({"save", "submit", "discard"})


def moved(draft: Draft, act: ReviewAction, account: Account) -> DraftState | None:
    """The state after an act, None if the draft ends with it; NotAllowedError for this account, ConflictError for this
    state of the draft."""
    if not may(draft, act, account):
        raise NotAllowedError("draft-not-allowed", name=account.name, act=act)
    allowed_states, after = _MOVES[act]
    if draft.state not in allowed_states:
        raise ConflictError("draft-state", {"state": draft.state}, state=draft.state, act=act)
    return "returned" if act == "save" and draft.state == "returned" else after


def may(draft: Draft, act: ReviewAction, account: Account) -> bool:
    """Whether the account may do this. Who began, saved or submitted a draft may not decide on it (four eyes)."""
    if act in _BY_AUTHOR:
        return account.role == "administrator" or account.name == draft.author or draft.owner in account.organizations
    return account.role in ("reviewer", "administrator") and not has_edited(draft, account)


def has_edited(draft: Draft, account: Account) -> bool:
    """Whether the account began the draft, saved metadata in it or submitted it."""
    return account.name == draft.author or account.name in draft.editors


def is_proposal(draft: Draft, record_owner: str) -> bool:
    """Whether the record that the draft changes belongs to another organization than the draft was written for."""
    return draft.of is not None and bool(record_owner) and record_owner != draft.owner


def may_see(draft: Draft, account: Account, record_owner: str = "") -> bool:
    """Whether the account may read the draft. `record_owner`: the organization that owns the record which the draft
    changes; its members see a proposal once it has been submitted."""
    proposed = bool(record_owner) and record_owner in account.organizations and draft.state != "draft"
    return account.role in ("reviewer", "administrator") or may(draft, "save", account) or proposed
